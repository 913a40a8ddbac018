import type { Program, Statement } from "../ir/program.ts";
import type { Buffer, View } from "../ir/view.ts";
import { byteSize } from "../tensor/type.ts";
import { aligned } from "./alignment.ts";
import { isSharedOut } from "./plan/effort.ts";

/** Where the buffers of a program lie, in bytes from the beginning of a stretch of memory. */
export interface MemoryPlan {
  /** By id. Undefined for inputs, outputs and state, which a run is given. */
  readonly addresses: readonly (number | undefined)[];
  readonly size: number;
}

/**
 * From the first to the last statement that touches a buffer. A loop is one statement, since its body comes around
 * again; behind the last statement, outputs are read.
 */
export interface Life {
  readonly buffer: Buffer;
  readonly first: number;
  readonly last: number;
}

interface Placed extends Life {
  readonly address: number;
}

/**
 * Gives every buffer that belongs to the program a place; two share memory when one is done with before the other is
 * begun. The largest come first, each into the lowest gap that is free for all its life.
 */
export function planMemory(program: Program): MemoryPlan {
  const times = timesOf(program.statements);
  const own = livesOf(program).flatMap(({ buffer, first, last }): readonly Life[] =>
    isOwn(buffer) ? [{ buffer, first: times[first]!.first, last: times[last]!.last }] : [],
  );
  const placed = place(own.toSorted((a, b) => bytesOf(b.buffer) - bytesOf(a.buffer)));
  const addresses = new Map(placed.map(({ buffer, address }) => [buffer.id, address]));
  return {
    addresses: program.buffers.map((buffer) => (isOwn(buffer) ? (addresses.get(buffer.id) ?? 0) : undefined)),
    size: Math.max(0, ...placed.map(({ buffer, address }) => address + bytesOf(buffer))),
  };
}

/**
 * The lives of all buffers that a program touches. What is known before any run lives from the beginning to the end.
 */
export function livesOf({ buffers, outputs, statements }: Program): readonly Life[] {
  const lives = new Map<number, Life>();
  const live = (buffer: Buffer, first: number, last: number): void => {
    const known = lives.get(buffer.id);
    lives.set(buffer.id, {
      buffer,
      first: Math.min(first, known?.first ?? first),
      last: Math.max(last, known?.last ?? last),
    });
  };
  statements.forEach((statement, at) => {
    for (const { buffer } of viewsOf(statement)) live(buffer, at, at);
  });
  for (const { buffer } of outputs) live(buffer, statements.length, statements.length);
  for (const buffer of buffers) if (buffer.data) live(buffer, 0, statements.length);
  return [...lives.values()];
}

/**
 * When each statement begins and ends, and what comes behind the last. One thread goes from statement to statement;
 * threads that share a program go from barrier to barrier, and between two of them are anywhere.
 */
function timesOf(
  statements: readonly Statement[],
): readonly { readonly first: number; readonly last: number }[] {
  const isShared = isSharedOut(statements);
  let now = 0;
  const times = statements.map((statement) => {
    const first = now;
    if (isShared ? hasBarrier(statement) : true) now++;
    // A loop with barriers inside ends in another stretch than the one it begins in.
    return { first, last: isShared && statement.kind === "loop" ? now : first };
  });
  return [...times, { first: now, last: now }];
}

const hasBarrier = (statement: Statement): boolean =>
  statement.kind === "loop" ? statement.body.some(hasBarrier) : statement.kind === "barrier";

/** The addresses of these are known when a program is run, not before. */
export const isOwn = ({ role }: Buffer): boolean => role !== "input" && role !== "output";

/** Bytes of a buffer, up to where the next one may start. */
export const bytesOf = ({ dtype, size }: Buffer): number => aligned(size * byteSize(dtype));

function viewsOf(statement: Statement): readonly View[] {
  switch (statement.kind) {
    case "call":
      return statement.operands;
    case "host":
      return [...statement.reads, ...statement.writes];
    case "loop":
      return statement.body.flatMap(viewsOf);
    case "barrier":
      return [];
  }
}

function place(lives: readonly Life[]): readonly Placed[] {
  const placed: Placed[] = [];
  for (const life of lives) {
    const size = bytesOf(life.buffer);
    const contemporaries = placed
      .filter(({ first, last }) => first <= life.last && life.first <= last)
      .toSorted((a, b) => a.address - b.address);
    let address = 0;
    for (const other of contemporaries) {
      if (other.address - address >= size) break;
      address = Math.max(address, other.address + bytesOf(other.buffer));
    }
    placed.push({ ...life, address });
  }
  return placed;
}
