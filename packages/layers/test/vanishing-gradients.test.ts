import { expect, test } from "vitest";
import {
  fromArray,
  full,
  gradient,
  mul,
  square,
  stateful,
  sub,
  sum,
  type Value,
  type Values,
} from "@unroll/core";
import { init, initialState, normal, rnn, unroll, vanishingGradientPenalty } from "../src/index.ts";
import { numbers } from "./numbers.ts";

const [B, I, H] = [2, 3, 4];

test("descending the penalty brings gradients that vanish back to their length", () => {
  const net = rnn(I, H, { recurrentInit: normal(0.05) });
  const steps = 10;
  const single = (shape: readonly number[], name: string) =>
    fromArray({ dtype: "f32", shape }, Float32Array.from(numbers(shape, name, 0.1).data));
  const trainStep = (p: Values<typeof net.params>, { xs, weights }: { xs: Value; weights: Value }) => {
    const zero = initialState(net.state, { batch: B, dtype: "f32" });
    const probe = { h: full(0, { dtype: "f32", shape: [steps, B, H] }) };
    const [last] = unroll(net, p, zero, xs, { probe });
    const dh = gradient(sum(mul(last.h, weights)), probe);
    const value = vanishingGradientPenalty(net, p, zero, xs, dh);
    const wh = sub(p.wh, mul(0.05, gradient(value, p.wh)));
    return [
      { ...p, wh },
      { value, lengths: sum(square(dh.h), { axis: [1, 2] }) },
    ] as const;
  };
  const trainer = stateful(trainStep, init(net.params, 1));
  const batch = { xs: single([steps, B, I], "xs"), weights: single([B, H], "weights") };
  const runs = Array.from({ length: 300 }, () => {
    const { value, lengths } = trainer.step(batch);
    return { value: value.data[0]!, share: lengths.data[0]! / lengths.data.at(-1)! };
  });
  // At first next to nothing of the gradient arrives at the first of ten states, and in the end about all of it.
  expect(runs[0]!.share).toBeLessThan(1e-12);
  expect(runs.at(-1)!.value).toBeLessThan(0.01 * runs[0]!.value);
  expect(Math.abs(Math.log(runs.at(-1)!.share))).toBeLessThan(Math.LN2);
});
