import { InternalError } from "../tensor/error.ts";
import { bounds, extentOfView, extentsOfOperand, isInjective, overlap, type Extent } from "./extent.ts";
import { kernelKey, writeCount, type Kernel } from "./kernel.ts";
import { printView } from "./print.ts";
import type { Call, Host, Loop, Program, Statement } from "./program.ts";
import { kernelFaults } from "./verify-kernel.ts";
import type { View } from "./view.ts";

/**
 * Check that a program is legal: its kernels are sound and no two are equal; operands stay inside of their buffers in
 * every turn; what is read was written before; and of what a call writes it reads either exactly the same elements or
 * none.
 *
 * Throws: InternalError naming the statement.
 */
export function verify(program: Program): void {
  const { kernels, buffers, inputs, outputs } = program;
  buffers.forEach(({ id, name, size, data }, place) => {
    check(id === place, "program", `buffer ${name} has the id ${id} at place ${place}`);
    check(
      data === undefined || data.length === size,
      "program",
      `${name} has ${size} elements and starts with ${data?.length}`,
    );
  });
  const places = new Map<string, number>();
  kernels.forEach((kernel, place) => {
    const same = places.get(kernelKey(kernel));
    check(same === undefined, "program", `kernels ${same} and ${place} are equal`);
    places.set(kernelKey(kernel), place);
    for (const fault of kernelFaults(kernel)) check(false, `kernel ${place} (${kernel.form})`, fault);
  });
  const written = new Set([
    ...inputs.map(({ buffer }) => buffer.id),
    ...buffers.flatMap(({ id, data, size }) => (data || size === 0 ? [id] : [])),
  ]);
  const state: State = { program, written, loops: [] };
  for (const statement of program.statements) verifyStatement(statement, state);
  for (const view of outputs) verifyRead(view, [extentOfView(view)], "outputs", state);
}

function check(holds: boolean, where: string, what: string): void {
  if (!holds) throw new InternalError(`${where}: ${what}`);
}

/** What is known on the way through a program. */
interface State {
  readonly program: Program;
  /** Buffers that have all the numbers that they will have. */
  readonly written: Set<number>;
  /** Those around the statement, outer ones first. */
  readonly loops: readonly Loop[];
}

function verifyStatement(statement: Statement, state: State): void {
  switch (statement.kind) {
    case "call":
      return verifyCall(statement, state);
    case "host":
      return verifyHost(statement, state);
    case "barrier":
      return;
    case "loop": {
      const { loop, length, body, origin } = statement;
      check(
        !state.loops.some((outer) => outer.loop === loop),
        origin.text,
        `loop ${loop} is inside of itself`,
      );
      check(length > 0, origin.text, `loop ${loop} has no turns`);
      const inner = { ...state, loops: [...state.loops, statement] };
      for (const inside of body) verifyStatement(inside, inner);
    }
  }
}

function verifyCall({ kernel: place, operands, origin }: Call, state: State): void {
  const kernel = state.program.kernels[place];
  if (!kernel) throw new InternalError(`${origin.text}: kernel ${place} is not in the program`);
  const { dtypes } = kernel;
  const where = `${kernel.form} of ${origin.text}`;
  check(
    operands.length === dtypes.length,
    where,
    `the kernel has ${dtypes.length} operands and the call ${operands.length}`,
  );
  operands.forEach(({ buffer }, i) =>
    check(
      buffer.dtype === dtypes[i],
      where,
      `${buffer.name} is ${buffer.dtype}, and operand ${i} of the kernel ${dtypes[i]}`,
    ),
  );
  const extents = operands.map((view, i) => extentsOfOperand(kernel, i, view));
  const firstWrite = operands.length - writeCount(kernel);
  operands.forEach((view, i) => {
    if (i < firstWrite || kernel.form === "scatterAdd") verifyRead(view, extents[i]!, where, state);
    if (i >= firstWrite) verifyWrite(view, extents[i]!, where, state);
  });
  verifyAliases(kernel, operands, extents, where, state);
}

function verifyHost({ reads, writes, origin }: Host, state: State): void {
  const where = `host of ${origin.text}`;
  for (const view of reads) verifyRead(view, [extentOfView(view)], where, state);
  for (const view of writes) verifyWrite(view, [extentOfView(view)], where, state);
}

function verifyRead(view: View, extents: readonly Extent[], where: string, state: State): void {
  verifyPlace(view, extents, where, state);
  check(state.written.has(view.buffer.id), where, `${printView(view)} is read and was never written`);
}

function verifyWrite(view: View, extents: readonly Extent[], where: string, state: State): void {
  verifyPlace(view, extents, where, state);
  const { id, name, role } = view.buffer;
  const isReplaced = role === "input" && state.program.outputs.some(({ buffer }) => buffer.id === id);
  check(
    isReplaced || (role !== "input" && role !== "constant"),
    where,
    `${name} is written and is ${role === "input" ? "an input that no output replaces" : "a constant"}`,
  );
  state.written.add(id);
}

/** A view stays in a buffer of the program, and moves only with loops that it is in. */
function verifyPlace(view: View, extents: readonly Extent[], where: string, { program, loops }: State): void {
  const { buffer, steps } = view;
  check(
    program.buffers[buffer.id]?.name === buffer.name,
    where,
    `${buffer.name} is no buffer of the program`,
  );
  const foreign = steps.find(({ loop }) => !loops.some((l) => l.loop === loop));
  check(
    foreign === undefined,
    where,
    `${printView(view)} moves with loop ${foreign?.loop}, which is not around it`,
  );
  for (const extent of extents) {
    if (extent.factors.some(([size]) => size === 0)) continue;
    const [low, high] = bounds(extent, loops);
    check(
      low >= 0 && high < buffer.size,
      where,
      `${printView(view)} reaches from ${low} to ${high} in a buffer of ${buffer.size} elements`,
    );
  }
}

/** A place that is written is written once, and is read only by the point that writes it. */
function verifyAliases(
  kernel: Kernel,
  operands: readonly View[],
  extents: readonly (readonly Extent[])[],
  where: string,
  { loops }: State,
): void {
  const firstWrite = operands.length - writeCount(kernel);
  for (let w = firstWrite; w < operands.length; w++) {
    const write = operands[w]!;
    const [written] = extents[w]!;
    check(
      kernel.form === "scatterAdd" || isInjective(keptExtent(kernel, w, written!)),
      where,
      `${printView(write)} has several points at one place`,
    );
    for (let o = 0; o < w; o++) {
      const other = operands[o]!;
      if (other.buffer.id !== write.buffer.id) continue;
      if (o < firstWrite && sameElements(kernel, o, w, operands)) continue;
      const clash = extents[o]!.some((extent) => overlap(extent, written!, loops));
      check(!clash, where, `${printView(other)} and ${printView(write)}, which is written, overlap`);
    }
  }
}

/** The dimensions that a kernel's results have: over the others they are summed. */
function keptExtent(kernel: Kernel, operand: number, extent: Extent): Extent {
  if (kernel.form !== "reduce" && kernel.form !== "contract") return extent;
  const kept = kernel.form === "reduce" ? kernel.kept : [...kernel.batch, ...kernel.m, ...kernel.n];
  return { ...extent, factors: kept.map(({ size, strides }) => [size, strides[operand]!]) };
}

/** Whether two operands are at the same element at every point. */
function sameElements(kernel: Kernel, a: number, b: number, operands: readonly View[]): boolean {
  const [x, y] = [extentsOfOperand(kernel, a, operands[a]!), extentsOfOperand(kernel, b, operands[b]!)];
  return kernel.form !== "scatterAdd" && JSON.stringify(x) === JSON.stringify(y);
}
