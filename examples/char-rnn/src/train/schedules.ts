/** Schedules of the learning rate by name. */
import {
  cosine,
  cosineRestarts,
  exponential,
  inverseTime,
  oneCycle,
  polynomial,
  reduceOnPlateau,
  stepDecay,
  warmUp,
  type Rate,
  type ReduceOnPlateau,
} from "@unroll/optim";
import { flagOf, OptionError } from "../command-line/option.ts";

export interface ScheduleOptions {
  readonly learningRate: number;
  readonly schedule: ScheduleName;
  /** What the rate is multiplied by. */
  readonly decay: number | undefined;
  /** Epochs from one fall to the next. */
  readonly decayEvery: number | undefined;
  /** What passes at the full rate: epochs, or validations without improvement. */
  readonly decayAfter: number | undefined;
  readonly warmUp: number;
}

/** What a schedule may have to know of the run. */
export interface Extent {
  /** Steps of one pass over the text. */
  readonly batches: number;
  /** Steps of the whole run; undefined when only the clock ends it. */
  readonly steps: number | undefined;
}

type Own = "decay" | "decayEvery" | "decayAfter";

interface ScheduleKind {
  make(options: ScheduleOptions, extent: Extent): Rate;
  readonly takes: readonly Own[];
}

const kind = (make: ScheduleKind["make"], ...takes: readonly Own[]): ScheduleKind => ({ make, takes });

const schedules = {
  constant: kind(({ learningRate }) => learningRate),
  exponential: kind(
    ({ learningRate: rate, decay = 0.97, decayAfter: after = 1, decayEvery }, extent) =>
      exponential({ rate, decay, after, every: stepsOf(decayEvery, extent) }),
    "decay",
    "decayEvery",
    "decayAfter",
  ),
  step: kind(
    ({ learningRate: rate, decay: factor = 0.5, decayEvery = 5 }, extent) =>
      stepDecay({ rate, factor, every: stepsOf(decayEvery, extent) }),
    "decay",
    "decayEvery",
  ),
  "inverse-time": kind(
    ({ learningRate: rate, decay = 1, decayEvery }, extent) =>
      inverseTime({ rate, decay: decay / stepsOf(decayEvery, extent) }),
    "decay",
    "decayEvery",
  ),
  linear: kind(({ learningRate: rate }, extent) => polynomial({ rate, steps: end("linear", extent) })),
  cosine: kind(({ learningRate: rate }, extent) => cosine({ rate, steps: end("cosine", extent) })),
  "cosine-restarts": kind(
    ({ learningRate: rate, decayEvery }, extent) =>
      cosineRestarts({ rate, steps: stepsOf(decayEvery, extent), growth: 2 }),
    "decayEvery",
  ),
  "one-cycle": kind(({ learningRate: rate }, extent) => oneCycle({ rate, steps: end("one-cycle", extent) })),
  /** The host lowers it, by a factor of the updates: see `plateauOf`. */
  plateau: kind(({ learningRate }) => learningRate, "decay", "decayAfter"),
} satisfies Readonly<Record<string, ScheduleKind>>;

export type ScheduleName = keyof typeof schedules;

export const scheduleNames = Object.keys(schedules) as readonly ScheduleName[];

/**
 * The rate at every step.
 *
 * Throws: OptionError when the schedule has to know where the run ends and nobody says, and for an option that it makes
 * no use of.
 */
export function rateOf(options: ScheduleOptions, extent: Extent): Rate {
  const { make, takes }: ScheduleKind = schedules[options.schedule];
  for (const name of ["decay", "decayEvery", "decayAfter"] as const)
    if (options[name] !== undefined && !takes.includes(name))
      throw new OptionError(`${flagOf(name)}: the schedule "${options.schedule}" makes no use of it.`);
  const rate = make(options, extent);
  return options.warmUp > 0 ? warmUp(options.warmUp, rate) : rate;
}

/** A factor of all updates that falls when validations have stopped to get better; undefined for other schedules. */
export const plateauOf = ({ schedule, decay, decayAfter }: ScheduleOptions): ReduceOnPlateau | undefined =>
  schedule === "plateau"
    ? reduceOnPlateau({ rate: 1, factor: decay ?? 0.5, patience: decayAfter ?? 2, threshold: 0 })
    : undefined;

const stepsOf = (epochs = 1, { batches }: Extent): number => Math.max(1, Math.round(epochs * batches));

function end(name: string, { steps }: Extent): number {
  if (steps !== undefined) return steps;
  throw new OptionError(`--schedule ${name}: it has to know where the run ends. Give --steps or --epochs.`);
}
