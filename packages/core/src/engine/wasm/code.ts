/** The types of locals, parameters and values on the stack. */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

/** A parameter or a variable of a function. As code, it is its value. */
export interface Local {
  readonly kind: "local";
  readonly index: number;
  readonly type: ValueType;
}

/** A function of a module. Its index is known when the module is encoded. */
export interface Callee {
  readonly kind: "function";
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/**
 * WebAssembly code: an instruction with the code of its operands before it, or several one after another. It is a tree,
 * so that code is put together without copying and the same piece can stand in many places.
 */
export type Code = number | Local | Callee | readonly Code[];

/** An unsigned integer below 2^32, seven bits to a byte. */
export function unsigned(n: number): number[] {
  const bytes: number[] = [];
  for (n >>>= 0; n > 0x7f; n >>>= 7) bytes.push((n & 0x7f) | 0x80);
  bytes.push(n);
  return bytes;
}

/** A signed integer of 32 bits, seven bits to a byte. */
export function signed(n: number): number[] {
  const bytes: number[] = [];
  for (n |= 0; n < -64 || n > 63; n >>= 7) bytes.push((n & 0x7f) | 0x80);
  bytes.push(n & 0x7f);
  return bytes;
}

const opcodes = { getLocal: 0x20, call: 0x10 };

/** The bytes of code, appended to `bytes`. */
export function write(code: Code, bytes: number[], indexOf: (callee: Callee) => number): void {
  if (typeof code === "number") {
    bytes.push(code);
  } else if (!("kind" in code)) {
    for (const part of code) write(part, bytes, indexOf);
  } else if (code.kind === "local") {
    bytes.push(opcodes.getLocal, ...unsigned(code.index));
  } else {
    bytes.push(opcodes.call, ...unsigned(indexOf(code)));
  }
}
