// Texts from files and folders. The only source of data that touches Node's modules.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { FormatError } from "@unroll/core";
import { DataError } from "./error.ts";
import { invalidUtf8 } from "./text/utf-8.ts";

/** How a folder is read. */
export interface ReadOptions {
  /** Only the files of a folder whose names end so, such as `".txt"`. */
  readonly extension?: string;
  /** What stands between two files of a folder: nothing by default. */
  readonly separator?: string;
}

/**
 * The text of a UTF-8 file, or of the files of a folder and its folders, one after another in the order of their paths,
 * so that every run reads the same. A byte order mark at the beginning of a file is left out; line ends stay as they
 * are.
 *
 * In a folder, names that begin with a dot are passed over, and so are links to folders.
 *
 * Throws: DataError when there is no such file or folder, or nothing to read in it; FormatError naming file and
 * position when bytes are not UTF-8.
 *
 *     const text = readText("books", { extension: ".txt", separator: "\n" });
 */
export function readText(path: string, options: ReadOptions = {}): string {
  const texts = filesOf("readText", path, options).map(decode);
  return texts.join(options.separator ?? "");
}

/**
 * The bytes of a file, or of the files of a folder in the order of their paths. Nothing is left out or checked.
 *
 * Throws: DataError when there is no such file or folder, or nothing to read in it.
 */
export function readBytes(path: string, options: ReadOptions = {}): Uint8Array<ArrayBuffer> {
  const separator = new TextEncoder().encode(options.separator ?? "");
  const pieces = filesOf("readBytes", path, options).flatMap((file, i) => {
    const bytes = readFileSync(file);
    return i === 0 ? [bytes] : [separator, bytes];
  });
  const joined = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

function decode(file: string): string {
  const bytes = readFileSync(file);
  const position = invalidUtf8(bytes);
  if (position < 0) return new TextDecoder().decode(bytes);
  const byte = `0x${bytes[position]!.toString(16).padStart(2, "0")}`;
  throw new FormatError(
    `readText: ${file}: byte ${byte} at position ${position} begins no UTF-8 character.`,
    "Convert the file to UTF-8, or read it with readBytes.",
  );
}

function filesOf(op: string, path: string, { extension = "" }: ReadOptions): string[] {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new DataError(`${op}: ${path} does not exist.`);
  if (!found.isDirectory()) return [path];
  const files = walk(path, "").filter((file) => file.endsWith(extension));
  if (files.length === 0) {
    const kind = extension === "" ? "no file" : `no file that ends in ${extension}`;
    throw new DataError(`${op}: the folder ${path} has ${kind}.`);
  }
  return files.sort().map((file) => join(path, file));
}

/** The files below a folder, with paths from it that are written alike on every system. */
function walk(folder: string, below: string): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith(".")) return [];
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) return walk(folder, path);
    return isFile(join(folder, path)) ? [path] : [];
  });
}

/** A file or a link to one; not a socket, and not a link that leads nowhere. */
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
