import { add, mul, pow, reshape, slice, square, sub, type Value } from "@unroll/core";
import type { Memory } from "../src/index.ts";
import { f64, quadratic } from "./train.ts";

/** A function to go down, and where it is at its least. */
export interface Surface {
  readonly name: string;
  readonly start: readonly number[];
  readonly minimum: readonly number[];
  /** Its value at `params.x`, in the graph. */
  loss(params: Memory): Value;
}

const element = (params: Memory, i: number): Value => reshape(slice(params["x"] as Value, i, i + 1), []);

/** Source: Rosenbrock, An automatic method for finding the greatest or least value of a function, 1960. */
export const rosenbrock: Surface = {
  name: "Rosenbrock",
  start: [-1.2, 1],
  minimum: [1, 1],
  loss(params) {
    const [x, y] = [element(params, 0), element(params, 1)];
    return add(square(sub(1, x)), mul(100, square(sub(y, square(x)))));
  },
};

/** Source: Beale, On an iterative method for finding a local minimum of a function of more than one variable, 1958. */
export const beale: Surface = {
  name: "Beale",
  start: [1, 1],
  minimum: [3, 0.5],
  loss(params) {
    const [x, y] = [element(params, 0), element(params, 1)];
    const term = (constant: number, power: number): Value =>
      square(add(sub(constant, x), mul(x, power === 1 ? y : pow(y, power))));
    return add(term(1.5, 1), term(2.25, 2), term(2.625, 3));
  },
};

const curvature = [1, 10, 100, 1000];

/** A quadratic a thousand times as steep in one direction as in another. */
export const illConditioned: Surface = {
  name: "a quadratic of condition 1000",
  start: [3, -2, 1, 0.5],
  minimum: [0, 0, 0, 0],
  loss: quadratic(curvature),
};

export const surfaces: readonly Surface[] = [rosenbrock, beale, illConditioned];

/** The start as parameters. */
export const startOf = ({ start }: Surface): { readonly x: ReturnType<typeof f64> } => ({ x: f64(start) });
