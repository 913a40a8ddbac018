/** The program of the page: the suite on one and on two threads, and whether a worker has really worked. */
import { compile, matmul, reference, tensor, type Engine, type Value } from "@unroll/core";
import { wasm } from "@unroll/core/wasm";
import fc from "fast-check";
import { crewOf } from "../../../core/test/crew.ts";
import * as atomic from "../../../core/src/engine/wasm/encode/opcodes/atomic.ts";
import * as i32 from "../../../core/src/engine/wasm/encode/opcodes/i32.ts";
import { threaded } from "../../../core/test/threaded.ts";
import { engineSuite } from "../../src/engine-suite.ts";
import { skip } from "../wasm-skips.ts";
import { runCollected, type Outcome } from "./runner.ts";

/** What a page tells. */
export interface Report {
  readonly isIsolated: boolean;
  readonly suites: Readonly<Record<string, Outcome>>;
  /** What a worker has written into the memory of the page. */
  readonly word: number | undefined;
  /** Whether a product is that of the reference engine. */
  readonly isRight: boolean;
}

const patience = 500;
const engines: Readonly<Record<string, () => Engine>> = {
  "one thread": () => wasm({ threads: 1 }),
  "one thread with separate roundings": () => wasm({ threads: 1, relaxed: false }),
  "two threads": () => threaded(2, true, patience),
  "two threads with separate roundings": () => threaded(2, false, patience),
};

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

/** Let a worker write, as soon as it has started. */
async function writtenByWorker(): Promise<number> {
  const { crew, program, read } = crewOf(
    2,
    (f, thread, barrier, word) => {
      if (thread === 1) f.do(atomic.store({ address: i32.const(0), offset: word }, i32.const(42)));
      f.if(barrier, () => f.return());
    },
    0,
  );
  while (!crew.run(program, patience)) await pause();
  crew.dispose();
  return read();
}

function product(engine: Engine): number[] {
  const x = tensor(
    Float32Array.from({ length: 2 ** 16 }, (_, i) => i % 5),
    { shape: [256, 256] },
  );
  return [...compile((a: Value, b: Value) => matmul(a, b), { engine })(x, x).data];
}

async function report(): Promise<Report> {
  fc.configureGlobal({ numRuns: 3 });
  const suites: Record<string, Outcome> = {};
  if (crossOriginIsolated) {
    for (const [name, engine] of Object.entries(engines)) {
      engineSuite(engine, { skip });
      suites[name] = await runCollected();
    }
  }
  const expected = product(reference());
  return {
    isIsolated: crossOriginIsolated,
    suites,
    word: crossOriginIsolated ? await writtenByWorker() : undefined,
    isRight: product(wasm({ threads: 2 })).every((n, i) => n === expected[i]),
  };
}

const tell = (what: unknown): Promise<Response> =>
  fetch("report", { method: "POST", body: JSON.stringify(what) });

report().then(tell, (error: unknown) => tell(String(error)));
