import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bufferOf } from "../../test/views.ts";
import type { Call, Program, Statement } from "../ir/program.ts";
import { compactView, type Buffer, type View } from "../ir/view.ts";
import { byteSize } from "../tensor/type.ts";
import { aligned } from "./alignment.ts";
import { planMemory } from "./plan-memory.ts";

const origin = { node: 0, op: "", text: "" };
const view = (buffer: Buffer): View => compactView(buffer, [buffer.size]);
const call = (...buffers: Buffer[]): Statement => ({
  kind: "call",
  kernel: 0,
  operands: buffers.map(view),
  origin,
});
const loop = (...body: Statement[]): Statement => ({
  kind: "loop",
  loop: 0,
  length: 3,
  reverse: false,
  body,
  origin,
});

function program(
  buffers: readonly Buffer[],
  statements: readonly Statement[],
  outputs: readonly Buffer[] = [],
): Program {
  return { kernels: [], buffers, inputs: [], outputs: outputs.map(view), statements, checks: "none" };
}

const temporaries = (...sizes: number[]): Buffer[] =>
  sizes.map((size, id) => ({ ...bufferOf("f32", size), id }));

test("two buffers share memory when one is done with before the other is begun", () => {
  const [a, b, c] = temporaries(100, 100, 100) as [Buffer, Buffer, Buffer];
  const { addresses, size } = planMemory(program([a, b, c], [call(a, b), call(b, c)]));
  expect(addresses[0]).toBe(addresses[2]);
  expect(addresses[0]).not.toBe(addresses[1]);
  expect(size).toBe(2 * 448);
});

test("what a loop touches lives for all of it", () => {
  const [a, b, c] = temporaries(10, 10, 10) as [Buffer, Buffer, Buffer];
  const { addresses } = planMemory(program([a, b, c], [loop(call(a, b), call(b, c))]));
  expect(new Set(addresses).size).toBe(3);
});

describe("among threads", () => {
  const shared = (...buffers: Buffer[]): Statement => ({
    ...(call(...buffers) as Call),
    split: { dimension: 0, grain: 1 },
  });
  const barrier: Statement = { kind: "barrier" };
  const [a, b, c] = temporaries(10, 10, 10) as [Buffer, Buffer, Buffer];
  const addressesOf = (...statements: Statement[]): readonly (number | undefined)[] =>
    planMemory(program([a, b, c], statements)).addresses;

  test("two buffers share memory when a barrier lies between", () => {
    expect(new Set(addressesOf(shared(a, b), shared(b, c))).size).toBe(3);
    const [x, y, z] = addressesOf(shared(a, b), barrier, shared(b, c));
    expect(z).toBe(x);
    expect(y).not.toBe(x);
  });

  test("a barrier inside of a loop lies between what is before it and what is after", () => {
    expect(new Set(addressesOf(shared(a), loop(shared(b), barrier), shared(c))).size).toBe(2);
    expect(new Set(addressesOf(shared(a), loop(shared(b)), shared(c))).size).toBe(3);
  });
});

test("results and what is known before a run are never shared", () => {
  const [a, b, c] = temporaries(10, 10, 10) as [Buffer, Buffer, Buffer];
  const known = { ...b, data: new Float32Array(10) };
  const { addresses } = planMemory(program([a, known, c], [call(a), call(known), call(c)], [a]));
  expect(new Set(addresses).size).toBe(3);
});

test("inputs and outputs have no place of the program's own", () => {
  const [a, b] = temporaries(10, 10) as [Buffer, Buffer];
  const outer: Buffer[] = [
    { ...a, role: "input" },
    { ...b, role: "output" },
  ];
  expect(planMemory(program(outer, [call(...outer)]))).toEqual({
    addresses: [undefined, undefined],
    size: 0,
  });
});

test("the most that lives at once is all that is needed when sizes are equal", () => {
  const buffers = temporaries(...new Array<number>(40).fill(16));
  const chain = buffers.slice(1).map((buffer, i) => call(buffers[i]!, buffer));
  expect(planMemory(program(buffers, chain)).size).toBe(2 * 64);
});

test("no two buffers that live at once overlap, and all start on 64 bytes", () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 12 });
  const calls = fc.array(fc.array(fc.nat(11), { minLength: 1, maxLength: 4 }), { maxLength: 12 });
  fc.assert(
    fc.property(sizes, calls, (given, used) => {
      const buffers = temporaries(...given);
      const touched = used.map((indices) => indices.map((i) => buffers[i % buffers.length]!));
      const { addresses, size } = planMemory(
        program(
          buffers,
          touched.map((of) => call(...of)),
        ),
      );
      const lives = buffers.map((buffer) => touched.flatMap((of, at) => (of.includes(buffer) ? [at] : [])));
      const range = ({ id, dtype, size: count }: Buffer): [number, number] => [
        addresses[id]!,
        addresses[id]! + aligned(count * byteSize(dtype)),
      ];
      for (const x of buffers) {
        expect(addresses[x.id]! % 64).toBe(0);
        if (lives[x.id]!.length > 0) expect(range(x)[1]).toBeLessThanOrEqual(size);
        for (const y of buffers.slice(x.id + 1)) {
          const [p, q] = [lives[x.id]!, lives[y.id]!];
          if (p.length === 0 || q.length === 0 || p.at(-1)! < q[0]! || q.at(-1)! < p[0]!) continue;
          expect(range(x)[1] <= range(y)[0] || range(y)[1] <= range(x)[0]).toBe(true);
        }
      }
    }),
  );
});
