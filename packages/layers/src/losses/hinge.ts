import {
  add,
  equal,
  iota,
  max,
  mul,
  relu,
  squeeze,
  sub,
  sum,
  takeAlong,
  unsqueeze,
  where,
  type Value,
} from "@unroll/core";
import { expectBeside, expectFloats, expectRows } from "./operands.ts";

/**
 * How far each score falls short of a margin, 1 by default, on the side of its target:
 *
 *     max(0, margin - target y), for targets of -1 and 1
 *
 * Shapes: any, targets of the same type -> same.
 * Gradient: dy = -target dloss where it falls short, 0 elsewhere.
 * Throws: DTypeError, ShapeError when the types differ.
 * Source: Cortes and Vapnik, Support-Vector Networks, 1995.
 */
export function hinge(y: Value, targets: Value, options: { readonly margin?: number } = {}): Value {
  const { margin = 1 } = options;
  expectFloats("hinge", "scores", y);
  expectBeside("hinge", y, "targets", targets);
  return relu(sub(margin, mul(targets, y)));
}

/** How the classes that come too close to the target count. */
export interface MulticlassHingeOptions {
  /** How far the target is to be above all other classes. Default: 1. */
  readonly margin?: number;
  /** The worst of them (Crammer and Singer), or all of them together (Weston and Watkins). Default: "worst". */
  readonly count?: "worst" | "all";
  /** The target of rows that do not count: their result is 0, with zero gradient. Default: -1. */
  readonly ignore?: number;
}

/**
 * How far other classes come above the target less a margin:
 *
 *     max over k != target of max(0, margin + score[k] - score[target]), or the sum over k
 *
 * Shapes: scores [..., V], targets i32 [...] -> [...]
 * Gradient: -1 at the target and 1 at a class that came too close, times dloss; for all such classes with "all".
 * Throws: DTypeError when the targets are not i32; ShapeError when they do not fit the scores.
 * Source: Crammer and Singer, On the Algorithmic Implementation of Multiclass Kernel-based Vector Machines, 2001;
 * Weston and Watkins, Support Vector Machines for Multi-Class Pattern Recognition, 1999.
 */
export function multiclassHinge(scores: Value, targets: Value, options: MulticlassHingeOptions = {}): Value {
  const { margin = 1, count = "worst", ignore = -1 } = options;
  expectRows("multiclassHinge", "scores", scores);
  const shape = scores.shape.slice(0, -1);
  expectBeside("multiclassHinge", scores, "targets", targets, { dtype: "i32", shape });
  const rows = unsqueeze(targets, -1);
  const ignored = equal(rows, ignore);
  const classes = where(ignored, -1, rows);
  const isTarget = equal(classes, iota(scores.shape.at(-1)!));
  const short = relu(add(margin, sub(scores, takeAlong(scores, classes))));
  const others = where(isTarget, 0, short);
  const axis = { axis: -1, keepDims: true };
  return squeeze(where(ignored, 0, count === "all" ? sum(others, axis) : max(others, axis)), -1);
}
