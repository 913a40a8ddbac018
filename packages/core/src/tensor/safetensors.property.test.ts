import fc from "fast-check";
import { expect, test } from "vitest";
import { FormatError } from "./error.ts";
import { decode, decodeAll, encode, type Metadata } from "./safetensors.ts";
import { fromArray, Tensor } from "./tensor.ts";
import { flatten } from "./tree.ts";
import { sizeOf, type DType } from "./type.ts";

const shape = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 });

const numbers: Readonly<Record<DType, (length: number) => fc.Arbitrary<Tensor["data"]>>> = {
  f32: (n) => fc.float32Array({ minLength: n, maxLength: n }),
  f64: (n) => fc.float64Array({ minLength: n, maxLength: n }),
  i32: (n) => fc.int32Array({ minLength: n, maxLength: n }),
  bool: (n) => fc.int32Array({ minLength: n, maxLength: n, min: 0, max: 1 }),
};

const leaf = fc
  .tuple(fc.constantFrom<DType[]>("f32", "f64", "i32", "bool"), shape)
  .chain(([dtype, sizes]) =>
    numbers[dtype](sizeOf(sizes)).map((data) => fromArray({ dtype, shape: sizes }, data)),
  );

const key = fc
  .oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 5 }),
    fc.constantFrom("__proto__", "constructor", "toString", "0", 'é\n"'),
  )
  .filter((text) => !/[.[\]]/.test(text) && text !== "__metadata__");

const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(key, tie("tree"), { maxKeys: 4 }),
  ),
}));

const metadata: fc.Arbitrary<Metadata> = fc.dictionary(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "binary" }),
  {
    maxKeys: 3,
  },
);

/** Types and bits, so that NaN and -0 count. */
const contents = (x: unknown): unknown[] =>
  flatten(x).map(({ path, leaf: found }) => {
    const { type, data } = found as Tensor;
    return [path, type, [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]];
  });

test("what was encoded is decoded, bit by bit", () => {
  fc.assert(
    fc.property(tree, metadata, (x, strings) => {
      const decoded = decode(encode(x, strings), x);
      expect(contents(decoded.tree)).toEqual(contents(x));
      expect(new Map(Object.entries(decoded.metadata))).toEqual(new Map(Object.entries(strings)));
    }),
  );
});

test("a decoded tree encodes to the same bytes", () => {
  fc.assert(
    fc.property(tree, metadata, (x, strings) => {
      const bytes = encode(x, strings);
      const decoded = decode(bytes, x);
      expect(encode(decoded.tree, decoded.metadata)).toEqual(bytes);
    }),
  );
});

test("every element lies at a multiple of its width", () => {
  fc.assert(
    fc.property(tree, (x) => {
      const bytes = encode(x);
      const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
      expect(headerLength % 8).toBe(0);
      const header = new TextDecoder().decode(bytes.subarray(8, 8 + headerLength));
      const entries = JSON.parse(header) as Record<string, { dtype: string; data_offsets: number[] }>;
      for (const { dtype, data_offsets } of Object.values(entries)) {
        expect(data_offsets[0]! % { F64: 8, F32: 4, I32: 4, BOOL: 1 }[dtype]!).toBe(0);
      }
    }),
  );
});

/** Refused with FormatError, or equal to `x`: everything else fails the test. */
function refusedOrSame(bytes: Uint8Array, x: unknown): void {
  try {
    expect(contents(decode(bytes, x).tree)).toEqual(contents(x));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
  try {
    for (const found of Object.values(decodeAll(bytes).tensors))
      expect(found.data.length).toBe(sizeOf(found.shape));
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
}

test("a truncated file is refused", () => {
  fc.assert(
    fc.property(tree, fc.nat(), (x, cut) => {
      const bytes = encode(x, { step: "1" });
      const part = bytes.subarray(0, cut % bytes.length);
      expect(() => decode(part, x)).toThrow(FormatError);
      expect(() => decodeAll(part)).toThrow(FormatError);
    }),
  );
});

test("a header with one byte changed is refused or means the same", () => {
  fc.assert(
    fc.property(tree, fc.nat(), fc.integer({ min: 0, max: 255 }), (x, at, byte) => {
      const bytes = encode(x, { step: "1" });
      const headerEnd = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
      bytes[at % headerEnd] = byte;
      refusedOrSame(bytes, x);
    }),
  );
});

test("every byte of one header, changed to every value, is refused or means the same", () => {
  const x = {
    a: fromArray({ dtype: "f32", shape: [1, 2] }, Float32Array.of(1, 2)),
    b: [fromArray({ dtype: "bool", shape: [0, 1] }, new Int32Array(0))],
  };
  const bytes = encode(x, { s: "1" });
  const headerEnd = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  for (let at = 0; at < headerEnd; at++) {
    const original = bytes[at]!;
    for (let byte = 0; byte < 256; byte++) {
      bytes[at] = byte;
      refusedOrSame(bytes, x);
    }
    bytes[at] = original;
  }
});

test("a header of any JSON is refused or read, without another exception", () => {
  const value = fc.oneof(
    fc.json(),
    fc
      .record({
        dtype: fc.constantFrom("F32", "BOOL", "F16", 1, null),
        shape: fc.oneof(fc.array(fc.oneof(fc.maxSafeNat(), fc.nat(3), fc.double())), fc.jsonValue()),
        data_offsets: fc.oneof(fc.tuple(fc.nat(9), fc.nat(9)), fc.jsonValue()),
      })
      .map((record) => JSON.stringify(record)),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.oneof(fc.string(), fc.constant("__metadata__")), value)),
      fc.uint8Array(),
      (entries, data) => {
        const text = `{${entries.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join()}}`;
        const header = new TextEncoder().encode(text);
        const bytes = new Uint8Array(8 + header.length + data.length);
        new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
        bytes.set(header, 8);
        bytes.set(data, 8 + header.length);
        refusedOrSame(bytes, {});
      },
    ),
  );
});
