import { compile, evaluate, type Tensor, type Tensors, type Value } from "@unroll/core";
import { initialState, unroll, type Cell } from "../src/index.ts";

/** The final state and the outputs of a cell along a sequence, from its initial state or another, in f64. */
export function run<P, S, X>(
  cell: Cell<P, S, X>,
  params: Tensors<P>,
  xs: Tensors<X>,
  from?: Tensors<S>,
): readonly [Tensors<S>, Tensor] {
  const batch = firstOf(xs).shape[1]!;
  const start = from ?? evaluate(initialState(cell.state, { batch, dtype: "f64" }));
  const compiled = compile((p: object, s: object, xs: object) =>
    unroll(cell as unknown as Cell<object, object>, p, s, xs as Value),
  );
  return compiled(params as object, start as object, xs as object) as unknown as readonly [
    Tensors<S>,
    Tensor,
  ];
}

const firstOf = (tree: unknown): Tensor => {
  const [first] = "shape" in (tree as object) ? [tree] : Object.values(tree as object);
  return first as Tensor;
};
