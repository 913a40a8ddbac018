import {
  add,
  captureSource,
  div,
  exp,
  gradient,
  label,
  log,
  matmul,
  mul,
  scan,
  sqrt,
  sub,
  sum,
  tensor,
  type Value,
} from "@unroll/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { debugNonFinite, draw } from "../index.ts";

beforeAll(() => captureSource(true));
afterAll(() => captureSource(false));

interface Params {
  readonly w: Value;
}
const f64 = { dtype: "f64" } as const;

/** s' = exp(w s + x): grows beyond all bounds for w = 1. */
const growing = (params: Params, xs: Value): Value =>
  sum(
    scan(
      (s: Value, x: Value) => [label({ s: exp(add(mul(params.w, s), x)) }).s, undefined],
      tensorLike(xs),
      xs,
    )[0],
  );
const tensorLike = (xs: Value): Value => sum(mul(0, xs), { axis: 0 });

test("a function that makes nothing bad has no report", () => {
  expect(debugNonFinite(growing)({ w: tensor(0.1, f64) }, tensor([[1], [2]], f64))).toBeUndefined();
});

test("the forward pass: what made it, at which step, of which numbers, from which parameter", () => {
  const report = debugNonFinite(growing)(
    { w: tensor(1, f64) },
    tensor(
      [
        [1, 2],
        [1, 2],
        [1, 800],
      ],
      f64,
    ),
  )!;
  // exp(exp(2) + 2) = 11975, and exp(11975 + 800) overflows; the other column has exp(exp(exp(1) + 1) + 1) still.
  const second = Math.exp(Math.exp(2) + 2);
  expect(report.value).toBe(Infinity);
  expect(report.at).toEqual([1]);
  expect(report.pass).toBe("forward");
  expect(report.backwardOf).toBeUndefined();
  expect(report.steps).toEqual([{ scan: "scan over 3 steps", step: 2 }]);
  expect(report.made).toMatch(/^s = exp f64\[2\] \(debug-non-finite\.test\.ts:\d+\)$/);
  const [operand] = report.operands;
  expect(operand!.element! / (second + 800)).toBeCloseTo(1, 12);
  expect(operand!.smallest).toBeLessThan(operand!.largest);
  expect(report.madeOf.map((line) => line.split(" ")[0])).toEqual([
    "s",
    "add",
    "mul",
    "broadcastTo",
    "parameter",
  ]);
  expect(String(report)).toMatch(/^Infinity at \[1\], made in the forward pass by s = exp f64\[2\]/);
  expect(String(report)).toContain("\nat step 2 of the scan over 3 steps\nof\n  add f64[2]: ");
});

test("the backward pass: what it is the derivative of, and the step counts from the beginning of the sequence", () => {
  // The slope of a root is infinite at 0, which the third state of four is.
  const f = (params: Params, xs: Value) => {
    const loss = sum(
      scan(
        (s: Value, x: Value) => [sub(s, x), sqrt(mul(params.w, sub(s, x)))],
        sum(mul(0, xs), { axis: 0 }),
        xs,
      )[1],
    );
    return gradient(loss, params);
  };
  const report = debugNonFinite(f)({ w: tensor(1, f64) }, tensor([[-3], [-4], [7], [-2]], f64))!;
  expect(report.pass).toBe("backward");
  expect(report.backwardOf).toMatch(/^sqrt f64\[1\] \(debug-non-finite\.test\.ts:\d+\)$/);
  expect(report.steps.map(({ step }) => step)).toEqual([2]);
  expect(report.steps[0]!.scan).toBe("scan over 4 steps, from the last to the first, backward of scan");
  expect(report.leadsTo.at(-1)).toMatch(/^output w f64/);
});

test("what is made of two values tells both", () => {
  const f = (params: Params, x: Value) => ({ y: div(x, params.w) });
  const report = debugNonFinite(f)({ w: tensor([1, 0], f64) }, tensor([2, 3], f64))!;
  expect(report.operands.map(({ name, element }) => [name, element])).toEqual([
    ["x", 3],
    ["params.w", 0],
  ]);
  expect(report.leadsTo.map((line) => line.split(" ")[0])).toEqual(["div", "output"]);
});

test("a product tells the range of what it was made of, and a picture of the report has the node in red", () => {
  const f = (params: Params, x: Value) => matmul(x, params.w);
  const report = debugNonFinite(f)({ w: tensor([[1e200], [-2]], f64) }, tensor([[1e200, 1]], f64))!;
  expect(
    report.operands.map(({ name, smallest, largest, element }) => [name, smallest, largest, element]),
  ).toEqual([
    ["x", 1, 1e200, undefined],
    ["params.w", -2, 1e200, undefined],
  ]);
  const { picture } = draw(report.graph, { failed: report.node });
  expect(picture.vertices.find(({ id }) => id === picture.failed)!.title).toBe("matmul");
});

test("a step of training is looked at as it is", () => {
  const step = ({ w }: Params, x: Value): readonly [Params, { readonly loss: Value }] => {
    const loss = log(mul(w, x));
    return [{ w: sub(w, gradient(loss, w)) }, { loss }];
  };
  const look = debugNonFinite(step);
  expect(look({ w: tensor(1, f64) }, tensor(2, f64))).toBeUndefined();
  expect(look({ w: tensor(1, f64) }, tensor(-2, f64))!.made).toMatch(/^log f64\[\]/);
});

test("what the arguments bring along is not reported", () => {
  expect(debugNonFinite((x: Value) => log(x))(tensor([NaN, Infinity], f64))).toBeUndefined();
});
