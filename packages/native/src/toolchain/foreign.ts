import { createRequire } from "node:module";
import { UnsupportedError } from "@unroll/core";

/** What is used of koffi, which calls functions of libraries. */
interface Koffi {
  load(path: string): Library;
  address(value: ArrayBufferLike): bigint;
  proto(definition: string): object;
  pointer(type: object): object;
  register(f: (...x: number[]) => number, type: object): bigint;
  unregister(callback: bigint): void;
}

export interface Library {
  func(name: string, result: string, parameters: readonly string[]): (...x: number[]) => number;
}

let loaded: Koffi | undefined;

/** koffi, loaded when it is first needed. Throws: UnsupportedError. */
function koffi(): Koffi {
  try {
    return (loaded ??= createRequire(import.meta.url)("koffi") as Koffi);
  } catch (error) {
    throw new UnsupportedError(
      `native: koffi can't be loaded: ${error instanceof Error ? error.message.split("\n")[0] : error}.`,
      "Install it beside @unroll/native, or use the WebAssembly engine.",
    );
  }
}

/** Whether libraries can be called at all. Throws: UnsupportedError. */
export const checkForeign = (): void => void koffi();

/** Load a library. */
export const loadLibrary = (path: string): Library => koffi().load(path);

/** Where an array lies. It does not move. */
export const addressOf = (buffer: ArrayBuffer): number => Number(koffi().address(buffer));

/** A function of JavaScript that a library can call while it is being called. */
export interface Callback {
  readonly address: number;
  release(): void;
}

let type: object | undefined;

/** Of a whole number, to a whole number. */
export function callback(f: (x: number) => number): Callback {
  const { proto, pointer, register, unregister } = koffi();
  type ??= pointer(proto("int UnrollCallback(int)"));
  const registered = register(f, type);
  return { address: Number(registered), release: () => unregister(registered) };
}
