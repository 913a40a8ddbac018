/** What validations have shown, as plain data that a checkpoint keeps. */
import { tensor } from "@unroll/core";
import type { ReduceOnPlateau } from "@unroll/optim";

/** The course that a run has taken. */
export interface Course {
  /** The best validation so far. */
  readonly best: { readonly step: number; readonly loss: number } | undefined;
  /** Validations since the best one. */
  readonly failed: number;
  /** What the schedule remembers, when it is one of the host's: rate, best, failed, cooling. */
  readonly plateau: readonly number[] | undefined;
}

export const unseen: Course = { best: undefined, failed: 0, plateau: undefined };

/** The course after one more validation. */
export function observed(course: Course, step: number, loss: number, plateau?: ReduceOnPlateau): Course {
  const better = loss < (course.best?.loss ?? Infinity);
  plateau?.observe(loss);
  return {
    best: better ? { step, loss } : course.best,
    failed: better ? 0 : course.failed + 1,
    plateau: plateau && Object.values(ordered(plateau)).map(({ data }) => data[0]!),
  };
}

const ordered = ({ state: { rate, best, failed, cooling } }: ReduceOnPlateau) => ({
  rate,
  best,
  failed,
  cooling,
});

/** Take up again what the schedule remembered. */
export function restorePlateau(plateau: ReduceOnPlateau | undefined, { plateau: kept }: Course): void {
  if (!plateau || !kept) return;
  const [rate, best, failed, cooling] = kept.map((n) => tensor(n, { dtype: "f64" }));
  plateau.state = { rate: rate!, best: best!, failed: failed!, cooling: cooling! };
}

/** What JSON says; undefined when it is no course. */
export function courseFromJSON(json: string): Course | undefined {
  const found = parse(json);
  if (typeof found !== "object" || found === null) return undefined;
  const { best, failed, plateau } = found as Readonly<Record<string, unknown>>;
  const isBest = (x: unknown): x is { step: number; loss: number } =>
    typeof x === "object" && x !== null && "step" in x && isNumber(x.step) && "loss" in x && isNumber(x.loss);
  // JSON has no infinity, which is what the best is before there was one.
  const isPlateau = (x: unknown): x is (number | null)[] =>
    Array.isArray(x) && x.length === 4 && x.every((n) => n === null || isNumber(n));
  if (best !== undefined && !isBest(best)) return undefined;
  if (!isNumber(failed)) return undefined;
  if (plateau !== undefined && !isPlateau(plateau)) return undefined;
  return { best, failed, plateau: plateau?.map((n) => n ?? Infinity) };
}

const isNumber = (x: unknown): x is number => typeof x === "number";

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
