import type { Checks, Program } from "../src/ir/program.ts";
import { verify } from "../src/ir/verify.ts";
import type { Tensor } from "../src/tensor/tensor.ts";
import { graph, input } from "../src/graph/graph.ts";
import { applyOp, type Op, type Value } from "../src/graph/node.ts";
import { reference } from "../src/engine/reference/index.ts";
import { plan } from "../src/engine/reference/plan.ts";

/** A program of a function that is legal. */
export function planned(
  inputs: readonly Value[],
  outputs: readonly Value[],
  checks: Checks = "none",
): Program {
  const program = plan(graph(inputs, outputs), { checks });
  verify(program);
  return program;
}

/** The tensors that a function gives on the reference engine. */
export const computed = (
  inputs: readonly Value[],
  outputs: readonly Value[],
  tensors: readonly Tensor[],
  checks: Checks = "none",
): readonly Tensor[] =>
  reference()
    .load(planned(inputs, outputs, checks))
    .run(tensors);

interface LoopAttrs {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly carries: number;
  readonly sequences: number;
  readonly length: number;
  readonly reverse?: boolean;
}

const loopOp: Op<LoopAttrs> = {
  name: "loop",
  infer: (_, { outputs, carries, length }) =>
    outputs.map(({ type: { dtype, shape } }, i) => ({
      dtype,
      shape: i < carries ? shape : [length, ...shape],
    })),
  lower: {
    kernels({ attrs: { inputs, outputs, carries, sequences, length, reverse = false } }, to) {
      to.loop({ body: graph(inputs, outputs), carries, sequences, length, reverse });
    },
  },
};

/** The least that lowers to a loop: scan without its checks. */
export const loop = (given: readonly Value[], attrs: LoopAttrs): readonly Value[] =>
  applyOp(loopOp, given, attrs);

export const f64 = (shape: readonly number[], label: string): Value => input({ dtype: "f64", shape }, label);
