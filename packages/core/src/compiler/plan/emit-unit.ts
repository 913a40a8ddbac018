import { InternalError } from "../../tensor/error.ts";
import { emitFill, emitScatterAdd } from "../../ir/emit.ts";
import type { Expr, Scalar } from "../../ir/scalar.ts";
import type { Lowering, Node, Value } from "../../graph/node.ts";
import { originOf } from "../../graph/origin.ts";
import type { Block } from "./block.ts";
import { callContract, callMap, callReduce } from "./call.ts";
import { lowerLoop } from "./loop.ts";
import { standIn } from "./rehearsal.ts";
import { compute, operandsOf } from "./scalars.ts";
import type { Unit } from "./unit.ts";

/** Write the statements of a unit, whose operands lie in their places and whose results have homes. */
export function emitUnit(block: Block, unit: Unit, results: readonly Value[]): void {
  switch (unit.kind) {
    case "map":
      return emitMapUnit(block, unit, results);
    case "sum":
      return emitSum(block, unit);
    case "reduce":
      return emitReduction(block, unit);
    case "kernels":
      return emitKernels(unit.nodes[0]!, loweringOf(block, unit.nodes[0]!));
  }
}

/** One map of all nodes of a unit, which stores what others need. */
function emitMapUnit(block: Block, { nodes }: Unit, results: readonly Value[]): void {
  const operands = operandsOf(nodes);
  const body = (s: Scalar, reads: readonly Expr[]): readonly Expr[] =>
    results.map(compute(s, nodes, operands, reads));
  const reads = operands.map((x) => block.read(x));
  callMap(block, { reads, writes: results.map((y) => block.write(y)), body }, originOf(nodes.at(-1)!));
}

/** A reduction of what its nodes compute point by point. */
function emitReduction(block: Block, { nodes }: Unit): void {
  const node = nodes.at(-1)!;
  const elementwise = nodes.slice(0, -1);
  const made = new Set(elementwise.map(({ outputs }) => outputs[0]!));
  const needed = operandsOf(elementwise, node.inputs);
  // A reduction has the dimensions of what it reads, so of constants and positions alone one is stored.
  const generated = [...elementwise.flatMap(({ inputs }) => inputs), ...node.inputs].filter(
    (x) => !made.has(x),
  );
  const operands = needed.length > 0 ? needed : generated.slice(0, 1);
  emitKernels(node, {
    ...loweringOf(block, node),
    // What is fused has no place; the rule reads it as it is, so no view of it is looked at.
    read: (x) => (made.has(x) ? standIn(x.type) : block.read(x)),
    reduce(request) {
      const body = (s: Scalar, ...reads: Expr[]): Expr => {
        const values = node.inputs.map(compute(s, elementwise, operands, reads));
        return request.body?.(s, ...values) ?? values[0]!;
      };
      callReduce(block, { ...request, reads: operands.map((x) => block.read(x)), body }, originOf(node));
    },
  });
}

/** Contractions one on top of the other, in the place of the last addition's result. */
function emitSum(block: Block, { nodes }: Unit): void {
  const isAddition = (node: Node): boolean => "scalar" in node.op.lower;
  const made = new Set(nodes.flatMap((node) => node.outputs));
  const operands = nodes.filter(isAddition).flatMap((node) => node.inputs);
  const start = operands.find((x) => !made.has(x));
  let init = start && block.read(start);
  const out = block.write(nodes.at(-1)!.outputs[0]!);
  for (const node of nodes) {
    if (isAddition(node)) continue;
    emitKernels(node, {
      ...loweringOf(block, node),
      target: () => out,
      contract(request) {
        callContract(block, init ? { ...request, init } : request, originOf(node));
        init = out;
      },
    });
  }
}

function emitKernels(node: Node, to: Lowering): void {
  const { lower } = node.op;
  if (!("kernels" in lower)) throw new InternalError(`${node.op.name} asks for no kernels`);
  lower.kernels(node, to);
}

/** What the rule of a node writes through. */
function loweringOf(block: Block, node: Node): Lowering {
  const origin = originOf(node);
  return {
    read: (x) => block.read(x),
    target: (y) => block.write(y),
    map: (request) => callMap(block, request, origin),
    reduce: (request) => callReduce(block, request, origin),
    contract: (request) => callContract(block, request, origin),
    scatterAdd(request) {
      block.push(emitFill(request.out, 0), origin);
      block.push(emitScatterAdd(request), origin);
    },
    loop: (request) => lowerLoop(block, node, request),
    host(f, reads, writes) {
      const from = reads.map((x) => block.read(x));
      block.statements.push({
        kind: "host",
        f,
        reads: from,
        writes: writes.map((y) => block.write(y)),
        origin,
      });
    },
    constant(y, tensor) {
      const data = tensor.data.slice();
      block.deliver(y, block.draft.allocate(y.label ?? "constant", y.type, "constant", data), origin);
    },
  };
}
