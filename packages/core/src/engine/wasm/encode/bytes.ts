import { unsigned, type Callee, type Code } from "./code.ts";

const opcodes = { getLocal: 0x20, call: 0x10 };

/** Bytes that are written one after another. */
export class Bytes {
  #bytes = new Uint8Array(256);
  #length = 0;

  /** Code, in which functions have these indices. */
  write(code: Code, indices?: ReadonlyMap<Callee, number>): void {
    if (typeof code === "number") {
      this.#push(code);
    } else if (!("kind" in code)) {
      for (let i = 0; i < code.length; i++) this.write(code[i]!, indices);
    } else if (code.kind === "local") {
      this.#push(opcodes.getLocal);
      this.write(unsigned(code.index));
    } else {
      this.#push(opcodes.call);
      this.write(unsigned(indices!.get(code)!));
    }
  }

  /** Other bytes, after their number. */
  writeSized(other: Bytes): void {
    this.write(unsigned(other.#length));
    this.#reserve(other.#length);
    this.#bytes.set(other.#bytes.subarray(0, other.#length), this.#length);
    this.#length += other.#length;
  }

  /** All that has been written. */
  get all(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#length + count));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}
