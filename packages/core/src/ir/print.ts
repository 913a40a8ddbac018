import type { Instruction } from "./instruction.ts";
import { writeCount, type Dimension, type Kernel, type MapKernel } from "./kernel.ts";
import { printBody } from "./print-body.ts";
import type { Call, Host, Loop, PassTrace, Program, Statement } from "./program.ts";
import type { Axis, View } from "./view.ts";

/**
 * A program as text: one line per call, and below it the scalar expressions of its kernel, where that is used first.
 *
 * `z+128{512,1}` is a view of the buffer z: its offset, and the stride of every axis. `a*b` is an axis of two factors,
 * `.` one of size 1. `x+50t0{1}` moves by 50 in every turn t0 of loop 0. `r0` is the first operand that a call reads,
 * `w0` the first that it writes, and `i0` the coordinate along its first dimension.
 */
export function printProgram(program: Program): string {
  const { kernels, buffers, inputs, outputs, statements, passes = [] } = program;
  const firstCalls = new Map<number, number>();
  let calls = 0;

  const printCall = (call: Call): string[] => {
    const number = ++calls;
    const kernel = kernels[call.kernel]!;
    const first = firstCalls.get(call.kernel) ?? number;
    firstCalls.set(call.kernel, first);
    const body = bodyOf(kernel);
    const below = first === number || body.length === 0 ? body : [`body of ${first}`];
    const head = `${String(number).padStart(2)} ${headOf(kernel, call)}    # ${call.origin.text}`;
    return [head, ...below.map((line) => `     ${line}`)];
  };
  const print = (statement: Statement): string[] => {
    switch (statement.kind) {
      case "call":
        return printCall(statement);
      case "host":
        return [`   ${printHost(statement)}`];
      case "barrier":
        return ["   ---- barrier"];
      case "loop":
        return [
          `   ${printLoop(statement)}`,
          ...statement.body.flatMap(print).map((line) => `  ${line}`),
          "   end",
        ];
    }
  };

  const lines = statements.flatMap(print);
  const elements = buffers.reduce((sum, { size }) => sum + size, 0);
  return [
    ...printPasses(passes),
    `program of ${calls} calls, ${kernels.length} kernels and ${buffers.length} buffers of ${elements} elements`,
    `inputs ${inputs.map(printView).join(", ")}`,
    ...lines,
    `outputs ${outputs.map(printView).join(", ")}`,
  ].join("\n");
}

/** A line for each pass: its name, and the numbers of nodes before and after. */
export function printPasses(passes: readonly PassTrace[]): string[] {
  const width = Math.max(...passes.map(({ name }) => name.length));
  const lines = passes.map(({ name, before, after }) => `  ${name.padEnd(width)}  ${before} -> ${after}`);
  return lines.length > 0 ? ["passes", ...lines] : [];
}

const printLoop = ({ loop, length, reverse, origin }: Loop): string =>
  `loop t${loop} < ${length}${reverse ? ", backwards" : ""}    # ${origin.text}`;

const printHost = ({ reads, writes, origin }: Host): string =>
  `host ${reads.map(printView).join(", ")} -> ${writes.map(printView).join(", ")}    # ${origin.text}`;

function headOf(kernel: Kernel, { operands }: Call): string {
  const views = operands.map(printView);
  const firstWrite = views.length - writeCount(kernel);
  const out = views.at(-1)!;
  switch (kernel.form) {
    case "map": {
      const only = onlyInstruction(kernel);
      if (only?.op === "read") return `copy ${views.join(" -> ")}`;
      if (only?.op === "constant") return `fill ${only.value} -> ${out}`;
      return `${printKernel(kernel)} ${arrow(views, firstWrite)}`;
    }
    case "reduce":
      return `${printKernel(kernel)} ${arrow(views, firstWrite)}`;
    case "contract": {
      const init = kernel.init === "zero" ? "" : `${views[2]!} + `;
      return `${printKernel(kernel)} ${out} = ${init}${views[0]!} . ${views[1]!}`;
    }
    case "scatterAdd":
      return `${printKernel(kernel)} ${out}[${views[1]!}] += ${views[0]!}`;
  }
}

/** What a kernel is by itself: its form and its sizes, as in `contract [50]x[128] . [128]x[512]`. */
export function printKernel(kernel: Kernel): string {
  switch (kernel.form) {
    case "map": {
      const only = onlyInstruction(kernel);
      const name = only?.op === "read" ? "copy" : only?.op === "constant" ? "fill" : "map";
      return `${name} ${sizes(kernel.dimensions)}`;
    }
    case "reduce":
      return `reduce ${sizes(kernel.kept)} over ${sizes(kernel.reduced)}`;
    case "contract": {
      const batch = kernel.batch.length > 0 ? `${sizes(kernel.batch)} of ` : "";
      return `contract ${batch}${sizes(kernel.m)}x${sizes(kernel.k)} . ${sizes(kernel.k)}x${sizes(kernel.n)}`;
    }
    case "scatterAdd":
      return `scatterAdd ${sizes(kernel.rows)} rows of ${sizes(kernel.columns)}`;
  }
}

/** The one thing that a copy or a fill does at every point. */
const onlyInstruction = ({ body, writes }: MapKernel): Instruction | undefined =>
  body.length === 1 && writes.length === 1 && (body[0]!.op === "read" || body[0]!.op === "constant")
    ? body[0]
    : undefined;

const sizes = (dimensions: readonly Dimension[]): string =>
  `[${dimensions.map(({ size }) => size).join(", ")}]`;

function arrow(views: readonly string[], firstWrite: number): string {
  const named = views.map((view, i) => (i < firstWrite ? `r${i} ${view}` : `w${i - firstWrite} ${view}`));
  const reads = firstWrite > 0 ? `${named.slice(0, firstWrite).join(", ")} ` : "";
  return `${reads}-> ${named.slice(firstWrite).join(", ")}`;
}

/** The lines below a call. Copies and fills have said everything. */
function bodyOf(kernel: Kernel): string[] {
  if (kernel.form !== "map" && kernel.form !== "reduce") return [];
  const writes = kernel.writes.map((at, i) => ({ name: `w${i}`, at }));
  if (kernel.form === "map") {
    return onlyInstruction(kernel) ? [] : printBody(kernel.body, writes);
  }
  const accumulated = kernel.accumulators.map(({ combine, of }, i) => ({
    name: `acc${i}`,
    by: combine,
    at: of,
  }));
  return [...printBody(kernel.body, accumulated), ...printBody(kernel.epilogue, writes)];
}

/** `z+128{512,1}`, see `printProgram`. */
export function printView({ buffer, offset, axes, steps }: View): string {
  const moves = steps.map(({ loop, stride, period }) => {
    const turn = period === undefined ? `t${loop}` : `(t${loop}%${period})`;
    return `${stride < 0 ? "-" : "+"}${Math.abs(stride)}${turn}`;
  });
  const from = offset === 0 ? "" : offset < 0 ? `${offset}` : `+${offset}`;
  return `${buffer.name}${from}${moves.join("")}{${axes.map(printAxis).join(",")}}`;
}

const printAxis = (axis: Axis): string =>
  axis.length === 0 ? "." : axis.map(([, stride]) => stride).join("*");
