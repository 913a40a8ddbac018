import * as i32 from "./opcodes/i32.ts";
import * as v128 from "./opcodes/v128.ts";
import type { Code } from "./code.ts";
import type { EngineMemory } from "./memory.ts";

const vectorSize = 16;
const capacity = 4096;

/**
 * Vectors that code uses, in memory, each once. V8 makes a `v128.const` anew at every use, out of two scalar registers;
 * a load from memory is part of the instruction that uses it (gates of an LSTM: 22 against 31 us).
 */
export class ConstantPool {
  readonly #memory: EngineMemory;
  readonly #address: number;
  readonly #offsets = new Map<string, number>();

  constructor(memory: EngineMemory) {
    this.#memory = memory;
    this.#address = memory.allocate(capacity * vectorSize);
  }

  /** Four equal lanes. */
  f32(x: number): Code {
    return this.#vector(new Uint8Array(new Float32Array(4).fill(x).buffer));
  }

  /** Two equal lanes. */
  f64(x: number): Code {
    return this.#vector(new Uint8Array(new Float64Array(2).fill(x).buffer));
  }

  /** Four equal lanes, or four given ones. */
  i32(x: number | readonly [number, number, number, number]): Code {
    const lanes = typeof x === "number" ? new Int32Array(4).fill(x) : Int32Array.from(x);
    return this.#vector(new Uint8Array(lanes.buffer));
  }

  /** Two equal lanes. */
  i64(x: bigint): Code {
    return this.#vector(new Uint8Array(new BigInt64Array(2).fill(x).buffer));
  }

  #vector(bytes: Uint8Array<ArrayBuffer>): Code {
    // All zeros and all ones take one instruction without an operand.
    const isSimple = bytes.every((byte) => byte === bytes[0]) && (bytes[0] === 0 || bytes[0] === 0xff);
    const offset = isSimple ? undefined : this.#offsetOf(bytes);
    return offset === undefined ? v128.const(bytes) : v128.load({ address: i32.const(0), offset });
  }

  #offsetOf(bytes: Uint8Array<ArrayBuffer>): number | undefined {
    const key = bytes.join();
    const known = this.#offsets.get(key);
    if (known !== undefined || this.#offsets.size === capacity) return known;
    const offset = this.#address + this.#offsets.size * vectorSize;
    this.#memory.array("i32", offset, vectorSize / 4).set(new Int32Array(bytes.buffer));
    this.#offsets.set(key, offset);
    return offset;
  }
}
