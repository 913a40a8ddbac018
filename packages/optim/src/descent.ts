import {
  add,
  cast,
  mapTree,
  mul,
  neg,
  tensor,
  unflatten,
  type DType,
  type Operand,
  type Value,
} from "@unroll/core";
import { expectParts, expectSameLeaves } from "./expect.ts";
import { filledLike, type Memory } from "./memory.ts";
import { expectRate, rateAt, type Rate } from "./rate.ts";
import type { Transform } from "./transform.ts";

/** What is remembered of one leaf, by name. */
export type Remembered<Name extends string> = Readonly<Record<Name, Value>>;

/** What a step does to one leaf: it moves by -rate times the direction, and is remembered for the next step. */
export type LeafRule<Name extends string> = (
  gradient: Value,
  remembered: Remembered<Name>,
  param: Value,
) => readonly [direction: Value, remembered: Remembered<Name>];

/** An optimiser that treats every leaf by itself. */
export interface DescentRule<Name extends string> {
  readonly learningRate: Rate;
  /** What is remembered of every leaf, in its own type, and the number it starts from. */
  readonly remembers: Readonly<Record<Name, number>>;
  /**
   * The rule of one step. Steps count from 1; they and the step's rate are in the dtype of the leaf. What depends on
   * them alone is shared.
   */
  at(step: Value, rate: Operand): LeafRule<Name>;
}

/**
 * An optimiser from what it does to one leaf.
 *
 * The memory is `{ step, ... }`: the number of updates made, i32, and for each name a tree like the parameters. The
 * number is kept whether the rate depends on it or not, so that a run can be resumed with another schedule.
 *
 * Throws: UnrollError when the rate is none; from `update`, TreeError and ShapeError when memory, gradients and
 * parameters do not fit each other.
 *
 *     const signDescent = (learningRate: Rate): Transform =>
 *       descent("signDescent", { learningRate, remembers: {}, at: () => (g) => [sign(g), {}] });
 */
export function descent<Name extends string>(op: string, rule: DescentRule<Name>): Transform {
  const { learningRate, remembers, at } = rule;
  expectRate(op, "learningRate", learningRate);
  const names = Object.keys(remembers) as Name[];
  return {
    init(params) {
      const trees = record(names, (name) => filledLike(op, params, remembers[name]));
      return { step: tensor(0, { dtype: "i32" }), ...trees };
    },
    update<P>(grads: P, memory: Memory, params: P) {
      expectParts(op, memory, ["step", ...names]);
      expectSameLeaves(op, ["the gradients have", grads], ["the parameters have", params]);
      for (const name of names) {
        expectSameLeaves(op, ["memory has", memory[name]], ["the gradients have", grads]);
      }
      const made = memory["step"] as Value;
      const rules = perDType((dtype) => {
        const before = cast(made, dtype);
        const rate = rateAt(op, learningRate, before);
        return { rate, leafRule: at(add(before, 1), rate) };
      });
      const next = record(names, (): Value[] => []);
      const move = (g: Value, x: Value, ...old: readonly Value[]): Value => {
        const { rate, leafRule } = rules(g.type.dtype);
        const remembered = record(names, (_, i) => old[i]!);
        const [direction, now] = leafRule(g, remembered, x);
        for (const name of names) next[name].push(now[name]);
        return mul(typeof rate === "number" ? -rate : neg(rate), direction);
      };
      const updates = mapTree(move, grads, params, ...names.map((name) => memory[name] as P));
      const trees = record(names, (name) => unflatten(params, next[name]) as Memory | Value);
      return [updates, { step: add(made, 1), ...trees }];
    },
  };
}

/** `f`, called once for each dtype. */
function perDType<T>(f: (dtype: DType) => T): (dtype: DType) => T {
  const known = new Map<DType, T>();
  return (dtype) => known.get(dtype) ?? known.set(dtype, f(dtype)).get(dtype)!;
}

const record = <Name extends string, T>(
  names: readonly Name[],
  f: (name: Name, i: number) => T,
): Readonly<Record<Name, T>> =>
  Object.fromEntries(names.map((name, i) => [name, f(name, i)])) as Record<Name, T>;
