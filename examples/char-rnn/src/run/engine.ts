/** What a run is computed by. */
import { availableParallelism } from "node:os";
import type { Engine } from "@unroll/core";
import { wasm } from "@unroll/core/wasm";
import { auto, native } from "@unroll/native";

export const engineNames = ["auto", "native", "wasm"] as const;

export interface EngineOptions {
  readonly engine: (typeof engineNames)[number];
  readonly threads: number | undefined;
}

/** More threads than this gain little at the sizes that a processor trains. */
const mostByDefault = 4;

const makers = { auto, native, wasm };

/** Throws: UnsupportedError when this machine lacks what the engine needs. */
export const engineOf = ({
  engine,
  threads = Math.min(availableParallelism(), mostByDefault),
}: EngineOptions): Engine => makers[engine]({ threads });
