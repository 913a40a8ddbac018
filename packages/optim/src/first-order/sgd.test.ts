import { flatten, mul, type Value } from "@unroll/core";
import { describe, expect, test } from "vitest";
import { f64, follow, minimise, numbers, quadratic } from "../../test/train.ts";
import { sgd, type SgdOptions } from "./sgd.ts";

/** The updates of one parameter that is given these gradients. */
const updates = (options: SgdOptions, ...gradients: number[]): number[] =>
  follow(
    sgd(options),
    { x: f64(0) },
    gradients.map((g) => ({ x: f64(g) })),
  ).flatMap((step) => numbers(step.updates));

describe("by hand", () => {
  test("without momentum the update is -rate times the gradient", () => {
    expect(updates({ learningRate: 0.5 }, 4, -2)).toEqual([-2, 1]);
  });

  test("with momentum gradients add up, each half as much at every further step", () => {
    expect(updates({ learningRate: 1, momentum: 0.5 }, 4, 0, 2)).toEqual([-4, -2, -3]);
  });

  test("dampening spares the first gradient", () => {
    expect(updates({ learningRate: 1, momentum: 0.5, dampening: 0.75 }, 4, 4)).toEqual([-4, -3]);
  });

  test("Nesterov's update goes on along the new velocity", () => {
    expect(updates({ learningRate: 1, momentum: 0.5, nesterov: true }, 4, 2)).toEqual([-6, -4]);
  });

  test("a schedule is given the number of updates made before", () => {
    const learningRate = (step: Value): Value => mul(10, step);
    expect(updates({ learningRate }, 1, 1, 1)).toEqual([-0, -10, -20]);
  });
});

describe("on a quadratic", () => {
  const curvature = [1, 10];
  const start = [3, -2];
  const x = { x: f64(start) };

  test("plain descent shrinks x by 1 - rate curvature at every step", () => {
    const path = minimise(sgd({ learningRate: 0.05 }), x, quadratic(curvature), 20);
    path.forEach((at, i) => {
      numbers(at).forEach((n, k) => {
        expect(n).toBeCloseTo(start[k]! * (1 - 0.05 * curvature[k]!) ** (i + 1), 14);
      });
    });
  });

  test.each([false, true])("momentum follows its linear recurrence (nesterov: %s)", (nesterov) => {
    const [rate, momentum] = [0.05, 0.9];
    const path = minimise(sgd({ learningRate: rate, momentum, nesterov }), x, quadratic(curvature), 60);
    const now = [...start];
    const velocity = [0, 0];
    for (const at of path) {
      now.forEach((n, k) => {
        const g = curvature[k]! * n;
        velocity[k] = momentum * velocity[k]! + g;
        now[k] = n - rate * (nesterov ? g + momentum * velocity[k] : velocity[k]);
      });
      numbers(at).forEach((n, k) => expect(n).toBeCloseTo(now[k]!, 13));
    }
  });
});

test("where Torch7's nag takes gradients is where Nesterov's form is", () => {
  const [rate, momentum, curvature] = [0.05, 0.9, [1, 10]];
  const start = [3, -2];
  const path = minimise(
    sgd({ learningRate: rate, momentum, nesterov: true }),
    { x: f64(start) },
    quadratic(curvature),
    40,
  );
  // nag moves x along its velocity, takes the gradient there, and goes on from there.
  const [x, velocity] = [[...start], [0, 0]];
  for (const at of path) {
    numbers(at).forEach((n, k) => {
      const ahead = x[k]! + momentum * velocity[k]!;
      velocity[k] = momentum * velocity[k]! - rate * curvature[k]! * ahead;
      x[k]! += velocity[k];
      expect(n).toBeCloseTo(x[k]! + momentum * velocity[k], 13);
    });
  }
});

test("what it remembers is named", () => {
  const start = { rnn: { wx: f64([1, 2]) }, b: f64(0) };
  const [step] = follow(sgd({ learningRate: 1, momentum: 0.5 }), start, [start]);
  expect(flatten(step!.memory).map(({ path }) => path)).toEqual(["step", "velocity.b", "velocity.rnn.wx"]);
  expect(Object.keys(sgd({ learningRate: 1 }).init(start))).toEqual(["step"]);
});

test("options out of range are refused by name", () => {
  expect(() => sgd({ learningRate: -0.1 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: sgd: learningRate: -0.1 is not in [0, Infinity).]`,
  );
  expect(() => sgd({ learningRate: NaN })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: sgd: learningRate: NaN is not in [0, Infinity).]`,
  );
  expect(() => sgd({} as never)).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: sgd: learningRate: undefined is not in [0, Infinity).]`,
  );
  expect(() => sgd({ learningRate: 1, momentum: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: sgd: momentum: 1 is not in [0, 1).]`,
  );
  expect(() => sgd({ learningRate: 1, momentum: 0.9, dampening: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: sgd: dampening: -1 is not in [0, 1).]`,
  );
  expect(() => sgd({ learningRate: 1, dampening: 0.5 })).toThrowErrorMatchingInlineSnapshot(
    `[UnrollError: sgd: dampening: 0.5 is without effect when momentum is 0.]`,
  );
  expect(() => sgd({ learningRate: 1, nesterov: true })).toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: sgd: nesterov: momentum is 0 and dampening 0.
    Nesterov's form needs momentum above 0 and no dampening.]
  `);
  expect(() => sgd({ learningRate: 1, momentum: 0.9, dampening: 0.5, nesterov: true }))
    .toThrowErrorMatchingInlineSnapshot(`
    [UnrollError: sgd: nesterov: momentum is 0.9 and dampening 0.5.
    Nesterov's form needs momentum above 0 and no dampening.]
  `);
});
