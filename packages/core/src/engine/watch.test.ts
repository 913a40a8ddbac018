import { describe, expect, test } from "vitest";
import {
  add,
  compile,
  full,
  gradient,
  label,
  mul,
  reference,
  scan,
  sum,
  tanh,
  tensor,
  watch,
  type TensorType,
  type Value,
} from "../index.ts";
import { wasm } from "../wasm.ts";

const scalar: TensorType = { dtype: "f64", shape: [] };
const xs = tensor([1, 2, 3], { dtype: "f64" });

const running = (x: Value): { total: Value } => {
  const [total] = scan(
    (s: Value, row: Value) => {
      const { next } = label({ next: add(s, row) });
      return [next, undefined];
    },
    full(0, scalar),
    x,
  );
  return label({ total: mul(2, total) });
};

test("watched values come beside the result, those inside a scan stacked over time", () => {
  const [{ total }, seen] = compile(watch(running, ["next", "total"]))(xs);
  expect([...total.data]).toEqual([12]);
  expect(seen.next.map((x) => [...x.data])).toEqual([[1, 3, 6]]);
  expect(seen.total.map((x) => [...x.data])).toEqual([[12]]);
});

test("a name that is used n times gives n values in order of creation", () => {
  const twice = (x: Value): Value => label({ y: mul(2, label({ y: mul(3, x) }).y) }).y;
  const [, { y }] = compile(watch(twice, ["y"]))(tensor(1));
  expect(y.map((v) => v.data[0])).toEqual([3, 6]);
});

test("values of a body that forward and backward scans share are counted once", () => {
  const f = (w: Value, x: Value) => {
    const [last] = scan(
      (s: Value, row: Value) => {
        const { next } = label({ next: mul(w, add(s, row)) });
        return [next, undefined];
      },
      full(0, scalar),
      x,
    );
    return { last, dw: gradient(last, w) };
  };
  const [, { next }] = compile(watch(f, ["next"]))(tensor(2, { dtype: "f64" }), xs);
  expect(next.map((v) => [...v.data])).toEqual([[2, 8, 22]]);
});

test("values of nested scans are stacked twice", () => {
  const f = (x: Value) =>
    scan(
      (s: Value, row: Value) =>
        scan(
          (t: Value, v: Value) => {
            const { t2 } = label({ t2: add(t, v) });
            return [t2, undefined];
          },
          s,
          row,
        ),
      full(0, scalar),
      x,
    )[0];
  const [, { t2 }] = compile(watch(f, ["t2"]))(
    tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { dtype: "f64" },
    ),
  );
  expect(t2[0]!.shape).toEqual([2, 2]);
  expect([...t2[0]!.data]).toEqual([1, 3, 6, 10]);
});

test("a name that is not there is answered with those that are", () => {
  expect(() => compile(watch(running, ["forget"]))(xs)).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: watch: no value is called "forget". Names here: next, total.]`,
  );
});

test("an unwatched label adds nothing to the graph", () => {
  const plain = compile((x: Value) => sum(x));
  const labelled = compile((x: Value) => label({ total: sum(x) }).total);
  plain(xs);
  labelled(xs);
  const kernels = (text: string): number => text.split("\n").filter((line) => line.includes("reduce")).length;
  expect(kernels(labelled.explain())).toBe(kernels(plain.explain()));
});

const model = (w: Value, x: Value) => {
  const [last] = scan(
    (s: Value, row: Value) => {
      const { u } = label({ u: tanh(mul(w, add(s, row))) });
      return [label({ next: mul(u, u) }).next, undefined];
    },
    full(0, { dtype: "f32", shape: [] }),
    x,
  );
  return { last, dw: gradient(last, w) };
};
const args = [tensor(0.7), tensor([0.3, -1.1, 0.9, 2])] as const;
describe.each([reference(), wasm()])("on $name", (engine) => {
  test("watching changes no bit of the results, and the values are those of the formula", () => {
    const plain = compile(model, { engine })(...args);
    const [watched, { u, next }] = compile(watch(model, ["u", "next"]), { engine })(...args);
    expect(watched.last.data).toEqual(plain.last.data);
    expect(watched.dw.data).toEqual(plain.dw.data);
    // A handful of f32 roundings, each of 6e-8 at most for numbers below 1.
    let s = 0;
    [...args[1].data].forEach((x, t) => {
      const wanted = Math.tanh(args[0].data[0]! * (s + x));
      expect(Math.abs(u[0]!.data[t]! - wanted)).toBeLessThan(1e-6);
      s = wanted * wanted;
      expect(Math.abs(next[0]!.data[t]! - s)).toBeLessThan(1e-6);
    });
  });

  test("labels that nobody watches leave the program as it is", () => {
    const bare = (x: Value): Value => sum(tanh(mul(x, x)));
    const named = (x: Value): Value => {
      const { a } = label({ a: mul(x, x) });
      return sum(label({ b: tanh(a) }).b);
    };
    const programOf = (f: (x: Value) => Value): string => {
      const run = compile(f, { engine });
      run(args[1]);
      return run.explain().split("\nprogram of ")[1]!;
    };
    // Buffers are called after labels; all else is the same.
    const anonymous = (text: string): string =>
      text.replaceAll(/\b(a|b|tanh|mul)(\.\d+)?(?=[{:+ ,]|$)/gm, "_");
    expect(anonymous(programOf(named))).toBe(anonymous(programOf(bare)));
  });
});

test("on the WebAssembly engine, what is watched is emitted by a loop that is there already", () => {
  const [plain, watched] = [
    compile(model, { engine: wasm() }),
    compile(watch(model, ["u"]), { engine: wasm() }),
  ];
  plain(...args);
  watched(...args);
  const loops = (text: string): number => (text.match(/^ +loop t/gm) ?? []).length;
  expect(loops(plain.explain())).toBe(2);
  expect(loops(watched.explain())).toBe(2);
});
