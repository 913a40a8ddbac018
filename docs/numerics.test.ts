/** What numerics.md says of both engines. */
import { bernoulli, compile, fork, randomKey, randomUniform, reference, type Value } from "@unroll/core";
import { wasm } from "@unroll/core/wasm";
import { expect, test } from "vitest";

const engines = { reference: reference(), "wasm, relaxed": wasm(), "wasm, strict": wasm({ relaxed: false }) };

test("uniform numbers and coin tosses are the same on every engine, to the bit", () => {
  const draw = (key: Value) => {
    const [a, b, c] = fork(key, 3);
    return {
      f32: randomUniform(a, { dtype: "f32", shape: [1001] }),
      f64: randomUniform(b, { dtype: "f64", shape: [1001] }),
      coins: bernoulli(c, 0.3, [1001]),
    };
  };
  const drawn = Object.values(engines).map((engine) => compile(draw, { engine })(randomKey(5)));
  const bits = drawn.map(({ f32, f64, coins }) => [f32, f64, coins].map(({ data }) => [...data]));
  expect(bits[1]).toEqual(bits[0]);
  expect(bits[2]).toEqual(bits[0]);
  expect(bits[0]![0]).not.toEqual([...compile(draw)(randomKey(6)).f32.data]);
});
