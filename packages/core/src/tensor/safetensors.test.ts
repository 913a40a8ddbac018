import { describe, expect, test } from "vitest";
import { decode, decodeAll, encode } from "./safetensors.ts";
import { fromArray, tensor } from "./tensor.ts";

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

describe("the format", () => {
  test("a file is the header's length, the header padded with spaces to 8 bytes, and the numbers", () => {
    const bytes = encode({ b: tensor([1, -2], { dtype: "f32" }) }, { step: "7" });
    const header = '{"__metadata__":{"step":"7"},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    expect(header.length).toBe(82);
    expect(bytes).toEqual(file(`${header}      `, [0, 0, 128, 63, 0, 0, 0, 192]));
  });

  test("a file written by hand is read", () => {
    const header = `{"a":${entry("I32", "[1,2]", "[4,12]")},"t":${entry("BOOL", "[4]", "[0,4]")}}`;
    const { tensors } = decodeAll(file(header, [1, 0, 0, 1, 1, 0, 0, 0, 255, 255, 255, 255]));
    expect(tensors["a"]!.type).toEqual({ dtype: "i32", shape: [1, 2] });
    expect(tensors["a"]!.data).toEqual(Int32Array.of(1, -1));
    expect(tensors["t"]!.type).toEqual({ dtype: "bool", shape: [4] });
    expect(tensors["t"]!.data).toEqual(Int32Array.of(1, 0, 0, 1));
  });

  test("a file of the reference implementation is read", () => {
    // Written by safetensors 0.8.0 for Python.
    const header =
      '{"__metadata__":{"format":"np"},"w":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},' +
      '"n":{"dtype":"I32","shape":[],"data_offsets":[8,12]},"mask":{"dtype":"BOOL","shape":[3],"data_offsets":[12,15]}} ';
    const bytes = file(header, [0, 0, 128, 63, 0, 0, 0, 192, 7, 0, 0, 0, 1, 0, 1]);
    expect(bytes.length).toBe(223);
    const like = { mask: tensor([true, true, true]), n: tensor(0, { dtype: "i32" }), w: tensor([[0, 0]]) };
    const { tree, metadata } = decode(bytes, like);
    expect({ ...metadata }).toEqual({ format: "np" });
    expect(tree.mask.data).toEqual(Int32Array.of(1, 0, 1));
    expect(tree.n.data).toEqual(Int32Array.of(7));
    expect(tree.w.data).toEqual(Float32Array.of(1, -2));
  });

  test("wide elements come first, so that all lie at multiples of their width", () => {
    const tree = {
      a: tensor([true]),
      b: tensor([1, 2]),
      c: tensor([1], { dtype: "f64" }),
      d: tensor(Int32Array.of(3)),
    };
    const bytes = encode(tree);
    const header = new TextDecoder().decode(
      bytes.subarray(8, 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))),
    );
    expect(
      Object.entries(JSON.parse(header)).map(([path, value]) => [
        path,
        (value as { data_offsets: unknown }).data_offsets,
      ]),
    ).toEqual([
      ["c", [0, 8]],
      ["b", [8, 16]],
      ["d", [16, 20]],
      ["a", [20, 21]],
    ]);
  });

  test("leaves are named by their paths, whatever the order of the keys", () => {
    const x = tensor(1);
    const bytes = encode({ rnn: { wx: x, b: x }, layers: [x, { w: x }] });
    expect(Object.keys(decodeAll(bytes).tensors)).toEqual(["layers[0]", "layers[1].w", "rnn.b", "rnn.wx"]);
    expect(encode({ layers: [x, { w: x }], rnn: { b: x, wx: x } })).toEqual(bytes);
  });

  test("a tree may be one tensor, hold nothing, and have empty tensors", () => {
    const x = fromArray({ dtype: "f32", shape: [0, 3] }, new Float32Array(0));
    expect(decode(encode(x), x).tree.type).toEqual(x.type);
    expect(decode(encode({}), {}).tree).toEqual({});
    expect(decode(encode({ x, none: undefined }), { x, none: undefined }).tree.x.shape).toEqual([0, 3]);
  });

  test("a buffer that begins anywhere is read", () => {
    const bytes = encode({ x: tensor([1.5], { dtype: "f64" }) });
    const inside = new Uint8Array(bytes.length + 3);
    inside.set(bytes, 3);
    expect(decodeAll(inside.subarray(3)).tensors["x"]!.data).toEqual(Float64Array.of(1.5));
  });

  test("the keys __proto__ and constructor are names like others", () => {
    const x = tensor([1]);
    const tree = Object.fromEntries([["__proto__", x]]);
    const bytes = encode(tree, Object.fromEntries([["__proto__", "a"]]));
    const { tensors, metadata } = decodeAll(bytes);
    expect(Object.keys(tensors)).toEqual(["__proto__"]);
    expect(Object.entries(metadata)).toEqual([["__proto__", "a"]]);
    expect(Object.keys(decode(bytes, tree).tree)).toEqual(["__proto__"]);
    expect(tensors["constructor"]).toBeUndefined();
    expect(({} as Record<string, unknown>)["dtype"]).toBeUndefined();
  });
});

describe("encode refuses", () => {
  test("what is no tensor", () => {
    const spec = { "~leaf": "param" };
    expect(() => encode({ w: spec })).toThrowErrorMatchingInlineSnapshot(
      `[TreeError: encode: w is a param, not a Tensor.]`,
    );
    expect(() => encode({ w: 1 })).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: tree: w is the number 1.
      Leaves are values, tensors or specs.]
    `);
  });

  test("the name of the metadata", () => {
    expect(() => encode({ __metadata__: tensor(1) })).toThrowErrorMatchingInlineSnapshot(`
      [TreeError: encode: __metadata__ is what the format calls its metadata.
      Choose another key.]
    `);
  });

  test("metadata that is no string", () => {
    const metadata = { step: 7 } as unknown as Record<string, string>;
    expect(() => encode({}, metadata)).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: encode: metadata step is a number, not a string.]`,
    );
  });

  test("an array that does not fill its shape", () => {
    const x = fromArray({ dtype: "f32", shape: [2, 3] }, new Float32Array(5));
    expect(() => encode({ x })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: encode: x f32[2, 3] has 5 elements.]`,
    );
  });
});

describe("a tree that does not fit", () => {
  const bytes = encode({ rnn: { wx: tensor([1, 2]), wh: tensor([1]) }, old: tensor(0) });

  test("is refused with all differences", () => {
    const like = { rnn: { wx: tensor([1, 2, 3]), wh: tensor(Int32Array.of(1)) }, count: tensor(0) };
    expect(() => decode(bytes, like, "load: run.safetensors")).toThrowErrorMatchingInlineSnapshot(`
      [FormatError: load: run.safetensors does not fit: count is not in the file (and 3 more).
      rnn.wh f32[1] in the file, i32[1] here
      rnn.wx f32[2] in the file, f32[3] here
      old is only in the file]
    `);
  });

  test("is refused with one difference", () => {
    const like = { rnn: { wx: tensor([1, 2]), wh: tensor([1]) } };
    expect(() => decode(bytes, like)).toThrowErrorMatchingInlineSnapshot(
      `[FormatError: decode: the file does not fit: old is only in the file.]`,
    );
  });

  test("of many differences the first twenty are listed", () => {
    const like = Array.from({ length: 30 }, () => tensor(0));
    expect(() => decode(encode({}), like)).toThrowError(
      /\(and 29 more\)\.\n\[1\] .*\n\[19\] is not in the file\n\.\.\.$/s,
    );
  });
});
