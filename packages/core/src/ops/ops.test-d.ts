import { expectTypeOf, test } from "vitest";
import { customGradient, detach, elementwise, fork, mul, sizes, type Operand, type Value } from "../index.ts";

declare const x: Value;

test("the declared type of an elementwise op says how many operands its rules take", () => {
  const good: (x: Operand, y: Operand) => Value = elementwise("good", {
    scalar: (s, x, y) => s.multiply(x, y),
    vjp: (dz, [x, y]) => [mul(dz, y), mul(dz, x)],
  });
  expectTypeOf(good).returns.toEqualTypeOf<Value>();

  const short: (x: Operand, y: Operand) => Value = elementwise("short", {
    scalar: (s, x, y) => s.multiply(x, y),
    // @ts-expect-error a cotangent for y is missing
    vjp: (dz, [_, y]) => [mul(dz, y)],
  });
  // @ts-expect-error the op has one operand, its expression two
  const long: (x: Operand) => Value = elementwise("long", { scalar: (s, x, y) => s.multiply(x, y) });
  void [short, long];
});

test("sizes and fork give as many as were asked for", () => {
  expectTypeOf(sizes(x, 2)).toEqualTypeOf<readonly [number, number]>();
  expectTypeOf(fork(x, 3)).toEqualTypeOf<readonly [Value, Value, Value]>();
  const n: number = 3;
  expectTypeOf(fork(x, n)).toEqualTypeOf<readonly Value[]>();
});

test("detach keeps the tree", () => {
  expectTypeOf(detach({ h: x, c: [x] as const })).toEqualTypeOf<{ h: Value; c: readonly [Value] }>();
});

test("the rule of a custom gradient returns a tree like its inputs", () => {
  customGradient(x, { x }, (dy) => ({ x: dy }));
  // @ts-expect-error a value is no list of one value
  customGradient(x, [x], (dy) => dy);
});
