import {
  add,
  concat,
  fork,
  graph,
  input,
  leaves,
  mul,
  print,
  type Graph,
  type ParamSpec,
  type StateSpec,
  type Value,
} from "@unroll/core";
import { normal, param, state, type Cell } from "@unroll/layers";
import fc from "fast-check";
import { squash } from "../graph-steps.ts";
import { cellSteps, fit, type Parts } from "./cell-steps.ts";

/** A random cell, and how many features its input has. */
export interface RandomCell {
  readonly cell: Cell<unknown, unknown, Value, unknown>;
  readonly inputs: number;
}

/** How large a random cell is. */
export interface ArbitraryCellOptions {
  /** Values that its step makes, at most. Default: 8. */
  readonly maxSteps?: number;
}

/** One line of a step. Any numbers are legal: they are taken modulo what there is. */
interface Line {
  readonly step: number;
  readonly picks: readonly [number, number, number];
}

/** What a cell is made from. */
interface Plan {
  readonly inputs: number;
  readonly lines: readonly Line[];
  /** Width of each state, and which value it takes up. */
  readonly states: readonly { readonly width: number; readonly from: number }[];
  readonly hasClock: boolean;
  /** Whether there is a state that never changes. */
  readonly hasMask: boolean;
  /** Whether the output is a tree. */
  readonly isTree: boolean;
}

const names = Object.keys(cellSteps);

/**
 * Random cells: gates, activations, products, sums, halves and joins of the input and of states in a tree, parameters
 * wherever steps want one, norms, clocks of integers that choose and look up, and noise when there is a key.
 *
 * Numbers stay within a few units, sizes within a few elements, and every parameter has a part in the output, so that a
 * cell keeps the rules of `checkCell`. A failing cell is shrunk line by line, and printed as the graph of its step.
 */
export function arbitraryCell(options: ArbitraryCellOptions = {}): fc.Arbitrary<RandomCell> {
  const { maxSteps = 8 } = options;
  const line = fc.record({
    step: fc.nat(names.length - 1),
    picks: fc.tuple(fc.nat(7), fc.nat(7), fc.nat(7)),
  });
  const plan = fc.record({
    inputs: fc.integer({ min: 1, max: 3 }),
    lines: fc.array(line, { maxLength: maxSteps }),
    states: fc.array(fc.record({ width: fc.integer({ min: 1, max: 3 }), from: fc.nat(7) }), { maxLength: 3 }),
    hasClock: fc.boolean(),
    hasMask: fc.boolean(),
    isTree: fc.boolean(),
  });
  return plan.map(cellOf);
}

function cellOf(plan: Plan): RandomCell {
  const wanted: ParamSpec[] = [];
  const text = print(
    traceStep(plan, (shape) => {
      wanted.push(param(shape, normal(0.5)));
      return input({ dtype: "f64", shape }, `params[${wanted.length - 1}]`);
    }),
  );
  const cell: Cell<readonly ParamSpec[], StepState<StateSpec>, Value, unknown> = {
    params: wanted,
    state: {
      h: plan.states.map(({ width }) => state(width)),
      ...(plan.hasClock && { clock: state([], { dtype: "i32" }) }),
      ...(plan.hasMask && { mask: state(2, { init: 0.5 }) }),
    },
    step(params, before, x, key) {
      const all = params[Symbol.iterator]();
      return step(plan, () => all.next().value!, before, x, key);
    },
  };
  const made = { cell: cell as unknown as RandomCell["cell"], inputs: plan.inputs };
  return Object.assign(made, { [fc.toStringMethod]: () => text });
}

/** What a cell remembers: any number of float states, a count of steps, and what never changes. */
interface StepState<Leaf> {
  readonly h: readonly Leaf[];
  readonly clock?: Leaf | undefined;
  readonly mask?: Leaf | undefined;
}

/** The graph of a step for a batch of one, with parameters as they are wanted. */
function traceStep(plan: Plan, want: (shape: readonly number[]) => Value): Graph {
  const params: Value[] = [];
  const symbol = (name: string, ...shape: number[]): Value => input({ dtype: "f64", shape }, name);
  const before: StepState<Value> = {
    h: plan.states.map(({ width }, i) => symbol(`state.h[${i}]`, 1, width)),
    ...(plan.hasClock && { clock: input({ dtype: "i32", shape: [1] }, "state.clock") }),
    ...(plan.hasMask && { mask: symbol("state.mask", 1, 2) }),
  };
  const x = symbol("x", 1, plan.inputs);
  const key = input({ dtype: "i32", shape: [2] }, "key");
  const wantAndKeep = (shape: readonly number[]): Value => {
    const made = want(shape);
    params.push(made);
    return made;
  };
  const results = leaves(step(plan, wantAndKeep, before, x, key)).map(({ leaf }) => leaf);
  return graph([...params, ...leaves(before).map(({ leaf }) => leaf), x, key], results);
}

function step(
  { lines, states, isTree }: Plan,
  want: Parts["param"],
  before: StepState<Value>,
  x: Value,
  key: Value | undefined,
): readonly [StepState<Value>, unknown] {
  const values = [x, ...before.h, ...(before.mask ? [before.mask] : [])];
  const unused = new Set(values);
  const at = (n: number): Value => values.at(-1 - (n % values.length))!;
  const draws = lines.filter((line) => names[line.step] === "noise").length;
  const keys = key && draws > 0 ? [...fork(key, draws)] : [];
  const parts: Parts = {
    value(n) {
      unused.delete(at(n));
      return at(n);
    },
    param: want,
    key: () => keys.pop(),
    clock: before.clock,
  };
  for (const { step: rule, picks } of lines) {
    const made = cellSteps[names[rule]!]!(parts, picks);
    values.push(made);
    unused.add(made);
  }
  const h = before.h.map((old, i) => squash(add(mul(0.5, old), fit(at(states[i]!.from), states[i]!.width))));
  const after = {
    h,
    ...(before.clock && { clock: add(before.clock, 1) }),
    ...(before.mask && { mask: before.mask }),
  };
  // What no line has used is given, so that everything has a part in what the cell gives.
  const y = concat([...unused], { axis: 1 });
  return [after, isTree ? { y, last: [at(0)] } : y];
}
