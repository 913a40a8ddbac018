// Checkpoints as files. The only source of core that touches Node's modules.
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import type { TreeOf } from "./graph/spec.ts";
import { UnrollError } from "./tensor/error.ts";
import {
  decode,
  decodeAll,
  encode,
  type Decoded,
  type DecodedAll,
  type Metadata,
} from "./tensor/safetensors.ts";
import type { Tensor } from "./tensor/tensor.ts";

export type { Decoded, DecodedAll, Metadata } from "./tensor/safetensors.ts";

/**
 * Write a tree of tensors, with strings beside it, to a safetensors file. Missing folders are made.
 *
 * A program that is killed meanwhile, or a machine that loses power, leaves either the old file or the new one, whole;
 * a file ending in `.tmp` may stay behind.
 *
 * Throws: TreeError when a leaf is no tensor; errors of the file system as Node has them.
 *
 *     save("run.safetensors", trainer.state, { position: "12400", vocabulary: JSON.stringify(vocabulary) });
 */
export function save<T>(file: string, tree: T & TreeOf<T, Tensor>, metadata: Metadata = {}): void {
  const bytes = encode(tree, metadata);
  const folder = dirname(file);
  // Node looks for the parents of a relative path without end when the working directory has been deleted.
  mkdirSync(resolve(folder), { recursive: true });
  // In the same folder, since a rename is atomic only within a file system.
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    writeDurably(temporary, bytes);
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(folder);
}

/**
 * The tree that `save` wrote, in the structure of `like`.
 *
 * Throws: FormatError when the file is damaged, and when its paths, dtypes or shapes are not those of `like`: then all
 * differences are named at once. UnrollError when there is no such file.
 *
 *     const { tree, metadata } = load("run.safetensors", trainer.state);
 *     trainer.state = tree;
 */
export const load = <T>(file: string, like: T): Decoded<T> =>
  decode(bytesOf("load", file), like, `load: ${file}`);

/**
 * Every tensor of a safetensors file under its path: for files of other programs, and to look into one.
 *
 * Throws: FormatError when the file is damaged; UnrollError when there is no such file.
 */
export const loadAll = (file: string): DecodedAll => decodeAll(bytesOf("loadAll", file), `loadAll: ${file}`);

/** Returns when the bytes are on the disk. */
function writeDurably(file: string, bytes: Uint8Array): void {
  const handle = openSync(file, "w");
  try {
    writeFileSync(handle, bytes);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** A rename is on the disk only when its folder is. Windows has no handles of folders, and needs none. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function bytesOf(op: string, file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new UnrollError(`${op}: ${file} does not exist.`);
  }
}
