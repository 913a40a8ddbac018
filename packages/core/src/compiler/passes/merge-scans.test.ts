import { describe, expect, test } from "vitest";
import { optimised, opsOf, scansOf } from "../../../test/passes.ts";
import { programs } from "../../../test/programs.ts";
import {
  add,
  full,
  graph,
  input,
  mul,
  scan,
  sum,
  tanh,
  watch,
  label,
  type Graph,
  type Value,
} from "../../index.ts";
import { runPasses } from "../pass.ts";
import { eliminateCommon } from "./eliminate-common.ts";
import { mergeScans } from "./merge-scans.ts";

const passes = [eliminateCommon, mergeScans];
const xs = input({ dtype: "f64", shape: [4, 2] }, "xs");
const w = input({ dtype: "f64", shape: [2] }, "w");
const start = full(0, w.type);
const run = (...outputs: readonly Value[]): Graph =>
  runPasses(passes, graph([xs, w], outputs), { verify: true });
const sizes = (graph: Graph): readonly number[] => scansOf(graph).map(({ outputs }) => outputs.length);

test("an LSTM with its gradient has one forward and one backward scan", () => {
  const program = programs["an LSTM with the gradient of everything"]!;
  expect(scansOf(optimised(program, []))).toHaveLength(3);
  expect(scansOf(optimised(program, passes)).map(({ attrs }) => attrs.reverse)).toEqual([false, true]);
});

test("two layers have two forward and two backward scans", () => {
  const program = programs["a language model of two layers, trained by one step of RMSProp"]!;
  expect(scansOf(optimised(program, []))).toHaveLength(6);
  expect(scansOf(optimised(program, passes))).toHaveLength(4);
});

test("second derivatives save residuals of forward and backward scans, which are merged as well", () => {
  const program = programs["second derivatives through a scan"]!;
  const [before, after] = [optimised(program, []), optimised(program, passes)].map((g) => scansOf(g).length);
  expect([before, after]).toEqual([8, 5]);
});

describe("scans are merged", () => {
  const step = (s: Value, x: Value): Value => tanh(add(mul(s, w), x));

  test("when they carry the same state and emit different things", () => {
    const [last, a] = scan((s: Value, x: Value) => [step(s, x), mul(s, 2)], start, xs);
    const [, b] = scan((s: Value, x: Value) => [step(s, x), mul(s, 3)], start, xs);
    const merged = run(last, a, b);
    expect(sizes(merged)).toEqual([3]);
    expect(opsOf(merged)).toBe("scan(mul add tanh mul mul)");
  });

  test("when one has inputs that the other lacks, made after it", () => {
    const [last] = scan((s: Value, x: Value) => [step(s, x), undefined], start, xs);
    const v = tanh(w);
    const [, b] = scan((s: Value, x: Value) => [step(s, x), mul(s, v)], start, xs);
    expect(sizes(run(tanh(last), b))).toEqual([2]);
  });

  test("when they have no state and share work along a sequence", () => {
    const map = (f: (x: Value) => Value): Value =>
      scan((s: undefined, x: Value) => [s, f(x)], undefined, xs)[1];
    expect(
      sizes(
        run(
          map((x) => mul(tanh(x), w)),
          map((x) => add(tanh(x), w)),
        ),
      ),
    ).toEqual([2]);
    expect(
      sizes(
        run(
          map((x) => mul(x, w)),
          map((x) => add(x, w)),
        ),
      ),
    ).toEqual([1, 1]);
  });

  test("when values inside are watched", () => {
    const f = (sequence: Value, v: Value) =>
      scan(
        (s: Value, x: Value) => {
          const { z, y } = label({ z: mul(s, v), y: mul(x, v) });
          return [add(z, y), undefined];
        },
        start,
        sequence,
      )[0];
    const [last, { z, y }] = watch(f, ["z", "y"])(xs, w);
    expect(sizes(graph([xs, w], [last, ...z, ...y]))).toEqual([1, 2, 2]);
    expect(sizes(run(last, ...z, ...y))).toEqual([3]);
  });
});

describe("scans stay apart", () => {
  const step = (s: Value, x: Value): readonly [Value, Value] => [add(s, x), s];

  test("when one needs the other", () => {
    const [, a] = scan(step, start, xs);
    expect(sizes(run(scan(step, start, a)[0]))).toHaveLength(2);
  });

  test("when states, directions or steps are different", () => {
    const scans = [
      scan(step, start, xs),
      scan(step, w, xs),
      scan(step, start, xs, { reverse: true }),
      scan((s: Value, x: Value) => [mul(s, x), s], start, xs),
    ];
    expect(sizes(run(...scans.flat()))).toHaveLength(4);
  });

  test("when a third would need one and be needed by the other", () => {
    const [first] = scan(step, start, xs);
    const [, between] = scan(step, first, xs);
    const [second] = scan((s: Value, x: Value) => [add(s, x), s], start, between);
    expect(sizes(run(first, sum(second)))).toHaveLength(3);
  });
});
