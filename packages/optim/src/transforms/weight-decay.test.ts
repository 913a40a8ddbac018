import { expect, test } from "vitest";
import { f64, follow, numbers } from "../../test/train.ts";
import { adam, adamw } from "../first-order/adam.ts";
import { exponential } from "../schedules/exponential.ts";
import { chain } from "../transform.ts";
import { decoupledDecay, weightDecay } from "./weight-decay.ts";

const params = { w: f64([8, -8]), b: f64([4]) };
const grads = { w: f64([1, 1]), b: f64([1]) };

test("weightDecay adds a share of the parameters to their gradients", () => {
  const [step] = follow(weightDecay({ decay: 0.25 }), params, [grads]);
  expect(numbers(step!.updates)).toEqual([2, 3, -1]);
});

test("`where` spares leaves by their paths", () => {
  const [step] = follow(weightDecay({ decay: 0.25, where: (path) => path !== "b" }), params, [grads]);
  expect(numbers(step!.updates)).toEqual([1, 3, -1]);
});

test("decoupledDecay subtracts it from the update, at the rate of the step", () => {
  const learningRate = exponential({ rate: 1, decay: 0.5, every: 1 });
  const steps = follow(decoupledDecay({ decay: 0.25, learningRate, where: (path) => path === "w" }), params, [
    grads,
    grads,
  ]);
  expect(numbers(steps[0]!.updates)).toEqual([1, -1, 3]);
  // From w = [7, -5] after the first step, and at half the rate.
  expect(numbers(steps[1]!.updates)).toEqual([1, 1 - 7 / 8, 1 + 5 / 8]);
});

test("behind adam it is adamw", () => {
  const many = [1, -2, 3, 4].map((n) => ({ w: f64([n, -n]), b: f64([n * n]) }));
  const learningRate = exponential({ rate: 0.1, decay: 0.5, every: 2 });
  const apart = chain(adam({ learningRate }), decoupledDecay({ decay: 0.1, learningRate }));
  const whole = follow(adamw({ learningRate, weightDecay: 0.1 }), params, many);
  follow(apart, params, many).forEach(({ params: at }, i) => {
    numbers(at).forEach((n, k) => expect(n).toBeCloseTo(numbers(whole[i]!.params)[k]!, 14));
  });
});

test("a test that chooses no leaf is refused, with the paths there are", () => {
  const none = weightDecay({ decay: 1, where: (path) => path === "bias" });
  expect(() => none.init(params)).toThrowErrorMatchingInlineSnapshot(`
    [TreeError: weightDecay: no leaf is chosen.
    The paths are b, w.]
  `);
});
