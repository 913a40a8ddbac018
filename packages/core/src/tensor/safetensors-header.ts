import { FormatError } from "./error.ts";
import type { DType, Shape, TensorType } from "./type.ts";

/** Strings that travel with the tensors of a file: where training stands, the vocabulary, the program's version. */
export type Metadata = Readonly<Record<string, string>>;

/** One tensor of a file: its type and the bytes it takes, counted from the start of the data. */
export interface Entry {
  readonly path: string;
  readonly type: TensorType;
  readonly begin: number;
  readonly end: number;
}

/** What stands before the data. All of it has been checked against the length of the file. */
export interface Header {
  readonly entries: readonly Entry[];
  readonly metadata: Metadata;
  /** Where the data begin in the file. */
  readonly dataStart: number;
}

/** How a dtype is called in a file, and the bytes of one element there. */
export const stored: Readonly<Record<DType, { readonly name: string; readonly bytes: number }>> = {
  f64: { name: "F64", bytes: 8 },
  f32: { name: "F32", bytes: 4 },
  i32: { name: "I32", bytes: 4 },
  bool: { name: "BOOL", bytes: 1 },
};

/** The header's entry that is no tensor. */
export const metadataKey = "__metadata__";

/** Bytes of the header's length. */
export const prefix = 8;

/** The limit of the reference implementation: no program writes more, and a parser should not be fed more. */
const headerLimit = 100_000_000;

const dtypes: ReadonlyMap<unknown, DType> = new Map(
  (Object.keys(stored) as DType[]).map((dtype) => [stored[dtype].name, dtype]),
);

type Fail = (what: string, remedy?: string) => FormatError;

/**
 * The header of a safetensors file. Every length, type and offset is checked before a byte of the data is looked at.
 *
 * Throws: FormatError that begins with `origin` and names the entry at fault.
 */
export function readHeader(bytes: Uint8Array, origin: string): Header {
  const fail: Fail = (what, remedy) => new FormatError(`${origin}: ${what}.`, remedy);
  const text = headerText(bytes, fail);
  const header = parse(text, fail);
  const dataStart = prefix + headerLength(bytes, fail);
  const entries = Object.entries(header)
    .filter(([path]) => path !== metadataKey)
    .map(([path, value]) => readEntry(path, value, fail));
  checkLayout(entries, bytes.length - dataStart, fail);
  return { entries, metadata: readMetadata(header[metadataKey], fail), dataStart };
}

function headerLength(bytes: Uint8Array, fail: Fail): number {
  if (bytes.length < prefix) throw fail(`${bytes.length} bytes are too few for the length of a header`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, prefix).getBigUint64(0, true);
  const left = bytes.length - prefix;
  if (length > BigInt(left)) throw fail(`a header of ${length} bytes is announced, but ${left} bytes follow`);
  if (length > BigInt(headerLimit)) {
    throw fail(`a header of ${length} bytes is longer than the format's ${headerLimit}`);
  }
  return Number(length);
}

function headerText(bytes: Uint8Array, fail: Fail): string {
  const raw = bytes.subarray(prefix, prefix + headerLength(bytes, fail));
  if (raw[0] !== 0x7b) throw fail("the header does not begin with {", "Is this a safetensors file?");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    throw fail("the header is not UTF-8");
  }
}

function parse(text: string, fail: Fail): Readonly<Record<string, unknown>> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw fail("the header is not JSON");
  }
  const duplicate = duplicateKey(text);
  if (duplicate !== undefined) throw fail(`the header has the key ${quote(duplicate)} twice`);
  return header as Record<string, unknown>; // it begins with {
}

/** JSON.parse keeps the last of two equal keys and says nothing. `text` is valid JSON. */
function duplicateKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "{") open.push(new Set());
    else if (text[i] === "}") open.pop();
    if (text[i] !== '"') continue;
    const start = i;
    for (i++; text[i] !== '"'; i++) if (text[i] === "\\") i++;
    let next = i + 1;
    while (text[next] !== undefined && " \t\r\n".includes(text[next]!)) next++;
    if (text[next] !== ":") continue;
    const key = JSON.parse(text.slice(start, i + 1)) as string;
    if (open.at(-1)!.has(key)) return key;
    open.at(-1)!.add(key);
  }
  return undefined;
}

function readMetadata(value: unknown, fail: Fail): Metadata {
  const metadata = Object.create(null) as Record<string, string>;
  if (value === undefined) return metadata;
  if (!isRecord(value)) throw fail(`${metadataKey} is not an object of strings`);
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") throw fail(`${metadataKey}: ${quote(key)} is not a string`);
    metadata[key] = text;
  }
  return metadata;
}

function readEntry(path: string, value: unknown, fail: Fail): Entry {
  const name = quote(path);
  if (!isRecord(value) || Object.keys(value).sort().join() !== "data_offsets,dtype,shape") {
    throw fail(`${name} is not a tensor: it needs dtype, shape and data_offsets, and nothing else`);
  }
  const dtype = dtypes.get(value["dtype"]);
  if (dtype === undefined) {
    const known = [...dtypes.keys()].join(", ");
    throw fail(
      `${name} has the dtype ${quote(value["dtype"])}`,
      `Known are ${known}: convert the file first.`,
    );
  }
  const shape = value["shape"];
  if (!isListOfSizes(shape))
    throw fail(`${name} has the shape ${quote(shape)}: sizes are integers from 0 on`);
  const offsets = value["data_offsets"];
  if (!isListOfSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw fail(`${name} has the data_offsets ${quote(offsets)}: they are a beginning and an end`);
  }
  const [begin, end] = offsets as readonly [number, number];
  const size = shape.reduce((product, n) => product * n, stored[dtype].bytes);
  if (size !== end - begin) {
    const type = `${stored[dtype].name} of shape ${quote(shape)}`;
    throw fail(`${name} takes ${end - begin} bytes, but ${type} needs ${size}`);
  }
  return { path, type: { dtype, shape }, begin, end };
}

/** The format wants the data used up without holes; so no two tensors share bytes and none lies outside. */
function checkLayout(entries: readonly Entry[], length: number, fail: Fail): void {
  let at = 0;
  for (const { path, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    const name = quote(path);
    if (begin < at) throw fail(`${name} begins at byte ${begin} of the data, inside the tensor before it`);
    if (begin > at) throw fail(`bytes ${at} to ${begin} of the data, before ${name}, belong to no tensor`);
    if (end > length) throw fail(`${name} ends at byte ${end} of the data, which have ${length}`);
    at = end;
  }
  if (at < length) throw fail(`the last ${length - at} bytes belong to no tensor`);
}

const isRecord = (x: unknown): x is Readonly<Record<string, unknown>> =>
  typeof x === "object" && x !== null && !Array.isArray(x);

const isListOfSizes = (x: unknown): x is Shape =>
  Array.isArray(x) && x.every((n) => Number.isSafeInteger(n) && n >= 0 && !Object.is(n, -0));

/** As JSON, cut: what stands in a hostile file may be long. */
function quote(x: unknown): string {
  const text = JSON.stringify(x);
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}
