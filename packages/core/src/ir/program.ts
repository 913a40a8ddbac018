import type { Tensor } from "../tensor/tensor.ts";
import type { TypedArray } from "../tensor/type.ts";
import type { Kernel } from "./kernel.ts";
import type { Buffer, LoopId, View } from "./view.ts";

/** Run a kernel on operands: reads first, then writes. */
export interface Call {
  readonly kind: "call";
  /** Into `Program.kernels`. */
  readonly kernel: number;
  readonly operands: readonly View[];
  readonly origin: Origin;
  /** How threads share it. Absent: it has not been shared out, and one thread runs the program. */
  readonly split?: Split;
}

/**
 * Threads share a dimension of a kernel (as `dimensionsOfKernel` counts them) in runs of `grain`, as even as possible
 * and in their order; or the first thread does all.
 */
export type Split = { readonly dimension: number; readonly grain: number } | "first";

/** No thread goes on before all have come here. */
export interface Barrier {
  readonly kind: "barrier";
}

/** Run statements `length` times; views with a step of this loop move. */
export interface Loop {
  readonly kind: "loop";
  readonly loop: LoopId;
  readonly length: number;
  /** For reports: turn t is step `length - 1 - t` of a scan. The steps of the views are negative already. */
  readonly reverse: boolean;
  readonly body: readonly Statement[];
  readonly origin: Origin;
}

/**
 * Call a JavaScript function on copies of the reads; its results are written. The only way out of the engine during a
 * run.
 */
export interface Host {
  readonly kind: "host";
  readonly f: HostFunction;
  readonly reads: readonly View[];
  readonly writes: readonly View[];
  readonly origin: Origin;
}

/** One array per output, of the output's dtype and size. */
export type HostFunction = (inputs: readonly Tensor[]) => readonly TypedArray[];

export type Statement = Call | Loop | Host | Barrier;

/** Calls of kernels and of JavaScript in the order in which they stand in a program, those of loops once. */
export const callsOf = (statements: readonly Statement[]): readonly (Call | Host)[] =>
  statements.flatMap((statement) => {
    if (statement.kind === "loop") return callsOf(statement.body);
    return statement.kind === "barrier" ? [] : [statement];
  });

/** Which node a statement computes: for reports. */
export interface Origin {
  readonly node: number;
  readonly op: string;
  /** `take: params.embed.table f32[65, 128], batch.x i32[50, 50]`. */
  readonly text: string;
  /** `model.ts:12`, when sources are captured: of a derivative, the line that is differentiated. */
  readonly source?: string;
}

/** What a run looks for on its way. `indices`: an index outside its axis. `finite`: also the first NaN or infinity. */
export type Checks = "none" | "indices" | "finite";

/** An input whose memory an output may have, by their positions. */
export type Donation = readonly [input: number, output: number];

/** A buffer with what it starts with, if that is known before any run. */
export interface Allocation extends Buffer {
  readonly data?: TypedArray;
}

/** What a pass made of a graph, in numbers of nodes, those of bodies included. */
export interface PassTrace {
  readonly name: string;
  readonly before: number;
  readonly after: number;
}

/** Kernels in order over buffers: everything an engine needs, and nothing it could not print. */
export interface Program {
  /** No two are equal. */
  readonly kernels: readonly Kernel[];
  /** Each stands at the place of its id. */
  readonly buffers: readonly Allocation[];
  readonly inputs: readonly View[];
  /** An output in the buffer of an input overwrites it. */
  readonly outputs: readonly View[];
  readonly statements: readonly Statement[];
  readonly checks: Checks;
  /** The passes that its graph went through before it was planned. */
  readonly passes?: readonly PassTrace[];
}
