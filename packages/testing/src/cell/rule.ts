import type { Case } from "./case.ts";

/** How a rule is broken. */
export interface Finding {
  /** With the path of the leaf, its type, and both numbers. */
  readonly what: string;
  readonly remedy?: string;
}

/** What a rule says of a case: nothing, how it is broken, or why that can't be seen here. */
export type Verdict = undefined | Finding | { readonly unclear: string };

/** A sentence of the contract of cells, and how it is checked. */
export interface Rule {
  readonly name: string;
  check(one: Case): Verdict;
}
