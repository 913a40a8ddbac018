import { isValue, less, sub, UnrollError, where, full } from "@unroll/core";
import { expectRising } from "../expect.ts";
import { expectRate, rateAt, type Rate, type Schedule } from "../rate.ts";

/**
 * Schedules one after another: each counts its own steps, from 0 at the step that it begins with. There is one step to
 * change at fewer than there are schedules.
 *
 * Throws: UnrollError.
 *
 *     join([warmUp(500, 0.1), cosine({ rate: 0.1, steps: 9500 }), 1e-4], [500, 10_000]);
 */
export function join(rates: readonly Rate[], at: readonly number[]): Schedule {
  if (rates.length !== at.length + 1) {
    throw new UnrollError(
      `join: ${rates.length} rates and ${at.length} steps to change at.`,
      "Between n rates there are n - 1 changes.",
    );
  }
  rates.forEach((rate, i) => expectRate("join", `rate ${i + 1}`, rate));
  if (at.length > 0) expectRising("join", "at", at);
  return (step) => {
    const lift = (rate: Rate, begin: number) => {
      const found = rateAt("join", rate, begin === 0 ? step : sub(step, begin));
      return isValue(found) ? found : full(found, step.type);
    };
    // From the last to the first: an earlier one is chosen where its end has not come.
    return at.reduceRight(
      (later, end, i) => where(less(step, end), lift(rates[i]!, at[i - 1] ?? 0), later),
      lift(rates.at(-1)!, at.at(-1) ?? 0),
    );
  };
}
