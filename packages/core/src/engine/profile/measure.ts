import { UnsupportedError } from "../../tensor/error.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { isFloat } from "../../tensor/type.ts";
import type { Program } from "../../ir/program.ts";
import type { Executable } from "../engine.ts";
import { undisturbed, undisturbedCalls } from "./estimate.ts";
import { Meter, stepOf } from "./meter.ts";
import { Profile, type ProfileOptions } from "./profile.ts";
import { profiledStatements, total } from "./tree.ts";

/** For how many milliseconds it is run before anything is measured, and, if nobody says how often, after that. */
const [warmUp, enough] = [100, 500];

/** So often is enough when a program takes long, and too often when it takes nothing. */
const [fewest, most] = [5, 10_000];

/** What takes so many steps of the clock can be measured by itself; a repetition takes as many at least. */
const steps = 100;

/** What is profiled. */
export interface Subject {
  readonly program: Program;
  readonly executable: Executable;
  /** The name of its engine. */
  readonly engine: string;
}

/**
 * Where the time of a program goes on these inputs, which stay as they are.
 *
 * Throws: UnsupportedError when the engine takes no times; what running the program throws.
 */
export function profile(
  { program, executable, engine }: Subject,
  inputs: readonly Tensor[],
  { repetitions, clock = () => performance.now() }: ProfileOptions,
): Profile {
  if (!executable.timed)
    throw new UnsupportedError(
      `profile: the engine ${engine} takes no times of its calls.`,
      "Compile for an engine that does: wasm() or reference().",
    );
  const timed = executable.timed(clock);
  const coarse = steps * stepOf(clock);
  const meter = new Meter(timed, inputs, floatsOf(program), clock, coarse);
  meter.repeat((count, passed) => count >= most || passed >= warmUp);
  const rounds = meter.repeat((count, passed) =>
    repetitions === undefined
      ? count >= most || (count >= fewest && passed >= enough)
      : !(count < repetitions),
  );
  const overheadMs = undisturbed(rounds.map(({ overhead }) => overhead));
  const statements = profiledStatements(program, undisturbedCalls(rounds, coarse), overheadMs);
  return new Profile({
    engine,
    repetitions: rounds.length,
    wholeMs: undisturbed(rounds.map(({ whole }) => whole)),
    threads: timed.threads ?? 1,
    sumMs: total(statements),
    overheadMs,
    peak: meter.peak,
    statements,
  });
}

/** The dtypes that a program computes with and that have a peak. */
const floatsOf = ({ kernels }: Program): readonly ("f32" | "f64")[] => [
  ...new Set(kernels.map(({ dtypes }) => dtypes.at(-1)!).filter(isFloat)),
];
