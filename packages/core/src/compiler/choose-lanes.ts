import type { Body } from "../ir/instruction.ts";
import type { Dimension } from "../ir/kernel.ts";

/** What decides along which dimension the elements of a vector lie. */
export interface LaneRequest {
  readonly lanes: number;
  readonly body: Body;
  /** The operands that a point touches. */
  readonly used: readonly number[];
}

/**
 * The dimension along which a vector's elements lie: the one that takes the least time for all points, by a count of
 * instructions; of equal ones the innermost. Undefined when there is none.
 */
export function chooseLanes(
  dimensions: readonly Dimension[],
  allowed: readonly number[],
  { lanes, body, used }: LaneRequest,
  overhead: (dimension: number) => number = () => 0,
): number | undefined {
  const compute = body.filter(({ op }) => op !== "read" && op !== "constant").length;
  const cost = (at: number): number => {
    const { size, strides } = dimensions[at]!;
    const access = (count: number): number =>
      used.reduce((sum, i) => sum + accessCost(strides[i]!, count), 0);
    const rest = size % lanes;
    const vectors = Math.floor(size / lanes) * (compute + access(lanes));
    return (vectors + (rest > 0 ? compute + access(rest) : 0)) / size + overhead(at);
  };
  let best: number | undefined;
  for (const at of allowed) if (best === undefined || cost(at) <= cost(best)) best = at;
  return best;
}

/** Loads or stores for a vector, a shuffle counting as one. */
function accessCost(stride: number, count: number): number {
  if (stride === 0) return 0;
  if (stride === 1 || count === 1) return 1;
  return stride === -1 ? 2 : count;
}
