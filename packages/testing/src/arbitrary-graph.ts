import {
  add,
  broadcastTo,
  cast,
  formatTensor,
  full,
  graph,
  input,
  mul,
  print,
  reshape,
  scan,
  sin,
  slice,
  square,
  stack,
  sum,
  type Graph,
  type Tensor,
  type Value,
} from "@unroll/core";
import fc from "fast-check";
import {
  arbitraryShape,
  arbitraryTensors,
  broadcast,
  distinct,
  sizeOf,
  type ShapeBounds,
} from "./arbitraries.ts";
import { average, rules, squash, type Operands } from "./graph-steps.ts";

/** A random program: what it does, and what it is run on. */
export interface RandomGraph {
  readonly inputs: readonly Tensor[];
  /** A scalar that every step of the program has a part in. */
  readonly loss: (xs: readonly Value[]) => Value;
  /** The same, with every scan replaced by copies of its step. */
  readonly unrolled: (xs: readonly Value[]) => Value;
  /** From the inputs to the loss. */
  readonly graph: Graph;
}

/** How large a random graph is. Sizes are from 1 to 3 unless the bounds say otherwise. */
export interface ArbitraryGraphOptions extends ShapeBounds {
  /** Default: f64. */
  readonly dtype?: "f32" | "f64";
  /** Steps at most, those inside of scans aside. Default: 8. */
  readonly maxSteps?: number;
}

/** One line of a program. Any numbers are legal: they are taken modulo what there is. */
interface Step {
  readonly rule: number;
  readonly picks: readonly [number, number, number];
  /** What a scan does at every step. */
  readonly body: readonly Step[];
}

const names = Object.keys(rules);

/** Largest number of elements, and of axes, that steps find and leave behind; what is larger is summed. */
const limits = { elements: 36, rank: 3 };

/**
 * Random graphs over all ops that have derivatives: elementwise ones that broadcast, reductions, products, movements,
 * reads at positions, choices and scans, nested ones too, with reverse ones and integer carries among them.
 *
 * Numbers stay within a few units, sizes within a few elements, and no choice jumps, so that a gradient can be checked
 * and two engines can be compared. A failing graph is shrunk step by step, and printed as its text.
 */
export function arbitraryGraph(options: ArbitraryGraphOptions = {}): fc.Arbitrary<RandomGraph> {
  const { dtype = "f64", maxSteps = 8, minSize = 1, ...bounds } = options;
  const shapes = fc.array(arbitraryShape({ minSize, ...bounds }), { minLength: 1, maxLength: 3 });
  // No two numbers are close, so that an extreme is one, and a choice does not change, along a small step.
  const inputs = shapes.chain((all) =>
    arbitraryTensors(
      all.map((shape) => ({ dtype, shape })),
      distinct(-2, 2),
    ),
  );
  return fc.tuple(inputs, steps(2, maxSteps)).map(([tensors, program]) => randomGraph(tensors, program));
}

/** Every fifth step is a scan, as long as they may nest. */
function steps(depth: number, maxLength: number): fc.Arbitrary<readonly Step[]> {
  const picks = fc.tuple(fc.nat(11), fc.nat(11), fc.nat(11));
  const plain = fc.record({ rule: fc.nat(names.length - 1), picks, body: fc.constant<readonly Step[]>([]) });
  if (depth === 0) return fc.array(plain, { maxLength });
  const looping = fc.record({ rule: fc.constant(-1), picks, body: steps(depth - 1, 3) });
  return fc.array(fc.oneof({ weight: 4, arbitrary: plain }, { weight: 1, arbitrary: looping }), {
    maxLength,
  });
}

function randomGraph(inputs: readonly Tensor[], program: readonly Step[]): RandomGraph {
  const lossOf =
    (loop: Loop) =>
    (xs: readonly Value[]): Value => {
      const pool = new Pool(xs, loop);
      for (const step of program) pool.run(step);
      return pool.loss();
    };
  const xs = inputs.map(({ type }, i) => input(type, `x${i}`));
  const loss = lossOf(asScan);
  const closed = graph(xs, [loss(xs)]);
  return Object.assign(
    { inputs, loss, unrolled: lossOf(asCopies), graph: closed },
    { [fc.toStringMethod]: () => [print(closed), ...inputs.map((x) => formatTensor(x, 64))].join("\n") },
  );
}

interface LoopState {
  readonly h: Value;
  readonly n: Value;
}

/** How a step is repeated along the leading axis of xs. */
type Loop = (
  step: (state: LoopState, x: Value) => readonly [LoopState, Value],
  init: LoopState,
  xs: Value,
  reverse: boolean,
) => readonly [LoopState, Value];

const asScan: Loop = (step, init, xs, reverse) => scan(step, init, xs, { reverse });

/** A plain loop of JavaScript: what a scan means. */
const asCopies: Loop = (step, init, xs, reverse) => {
  const length = xs.shape[0]!;
  const order = Array.from({ length }, (_, t) => (reverse ? length - 1 - t : t));
  const ys = new Array<Value>(length);
  let state = init;
  for (const t of order) [state, ys[t]] = step(state, reshape(slice(xs, t, t + 1), xs.shape.slice(1)));
  return [state, stack(ys)];
};

/** The values that a program has so far. */
class Pool implements Operands {
  readonly #values: Value[] = [];
  readonly #unused = new Set<Value>();
  readonly #loop: Loop;

  constructor(values: readonly Value[], loop: Loop) {
    this.#loop = loop;
    for (const value of values) this.#add(value);
  }

  value(n: number): Value {
    return this.#use(this.#values.at(-1 - (n % this.#values.length))!);
  }

  beside(x: Value, n: number): Value {
    const fitting = this.#values.filter((y) => {
      const shape = broadcast([x.shape, y.shape]);
      return shape !== undefined && sizeOf(shape) <= limits.elements;
    });
    return this.#use(fitting.at(-1 - (n % fitting.length))!);
  }

  run({ rule, picks, body }: Step): void {
    if (rule < 0) this.#scan(picks, body);
    else this.#add(rules[names[rule]!]!(this, picks));
  }

  /** What all values come to that no step has used. */
  loss(): Value {
    const parts = [...this.#unused].map((x) => {
      const count = Math.max(1, sizeOf(x.shape));
      return mul(1 / count, sum(square(add(x, 0.25))));
    });
    return parts.reduce((total, part) => add(total, part));
  }

  /** A loop over a value, whose state begins with another; its step may use a third one, and counts. */
  #scan([a, b, c]: Step["picks"], body: readonly Step[]): void {
    const value = this.value(a);
    const xs = value.shape.length === 0 ? stack([value, sin(value)]) : value;
    const [start, captured] = [this.value(b), this.value(c)];
    const zero = full(0, { dtype: "i32", shape: [] });
    const step = ({ h, n }: LoopState, x: Value): readonly [LoopState, Value] => {
      const inside = new Pool([captured, h, x], this.#loop);
      for (const one of body) inside.run(one);
      const counted = add(inside.value(0), mul(0.25, cast(n, h.type.dtype)));
      const next = squash(add(mul(0.5, h), fit(add(counted, average(x)), h.shape)));
      return [{ h: next, n: add(n, 1) }, inside.value(1)];
    };
    const [last, ys] = this.#loop(step, { h: start, n: zero }, xs, c % 2 === 1);
    this.#add(last.h);
    this.#add(ys);
  }

  #use(x: Value): Value {
    this.#unused.delete(x);
    return x;
  }

  #add(value: Value): void {
    let x = value;
    while (x.shape.length > limits.rank || sizeOf(x.shape) > limits.elements) x = squash(sum(x, { axis: 0 }));
    this.#values.push(x);
    this.#unused.add(x);
  }
}

/** The value itself where it has the shape, and its mean everywhere where not. */
const fit = (x: Value, shape: readonly number[]): Value =>
  x.shape.join() === shape.join() ? x : broadcastTo(average(x), shape);
