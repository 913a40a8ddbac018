/** Every engine takes the steps that the reference engine takes. */
import {
  evaluate,
  gradient,
  sum,
  square,
  sub,
  constant,
  stateful,
  tensor,
  type Tensors,
  type Value,
} from "@unroll/core";
import { describe, expect, test } from "vitest";
import { applyUpdates, type Memory, type Transform } from "../src/index.ts";
import { restless, transforms } from "./arbitrary.ts";
import { engines } from "./engines.ts";
import { numbers, type Tree } from "./train.ts";

const wave = (count: number, phase: number) =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(2 * i + phase));
const start = {
  w: tensor(wave(35, 0), { shape: [5, 7] }),
  b: tensor(wave(7, 1)),
  scale: tensor(0.5),
} as unknown as Tensors<Tree>;
const goal = { w: constant(tensor(wave(35, 3), { shape: [5, 7] })), b: constant(tensor(wave(7, 4))) };

/** Sums whose order an engine may choose stay in the gradients' norms alone: a squared distance is elementwise. */
const loss = (params: Tree): Value => {
  const [w, b, scale] = [params["w"] as Value, params["b"] as Value, params["scale"] as Value];
  const parts = [square(sub(w, goal.w)), square(sub(b, goal.b)), square(scale)].map((part) => sum(part));
  return parts.reduce((a, c) => sub(a, sub(0, c)));
};

/** Parameters and memory after ten steps. */
function trained(optimizer: Transform, make: (typeof engines)[number][1]): number[] {
  const engine = make();
  const step = ({ params, memory }: { params: Tree; memory: Memory }) => {
    const [updates, next] = optimizer.update(gradient(loss(params), params), memory, params);
    return [{ params: applyUpdates(params, updates), memory: next }, {}] as const;
  };
  const trainer = stateful(step, { params: start, memory: optimizer.init(start) }, { engine });
  for (let i = 0; i < 10; i++) trainer.step({});
  const found = numbers(trainer.state);
  trainer.dispose();
  engine.dispose();
  return found;
}

const [, oracle] = engines[0]!;

describe.each(engines)("%s", (_, make) => {
  test.each(Object.entries({ ...transforms, ...restless }))("%s", (_name, optimizer) => {
    const expected = trained(optimizer, oracle);
    const found = trained(optimizer, make);
    expect(expected.every(Number.isFinite)).toBe(true);
    // f32: ten steps of a few dozen roundings each.
    found.forEach((n, i) => {
      const far = Math.abs(n - expected[i]!);
      expect(far, `number ${i}: ${n} is not ${expected[i]}`).toBeLessThanOrEqual(
        1e-5 * Math.max(1, Math.abs(expected[i]!)),
      );
    });
  });
});

test("the loss that they go down is not 0", () => {
  const lifted = Object.fromEntries(
    Object.entries(start).map(([name, leaf]) => [name, constant(leaf as never)]),
  );
  expect(evaluate(loss(lifted as unknown as Tree)).data[0]).toBeGreaterThan(1);
});
