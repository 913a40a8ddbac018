import { describe, expect, test } from "vitest";
import { count, opsOf, scansOf } from "../../../test/passes.ts";
import {
  add,
  full,
  graph,
  input,
  label,
  mul,
  randomUniform,
  scan,
  sum,
  tanh,
  type Value,
} from "../../index.ts";
import { runPasses } from "../pass.ts";
import { eliminateCommon } from "./eliminate-common.ts";

const x = input({ dtype: "f64", shape: [2, 3] }, "x");
const y = input({ dtype: "f64", shape: [2, 3] }, "y");
const run = (...outputs: readonly Value[]) =>
  runPasses([eliminateCommon], graph([x, y], outputs), { verify: true });

describe("equal nodes are one", () => {
  test("the same op on the same inputs, and what follows from them", () => {
    const twice = (): Value => tanh(mul(x, y));
    expect(opsOf(run(add(twice(), twice())))).toBe("mul tanh add");
  });

  test("other attributes and other inputs are others", () => {
    expect(opsOf(run(sum(x, { axis: 0 }), sum(x, { axis: 1 }), tanh(x), tanh(y)))).toBe("sum sum tanh tanh");
    const fills = run(full(0, x.type), full(-0, x.type), full(NaN, x.type), full(0, x.type));
    expect(count(fills, "full")).toBe(3);
  });

  test("the names of both are kept", () => {
    const a = label({ a: tanh(x) }).a;
    const b = label({ b: tanh(x) }).b;
    const [first, second] = run(a, b).outputs;
    expect(first).toBe(second);
    expect(first!.labels).toEqual(["a", "b"]);
  });

  test("draws from one key, which the check of keys forbids to a user", () => {
    const key = full(7, { dtype: "i32", shape: [2] });
    const draw = (): Value => randomUniform(key, x.type);
    expect(count(run(add(draw(), draw())), "randomUniform")).toBe(1);
  });
});

describe("scans", () => {
  const running = (w: Value) => scan((s: Value, row: Value) => [add(s, mul(row, w)), s], full(0, w.type), x);
  const w = sum(y, { axis: 0 });

  test("with equal bodies on equal inputs are one", () => {
    const [a, b] = [running(w), running(w)];
    expect(opsOf(run(...a, ...b))).toBe("sum scan(mul add)");
    expect(scansOf(run(...running(w), ...running(tanh(w))))).toHaveLength(2);
  });

  test("have every input once", () => {
    const [last] = scan(
      (s: Value, { a, b }: { a: Value; b: Value }) => [add(s, mul(a, b)), undefined],
      full(0, w.type),
      {
        a: tanh(x),
        b: tanh(x),
      },
    );
    const [node] = scansOf(run(last));
    expect(node!.attrs.sequences).toBe(1);
    expect(opsOf(node!.attrs.body)).toBe("mul add");
  });

  test("nested ones too", () => {
    const step = (s: Value, row: Value): readonly [Value, undefined] => {
      const inner = (): Value =>
        scan(
          (t: Value, one: Value) => [mul(t, one), undefined],
          full(1, { dtype: "f64", shape: [] }),
          row,
        )[0];
      return [add(s, add(inner(), inner())), undefined];
    };
    const [last] = scan(step, full(0, { dtype: "f64", shape: [] }), x);
    expect(opsOf(run(last))).toBe("scan(scan(mul) add add)");
  });
});
