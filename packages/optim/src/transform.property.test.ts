import { decode, encode, type Tensors } from "@unroll/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { anyTransform, training, transform } from "../test/arbitrary.ts";
import { f64, follow, numbers, type Tree } from "../test/train.ts";
import { chain } from "./transform.ts";

test("chain is associative", () => {
  fc.assert(
    fc.property(anyTransform, anyTransform, anyTransform, training(), (a, b, c, { params, gradients }) => {
      const [flat, left, right] = [chain(a, b, c), chain(chain(a, b), c), chain(a, chain(b, c))].map(
        (optimizer) =>
          follow(optimizer, params, gradients).map(({ updates, memory }) => [
            numbers(updates),
            numbers(memory),
          ]),
      );
      expect(left).toEqual(flat);
      expect(right).toEqual(flat);
    }),
  );
});

test("an empty chain at either end changes nothing", () => {
  fc.assert(
    fc.property(anyTransform, training(), (a, { params, gradients }) => {
      const [alone, before, after] = [a, chain(chain(), a), chain(a, chain())].map((optimizer) =>
        follow(optimizer, params, gradients).map(({ updates }) => numbers(updates)),
      );
      expect(before).toEqual(alone);
      expect(after).toEqual(alone);
    }),
  );
});

test("gradients of zeros leave the parameters as they are", () => {
  fc.assert(
    fc.property(transform, training(fc.constant(0)), (optimizer, { params, gradients }) => {
      for (const step of follow(optimizer, params, gradients))
        expect(numbers(step.params)).toEqual(numbers(params));
    }),
  );
});

test("the order in which keys were written changes nothing", () => {
  const reversed = (tree: Tensors<Tree>): Tensors<Tree> =>
    Object.fromEntries(
      Object.entries(tree)
        .toReversed()
        .map(([name, child]) => [name, "~leaf" in child ? child : reversed(child)]),
    );
  fc.assert(
    fc.property(anyTransform, training(), (optimizer, { params, gradients }) => {
      const steps = follow(optimizer, params, gradients);
      const others = follow(optimizer, reversed(params), gradients, optimizer.init(params));
      others.forEach((other, i) => {
        expect(numbers(other.params)).toEqual(numbers(steps[i]!.params));
        expect(numbers(other.memory)).toEqual(numbers(steps[i]!.memory));
      });
    }),
  );
});

test("parameters that change places take their updates along", () => {
  const x = fc.double({ min: -100, max: 100, noNaN: true });
  fc.assert(
    fc.property(transform, fc.array(fc.tuple(x, x, x), { minLength: 1, maxLength: 4 }), (optimizer, rows) => {
      const start = { a: f64(1), b: f64(2), c: f64(3) };
      const turned = { a: start.b, b: start.c, c: start.a };
      const steps = follow(
        optimizer,
        start,
        rows.map(([a, b, c]) => ({ a: f64(a), b: f64(b), c: f64(c) })),
      );
      const others = follow(
        optimizer,
        turned,
        rows.map(([a, b, c]) => ({ a: f64(b), b: f64(c), c: f64(a) })),
      );
      others.forEach((other, i) => {
        const [a, b, c] = numbers(steps[i]!.updates);
        // The norm sums the leaves in another order.
        numbers(other.updates).forEach((n, k) => expect(n).toBeCloseTo([b!, c!, a!][k]!, 12));
      });
    }),
  );
});

test("a run that is saved and resumed is the run that was not interrupted", () => {
  fc.assert(
    fc.property(anyTransform, anyTransform, training(), (a, b, { params, gradients }) => {
      const optimizer = chain(a, b);
      const once = follow(optimizer, params, [...gradients, ...gradients]);
      const { params: at, memory } = once[gradients.length - 1]!;
      const { tree } = decode(encode({ at, memory }), { at: params, memory: optimizer.init(params) });
      const resumed = follow(optimizer, tree.at, gradients, tree.memory);
      expect(resumed.map((step) => numbers(step))).toEqual(
        once.slice(gradients.length).map((step) => numbers(step)),
      );
    }),
  );
});
