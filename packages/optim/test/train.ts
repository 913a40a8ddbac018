import {
  constant,
  copy,
  gradient,
  mul,
  ravel,
  reference,
  square,
  stateful,
  sum,
  tensor,
  type Numbers,
  type Tensor,
  type Tensors,
  type Value,
} from "@unroll/core";
import { applyUpdates, type Memory, type Transform } from "../src/index.ts";

/** Any tree of values: memories are no different. */
export type Tree = Memory;

/** Numbers as a tensor, f64 for close comparisons. */
export const f64 = (data: Numbers): Tensor => tensor(data, { dtype: "f64" });

/** The elements of all leaves, in the order of their paths. */
export const numbers = (tree: unknown): number[] => [...ravel(tree).vector];

const oracle = reference();

/** What came of a step. */
interface Step {
  readonly updates: Tensors<Tree>;
  readonly params: Tensors<Tree>;
  readonly memory: Tensors<Memory>;
}

/** Every step of an optimiser that is given these gradients one after another, from its first step or a later one. */
export function follow(
  optimizer: Transform,
  params: Tensors<Tree>,
  gradients: readonly Tensors<Tree>[],
  memory: Tensors<Memory> = optimizer.init(params),
): Step[] {
  const trainer = stateful(
    ({ params, memory }: { params: Tree; memory: Memory }, grads: Tree) => {
      const [updates, remembered] = optimizer.update(grads, memory, params);
      const next = { params: applyUpdates(params, updates), memory: remembered };
      return [next, { ...next, updates }] as const;
    },
    { params, memory },
    // Most of these programs run for a few steps, which is less than it takes to compile them.
    { engine: oracle },
  );
  const steps = gradients.map((grads) => trainer.step(grads));
  trainer.dispose();
  return steps;
}

/** The parameters after each of some steps down a loss. */
export function minimise(
  optimizer: Transform,
  start: Tensors<Tree>,
  loss: (params: Tree) => Value,
  steps: number,
): Tensors<Tree>[] {
  const trainer = stateful(
    ({ params, memory }: { params: Tree; memory: Memory }) => {
      const [updates, remembered] = optimizer.update(gradient(loss(params), params), memory, params);
      return [{ params: applyUpdates(params, updates), memory: remembered }, {}] as const;
    },
    { params: start, memory: optimizer.init(start) },
  );
  const passed = Array.from({ length: steps }, () => {
    trainer.step({});
    return copy(trainer.state.params);
  });
  trainer.dispose();
  return passed;
}

/** Half the sum of curvature times x^2: its gradient is curvature times x. */
export const quadratic =
  (curvature: readonly number[]) =>
  (params: Tree): Value =>
    mul(0.5, sum(mul(constant(f64(curvature)), square(params["x"] as Value))));
