import { describe, expect, test } from "vitest";
import { decodeAll } from "./safetensors.ts";

/** A file put together by hand: the header's length, the header, the data. */
function file(header: string, data: readonly number[] = [], length?: number | bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length ?? text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

const entry = (dtype: string, shape: string, offsets: string): string =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;

describe("a damaged file is refused:", () => {
  const refused = (title: string, bytes: Uint8Array, message: string): void =>
    test(title, () => {
      expect(() => decodeAll(bytes)).toThrow(expect.objectContaining({ name: "FormatError" }));
      expect(() => decodeAll(bytes)).toThrowError(`decodeAll: the file: ${message}`);
    });
  const one = entry("F32", "[1]", "[0,4]");
  const four = [0, 0, 0, 0];

  refused("nothing", new Uint8Array(0), "0 bytes are too few for the length of a header.");
  refused("half a length", new Uint8Array(5), "5 bytes are too few for the length of a header.");
  refused(
    "a length beyond the end",
    file("{}", [], 3),
    "a header of 3 bytes is announced, but 2 bytes follow.",
  );
  refused(
    "a huge length",
    file("{}", [], 2n ** 64n - 1n),
    "a header of 18446744073709551615 bytes is announced,",
  );
  refused("no header", file("", [], 0), "the header does not begin with {.");
  refused("another file", file("PK3"), "the header does not begin with {.\nIs this a safetensors file?");
  refused("no UTF-8", file("{}", [255], 3), "the header is not UTF-8.");
  refused("no JSON", file("{"), "the header is not JSON.");
  refused("deep nesting", file(`{"a":${"[".repeat(200_000)}`), "the header is not JSON.");
  refused("a key twice", file(`{"a":${one},"\\u0061" :${one}}`, four), 'the header has the key "a" twice.');
  refused(
    "an inner key twice",
    file('{"a":{"dtype":"F32","dtype":"F32"}}'),
    'the header has the key "dtype" twice.',
  );
  refused(
    "metadata that is a list",
    file('{"__metadata__":[]}'),
    "__metadata__ is not an object of strings.",
  );
  refused(
    "metadata that is null",
    file('{"__metadata__":null}'),
    "__metadata__ is not an object of strings.",
  );
  refused("a number in the metadata", file('{"__metadata__":{"a":1}}'), '__metadata__: "a" is not a string.');
  refused(
    "an entry that is a list",
    file('{"a":[]}'),
    '"a" is not a tensor: it needs dtype, shape and data_offsets,',
  );
  refused(
    "an entry without a shape",
    file('{"a":{"dtype":"F32","data_offsets":[0,4]}}', four),
    '"a" is not a tensor',
  );
  refused(
    "an unknown dtype",
    file(`{"a":${entry("F16", "[2]", "[0,4]")}}`, four),
    '"a" has the dtype "F16".\nKnown are',
  );
  refused(
    "a dtype of the prototype",
    file(`{"a":${entry("constructor", "[2]", "[0,4]")}}`),
    '"a" has the dtype',
  );
  refused(
    "a negative size",
    file(`{"a":${entry("F32", "[-1,-1]", "[0,4]")}}`, four),
    '"a" has the shape [-1,-1]:',
  );
  refused(
    "half a size",
    file(`{"a":${entry("F32", "[0.5,2]", "[0,4]")}}`, four),
    '"a" has the shape [0.5,2]:',
  );
  refused(
    "a size as text",
    file(`{"a":${entry("F32", '["1"]', "[0,4]")}}`, four),
    '"a" has the shape ["1"]:',
  );
  refused(
    "a huge size",
    file(`{"a":${entry("F32", "[1e308]", "[0,4]")}}`, four),
    '"a" has the shape [1e+308]:',
  );
  refused(
    "a product that overflows",
    file(`{"a":${entry("F32", "[9007199254740991,9007199254740991]", "[0,4]")}}`, four),
    '"a" takes 4 bytes, but F32 of shape [9007199254740991,9007199254740991] needs 3.',
  );
  refused("one offset", file(`{"a":${entry("F32", "[1]", "[4]")}}`, four), '"a" has the data_offsets [4]:');
  refused(
    "offsets that run backwards",
    file(`{"a":${entry("F32", "[1]", "[4,0]")}}`, four),
    '"a" has the data_off',
  );
  refused(
    "a size that differs",
    file(`{"a":${entry("F64", "[1]", "[0,4]")}}`, four),
    '"a" takes 4 bytes, but F64 of shape [1] needs 8.',
  );
  refused("an end outside", file(`{"a":${one}}`, [0, 0, 0]), '"a" ends at byte 4 of the data, which have 3.');
  refused(
    "an overlap",
    file(`{"a":${one},"b":${entry("F32", "[1]", "[2,6]")}}`, [...four, 0, 0]),
    '"b" begins at byte 2',
  );
  refused(
    "the same bytes twice",
    file(`{"a":${one},"b":${one}}`, four),
    '"b" begins at byte 0 of the data, inside',
  );
  refused(
    "a hole",
    file(`{"a":${entry("F32", "[1]", "[4,8]")}}`, [...four, ...four]),
    'bytes 0 to 4 of the data, before "a",',
  );
  refused("bytes at the end", file(`{"a":${one}}`, [...four, 9]), "the last 1 bytes belong to no tensor.");
  refused(
    "a byte that is no boolean",
    file(`{"a":${entry("BOOL", "[2]", "[0,2]")}}`, [1, 2]),
    "a: element 1 is the byte 2,",
  );
  refused("a long name, cut", file(`{"${"a".repeat(1000)}":1}`), `"${"a".repeat(79)}... is not a tensor`);

  test("a header without end is refused, whatever its length", () => {
    const bytes = new Uint8Array(120_000_000).fill(0x20);
    new DataView(bytes.buffer).setBigUint64(0, 110_000_000n, true);
    expect(() => decodeAll(bytes)).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: decodeAll: the file: a header of 110000000 bytes is longer than the format's 100000000.]`,
    );
  });

  test("a string of a million characters is no trouble", () => {
    const text = "\\\\".repeat(1_000_000);
    expect(decodeAll(file(`{"__metadata__":{"a":"${text}"}}`)).metadata["a"]!.length).toBe(1_000_000);
  });
});
