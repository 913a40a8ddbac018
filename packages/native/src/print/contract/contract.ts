import type { ContractKernel } from "@unroll/core/engine";
import type { Functions } from "../functions.ts";
import { parametersOf } from "../nest.ts";
import { isPanel } from "./blocking.ts";
import { printInner } from "./inner.ts";
import { OuterPrinter } from "./outer.ts";
import { pointingAt } from "./pointing.ts";
import { A, B, productOf, turnsOf, type Product } from "./product.ts";
import { chooseTile } from "./tile-size.ts";
import { lanesOf } from "../target.ts";
import type { Text } from "../text.ts";

/** A way to compute a product. */
interface Way {
  readonly isFlipped: boolean;
  readonly how: "direct" | "copied" | "inner";
  /** What it takes, estimated. */
  readonly cycles: number;
}

/**
 * A contraction, in the way that takes the fewest cycles. A share of one is computed in the way of the whole: bits do
 * not depend on how many threads there are.
 */
export function printContract(
  text: Text,
  name: string,
  kernel: ContractKernel,
  whole: ContractKernel,
  functions: Functions,
): void {
  const { isFlipped, how } = [false, true]
    .flatMap((flipped) => waysOf(productOf(whole, flipped), flipped, functions))
    .reduce((best, way) => (way.cycles < best.cycles ? way : best));
  const product = productOf(kernel, isFlipped);
  const { list } = parametersOf({ dtypes: kernel.dtypes, reads: kernel.dtypes.length - 1 });
  text.block(`KERNEL void ${name}(${list}, void *copies)`, () => {
    text.line(`${product.dtype} *scratch = copies;`);
    if (how === "inner") printInner(text, functions, product, pointingAt(product));
    else new OuterPrinter(text, functions, product, how === "copied").print(pointingAt(product));
  });
}

/** Cycles for an element of b that is copied: from beside its neighbour, or from elsewhere. */
const copying = { beside: 0.15, apart: 1 };

/** How much longer tiles take over a b that does not lie in panels. */
const scattered = 1.15;

/** Cycles to put the lanes of a vector together. */
const folding = 20;

function waysOf(product: Product, isFlipped: boolean, { target }: Functions): readonly Way[] {
  const { batch, stripes, rows, columns, depth } = product;
  const times = turnsOf([...batch, ...stripes]);
  const steps = turnsOf(depth);
  const { cycles } = chooseTile(target, product);
  const lanes = lanesOf(target, product.dtype);
  const isUnit = columns.moves[B] === 1 || columns.size === 1;
  const inner = depth.at(-1);
  const copied = columns.size * steps * (columns.moves[B] === 1 ? copying.beside : copying.apart);
  const ways: Way[] = [{ isFlipped, how: "copied", cycles: times * (cycles + copied) }];
  if (isUnit)
    ways.push({
      isFlipped,
      how: "direct",
      cycles: times * cycles * (isPanel(product, target) ? 1 : scattered),
    });
  if (inner?.moves[A] === 1 && inner.moves[B] === 1) {
    const vectors = (steps / inner.size) * Math.ceil(inner.size / lanes);
    ways.push({ isFlipped, how: "inner", cycles: times * rows.size * columns.size * (vectors + folding) });
  }
  return ways;
}
