import type { DType } from "../../tensor/type.ts";
import { bytesOf, livesOf } from "../../compiler/plan-memory.ts";
import { callsOf, type Program, type Statement } from "../../ir/program.ts";
import type { Buffer, View } from "../../ir/view.ts";
import type { EngineFootprint, Footprint } from "./footprint.ts";
import { printMemoryUse } from "./print.ts";

/**
 * What a buffer is for. `stack`: values of all steps of a loop, kept for the steps after it, for the backward pass or
 * as a sequence. `panels`: a copy of an operand in the order in which a contraction reads it.
 */
export type Purpose = "state" | "input" | "output" | "constant" | "stack" | "temporary" | "panels";

export interface BufferUse {
  /** The label of its value, or the name of the op that makes it. */
  readonly name: string;
  readonly purpose: Purpose;
  readonly dtype: DType;
  /** In elements. */
  readonly size: number;
  readonly bytes: number;
  /**
   * The first and the last call that it has to be there for, as `explain()` numbers them. A loop counts as a whole; 0
   * is before the first call, and one more than the last is after it.
   */
  readonly first: number;
  readonly last: number;
}

/** Where the memory of a program goes, in bytes. Plain data; as a string, a table. */
export class MemoryUse {
  readonly engine: string;
  /** Of all buffers for a purpose, each counted by itself. */
  readonly purposes: Readonly<Record<Purpose, number>>;
  /** Of the buffers that belong to the program: all but state, inputs and outputs. */
  readonly own: number;
  /** What those would take besides if no two shared a place. */
  readonly saved: number;
  /** Of copies of inputs and outputs that are JavaScript's. */
  readonly copies: number;
  /** The memory that it shares with other programs and tensors of its engine. */
  readonly shared: EngineFootprint | undefined;
  /** Largest first. */
  readonly buffers: readonly BufferUse[];

  constructor(engine: string, program: Program, state: number, { own, copies, engine: shared }: Footprint) {
    this.engine = engine;
    this.buffers = buffersOf(program, state).toSorted((a, b) => b.bytes - a.bytes);
    this.purposes = Object.fromEntries(
      purposes.map((purpose) => [
        purpose,
        sumOf(this.buffers.filter((buffer) => buffer.purpose === purpose)),
      ]),
    ) as Record<Purpose, number>;
    this.own = own;
    this.saved = sumOf(this.buffers.filter(({ purpose }) => !given.has(purpose))) - own;
    this.copies = copies;
    this.shared = shared;
  }

  /** A table of purposes, and one of the largest buffers. */
  toString(): string {
    return printMemoryUse(this);
  }
}

/** In the order in which they are told. */
const purposes: readonly Purpose[] = ["state", "input", "output", "constant", "stack", "temporary", "panels"];

/** These are not the program's own. */
const given: ReadonlySet<Purpose> = new Set(["state", "input", "output"]);

const sumOf = (buffers: readonly BufferUse[]): number => buffers.reduce((sum, { bytes }) => sum + bytes, 0);

function buffersOf(program: Program, state: number): readonly BufferUse[] {
  const states = new Set(program.inputs.slice(0, state).map(({ buffer }) => buffer.id));
  const stacks = stacksOf(program.statements);
  const purposeOf = ({ id, role }: Buffer): Purpose => {
    if (states.has(id)) return "state";
    if (role === "temporary") return stacks.has(id) ? "stack" : "temporary";
    return role;
  };
  const numbers = numbersOf(program.statements);
  const lives = new Map(livesOf(program).map((life) => [life.buffer.id, life]));
  const inputs = new Set(program.inputs.map(({ buffer }) => buffer.id));
  return program.buffers.flatMap((buffer): readonly BufferUse[] => {
    const life = lives.get(buffer.id);
    const isInput = inputs.has(buffer.id);
    if (!life && !isInput) return [];
    const { name, dtype, size } = buffer;
    const first = isInput ? 0 : numbers[life!.first]!.first;
    const last = life ? numbers[life.last]!.last : 0;
    return [{ name, purpose: purposeOf(buffer), dtype, size, bytes: bytesOf(buffer), first, last }];
  });
}

/** The first and the last call of every statement, and of what comes after them, as `explain()` numbers them. */
function numbersOf(
  statements: readonly Statement[],
): readonly { readonly first: number; readonly last: number }[] {
  let calls = 0;
  const numbers = statements.map((statement) => {
    const first = calls + 1;
    calls += callsOf([statement]).filter(({ kind }) => kind === "call").length;
    // Calls of JavaScript have no number: that of the call before them stands for theirs.
    return { first: Math.min(first, calls), last: calls };
  });
  return [...numbers, { first: calls + 1, last: calls + 1 }];
}

/** Buffers that are read or written row by row, by the turns of a loop. */
function stacksOf(statements: readonly Statement[]): ReadonlySet<number> {
  const views = callsOf(statements).flatMap((call): readonly View[] =>
    call.kind === "call" ? call.operands : [...call.reads, ...call.writes],
  );
  const moving = views.filter(({ steps }) => steps.some(({ period }) => period === undefined));
  return new Set(moving.map(({ buffer }) => buffer.id));
}
