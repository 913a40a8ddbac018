import { expectTypeOf, test } from "vitest";
import { scan, stateful, type Tensor, type Tensors, type Value } from "../index.ts";

declare const h: Value;
declare const c: Value;
declare const xs: Value;

test("state and output have the types that the step gives them", () => {
  const [last, ys] = scan((s: { h: Value; c: Value }, x: Value) => [s, { y: x }], { h, c }, xs);
  expectTypeOf(last.h).toEqualTypeOf<Value>();
  expectTypeOf(ys).toEqualTypeOf<{ y: Value }>();
});

test("a scan without state is a map along time", () => {
  const [last, ys] = scan((s: undefined, x: Value) => [s, x], undefined, xs);
  expectTypeOf(last).toEqualTypeOf<undefined>();
  expectTypeOf(ys).toEqualTypeOf<Value>();
});

test("states may be tuples and single values", () => {
  scan((s: readonly [Value, Value], x: Value) => [[s[1], x] as const, undefined], [h, c] as const, xs);
  scan((s: Value, x: Value) => [x, s], h, xs);
});

test("a state key too many, too few or misspelt is an error", () => {
  // @ts-expect-error 'extra' is no state
  scan((s: { h: Value }, x: Value) => [{ h: x, extra: x }, s.h], { h }, xs);
  // @ts-expect-error 'c' is missing
  scan((s: { h: Value; c: Value }, x: Value) => [{ h: x }, s.h], { h, c }, xs);
  // @ts-expect-error 'hh' is no state
  scan((s: { h: Value }, x: Value) => [{ hh: x }, s.h], { h }, xs);
});

test("stateful takes tensors of the types that its step takes values of", () => {
  type State = { readonly n: Value };
  const init = {} as Tensors<State>;
  const trainer = stateful((s: State, x: { by: Value }) => [{ n: s.n }, { seen: x.by }], init);
  expectTypeOf(trainer.state).toEqualTypeOf<{ readonly n: Tensor }>();
  expectTypeOf(trainer.step).parameter(0).toEqualTypeOf<{ readonly by: Tensor }>();
  // @ts-expect-error 'm' is no state
  stateful((s: State, x: Value) => [{ n: s.n, m: x }, {}], init);
});
