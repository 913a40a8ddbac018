import type { ContractKernel } from "../../../ir/kernel.ts";
import { directStrategy } from "./direct.ts";
import { innerStrategy } from "./inner.ts";
import { packedStrategy } from "./packed.ts";
import type { Frame } from "../kernel/frame.ts";
import { productOf } from "./product.ts";
import { sweepStrategy } from "./sweep.ts";

/** A way to compute a product. */
export interface Strategy {
  /** What it takes, estimated. */
  readonly cycles: number;
  /** Vectors among which the products of one result are dealt out; 0 if they are summed one after another. */
  readonly chains: number;
  write(): void;
}

/**
 * A contraction, in the way that takes the fewest cycles. A share of one is summed in the order of the whole: bits do
 * not depend on how many threads there are.
 */
export function writeContract(frame: Frame, kernel: ContractKernel, whole: ContractKernel): void {
  const way = fastest(waysOf(frame, whole, whole));
  if (kernel === whole) return way.write();
  fastest(waysOf(frame, kernel, whole).filter(({ chains }) => chains === way.chains)).write();
}

const fastest = (ways: readonly Strategy[]): Strategy =>
  ways.reduce((best, way) => (way.cycles < best.cycles ? way : best));

const waysOf = (frame: Frame, kernel: ContractKernel, whole: ContractKernel): readonly Strategy[] =>
  [false, true].flatMap((isFlipped) => {
    const { product, addresses } = productOf(frame, kernel, isFlipped);
    const { product: wholeProduct } = productOf(frame, whole, isFlipped);
    return [directStrategy, packedStrategy, sweepStrategy, innerStrategy].flatMap(
      (way) => way(frame, product, addresses, wholeProduct) ?? [],
    );
  });
