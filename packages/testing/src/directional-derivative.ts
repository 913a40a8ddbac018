import {
  fromArray,
  graph,
  input,
  pullback,
  UnrollError,
  type Engine,
  type Executable,
  type Graph,
  type Tensor,
  type TypedArray,
} from "@unroll/core";
import { uniformNumbers } from "./random.ts";
import { load } from "./trace.ts";
import { widen, widenTensor } from "./widen.ts";

/** An element of an input that varies: which input, and its position in there. */
export interface Element {
  readonly input: number;
  readonly at: number;
}

/** A sum of products, and the sum of their sizes. */
interface Inner {
  readonly sum: number;
  readonly size: number;
}

/** The derivative of <u, f> at x along v, for random u and v, by pullback and as a function of one number. */
export class DirectionalDerivative {
  readonly primal: Graph;
  readonly seed: number;
  readonly order: number;
  /** Computes the cotangents of the inputs that vary, from all inputs and the cotangents of the outputs. */
  readonly backward: Graph;
  /** x, widened. */
  readonly point: readonly Tensor[];
  /** u. */
  readonly cotangents: readonly Tensor[];
  /** v: an array for every input, of zeros for integers and booleans, which are held fixed. */
  readonly direction: readonly Float64Array[];
  /** The inputs that vary. */
  readonly varying: readonly number[];
  readonly #value: Executable;
  readonly #pullback: Executable;

  constructor(
    primal: Graph,
    inputs: readonly Tensor[],
    { order, seed, engine }: { readonly order: number; readonly seed: number; readonly engine: Engine },
  ) {
    this.primal = primal;
    this.seed = seed;
    this.order = order;
    this.varying = primal.inputs.flatMap((x, i) => (isFloat(x) ? [i] : []));
    const ys = primal.outputs.filter(isFloat);
    if (this.varying.length === 0 || ys.length === 0) {
      throw new UnrollError(
        `checkGradient: there is no ${ys.length === 0 ? "output" : "input"} of f32 or f64.`,
      );
    }
    const dys = ys.map((y, i) => input(y.type, y.label === undefined ? `dy${i}` : `d${y.label}`));
    const xs = this.varying.map((i) => primal.inputs[i]!);
    this.backward = graph([...primal.inputs, ...dys], pullback(ys, dys, xs));
    this.#value = load(widen(graph(primal.inputs, ys)), engine);
    this.#pullback = load(widen(this.backward), engine);

    this.point = inputs.map(widenTensor);
    // The orders draw different directions: in one and the same, errors could cancel.
    const random = uniformNumbers(2 * seed + order);
    // Away from 0, so that every element takes part.
    const draw = (): number => (random() < 0.5 ? -1 : 1) * (0.5 + random() / 2);
    this.cotangents = dys.map(({ type }) => f64(type.shape, draw));
    this.direction = this.point.map(({ data }, i) =>
      new Float64Array(data.length).map(() => (this.varying.includes(i) ? draw() : 0)),
    );
  }

  /** <u, f> at x + t v, where v is 0 but at the chosen elements. */
  value(t: number, chosen?: (element: Element) => boolean): Inner {
    const ys = this.#value.run(this.#pointAt(t, chosen));
    return inner(ys.flatMap(({ data }, i) => products(data, this.cotangents[i]!.data)));
  }

  /** <v, pullback(u)> at x + t v. */
  pullback(t: number): Inner {
    return inner(this.gradient(t).flatMap((dx, k) => products(dx, this.direction[this.varying[k]!]!)));
  }

  /** pullback(u) at x + t v, for the inputs that vary. */
  gradient(t: number): readonly TypedArray[] {
    return this.#pullback.run([...this.#pointAt(t), ...this.cotangents]).map(({ data }) => data);
  }

  #pointAt(t: number, chosen: (element: Element) => boolean = () => true): readonly Tensor[] {
    return this.point.map((x, input) => {
      if (t === 0 || !this.varying.includes(input)) return x;
      const v = this.direction[input]!;
      return f64(x.shape, (at) => x.data[at]! + (chosen({ input, at }) ? t * v[at]! : 0));
    });
  }
}

const isFloat = ({ type }: { readonly type: Tensor["type"] }): boolean =>
  type.dtype === "f32" || type.dtype === "f64";

function f64(shape: readonly number[], numberAt: (at: number) => number): Tensor {
  const length = shape.reduce((n, size) => n * size, 1);
  return fromArray(
    { dtype: "f64", shape },
    Float64Array.from({ length }, (_, at) => numberAt(at)),
  );
}

const products = (xs: TypedArray, ys: TypedArray): number[] => Array.from(xs, (x, i) => x * ys[i]!);

const inner = (terms: readonly number[]): Inner => ({
  sum: terms.reduce((total, term) => total + term, 0),
  size: terms.reduce((total, term) => total + Math.abs(term), 0),
});
