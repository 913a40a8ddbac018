import { formatType, reference, type Tensor } from "@unroll/core";
import { isClose, unitRoundoff } from "../closeness.ts";
import { coordinates } from "../coordinates.ts";
import { roundedResults } from "../rounding.ts";
import type { Finding } from "./rule.ts";
import type { Numbers, TracedRun } from "./run.ts";

/** Two ways to the same numbers, and what messages call them. */
export interface Comparison {
  readonly actual: Numbers;
  readonly expected: Numbers;
  /** `by scan`. */
  readonly actually: string;
  /** `by a loop of steps`. */
  readonly expectedly: string;
  /** The graph of the actual numbers: its roundings are those that may differ. */
  readonly run: TracedRun;
  /** Of the actual numbers; the expected ones are f64. */
  readonly dtype: "f32" | "f64";
  readonly remedy: string;
}

/** Roundings of the largest number of a result that need no explanation: those of a few steps. */
const few = 64;

/**
 * How two results differ, where roundings don't explain it.
 *
 * Where a few roundings of the largest number are not enough, terms may have cancelled: then all roundings are followed
 * through the graph (see `roundedResults`). Of two results in f64 each may be off by what they come to.
 */
export function disagreement(comparison: Comparison): Finding | undefined {
  const { expected, run, dtype } = comparison;
  const unit = unitRoundoff[dtype];
  const quick = firstGap(comparison, (path) => few * unit * largest(expected.get(path)!));
  if (!quick) return undefined;
  const { bounds } = roundedResults(run.graph, run.inputs, reference());
  const bound = new Map(run.paths.map((path, i) => [path, bounds[i]!]));
  const share = dtype === "f32" ? 1 : 2 * (unitRoundoff.f64 / unitRoundoff.f32);
  const gap = firstGap(comparison, (path) => share * bound.get(path)! + Number.MIN_VALUE);
  return gap && describeGap(gap, comparison);
}

interface Gap {
  readonly path: string;
  readonly at: number;
  readonly is: number;
  readonly shouldBe: number;
  readonly tolerance: number;
}

/** The first number that is too far off: of values if there is one, of gradients otherwise. */
function firstGap({ actual, expected }: Comparison, toleranceOf: (path: string) => number): Gap | undefined {
  const [slopes, values] = [true, false].map((wanted) =>
    [...expected].filter(([path]) => path.startsWith("gradient") === wanted),
  );
  for (const [path, { data }] of [...values!, ...slopes!]) {
    const { data: own } = actual.get(path)!;
    const tolerance = toleranceOf(path);
    const at = data.findIndex((x: number, i: number) => !isClose(own[i]!, x, tolerance));
    if (at >= 0) return { path, at, is: own[at]!, shouldBe: data[at]!, tolerance };
  }
  return undefined;
}

function describeGap(
  { path, at, is, shouldBe, tolerance }: Gap,
  { actual, actually, expectedly, remedy }: Comparison,
): Finding {
  const place = placeOf(path, actual.get(path)!, at);
  const explained = `roundings explain ${tolerance.toExponential(2)}`;
  return { what: `${place} is ${is} ${actually} and ${shouldBe} ${expectedly}; ${explained}.`, remedy };
}

const largest = ({ data }: Tensor): number =>
  Array.from(data).reduce((most, x) => Math.max(most, Math.abs(x)), 0);

/** `gradient.params.w f64[3, 2] at [2, 1]`. */
export const placeOf = (path: string, x: Tensor, at: number): string =>
  `${path} ${formatType(x.type)}${x.shape.length > 0 ? ` at [${coordinates(at, x.shape).join(", ")}]` : ""}`;
