import { dimensionsOfKernel, type Kernel } from "../../ir/kernel.ts";
import type { Statement } from "../../ir/program.ts";

/** What threads cost, in cycles of one of them. */
export interface ThreadCosts {
  readonly threads: number;
  /** To wait for each other once. */
  readonly barrier: number;
  /** To begin a run together. */
  readonly start: number;
  /** Dimensions of fewer points are left to one. */
  readonly smallest: number;
}

/**
 * The cycles that a kernel takes, roughly: vectors of four elements, an instruction each; of a product two vectors in
 * one cycle. Only for asking whether something is worth sharing out, where a factor of two makes no difference.
 */
export function effortOf(kernel: Kernel): number {
  const points = dimensionsOfKernel(kernel).reduce((product, { size }) => product * size, 1);
  switch (kernel.form) {
    case "map":
    case "reduce":
      return (points * (kernel.body.length + kernel.dtypes.length)) / 4;
    case "contract":
      return points / 8;
    case "scatterAdd":
      return points;
  }
}

/** The cycles of a list of statements; what is shared out takes a thread its part. */
export function effortOfAll(
  statements: readonly Statement[],
  kernels: readonly Kernel[],
  { threads, barrier }: Pick<ThreadCosts, "threads" | "barrier">,
): number {
  return statements.reduce((sum, statement) => {
    switch (statement.kind) {
      case "call": {
        const isShared = statement.split !== undefined && statement.split !== "first";
        return sum + effortOf(kernels[statement.kernel]!) / (isShared ? threads : 1);
      }
      case "loop":
        return sum + statement.length * effortOfAll(statement.body, kernels, { threads, barrier });
      case "barrier":
        return sum + barrier;
      case "host":
        return sum;
    }
  }, 0);
}

/** Whether a program has been shared out among threads. */
export const isSharedOut = (statements: readonly Statement[]): boolean =>
  statements.some((statement) =>
    statement.kind === "loop"
      ? isSharedOut(statement.body)
      : statement.kind === "call" && statement.split !== undefined,
  );
