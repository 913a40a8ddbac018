import { aligned } from "../../compiler/alignment.ts";

/** A stretch of memory. */
interface Region {
  readonly address: number;
  readonly size: number;
}

/** Which stretches of a memory are taken, and which are free. */
export class Regions {
  /** In the order of their addresses; no two touch. */
  readonly #free: Region[] = [];
  readonly #taken = new Map<number, number>();

  /** The address of so many bytes, each of them in one piece; undefined if there is no such piece. */
  take(bytes: number): number | undefined {
    const size = sizeFor(bytes);
    const at = this.#free.findIndex((region) => region.size >= size);
    if (at < 0) return undefined;
    const { address, size: available } = this.#free[at]!;
    const rest = available === size ? [] : [{ address: address + size, size: available - size }];
    this.#free.splice(at, 1, ...rest);
    this.#taken.set(address, size);
    return address;
  }

  /** Give back what `take` gave. */
  release(address: number): void {
    const size = this.#taken.get(address);
    if (size === undefined) return;
    this.#taken.delete(address);
    this.add(address, size);
  }

  /** Bytes that are taken. */
  get used(): number {
    return [...this.#taken.values()].reduce((sum, size) => sum + size, 0);
  }

  /** Bytes that are free from somewhere to `end`. */
  freeBefore(end: number): number {
    const last = this.#free.at(-1);
    return last && last.address + last.size === end ? last.size : 0;
  }

  /** Let a stretch be free, and join it with its neighbours. */
  add(address: number, size: number): void {
    const found = this.#free.findIndex((region) => region.address > address);
    const next = found < 0 ? this.#free.length : found;
    const [below, above] = [this.#free[next - 1], this.#free[next]];
    const joinsBelow = below !== undefined && below.address + below.size === address;
    const joinsAbove = above !== undefined && address + size === above.address;
    const first = joinsBelow ? below.address : address;
    const end = joinsAbove ? above.address + above.size : address + size;
    this.#free.splice(next - Number(joinsBelow), Number(joinsBelow) + Number(joinsAbove), {
      address: first,
      size: end - first,
    });
  }
}

/** Whole lines of the cache, and at least one, so that no two stretches have one address. */
export const sizeFor = (bytes: number): number => Math.max(aligned(bytes), aligned(1));
