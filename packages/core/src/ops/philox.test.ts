import { expect, test } from "vitest";
import { i32, numbers } from "../../test/numbers.ts";
import { philoxAnswers } from "../../test/philox-answers.ts";
import { constant, elementwise } from "../index.ts";
import { philox as philoxOnHost, randomKey } from "../tensor/philox.ts";
import { bitsOf, philox } from "./philox.ts";

const words = [0, 1, 2, 3] as const;

test.each(philoxAnswers)("philox gives the published answer at %j with key %j", (counter, key, answer) => {
  const given = [...counter, ...key].map((word) => i32(word | 0));
  const drawn = words.map((word) => {
    const op = elementwise("philox", {
      scalar: (s, c0, c1, c2, c3, k0, k1) => philox(s, [c0, c1, c2, c3], [k0, k1])[word],
      on: ["i32"],
    });
    return numbers(op(...given))[0]! >>> 0;
  });
  expect(drawn).toEqual(answer);
});

test("random bits are planar: word w of counter e stands at [w, e]", () => {
  const bits = bitsOf("test")(constant(randomKey(2 ** 40 + 7)), 9);
  expect(bits.type).toEqual({ dtype: "i32", shape: [4, 3] });
  const onHost = words.flatMap((word) => [0, 1, 2].map((e) => philoxOnHost([e, 0, 0, 0], [7, 2 ** 8])[word]));
  expect(numbers(bits).map((word) => word >>> 0)).toEqual(onHost);
});
