import { expect, test } from "vitest";
import { tensor } from "../tensor/tensor.ts";
import { nodesOf, type Graph } from "../graph/graph.ts";
import { describeValue, type Node, type Value } from "../graph/node.ts";
import { add, mul } from "../ops/arithmetic.ts";
import { matmul } from "../ops/matmul.ts";
import { sigmoid, tanh } from "../ops/activations.ts";
import { scan } from "../scan/scan.ts";
import { compile } from "./compile.ts";
import { stateful } from "./stateful.ts";

/** What `onError` is shown. */
function shown(run: (onError: (error: Error, graph: Graph, node: Node | undefined) => void) => void) {
  const calls: { error: Error; graph: Graph; node: Node | undefined }[] = [];
  let thrown: unknown;
  try {
    run((error, graph, node) => calls.push({ error, graph, node }));
  } catch (error) {
    thrown = error;
  }
  expect(calls).toHaveLength(1);
  expect(calls[0]!.error).toBe(thrown);
  return calls[0]!;
}

const wrong = (x: Value, w: Value): Value => {
  const y = tanh(mul(2, x));
  sigmoid(w);
  return add(matmul(y, w), 1);
};
const [row, square] = [
  tensor([[1, 2, 3]]),
  tensor([
    [1, 2],
    [3, 4],
  ]),
];

test("an error while a graph is built shows the graph as far as it had come, and the op with its operands", () => {
  const { error, graph, node } = shown((onError) => compile(wrong, { onError })(row, square));
  expect(error.message).toMatch(/^matmul: tanh f32\[1, 3\] and w f32\[2, 2\]/);
  expect(graph.inputs.map(describeValue)).toEqual(["x f32[1, 3]", "w f32[2, 2]"]);
  expect(nodesOf(graph).map(({ op }) => op.name)).toEqual(["full", "mul", "tanh", "sigmoid"]);
  expect(node?.op.name).toBe("matmul");
  expect(node?.inputs.map(describeValue)).toEqual(["tanh f32[1, 3]", "w f32[2, 2]"]);
  expect(node?.outputs).toEqual([]);
});

test("an error that the function has caught leaves nothing behind", () => {
  const careful = (x: Value, w: Value): Value => {
    try {
      return matmul(w, x);
    } catch {
      return wrong(x, w);
    }
  };
  const { node } = shown((onError) => compile(careful, { onError })(row, square));
  expect(node?.inputs.map(describeValue)).toEqual(["tanh f32[1, 3]", "w f32[2, 2]"]);
});

test("inside of a step, its state and rows are inputs, and steps that have returned are inside of their scans", () => {
  const run = (h: Value, xs: Value) => {
    const [, ys] = scan((s: Value, x: Value) => [add(s, x), s], h, xs);
    return scan((s: Value, y: Value) => [matmul(s, tanh(y)), undefined], h, ys)[0];
  };
  const xs = tensor([[[1, 2]], [[3, 4]]]);
  const { graph, node } = shown((onError) => compile(run, { onError })(tensor([[1, 1]]), xs));
  expect(graph.inputs.map((x) => x.label)).toEqual(["h", "xs", "h", "x"]);
  expect(nodesOf(graph).map(({ op }) => op.name)).toEqual(["scan", "tanh"]);
  expect(node?.inputs.map((x) => x.label ?? x.node.op.name)).toEqual(["h", "tanh"]);
});

test("a stateful step shows the same", () => {
  const { node } = shown((onError) => {
    const step = (s: Value, x: Value): [Value, Value] => [matmul(s, x), s];
    stateful(step, row, { onError }).step(square);
  });
  expect(node?.op.name).toBe("matmul");
});

test("an error that speaks of no value shows no node", () => {
  const { error, graph, node } = shown((onError) =>
    compile((x: Value) => scan((s: Value) => [s] as never, x, undefined, { length: 2 })[0], { onError })(row),
  );
  expect(error.name).toBe("TreeError");
  expect(node).toBeUndefined();
  expect(graph.outputs).toEqual([]);
});
