import { describe, expect, test } from "vitest";
import {
  add,
  compile,
  evaluate,
  full,
  gradient,
  input,
  matmul,
  mul,
  nodesOf,
  reference,
  reshape,
  scan,
  sum,
  tanh,
  tensor,
  transpose,
  type Shape,
  type TensorType,
  type Value,
} from "../index.ts";
import { lstm } from "../../test/programs.ts";
import { valuesOf } from "../graph/spec.ts";
import { countNodes } from "../graph/graph.ts";

const f64 = (...shape: number[]): TensorType => ({ dtype: "f64", shape });
const numbers = (...data: number[]) => tensor(data, { dtype: "f64" });
const random = (shape: Shape, seed: number) => {
  let s = seed;
  const next = (): number => (s = (s * 1103515245 + 12345) % 2147483648) / 2147483648 - 0.5;
  return tensor(Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, next), { shape });
};

describe("values", () => {
  const running = compile((start: Value, xs: Value) =>
    scan(
      (s, x: Value) => {
        const next = add(mul(2, s), x);
        return [next, mul(10, next)];
      },
      start,
      xs,
    ),
  );

  test("scan threads the state and stacks what the step emits", () => {
    const [last, ys] = running(tensor(1, { dtype: "f64" }), numbers(1, 2, 3));
    expect([...last.data]).toEqual([19]);
    expect([...ys.data]).toEqual([30, 80, 190]);
  });

  test("reverse runs from the last step, and what step t emits stays at position t", () => {
    const backwards = compile((xs: Value) =>
      scan((s, x: Value) => [add(s, x), s], full(0, f64()), xs, { reverse: true }),
    );
    const [last, ys] = backwards(numbers(1, 2, 3));
    expect([...last.data]).toEqual([6]);
    expect([...ys.data]).toEqual([5, 3, 0]);
  });

  test("length 0 returns the initial state and empty sequences", () => {
    const [last, ys] = running(tensor(1, { dtype: "f64" }), tensor([], { dtype: "f64" }));
    expect([...last.data]).toEqual([1]);
    expect(ys.shape).toEqual([0]);
  });

  test.each(["forward", "reverse"])("steps may lie unevenly far apart, %s", (way) => {
    // The columns of two matrices: 0 3 1 4 2 5 of the numbers, and then 6 9 7 10 8 11.
    const columns = (x: Value): Value => reshape(transpose(x, [0, 2, 1]), [12]);
    const options = { reverse: way === "reverse" };
    const f = (x: Value) =>
      scan((s, x: Value) => [add(mul(2, s), x), x], full(0, f64()), columns(x), options);
    const order = [0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11];
    const x = tensor(
      Float64Array.from(order, (_, i) => i),
      { shape: [2, 2, 3] },
    );
    for (const engine of [undefined, reference()]) {
      const [last, ys] = compile(f, { ...(engine && { engine }) })(x);
      const run = way === "reverse" ? order.toReversed() : order;
      expect([...last.data]).toEqual([run.reduce((s, x) => 2 * s + x)]);
      expect([...ys.data]).toEqual(order);
    }
  });

  test("without a sequence, the length says how many steps", () => {
    const [last] = evaluate(
      scan((s: Value) => [mul(2, s), undefined], full(1, f64()), undefined, { length: 10 }),
    );
    expect([...last.data]).toEqual([1024]);
  });

  test("a step may swap its states", () => {
    const [last] = evaluate(
      scan(
        ({ a, b }: { a: Value; b: Value }) => [{ a: b, b: a }, undefined],
        { a: full(1, f64()), b: full(2, f64()) },
        undefined,
        { length: 3 },
      ),
    );
    expect([...last.a.data, ...last.b.data]).toEqual([2, 1]);
  });

  test("a state that the step returns as it was is captured, and comes back", () => {
    const xs = input(f64(4));
    const [last] = scan(
      ({ s, mask }: { s: Value; mask: Value }, x: Value) => [{ s: add(s, mul(mask, x)), mask }, undefined],
      { s: full(0, f64()), mask: full(3, f64()) },
      xs,
    );
    expect(last.s.node.inputs.length).toBe(3);
    const total = compile(
      (x: Value) =>
        scan(
          ({ s, mask }: { s: Value; mask: Value }, row: Value) => [
            { s: add(s, mul(mask, row)), mask },
            undefined,
          ],
          { s: full(0, f64()), mask: full(3, f64()) },
          x,
        )[0],
    );
    const { s, mask } = total(numbers(1, 2, 3, 4));
    expect([...s.data, ...mask.data]).toEqual([30, 3]);
  });

  test("scans nest", () => {
    const total = compile((xs: Value) => {
      const [last] = scan(
        (s: Value, row: Value) => {
          const [inner] = scan((t: Value, x: Value) => [add(t, x), undefined], s, row);
          return [mul(2, inner), undefined];
        },
        full(0, f64()),
        xs,
      );
      return last;
    });
    expect([
      ...total(
        tensor(
          [
            [1, 2],
            [3, 4],
          ],
          { dtype: "f64" },
        ),
      ).data,
    ]).toEqual([26]);
  });
});

describe("gradients", () => {
  /** The same step copied along time: what scan must be equal to. */
  const unrolled = <S>(step: (s: S, x: Value) => readonly [S, Value], start: S, xs: readonly Value[]): S =>
    xs.reduce((s, x) => step(s, x)[0], start);

  test("the gradient of a scan is that of the unrolled graph", () => {
    const [T, B, H] = [4, 2, 3];
    const step = (w: Value) => (h: Value, x: Value) => {
      const next = tanh(add(matmul(h, w), x));
      return [next, next] as const;
    };
    const scanned = compile((w: Value, h: Value, xs: Value) => {
      const [last] = scan(step(w), h, xs);
      return gradient(sum(mul(last, last)), { w, h, xs });
    });
    const copied = compile((w: Value, h: Value, rows: readonly Value[]) => {
      const last = unrolled(step(w), h, rows);
      return gradient(sum(mul(last, last)), { w, h, rows });
    });
    const [w, h] = [random([H, H], 1), random([B, H], 2)];
    const rows = Array.from({ length: T }, (_, t) => random([B, H], 3 + t));
    const xs = tensor(Float64Array.from(rows.flatMap((row) => [...row.data])), { shape: [T, B, H] });
    const a = scanned(w, h, xs);
    const b = copied(w, h, rows);
    const flat = [...b.w.data, ...b.h.data, ...b.rows.flatMap((row) => [...row.data])];
    const found = [...a.w.data, ...a.h.data, ...a.xs.data];
    expect(found).toEqual(flat.map((x) => expect.closeTo(x, 12)));
  });

  test("second derivatives pass through a scan", () => {
    // y = w^4 s, so dy/dw = 4 w^3 s and d2y/dw2 = 12 w^2 s.
    const second = compile((w: Value) => {
      const [y] = scan((s: Value) => [mul(w, s), undefined], full(3, f64()), undefined, { length: 4 });
      return gradient(gradient(y, w), w);
    });
    expect([...second(tensor(2, { dtype: "f64" })).data]).toEqual([144]);
  });

  test("integers, booleans and carries that nothing wanted flows into have no cotangents and are in nobody's way", () => {
    const dw = compile((w: Value, xs: Value) => {
      const step = ({ s, n }: { s: Value; n: Value }, x: Value) =>
        [{ s: add(mul(w, s), x), n: add(n, 1) }, n] as const;
      const [last] = scan(step, { s: full(0, f64()), n: full(0, { dtype: "i32", shape: [] }) }, xs);
      return gradient(last.s, w);
    });
    // s = w (w x0 + x1) + x2 for x = 1, so ds/dw = 2 w + 1.
    expect([...dw(tensor(3, { dtype: "f64" }), numbers(1, 1, 1)).data]).toEqual([7]);
  });

  test("the graph of an LSTM and its gradient has as many nodes at T = 10,000 as at T = 10", () => {
    const size = (T: number): number => {
      const [B, H] = [2, 3];
      const weights = { wx: input(f64(H, 4 * H)), wh: input(f64(H, 4 * H)), b: input(f64(4 * H)) };
      const [h, c, xs] = [input(f64(B, H)), input(f64(B, H)), input(f64(T, B, H))];
      const [last] = scan(lstm(weights), { h, c }, xs);
      const outputs = valuesOf(gradient(sum(last.h), weights));
      return countNodes({ inputs: [...valuesOf(weights), h, c, xs], outputs });
    };
    expect(size(10_000)).toBe(size(10));
  });

  test("what nobody asks for is not carried: the backward scan of a passive state has one carry", () => {
    const [w, xs] = [input(f64()), input(f64(5))];
    const [last] = scan(
      ({ s, passive }: { s: Value; passive: Value }, x: Value) => [
        { s: mul(w, s), passive: add(passive, x) },
        undefined,
      ],
      { s: full(1, f64()), passive: full(0, f64()) },
      xs,
    );
    const dw = gradient(last.s, w);
    const scans = nodesOf({ inputs: [w, xs], outputs: [dw] }).filter((node) => node.op.name === "scan");
    const back = scans.at(-1)!.attrs as { carries: number };
    expect(back.carries).toBe(2); // the cotangent of s and the sum for w
  });
});

describe("errors", () => {
  const [x, xs] = [full(0, f64(2)), full(0, f64(5, 2))];

  test("a state key that the step forgets is named", () => {
    expect(() =>
      scan(
        ({ h }: { h: Value; c: Value }) => [{ h } as { h: Value; c: Value }, undefined],
        { h: x, c: x },
        xs,
      ),
    ).toThrowErrorMatchingInlineSnapshot(
      `
      [TreeError: scan: the step returned state { h }, but the initial state is { c, h }: c is missing.
      A step returns every key of the state, under the name it came in with.]
    `,
    );
  });

  test("a state that changes its type is named with both types", () => {
    expect(() =>
      scan(({ c }: { c: Value }) => [{ c: full(0, f64(8)) }, c], { c: x }, xs),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scan: state.c is f64[2] before the step and f64[8] after.]`,
    );
  });

  test("sequences of different lengths are named", () => {
    expect(() =>
      scan((s: Value, _: { x: Value; mask: Value }) => [s, undefined], x, {
        x: xs,
        mask: full(0, f64(4, 2)),
      }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scan: sequences differ in length: xs.mask has 4 steps, xs.x has 5.]`,
    );
  });

  test("a scalar is no sequence", () => {
    expect(() => scan((s: Value, _: Value) => [s, undefined], x, full(0, f64())))
      .toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: scan: xs is f64[] and has no axis to run along.
      Capture it instead: use it in the step without passing it.]
    `);
  });

  test("without sequence or length there is no number of steps", () => {
    expect(() => scan((s: Value) => [s, undefined], x, undefined)).toThrowErrorMatchingInlineSnapshot(`
      [ShapeError: scan: there is no sequence to tell the number of steps.
      Pass { length }.]
    `);
  });

  test("a step that returns no pair is told what to return", () => {
    expect(() => scan((s: Value) => s as unknown as [Value, undefined], x, xs))
      .toThrowErrorMatchingInlineSnapshot(`
      [TreeError: scan: the step returned no array.
      A step returns [state, output].]
    `);
  });

  test("a tensor in the state is told how to become a value", () => {
    expect(() => scan((s: Value) => [s, undefined], tensor([1]) as unknown as Value, xs))
      .toThrowErrorMatchingInlineSnapshot(`
      [DTypeError: scan: state of the initial state is a Tensor.
      Pass it as an argument of the compiled function, or lift it with constant(tensor).]
    `);
  });

  test("a value of the step that is used outside is refused on that line", () => {
    let leaked: Value | undefined;
    scan(
      (s: Value, row: Value) => {
        leaked = mul(s, row);
        return [leaked, undefined];
      },
      x,
      xs,
    );
    expect(() => add(leaked!, 1)).toThrowErrorMatchingInlineSnapshot(`
      [ScopeError: scan: mul f64[2] belongs to the step of a scan and has no value outside it.
      Return it from the step, or watch it by name.]
    `);
    expect(() => evaluate(leaked!)).toThrow("belongs to the step of a scan");
    expect(() => gradient(sum(full(1, f64())), leaked!)).toThrow("belongs to the step of a scan");
  });
});
