import { unsigned, type Code } from "../code.ts";

/** An instruction with the code of its operands. */
export type Unary = (x: Code) => Code;
export type Binary = (x: Code, y: Code) => Code;
export type Ternary = (x: Code, y: Code, z: Code) => Code;

/** The opcode of an instruction on vectors. */
export const vector = (number: number): Code => [0xfd, unsigned(number)];

export const unary =
  (opcode: Code): Unary =>
  (x) => [x, opcode];

export const binary =
  (opcode: Code): Binary =>
  (x, y) => [x, y, opcode];

export const ternary =
  (opcode: Code): Ternary =>
  (x, y, z) => [x, y, z, opcode];

export type Extract = (lane: number, x: Code) => Code;
export type Replace = (lane: number, x: Code, element: Code) => Code;

export const extract =
  (number: number): Extract =>
  (lane, x) => [x, vector(number), lane];

export const replace =
  (number: number): Replace =>
  (lane, x, element) => [x, element, vector(number), lane];

/** Where in memory: an address, to which an unsigned offset is added without wrapping. */
export interface Place {
  readonly address: Code;
  readonly offset: number;
}

export type Load = (place: Place) => Code;
export type LaneAccess = (lane: number, place: Place, x: Code) => Code;

// The alignment that an instruction states is a hint without effect.
const unaligned = 0;

export const access = (opcode: Code, { address, offset }: Place, value: Code = []): Code => [
  address,
  value,
  opcode,
  unaligned,
  unsigned(offset),
];

export const load =
  (opcode: Code): Load =>
  (place) =>
    access(opcode, place);

export const laneAccess =
  (number: number): LaneAccess =>
  (lane, place, x) => [access(vector(number), place, x), lane];
