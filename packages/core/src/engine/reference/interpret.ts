import { InternalError, ShapeError } from "../../tensor/error.ts";
import { fromArray, type Tensor } from "../../tensor/tensor.ts";
import { formatType, sizeOf } from "../../tensor/type.ts";
import { writeCount } from "../../ir/kernel.ts";
import type { Call, Host, Program, Statement } from "../../ir/program.ts";
import { viewShape, type View } from "../../ir/view.ts";
import { checkMap, checkWrites, indexError } from "./checks.ts";
import { prepareKernel } from "./kernel.ts";
import { addressOf, freshMemory, readView, writeView, type Memory, type Turn } from "./memory.ts";

/**
 * A program with memory, run statement by statement. Every run gives new tensors, and tells of each call when it ends.
 */
export function interpreter(
  program: Program,
  afterCall: (call: Call | Host) => void = () => undefined,
): (inputs: readonly Tensor[]) => readonly Tensor[] {
  const { kernels, inputs, outputs, statements, checks } = program;
  const memory: Memory = program.buffers.map(freshMemory);
  const prepared = kernels.map(prepareKernel);
  const turns: Turn[] = [];
  const replaced = new Set(outputs.map(({ buffer }) => buffer).filter(({ role }) => role === "input"));

  function run(statement: Statement): void {
    switch (statement.kind) {
      case "call":
        runCall(statement);
        return afterCall(statement);
      case "host":
        runHost(statement);
        return afterCall(statement);
      case "barrier":
        // One thread has nobody to wait for.
        return;
      case "loop":
        turns.push({ loop: statement, turn: 0 });
        for (const last = turns.at(-1)!; last.turn < statement.length; last.turn++) {
          statement.body.forEach(run);
        }
        turns.pop();
    }
  }

  function runCall(call: Call): void {
    const { operands, origin } = call;
    const outside = (index: number, size: number): void => {
      if (checks !== "none" && index !== -1) throw indexError(origin, turns, index, size);
    };
    const addresses = operands.map((view) => addressOf(view, turns));
    prepared[call.kernel]!(addresses, { memory: operands.map(({ buffer }) => memory[buffer.id]!), outside });
    if (checks !== "finite") return;
    const kernel = kernels[call.kernel]!;
    const firstWrite = operands.length - writeCount(kernel);
    if (kernel.form === "map") checkMap(kernel, call, memory, turns);
    else checkWrites(origin, operands.slice(0, firstWrite), operands.slice(firstWrite), memory, turns);
  }

  function runHost({ f, reads, writes, origin }: Host): void {
    const results = f(reads.map((view) => tensorOf(view, memory, turns)));
    writes.forEach((view, i) => {
      const type = { dtype: view.buffer.dtype, shape: viewShape(view) };
      const length = results[i]?.length ?? 0;
      if (length !== sizeOf(type.shape)) {
        throw new ShapeError(
          `${origin.text}: the function returned ${length} numbers for ${formatType(type)}.`,
        );
      }
      writeView(view, memory, turns, results[i]!);
    });
    if (checks === "finite") checkWrites(origin, reads, writes, memory, turns);
  }

  return (tensors) => {
    turns.length = 0;
    // What is not overwritten is read where it lies.
    inputs.forEach(({ buffer }, i) => {
      const { data } = tensors[i]!;
      if (data.length !== buffer.size) {
        throw new InternalError(`${buffer.name} has ${buffer.size} elements, but is given ${data.length}`);
      }
      memory[buffer.id] = replaced.has(buffer) ? data.slice() : data;
    });
    statements.forEach(run);
    return outputs.map((view) => tensorOf(view, memory, turns));
  };
}

const tensorOf = (view: View, memory: Memory, turns: readonly Turn[]): Tensor =>
  fromArray({ dtype: view.buffer.dtype, shape: viewShape(view) }, readView(view, memory, turns));
