import { formatType, type Value } from "@unroll/core";
import { coordinates } from "./coordinates.ts";
import { differentiate, measureNoise } from "./difference.ts";
import type { DirectionalDerivative, Element } from "./directional-derivative.ts";

/**
 * The element of the inputs whose gradient is furthest off, in words, and its share of the derivative from both sides.
 */
export interface Culprit {
  readonly place: string;
  readonly pullback: number;
  readonly difference: number;
}

/** Found by halving: first among the inputs, then among the elements of one, the direction being 0 at all others. */
export function culpritOf(derivative: DirectionalDerivative): Culprit {
  const gradient = derivative.gradient(0);
  const compare = (elements: readonly Element[]): Omit<Culprit, "place"> => {
    const chosen = new Set(elements.map(keyOf));
    const f = (t: number): number => derivative.value(t, (element) => chosen.has(keyOf(element))).sum;
    const shares = elements.map(({ input, at }) => {
      const dx = gradient[derivative.varying.indexOf(input)]!;
      return dx[at]! * derivative.direction[input]![at]!;
    });
    const pullback = shares.reduce((sum, share) => sum + share, 0);
    return { pullback, difference: differentiate(f, { noise: measureNoise(f), goal: 0 }).value };
  };
  const worst = (groups: readonly (readonly Element[])[]): readonly Element[] => {
    const gaps = groups.map((elements) => {
      const { pullback, difference } = compare(elements);
      return Number.isFinite(pullback) ? Math.abs(pullback - difference) : Infinity;
    });
    return groups[gaps.indexOf(Math.max(...gaps))] ?? groups[0]!;
  };

  const inputs = derivative.varying.map((input) =>
    Array.from(derivative.point[input]!.data, (_, at): Element => ({ input, at })),
  );
  let elements = worst(inputs.filter(({ length }) => length > 0));
  while (elements.length > 1) {
    const half = elements.length >> 1;
    elements = worst([elements.slice(0, half), elements.slice(half)]);
  }
  const { input, at } = elements[0]!;
  return { place: describe(derivative.primal.inputs[input]!, at), ...compare(elements) };
}

const keyOf = ({ input, at }: Element): string => `${input}:${at}`;

/** `params.w f64[3, 2] at [2, 1]`. */
function describe(x: Value, at: number): string {
  const position = `${x.label ?? "an input"} ${formatType(x.type)}`;
  return x.shape.length === 0 ? position : `${position} at [${coordinates(at, x.shape).join(", ")}]`;
}
