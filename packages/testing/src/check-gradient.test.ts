import {
  add,
  cast,
  customGradient,
  elementwise,
  fromArray,
  matmul,
  mul,
  relu,
  scan,
  sin,
  square,
  tanh,
  tensor,
  transpose,
  where,
  greater,
  constant,
  type Operand,
  type Value,
} from "@unroll/core";
import { describe, expect, test } from "vitest";
import { checkGradient, GradientMismatchError, GradientUnclearError } from "./check-gradient.ts";
import { uniformNumbers } from "./random.ts";

const random = uniformNumbers(7);

const matrix = (rows: number, columns: number) =>
  fromArray(
    { dtype: "f64", shape: [rows, columns] },
    Float64Array.from({ length: rows * columns }, () => 2 * random() - 1),
  );

const f64 = (...numbers: number[]) => tensor(numbers, { dtype: "f64" });

/** The product of a and b with a gradient of one's own. */
function productWith(da: (dy: Value, a: Value, b: Value) => Value, db = right.db) {
  return (a: Value, b: Value): Value =>
    customGradient(mul(a, b), [a, b], (dy) => [da(dy, a, b), db(dy, a, b)]);
}

const right = {
  da: (dy: Value, _: Value, b: Value): Value => mul(dy, b),
  db: (dy: Value, a: Value, _: Value): Value => mul(dy, a),
};

describe("checkGradient passes a right gradient", () => {
  const step = (w: Value) => (h: Value, x: Value) => {
    const next = tanh(add(matmul(h, w), x));
    return [next, next] as const;
  };
  const rnn = (w: Value, h: Value, xs: Value): Value => scan(step(w), h, xs)[1];

  test("of a composed function, to both orders", () => {
    const args = [matrix(3, 4), matrix(4, 2)] as const;
    const comparisons = checkGradient((x: Value, w: Value) => tanh(matmul(x, w)), args, { order: 2 });
    expect(comparisons.map(({ order }) => order)).toEqual([1, 2]);
  });

  test("of a recurrence, to both orders", () => {
    const xs = fromArray({ dtype: "f64", shape: [4, 2, 3] }, Float64Array.from({ length: 24 }, random));
    checkGradient(rnn, [matrix(3, 3), matrix(2, 3), xs], { order: 2 });
  });

  test("within a bound of 1e-8 for numbers of size 1", () => {
    for (let seed = 0; seed < 20; seed++) {
      const [first] = checkGradient(
        (x: Value, w: Value) => square(tanh(matmul(x, w))),
        [matrix(2, 3), matrix(3, 2)],
        { seed },
      );
      expect(first!.bound).toBeLessThan(1e-8);
    }
  });

  test("of a function on f32, which is computed in f64", () => {
    checkGradient((x: Value) => mul(0.1, sin(x)), [tensor([1, 2, 3])], { order: 2 });
  });

  test("with integers beside floats, which are held fixed", () => {
    const f = (x: Value, n: Value): Value => mul(x, cast(n, "f64"));
    checkGradient(f, [f64(1, 2), tensor([3, 4], { dtype: "i32" })]);
  });

  test("close to a kink, to the end of a domain and to a pole", () => {
    checkGradient(relu, [f64(1e-5, -1e-5)]);
    checkGradient(reciprocal, [f64(1e-4)], { order: 2 });
  });

  test("of functions that do not vary", () => {
    checkGradient((x: Value) => add(mul(0, x), 3), [f64(1, 2)]);
  });

  test("of trees", () => {
    const f = ({ a, b }: { a: Value; b: { c: Value } }) => ({ y: mul(a, b.c), z: [square(a)] });
    checkGradient(f, [{ a: f64(1, 2), b: { c: f64(3, 4) } }], { order: 2 });
  });
});

const reciprocal: (x: Operand) => Value = elementwise("reciprocal", {
  scalar: (s, x) => s.divide(s.constant(x.dtype, 1), x),
  vjp: (dy, _, y) => [mul(-1, dy, y, y)],
});

describe("checkGradient finds a gradient", () => {
  const wrong: Readonly<Record<string, (a: Value, b: Value) => Value>> = {
    "with a factor too much": productWith((dy, a, b) => mul(dy, b, a)),
    "with a factor dropped": productWith((dy) => dy),
    "with the wrong sign": productWith((dy, _, b) => mul(-1, dy, b)),
    "off by 1e-6": productWith((dy, _, b) => mul(1 + 1e-6, dy, b)),
    "off by 1e-6 at one element of 24": productWith((dy, _, b) => mul(dy, b, constant(oneOff(24)))),
    "that is zero": productWith((dy) => mul(0, dy)),
    "that is NaN": productWith((dy) => mul(NaN, dy)),
    "of the wrong operand": productWith((dy, a) => mul(dy, a)),
  };
  const at = () => [matrix(4, 6), matrix(4, 6)] as const;

  for (const [title, f] of Object.entries(wrong)) {
    test(title, () => {
      for (let seed = 0; seed < 10; seed++) {
        expect(() => checkGradient(f, at(), { seed })).toThrow(GradientMismatchError);
      }
    });
  }

  test("that is transposed", () => {
    const f = (a: Value, b: Value): Value =>
      customGradient(matmul(a, b), [a, b], (dy) => [
        transpose(matmul(dy, transpose(b))),
        matmul(transpose(a), dy),
      ]);
    expect(() => checkGradient(f, [matrix(3, 3), matrix(3, 3)])).toThrow(GradientMismatchError);
  });

  test("with a term missing", () => {
    const f = (x: Value): Value => customGradient(mul(x, tanh(x)), [x], (dy) => [mul(dy, tanh(x))]);
    expect(() => checkGradient(f, [matrix(2, 2)])).toThrow(GradientMismatchError);
  });

  test("that is missing in a step of a scan", () => {
    const f = (w: Value, xs: Value): Value =>
      scan(
        (h: Value, x: Value) => {
          const next = tanh(
            add(
              customGradient(mul(h, w), [h], (dy) => [mul(dy, w)]),
              x,
            ),
          );
          return [next, undefined];
        },
        w,
        xs,
      )[0];
    expect(() => checkGradient(f, [f64(0.3, 0.4), matrix(3, 2)])).toThrow(GradientMismatchError);
  });

  test("that is right, but has a wrong gradient itself", () => {
    const slope = (x: Value): Value => customGradient(mul(2, x), [x], (dy) => [mul(2 + 1e-5, dy)]);
    const f = (x: Value): Value => customGradient(square(x), [x], (dy) => [mul(dy, slope(x))]);
    checkGradient(f, [f64(1, 2)]);
    expect(() => checkGradient(f, [f64(1, 2)], { order: 2 })).toThrow(/^Order 2, seed 0\.$/m);
  });
});

function oneOff(size: number) {
  return tensor(
    Float64Array.from({ length: size }, (_, i) => (i === 13 ? 1 + 1e-6 : 1)),
    { shape: [4, 6] },
  );
}

describe("what checkGradient says", () => {
  test("a mismatch shows both numbers, the bound, where it comes from, the seed and the graph", () => {
    const f = ({ w }: { w: Value }, x: Value): Value => {
      const half = greater(x, 0);
      return customGradient(mul(w, x), [w, x], (dy) => [mul(dy, where(half, x, 0)), mul(dy, w)]);
    };
    const params = { w: f64(1, 2, 3) };
    expect(() => checkGradient(f, [params, f64(1, -2, 3)], { seed: 3 })).toThrowErrorMatchingInlineSnapshot(`
      [GradientMismatchError: checkGradient: along a random direction the derivative is -4.072398430481421 by pullback and -5.541907123735502 by differences.
      They differ by 1.47e+0; truncation and rounding explain 2.62e-12.
      Most comes from w f64[3] at [1]: 0 by pullback, -1.469508693254032 by differences.
      Order 1, seed 3.
      graph (w f64[3], x f64[3])
        %0 f64[3] = mul w, x
        %1 f64[3] = customGradient %0, w, x
        return %1]
    `);
  });

  test("a kink at the point is shown with the slopes to both sides", () => {
    expect(() => checkGradient(relu, [f64(0)])).toThrowErrorMatchingInlineSnapshot(`
      [GradientUnclearError: checkGradient: along a random direction the slope is 0 to one side of this point and 0.4966176426406182 to the other, and 0 by pullback.
      The function has a kink or a jump here, and no derivative: choose another point.
      Order 1, seed 0.
      graph (argument 1 f64[1])
        %0 f64[1] = relu argument 1
        return %0]
    `);
  });

  test("a jump at the point is one too", () => {
    const jump = elementwise("jump", { scalar: (s, x) => s.nearest(x), vjp: () => [undefined] });
    expect(() => checkGradient(jump, [f64(0.5)])).toThrow(GradientUnclearError);
  });

  test("a function whose digits are lost is unclear", () => {
    const f = (x: Value): Value => add(add(x, 1e12), -1e12);
    expect(() => checkGradient(f, [f64(0.3, 0.4)])).toThrow(GradientUnclearError);
  });

  test("a function without floats cannot be checked", () => {
    expect(() =>
      checkGradient((x: Value) => mul(x, 2), [tensor([1], { dtype: "i32" })]),
    ).toThrowErrorMatchingInlineSnapshot(`[UnrollError: checkGradient: there is no output of f32 or f64.]`);
  });
});
