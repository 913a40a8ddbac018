import fc from "fast-check";
import { caseOf, type Case, type Draft, type Subject } from "./case.ts";
import { CellError } from "./error.ts";
import { reportOf } from "./report.ts";
import type { Finding } from "./rule.ts";
import { rules } from "./rules.ts";

/** How many cases are tried, and which. */
export interface SearchOptions {
  readonly runs: number;
  readonly seed?: number | undefined;
  readonly path?: string | undefined;
}

/** How a case breaks a rule. */
export interface Failure extends Finding {
  readonly rule: string;
  /** Absent: the case could not be made. */
  readonly one?: Case;
  readonly cause?: unknown;
}

/** So many smaller cases are tried once one has been found. */
const shrinks = 60;

/**
 * Check every rule on drawn cases.
 *
 * Throws: CellError for the smallest case found that breaks the rule that was broken first.
 */
export function search(drafts: fc.Arbitrary<Draft>, subject: Subject, options: SearchOptions): void {
  const { runs, seed, path } = options;
  const doubts: Failure[] = [];
  let failure: Failure | undefined;
  let left = shrinks;
  const property = fc.property(drafts, (draft) => {
    if (failure && left-- <= 0) return true;
    // Most smaller cases keep the rule, so it is asked first.
    const wanted = failure?.rule;
    if (wanted !== undefined && !firstFailure(draft, subject, [], (rule) => rule === wanted)) return true;
    const found = firstFailure(draft, subject, doubts);
    if (!found || (failure && found.rule !== failure.rule)) return true;
    failure = found;
    return false;
  });
  const result = fc.check(property, {
    numRuns: runs,
    ...(seed !== undefined && { seed }),
    ...(path !== undefined && { path }),
  });
  // A slope that is mostly unclear is one that nobody has checked.
  const broken = failure ?? (2 * doubts.length > result.numRuns ? doubts[0] : undefined);
  if (!broken) return;
  const place = { rule: broken.rule, seed: result.seed, path: result.counterexamplePath ?? "0" };
  throw new CellError(`checkCell: ${broken.what}`, reportOf(broken, place), place, broken.cause);
}

/** How a case breaks the first of the rules that it breaks. Rules that are unclear here are added to the doubts. */
function firstFailure(
  draft: Draft,
  subject: Subject,
  doubts: Failure[],
  isAsked: (rule: string) => boolean = () => true,
): Failure | undefined {
  let rule = "it can be made";
  let one: Case | undefined;
  try {
    one = caseOf(draft, subject);
    for (const { name, check } of rules.filter((one) => isAsked(one.name))) {
      rule = name;
      const verdict = check(one);
      if (verdict && "what" in verdict) return { ...verdict, rule, one };
      if (verdict) doubts.push({ what: verdict.unclear, rule, one });
    }
    return undefined;
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    return { what, rule, ...(one && { one }), cause };
  }
}
