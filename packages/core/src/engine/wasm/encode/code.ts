/** The types of locals, parameters and values on the stack. */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

/** A parameter or a variable of a function. As code, it is its value. */
export interface Local {
  readonly kind: "local";
  readonly index: number;
  readonly type: ValueType;
}

/** What a function takes and gives. */
export interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** A function of a module; as code, a call of it. Its index is known when the module is encoded. */
export interface Callee extends Signature {
  readonly kind: "function";
}

/**
 * WebAssembly code: an instruction with the code of its operands before it, or several one after another. It is a tree
 * of bytes, so that code is put together without copying and the same piece can stand in many places.
 */
export type Code = number | Local | Callee | readonly Code[];

/** An unsigned integer below 2^32, seven bits to a byte. */
export function unsigned(n: number): Code {
  if (n < 0x80) return n;
  const bytes: number[] = [];
  for (n >>>= 0; n > 0x7f; n >>>= 7) bytes.push((n & 0x7f) | 0x80);
  bytes.push(n);
  return bytes;
}

/** A signed integer of 32 bits, seven bits to a byte. */
export function signed(n: number): Code {
  if (n >= -64 && n < 64) return n & 0x7f;
  const bytes: number[] = [];
  for (n |= 0; n < -64 || n > 63; n >>= 7) bytes.push((n & 0x7f) | 0x80);
  bytes.push(n & 0x7f);
  return bytes;
}
