import { unsigned, type Code } from "../code.ts";
import type { Place } from "./form.ts";

/** Of an i32, as its power of two. Unlike that of other instructions it has to be right. */
const alignment = 2;

const access = (number: number, { address, offset }: Place, operands: Code = []): Code => [
  address,
  operands,
  0xfe,
  number,
  alignment,
  unsigned(offset),
];

const drop = 0x1a;
const forever: Code = [0x42, 0x7f];
const everyone: Code = [0x41, 0x7f];

/** What several threads access at once: i32, each access before or after any other. */
export const load = (place: Place): Code => access(0x10, place);
export const store = (place: Place, x: Code): Code => access(0x17, place, x);
/** Adds, and is what was there before. */
export const add = (place: Place, x: Code): Code => access(0x1e, place, x);
/** Adds. */
export const increase = (place: Place, x: Code): Code => [add(place, x), drop];
/** Sleeps as long as `x` is there and nobody notifies. */
export const wait = (place: Place, x: Code): Code => [access(0x01, place, [x, forever]), drop];
/** Wakes all that wait there. */
export const notify = (place: Place): Code => [access(0x00, place, everyone), drop];
