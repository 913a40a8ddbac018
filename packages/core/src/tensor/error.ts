import type { Tensor } from "./tensor.ts";
import { formatType, type TensorType } from "./type.ts";

/**
 * Every error of unroll reads `op: operands with their types: what is wrong.`, then, on a line of its own, what to do
 * about it when that can be guessed. `docs/errors.md` has a section for each class.
 */
export class UnrollError extends Error {
  override readonly name: string = "UnrollError";

  constructor(message: string, remedy?: string) {
    super(remedy === undefined ? message : `${message}\n${remedy}`);
  }
}

/** Shapes that do not fit each other, or an axis that is not there. */
export class ShapeError extends UnrollError {
  override readonly name = "ShapeError";
}

/** A dtype where another is needed, or something that is no value at all. */
export class DTypeError extends UnrollError {
  override readonly name = "DTypeError";
}

/** Two trees of values that should have the same leaves and do not, or a tree with something illegal in it. */
export class TreeError extends UnrollError {
  override readonly name = "TreeError";
}

/** A derivative that does not exist or was asked for in a way that would silently give a wrong one. */
export class GradientError extends UnrollError {
  override readonly name = "GradientError";
}

/** A value used where it has no meaning: outside the step of the scan it belongs to, or in another graph. */
export class ScopeError extends UnrollError {
  override readonly name = "ScopeError";
}

/** A random key that is used more than once. */
export class KeyError extends UnrollError {
  override readonly name = "KeyError";
}

/** What a running program found. */
class RunError extends UnrollError {
  /** The id of the node that was being computed. */
  readonly node: number;

  constructor(message: string, node: number, remedy?: string) {
    super(message, remedy);
    this.node = node;
  }
}

/** An index outside its axis, found by a program that runs with `checks`. */
export class IndexError extends RunError {
  override readonly name = "IndexError";
}

/** A step of a scan that was running. */
export interface RunningStep {
  /** The id of the scan's node. */
  readonly node: number;
  readonly op: string;
  readonly step: number;
}

/** A NaN or an infinity that was made of finite numbers. */
export interface NonFinite {
  readonly value: number;
  /** Its coordinates in the result. */
  readonly at: readonly number[];
  /** The outermost first; none outside of scans. */
  readonly steps: readonly RunningStep[];
  /** All that the result was made of, as it was at that moment. */
  readonly operands: readonly { readonly name: string; readonly tensor: Tensor }[];
}

/** The first NaN or infinity of a program that runs with `checks: "finite"`. */
export class NonFiniteError extends RunError {
  override readonly name = "NonFiniteError";
  readonly found: NonFinite;

  constructor(message: string, node: number, found: NonFinite) {
    super(message, node);
    this.found = found;
  }
}

/** Something that the chosen engine, or this version, can't do. */
export class UnsupportedError extends UnrollError {
  override readonly name = "UnsupportedError";
}

/** A tensor whose memory has been given to newer numbers, or whose engine is gone. */
export class StaleError extends UnrollError {
  override readonly name = "StaleError";
}

/** A file that is damaged, foreign, or does not fit what it is loaded into. */
export class FormatError extends UnrollError {
  override readonly name = "FormatError";
}

/** Our own bug. Never the caller's fault. */
export class InternalError extends UnrollError {
  override readonly name = "InternalError";

  constructor(message: string) {
    super(
      `internal: ${message}`,
      "This is a bug in unroll. Please report it with the program that caused it.",
    );
  }
}

/** A type with the name that messages use for what has it. */
export interface NamedType extends TensorType {
  readonly label?: string | undefined;
}

/** `params.rnn.wx f32[64, 512]`: an operand in a message. */
export const describe = (x: NamedType): string => (x.label ? `${x.label} ${formatType(x)}` : formatType(x));
