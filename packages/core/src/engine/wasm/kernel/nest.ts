import type { Code, Local } from "../encode/code.ts";
import type { FunctionBuilder } from "../encode/function.ts";
import type { Repeated } from "../../../compiler/tiling.ts";
import * as i32 from "../encode/opcodes/i32.ts";
import type { Lanes } from "./lanes.ts";

/** A loop: its turns, and by how many bytes each address moves from one turn to the next. */
export interface Span {
  readonly size: number;
  readonly moves: readonly number[];
  /** Holds the turn, for bodies that ask for it. */
  readonly counter?: Local | undefined;
}

/**
 * Loops inside of each other, the first one outermost, around a body. The addresses are afterwards what they were
 * before.
 */
export function nest(
  f: FunctionBuilder,
  spans: readonly Span[],
  addresses: readonly Local[],
  body: () => void,
): void {
  walk(f, spans, addresses, body);
  addresses.forEach((address, i) => f.advance(address, -movement(spans, i)));
}

/** How far an address is from where it began when the loops have ended. */
const movement = (spans: readonly Span[], i: number): number => {
  const outer = spans.find(({ size }) => size > 1);
  return outer ? outer.size * outer.moves[i]! : 0;
};

function walk(
  f: FunctionBuilder,
  spans: readonly Span[],
  addresses: readonly Local[],
  body: () => void,
): void {
  const [span, ...inner] = spans;
  if (!span) {
    body();
    return;
  }
  const turn = (): void => {
    walk(f, inner, addresses, body);
    // What the inner loops have moved is taken back with the same addition.
    if (span.size > 1)
      addresses.forEach((address, i) => f.advance(address, span.moves[i]! - movement(inner, i)));
  };
  f.repeat(span.size, turn, span.counter);
}

/**
 * Parts of a dimension one after another, each as often as it comes; operands move by `moves` from one element to the
 * next. The addresses are afterwards what they were before.
 */
export function sequence(
  f: FunctionBuilder,
  parts: readonly Repeated[],
  moves: readonly number[],
  addresses: readonly Local[],
  body: (size: number) => void,
): void {
  let moved = 0;
  parts.forEach(([size, count], at) => {
    const isLast = at === parts.length - 1 && count === 1;
    f.repeat(count, () => {
      body(size);
      if (!isLast) addresses.forEach((address, i) => f.advance(address, size * moves[i]!));
    });
    if (!isLast) moved += size * count;
  });
  addresses.forEach((address, i) => f.advance(address, -moved * moves[i]!));
}

/** A dimension that is run through several elements at once. */
export interface Strip {
  readonly size: number;
  readonly lanes: Lanes;
  /** So many vectors are computed in one turn, where there are as many left. */
  readonly unroll: number;
  /** By how many bytes operands move from one element to the next. */
  readonly strides: readonly number[];
  /** Holds the number of elements before the current ones, for bodies that ask for it. */
  readonly counter?: Local | undefined;
}

/** What is computed in one turn of a strip: so many vectors, with so many elements each. */
export interface Turn {
  readonly vectors: number;
  readonly count: number;
  /** An address of an operand with that stride: of its first element in this turn. */
  at(address: Code, stride: number): Code;
}

/**
 * Run through a strip: turns of several vectors, a turn with the vectors that are left, and one with the rest of the
 * elements.
 */
export function strip(
  f: FunctionBuilder,
  { size, lanes, unroll, strides, counter }: Strip,
  body: (turn: Turn) => void,
): void {
  const step = unroll * lanes;
  const turns = Math.floor(size / step);
  const single = Math.floor((size % step) / lanes);
  const rest = size % lanes;
  const moves = turns + Number(single > 0) + Number(rest > 0) > 1;
  const offsets = new Map(
    moves
      ? [...new Set(strides)]
          .filter((stride) => stride !== 0)
          .map((stride) => [stride, f.let("i32", i32.const(0))])
      : [],
  );
  if (counter) f.set(counter, i32.const(0));
  const at: Turn["at"] = (address, stride) => {
    const offset = offsets.get(stride);
    return offset ? i32.add(address, offset) : address;
  };
  const run = (vectors: number, count: number): void => {
    body({ vectors, count, at });
    if (!moves) return;
    for (const [stride, offset] of offsets) f.advance(offset, stride * vectors * count);
    if (counter) f.advance(counter, vectors * count);
  };
  if (turns > 0) repeatStrip(f, turns, offsets, step, () => run(unroll, lanes));
  if (single > 0) run(single, lanes);
  if (rest > 0) run(1, rest);
  f.free(...offsets.values());
}

/** So many turns, counted by one of the offsets, which move anyhow. */
function repeatStrip(
  f: FunctionBuilder,
  turns: number,
  offsets: ReadonlyMap<number, Local>,
  step: number,
  turn: () => void,
): void {
  const [moving] = offsets;
  if (turns === 1 || !moving) {
    f.repeat(turns, turn);
    return;
  }
  const [stride, offset] = moving;
  f.loop(() => {
    turn();
    return i32.ne(offset, i32.const(turns * step * stride));
  });
}
