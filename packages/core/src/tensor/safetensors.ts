import { FormatError, ShapeError, TreeError, UnsupportedError } from "./error.ts";
import { metadataKey, prefix, readHeader, stored, type Entry, type Metadata } from "./safetensors-header.ts";
import { fromArray, Tensor } from "./tensor.ts";
import { flatten, named, rebuild } from "./tree.ts";
import { allocate, formatType, sameType, sizeOf, type TypedArray } from "./type.ts";

export type { Metadata } from "./safetensors-header.ts";

/** What a file held: a tree of tensors and the strings beside it. */
export interface Decoded<T> {
  readonly tree: T;
  readonly metadata: Metadata;
}

/** What a file held when nothing is known about it: each tensor under its path. */
export interface DecodedAll {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Metadata;
}

/** Differences that a message lists. */
const shown = 20;

/**
 * A tree of tensors as the bytes of a safetensors file, each leaf named by its path. Equal trees give equal bytes.
 *
 * Throws: TreeError when a leaf is no tensor or is called `__metadata__`; FormatError when metadata is no string.
 *
 * Source: Hugging Face, Safetensors, 2022, "Format".
 */
export function encode(tree: unknown, metadata: Metadata = {}): Uint8Array<ArrayBuffer> {
  assertLittleEndian("encode");
  const placed = place(tensorsOf("encode", tree));
  const header = new TextEncoder().encode(headerOf(placed, metadata));
  const dataStart = prefix + Math.ceil(header.length / 8) * 8;
  const bytes = new Uint8Array(dataStart + (placed.at(-1)?.end ?? 0));
  new DataView(bytes.buffer).setBigUint64(0, BigInt(dataStart - prefix), true);
  bytes.fill(0x20, prefix, dataStart);
  bytes.set(header, prefix);
  for (const { type, begin, data } of placed) {
    bytes.set(type.dtype === "bool" ? booleans(data) : rawBytes(data), dataStart + begin);
  }
  return bytes;
}

/**
 * The tree that a safetensors file holds, in the structure of `like`. Nothing in the file is trusted.
 *
 * Throws: FormatError when the file is damaged, and when its paths, dtypes or shapes are not those of `like`: then all
 * differences are named at once.
 */
export function decode<T>(bytes: Uint8Array, like: T, origin = "decode: the file"): Decoded<T> {
  assertLittleEndian("decode");
  const { entries, metadata, dataStart } = readHeader(bytes, origin);
  const differences = compare(new Map(entries.map((entry) => [entry.path, entry])), like);
  if (differences.length > 0) {
    const [first, ...others] = differences;
    const count = others.length === 0 ? "" : ` (and ${others.length} more)`;
    const listed = others.slice(0, shown - 1).concat(others.length >= shown ? "..." : []);
    throw new FormatError(`${origin} does not fit: ${first}${count}.`, listed.join("\n") || undefined);
  }
  const tensors = new Map(entries.map((entry) => [entry.path, read(bytes, dataStart, entry, origin)]));
  return { tree: rebuild(like, (path) => tensors.get(path)) as T, metadata };
}

/**
 * Every tensor of a safetensors file under its path: for files of other programs, and to look into one.
 *
 * Throws: FormatError when the file is damaged.
 */
export function decodeAll(bytes: Uint8Array, origin = "decodeAll: the file"): DecodedAll {
  assertLittleEndian("decodeAll");
  const { entries, metadata, dataStart } = readHeader(bytes, origin);
  // Without a prototype, so that a tensor called "constructor" is found only when there is one.
  const tensors = Object.create(null) as Record<string, Tensor>;
  for (const entry of entries) tensors[entry.path] = read(bytes, dataStart, entry, origin);
  return { tensors, metadata };
}

interface Placed extends Entry {
  readonly data: TypedArray;
}

function tensorsOf(op: string, tree: unknown): { readonly path: string; readonly tensor: Tensor }[] {
  return flatten(tree).map(({ path, leaf }) => {
    const name = named(path, "the root");
    if (!(leaf instanceof Tensor)) {
      throw new TreeError(`${op}: ${name} is a ${(leaf as { "~leaf": string })["~leaf"]}, not a Tensor.`);
    }
    if (path === metadataKey) {
      throw new TreeError(`${op}: ${name} is what the format calls its metadata.`, "Choose another key.");
    }
    return { path, tensor: leaf };
  });
}

/** Wide elements first: without a hole between them, all lie at multiples of their width. */
function place(leaves: ReturnType<typeof tensorsOf>): Placed[] {
  let at = 0;
  const width = ({ type }: Tensor): number => stored[type.dtype].bytes;
  return leaves
    .toSorted((a, b) => width(b.tensor) - width(a.tensor))
    .map(({ path, tensor }) => {
      const { type, data } = tensor;
      if (data.length !== sizeOf(type.shape)) {
        const name = named(path, "the root");
        throw new ShapeError(`encode: ${name} ${formatType(type)} has ${data.length} elements.`);
      }
      const begin = at;
      at += data.length * width(tensor);
      return { path, type, begin, end: at, data };
    });
}

function headerOf(placed: readonly Placed[], metadata: Metadata): string {
  const strings = Object.entries(metadata).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const wrong = strings.find(([, text]) => typeof text !== "string");
  if (wrong) throw new FormatError(`encode: metadata ${wrong[0]} is a ${typeof wrong[1]}, not a string.`);
  const entries = placed.map(({ path, type, begin, end }): [string, unknown] => [
    path,
    { dtype: stored[type.dtype].name, shape: type.shape, data_offsets: [begin, end] },
  ]);
  if (strings.length > 0) entries.unshift([metadataKey, Object.fromEntries(strings)]);
  return JSON.stringify(Object.fromEntries(entries));
}

/** What stands between the tensors of a file and the leaves of a tree, in words. */
function compare(inFile: ReadonlyMap<string, Entry>, like: unknown): string[] {
  const wanted = tensorsOf("decode", like);
  const paths = new Set(wanted.map(({ path }) => path));
  return [
    ...wanted.flatMap(({ path, tensor: { type } }) => {
      const found = inFile.get(path)?.type;
      const name = named(path, "the root");
      if (found === undefined) return [`${name} is not in the file`];
      return sameType(found, type)
        ? []
        : [`${name} ${formatType(found)} in the file, ${formatType(type)} here`];
    }),
    ...[...inFile.keys()]
      .filter((path) => !paths.has(path))
      .map((path) => `${named(path, "the root")} is only in the file`),
  ];
}

function read(
  bytes: Uint8Array,
  dataStart: number,
  { path, type, begin, end }: Entry,
  origin: string,
): Tensor {
  const source = bytes.subarray(dataStart + begin, dataStart + end);
  const data = allocate(type.dtype, sizeOf(type.shape));
  if (type.dtype === "bool") {
    const wrong = source.findIndex((byte) => byte > 1);
    if (wrong >= 0) {
      throw new FormatError(`${origin}: ${path}: element ${wrong} is the byte ${source[wrong]}, no boolean.`);
    }
    data.set(source);
  } else {
    rawBytes(data).set(source);
  }
  return fromArray(type, data);
}

const booleans = (data: TypedArray): Uint8Array => Uint8Array.from(data, (n) => (n === 0 ? 0 : 1));

const rawBytes = (data: TypedArray): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

/** Elements are copied as they lie in memory, and the format is little-endian. */
function assertLittleEndian(op: string): void {
  if (new Uint8Array(new Uint16Array([1]).buffer)[0] === 1) return;
  throw new UnsupportedError(`${op}: safetensors files are little-endian and this machine is not.`);
}
