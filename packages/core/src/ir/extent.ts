import { dimensionsOfKernel, type Kernel } from "./kernel.ts";
import type { Loop } from "./program.ts";
import type { Factor, Step, View } from "./view.ts";

/**
 * The elements that an operand touches: those of some factors from `first` on, in every turn of the loops around it.
 */
export interface Extent {
  readonly first: number;
  readonly factors: readonly Factor[];
  readonly steps: readonly Step[];
}

export const extentOfView = ({ offset, axes, steps }: View): Extent => ({
  first: offset,
  factors: axes.flat(),
  steps,
});

/** What a kernel touches of an operand: along its dimensions, and along an axis that it indexes. */
export function extentsOfOperand(kernel: Kernel, operand: number, { offset, steps }: View): Extent[] {
  const along = dimensionsOfKernel(kernel).map(({ size, strides }): Factor => [size, strides[operand]!]);
  const indexed = indexedFactors(kernel, operand);
  return (indexed.length > 0 ? indexed : [[]]).map((axis) => ({
    first: offset,
    factors: [...along, ...axis],
    steps,
  }));
}

function indexedFactors(kernel: Kernel, operand: number): Factor[][] {
  if (kernel.form === "scatterAdd") return operand === 2 ? [[[kernel.size, kernel.stride]]] : [];
  if (kernel.form === "contract") return [];
  return kernel.body.flatMap((i) =>
    i.op === "readAt" && i.operand === operand ? [[[i.size, i.stride] as const]] : [],
  );
}

/** The lowest and the highest element, over all turns. */
export function bounds(
  { first, factors, steps }: Extent,
  loops: readonly Loop[],
): readonly [low: number, high: number] {
  const moves = steps.map(({ loop, stride, period }): Factor => {
    const { length } = loops.find((l) => l.loop === loop)!;
    return [Math.min(length, period ?? length), stride];
  });
  let [low, high] = [first, first];
  for (const [size, stride] of [...factors, ...moves]) {
    low += Math.min(0, stride * (size - 1));
    high += Math.max(0, stride * (size - 1));
  }
  return [low, high];
}

/** Whether no element is met twice. */
export function isInjective({ factors }: Extent): boolean {
  const moving = factors.filter(([size]) => size > 1).toSorted(([, a], [, b]) => Math.abs(a) - Math.abs(b));
  let reach = 0;
  for (const [size, stride] of moving) {
    // Each factor that steps over all that is inside of it is a digit of its own. Others need counting.
    if (Math.abs(stride) <= reach) return new Set(elements(0, factors)).size === sizeOf(factors);
    reach += Math.abs(stride) * (size - 1);
  }
  return true;
}

/** Whether two operands touch a common element in some turn. */
export function overlap(a: Extent, b: Extent, loops: readonly Loop[]): boolean {
  const moving = loops.filter(({ loop }) => !sameMove(a, b, loop));
  return someTurn(moving, (turns) => {
    const x = { ...a, first: addressIn(a, turns), steps: [] };
    const y = { ...b, first: addressIn(b, turns), steps: [] };
    const [lowX, highX] = bounds(x, []);
    const [lowY, highY] = bounds(y, []);
    if (highX < lowY || highY < lowX) return false;
    const seen = new Set(elements(x.first, x.factors));
    return elements(y.first, y.factors).some((element) => seen.has(element));
  });
}

/** Two operands that move together keep their distance, so one turn stands for all. */
const sameMove = (a: Extent, b: Extent, loop: number): boolean => {
  const moves = [a, b].map(({ steps }) => JSON.stringify(steps.filter((step) => step.loop === loop)));
  return moves[0] === moves[1];
};

/** Whether something holds in some turn of nested loops. */
function someTurn(loops: readonly Loop[], holds: (turns: ReadonlyMap<number, number>) => boolean): boolean {
  const turns = new Map<number, number>();
  const visit = (depth: number): boolean => {
    const loop = loops[depth];
    if (!loop) return holds(turns);
    for (let turn = 0; turn < loop.length; turn++) {
      turns.set(loop.loop, turn);
      if (visit(depth + 1)) return true;
    }
    return false;
  };
  return visit(0);
}

const addressIn = ({ first, steps }: Extent, turns: ReadonlyMap<number, number>): number =>
  steps.reduce(
    (address, { loop, stride, period = Infinity }) => address + stride * ((turns.get(loop) ?? 0) % period),
    first,
  );

const sizeOf = (factors: readonly Factor[]): number => factors.reduce((product, [size]) => product * size, 1);

/** Every element, as often as it is met. */
const elements = (first: number, factors: readonly Factor[]): number[] =>
  factors.reduce<number[]>(
    (addresses, [size, stride]) =>
      addresses.flatMap((at) => Array.from({ length: size }, (_, i) => at + i * stride)),
    [first],
  );
