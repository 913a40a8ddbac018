import type { Times } from "./timed.ts";

export const sum = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0);

export const mean = (numbers: readonly number[]): number => sum(numbers) / numbers.length;

/** Those repetitions in which other programs disturbed least: a quarter of them. */
const fastestOf = <R>(repetitions: readonly R[], timeOf: (repetition: R) => number): readonly R[] =>
  repetitions.toSorted((a, b) => timeOf(a) - timeOf(b)).slice(0, Math.ceil(repetitions.length / 4));

/** What something takes when it is not disturbed, given what it took each time. */
export const undisturbed = (times: readonly number[]): number => mean(fastestOf(times, (time) => time));

/**
 * What every call takes when it is not disturbed. Of what takes less than `coarse` milliseconds the clock shows nothing
 * in most repetitions and a whole step in others, so the fastest would be nothing: there the repetitions count in which
 * all calls together were fastest.
 */
export function undisturbedCalls(
  repetitions: readonly Pick<Times, "calls">[],
  coarse: number,
): readonly number[] {
  const quiet = fastestOf(repetitions, ({ calls }) => sum(calls));
  return repetitions[0]!.calls.map((_, place) => {
    const time = mean(quiet.map(({ calls }) => calls[place]!));
    return time < coarse ? time : undisturbed(repetitions.map(({ calls }) => calls[place]!));
  });
}
