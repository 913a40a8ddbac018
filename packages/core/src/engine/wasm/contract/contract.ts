import type { ContractKernel } from "../../../ir/kernel.ts";
import { directStrategy } from "./direct.ts";
import { innerStrategy } from "./inner.ts";
import { packedStrategy } from "./packed.ts";
import type { Frame } from "../kernel/frame.ts";
import { productOf } from "./product.ts";

/** A way to compute a product. */
export interface Strategy {
  /** What it takes, estimated. */
  readonly cycles: number;
  write(): void;
}

/** A contraction, in the way that takes the fewest cycles. */
export function writeContract(frame: Frame, kernel: ContractKernel): void {
  const ways = [false, true].flatMap((isFlipped) => {
    const { product, addresses } = productOf(frame, kernel, isFlipped);
    return [directStrategy, packedStrategy, innerStrategy].flatMap(
      (way) => way(frame, product, addresses) ?? [],
    );
  });
  ways.reduce((best, way) => (way.cycles < best.cycles ? way : best)).write();
}
