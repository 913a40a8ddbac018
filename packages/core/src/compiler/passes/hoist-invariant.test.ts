import { expect, test } from "vitest";
import { opsOf, scansOf } from "../../../test/passes.ts";
import {
  add,
  equal,
  full,
  graph,
  input,
  iota,
  matmul,
  mul,
  scan,
  cast,
  sum,
  tanh,
  transpose,
  type Graph,
  type Value,
} from "../../index.ts";
import { runPasses } from "../pass.ts";
import { hoistInvariant } from "./hoist-invariant.ts";

const xs = input({ dtype: "f64", shape: [4, 2] }, "xs");
const w = input({ dtype: "f64", shape: [2, 2] }, "w");
const start = full(0, { dtype: "f64", shape: [2] });
const run = (f: (x: Value, s: Value) => Value): Graph => {
  const [last] = scan((s: Value, x: Value) => [add(s, f(x, s)), undefined], start, xs);
  return runPasses([hoistInvariant], graph([xs, w], [last]), { verify: true });
};

test("what depends on captured values is computed before the scan", () => {
  expect(opsOf(run((x) => mul(x, sum(tanh(w), { axis: 0 }))))).toBe("tanh sum scan(mul add)");
});

test("movements stay where they are used, and go with what is computed from them", () => {
  expect(opsOf(run((x) => mul(x, sum(tanh(transpose(w)), { axis: 0 }))))).toBe(
    "transpose tanh sum scan(mul add)",
  );
  expect(
    opsOf(
      run(
        (x) =>
          matmul(transpose(w), x.shape.length === 1 ? cast(w, "f64") : w) &&
          mul(x, sum(transpose(w), { axis: 0 })),
      ),
    ),
  ).toBe("transpose sum scan(mul add)");
});

test("what is elementwise and made of constants stays", () => {
  expect(opsOf(run((x) => mul(x, cast(equal(iota(2), 1), "f64"))))).toBe("scan(iota equal cast mul add)");
});

test("whole scans are hoisted, out of all scans that they do not depend on", () => {
  const power = (): Value =>
    scan((s: Value, row: Value) => [mul(s, row), undefined], full(1, start.type), w)[0];
  expect(opsOf(run((x) => mul(x, power())))).toBe("scan(mul) scan(mul add)");
  const nested = run(
    (x, s) => scan((t: Value) => [add(t, tanh(power())), undefined], mul(x, s), undefined, { length: 3 })[0],
  );
  expect(opsOf(nested)).toBe("scan(mul) tanh scan(mul scan(add) add)");
});

test("a state that nothing changes needs no second computation", () => {
  const [node] = scansOf(run((x) => add(x, sum(w, { axis: 0 }))));
  expect(node!.inputs).toHaveLength(3);
});
