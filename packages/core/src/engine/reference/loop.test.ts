import { describe, expect, test } from "vitest";
import { tensor, type Tensor } from "../../tensor/tensor.ts";
import { add, mul, sub } from "../../ops/arithmetic.ts";
import { computed, f64, loop } from "../../../test/run-graph.ts";

const f = (data: Parameters<typeof tensor>[0], shape?: readonly number[]): Tensor =>
  tensor(data, { dtype: "f64", ...(shape && { shape }) });
const numbers = (tensors: readonly Tensor[]): number[][] => tensors.map((x) => [...x.data]);

describe("a loop", () => {
  const [start, xs, w] = [f64([], "start"), f64([3], "xs"), f64([], "w")];
  const [s, x, v] = [f64([], "s"), f64([], "x"), f64([], "v")];
  const next = add(mul(s, v), x);
  const along = (reverse: boolean) =>
    loop([start, xs, w], {
      inputs: [s, x, v],
      outputs: [next, next],
      carries: 1,
      sequences: 1,
      length: 3,
      reverse,
    });

  test("threads its state through the sequence and stacks what it emits", () => {
    const [last, all] = numbers(computed([start, xs, w], along(false), [f(1), f([5, 6, 7]), f(10)]));
    expect([last, all]).toEqual([[1567], [15, 156, 1567]]);
  });

  test("in reverse runs from the last step, and emits each step at its own place", () => {
    const [last, all] = numbers(computed([start, xs, w], along(true), [f(1), f([5, 6, 7]), f(10)]));
    expect([last, all]).toEqual([[1765], [1765, 176, 17]]);
  });

  test("leaves the values that it starts from alone", () => {
    const outputs = [...along(false), start];
    expect(numbers(computed([start, xs, w], outputs, [f(1), f([5, 6, 7]), f(10)]))[2]).toEqual([1]);
  });

  test("may be run again", () => {
    const [again] = along(false);
    const outputs = loop([again!, xs, w], {
      inputs: [s, x, v],
      outputs: [next],
      carries: 1,
      sequences: 1,
      length: 3,
    });
    expect(numbers(computed([start, xs, w], outputs, [f(1), f([5, 6, 7]), f(10)]))).toEqual([[1567567]]);
  });

  test("without steps gives the state that it starts from", () => {
    const none = f64([0], "none");
    const outputs = loop([start, none, w], {
      inputs: [s, x, v],
      outputs: [next, next],
      carries: 1,
      sequences: 1,
      length: 0,
    });
    expect(numbers(computed([start, none, w], outputs, [f(4), f([]), f(10)]))).toEqual([[4], []]);
  });

  test("may have no state, no sequence and nothing captured", () => {
    const emitted = loop([xs], { inputs: [x], outputs: [mul(x, x)], carries: 0, sequences: 1, length: 3 });
    expect(numbers(computed([xs], emitted, [f([1, 2, 3])]))).toEqual([[1, 4, 9]]);
    const doubled = loop([start], { inputs: [s], outputs: [add(s, s)], carries: 1, sequences: 0, length: 5 });
    expect(numbers(computed([start], doubled, [f(1)]))).toEqual([[32]]);
  });

  test("of no numbers runs", () => {
    const [empty, inside] = [f64([3, 0], "empty"), f64([0], "inside")];
    const emitted = loop([empty], {
      inputs: [inside],
      outputs: [add(inside, inside)],
      carries: 0,
      sequences: 1,
      length: 3,
    });
    expect(computed([empty], emitted, [f([[], [], []])])[0]!.shape).toEqual([3, 0]);
  });
});

describe("what a step returns", () => {
  const [a, b, xs, w] = [f64([], "a"), f64([], "b"), f64([2], "xs"), f64([], "w")];
  const [p, q, x, v] = [f64([], "p"), f64([], "q"), f64([], "x"), f64([], "v")];

  test("may swap two states", () => {
    const outputs = loop([a, b], {
      inputs: [p, q],
      outputs: [q, p, p, q],
      carries: 2,
      sequences: 0,
      length: 3,
    });
    expect(numbers(computed([a, b], outputs, [f(1), f(2)]))).toEqual([[2], [1], [1, 2, 1], [2, 1, 2]]);
  });

  test("emits the old state, not the new one", () => {
    const outputs = loop([a], { inputs: [p], outputs: [add(p, p), p], carries: 1, sequences: 0, length: 3 });
    expect(numbers(computed([a], outputs, [f(1)]))).toEqual([[8], [1, 2, 4]]);
  });

  test("may be an input, a captured value, or the same value several times", () => {
    const sum = add(p, x);
    const outputs = loop([a, xs, w], {
      inputs: [p, x, v],
      outputs: [v, x, v, sum, sum],
      carries: 1,
      sequences: 1,
      length: 2,
    });
    expect(numbers(computed([a, xs, w], outputs, [f(1), f([5, 6]), f(9)]))).toEqual([
      [9],
      [5, 6],
      [9, 9],
      [6, 15],
      [6, 15],
    ]);
  });

  test("may keep a state as it is", () => {
    const outputs = loop([a, b], {
      inputs: [p, q],
      outputs: [p, sub(q, p)],
      carries: 2,
      sequences: 0,
      length: 3,
    });
    expect(numbers(computed([a, b], outputs, [f(1), f(10)]))).toEqual([[1], [7]]);
  });
});

describe("nested loops", () => {
  const [start, rows] = [f64([], "start"), f64([2, 3], "rows")];
  const [s, row] = [f64([], "s"), f64([3], "row")];
  const [t, x, scale] = [f64([], "t"), f64([], "x"), f64([], "scale")];
  const digit = add(mul(t, scale), x);

  /** Append the digits of every row to a number, each row with the given direction. */
  const digits = (outerReverse: boolean, innerReverse: boolean) => {
    const ten = f64([], "ten");
    const given = f64([], "given");
    const inner = loop([s, row, ten], {
      inputs: [t, x, scale],
      outputs: [digit, digit],
      carries: 1,
      sequences: 1,
      length: 3,
      reverse: innerReverse,
    });
    const outputs = loop([start, rows, given], {
      inputs: [s, row, ten],
      outputs: inner,
      carries: 1,
      sequences: 1,
      length: 2,
      reverse: outerReverse,
    });
    return numbers(
      computed([start, rows, given], outputs, [
        f(0),
        f([
          [1, 2, 3],
          [4, 5, 6],
        ]),
        f(10),
      ]),
    );
  };

  test("move along both axes", () => {
    expect(digits(false, false)).toEqual([[123456], [1, 12, 123, 1234, 12345, 123456]]);
  });

  test("move backwards along either axis", () => {
    expect(digits(false, true)).toEqual([[321654], [321, 32, 3, 321654, 32165, 3216]]);
    expect(digits(true, false)).toEqual([[456123], [4561, 45612, 456123, 4, 45, 456]]);
    expect(digits(true, true)).toEqual([[654321], [654321, 65432, 6543, 654, 65, 6]]);
  });

  test("capture rows and states of the outer one", () => {
    const inner = loop([s, row, s], {
      inputs: [t, x, scale],
      outputs: [add(t, mul(x, scale))],
      carries: 1,
      sequences: 1,
      length: 3,
    });
    const outputs = loop([start, rows], {
      inputs: [s, row],
      outputs: inner,
      carries: 1,
      sequences: 1,
      length: 2,
    });
    // s becomes s + s (1 + 2 + 3), then s + s (4 + 5 + 6).
    expect(
      numbers(
        computed([start, rows], outputs, [
          f(1),
          f([
            [1, 2, 3],
            [4, 5, 6],
          ]),
        ]),
      ),
    ).toEqual([[7 * 16]]);
  });
});
