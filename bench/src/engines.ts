import { reference, type Engine } from "@unroll/core";
import { wasm } from "@unroll/core/wasm";
import { native } from "@unroll/native";
import type { Yardstick } from "./peak/loop.ts";

export type EngineName = "wasm" | "native" | "reference";

/** What workloads run on, by the number of its threads. */
export const engines: Readonly<Record<EngineName, (threads: number) => Engine>> = {
  wasm: (threads) => wasm({ threads }),
  native: (threads) => native({ threads }),
  reference: () => reference(),
};

/** The engines that can be told how many threads to use. */
export const threaded: ReadonlySet<EngineName> = new Set(["wasm", "native"]);

/** The loop that tells what the hardware gives to an engine. */
export const yardsticks: Readonly<Record<EngineName, Yardstick>> = {
  wasm: "wasm",
  native: "native",
  reference: "wasm",
};
