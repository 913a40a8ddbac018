import { UnrollError } from "@unroll/core";

/** Where a cell broke a rule. */
export interface CellErrorPlace {
  /** The rule, as a sentence. */
  readonly rule: string;
  /** Of fast-check: the same options with this seed and path run the smallest case again. */
  readonly seed: number;
  readonly path: string;
}

/** A cell that breaks a rule of cells. */
export class CellError extends UnrollError {
  override readonly name: string = "CellError";
  readonly rule: string;
  readonly seed: number;
  readonly path: string;

  constructor(what: string, notes: string, { rule, seed, path }: CellErrorPlace, cause?: unknown) {
    super(what, notes);
    this.rule = rule;
    this.seed = seed;
    this.path = path;
    if (cause !== undefined) this.cause = cause;
  }
}
