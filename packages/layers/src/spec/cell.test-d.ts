import { expectTypeOf, test } from "vitest";
import { add, type ParamSpec, type StateSpec, type Tensor, type Value, type Values } from "@unroll/core";
import {
  bidirectional,
  cell,
  embedding,
  gru,
  init,
  initialState,
  linear,
  lstm,
  param,
  paramsOf,
  stackCells,
  state,
  unroll,
  zeros,
  type Cell,
  type LstmState,
} from "../index.ts";

declare const x: Value;

const specs = {
  params: { w: param([3, 4], zeros), gates: { b: param([4], zeros) } },
  state: { h: state(4), clock: state(1, { dtype: "i32" }) },
};

test("the types of a step follow from the specs", () => {
  const leaky = cell({
    ...specs,
    step({ w, gates }, { h, clock }, x, key) {
      expectTypeOf(w).toEqualTypeOf<Value>();
      expectTypeOf(gates).toEqualTypeOf<{ readonly b: Value }>();
      expectTypeOf(h).toEqualTypeOf<Value>();
      expectTypeOf(x).toEqualTypeOf<Value>();
      expectTypeOf(key).toEqualTypeOf<Value | undefined>();
      return [{ h, clock: add(clock, 1) }, h];
    },
  });
  expectTypeOf(leaky.step).returns.toEqualTypeOf<
    readonly [{ readonly h: Value; readonly clock: Value }, Value]
  >();
  expectTypeOf<Values<typeof leaky.state>>().toEqualTypeOf<{
    readonly h: Value;
    readonly clock: Value;
  }>();
});

test("inputs and outputs are trees", () => {
  const phased = cell({
    ...specs,
    step: (_, s, { x, t }: { readonly x: Value; readonly t: Value }) => [s, { y: add(x, t), t }],
  });
  const [last, ys] = unroll(phased, { w: x, gates: { b: x } }, { h: x, clock: x }, { x, t: x });
  expectTypeOf(last).toEqualTypeOf<{ readonly h: Value; readonly clock: Value }>();
  expectTypeOf(ys).toEqualTypeOf<{ y: Value; t: Value }>();
  // @ts-expect-error the sequence has no t
  unroll(phased, { w: x, gates: { b: x } }, { h: x, clock: x }, { x });
});

test("a parameter that there is not is an error", () => {
  cell({
    ...specs,
    // @ts-expect-error there is w, and no W
    step: ({ W }, s) => [s, W],
  });
});

test("a misspelt state is an error", () => {
  // @ts-expect-error the state h is missing, and hh is none
  cell({ ...specs, step: (_, { h, clock }, x) => [{ hh: h, clock }, x] });
});

test("a state too many is an error", () => {
  // @ts-expect-error extra is no state
  cell({ ...specs, step: (_, { h, clock }, x) => [{ h, clock, extra: x }, x] });
});

test("a state too few is an error", () => {
  // @ts-expect-error the state clock is missing
  cell({ ...specs, step: (_, { h }, x) => [{ h }, x] });
});

test("a wrapper keeps the types of the cell it wraps", () => {
  const wrap = <P>(inner: Cell<P, LstmState>): Cell<P, LstmState> =>
    cell<P, LstmState>({
      ...inner,
      step(p, s, x, key) {
        const [next] = inner.step(p, s, x, key);
        const h = add(next.h, s.h);
        return [{ h, c: next.c }, h];
      },
    });
  const wrapped = wrap(lstm(3, 4));
  expectTypeOf(wrapped.params.wx).toEqualTypeOf<ParamSpec>();
  expectTypeOf(wrapped.state.c).toEqualTypeOf<StateSpec>();
});

test("a stack has the parameters and the states of its cells by position", () => {
  const stack = stackCells(lstm(3, 4), gru(4, 5));
  expectTypeOf<Values<typeof stack.params>>().toEqualTypeOf<
    readonly [
      { readonly wx: Value; readonly wh: Value; readonly b: Value },
      { readonly wx: Value; readonly wh: Value; readonly b: Value; readonly bn: Value | undefined },
    ]
  >();
  expectTypeOf<Values<typeof stack.state>>().toEqualTypeOf<
    readonly [{ readonly h: Value; readonly c: Value }, { readonly h: Value }]
  >();
  expectTypeOf(init(stack.params, 1)[0].wx).toEqualTypeOf<Tensor>();
});

test("cells whose input is a tree do not stack", () => {
  const phased = cell({ ...specs, step: (_, s, { x }: { readonly x: Value }) => [s, x] });
  // @ts-expect-error a stack passes a Value on, and this cell takes a record
  stackCells(lstm(3, 4), phased);
});

test("paramsOf has the parameters of every part", () => {
  const spec = paramsOf({
    embed: embedding(10, 3),
    rnn: stackCells(lstm(3, 4), lstm(4, 4)),
    heads: [linear(4, 2), linear(4, 3)],
    bias: param([3], zeros),
  });
  type P = Values<typeof spec>;
  expectTypeOf<P["embed"]["table"]>().toEqualTypeOf<Value>();
  expectTypeOf<P["rnn"][1]["wh"]>().toEqualTypeOf<Value>();
  expectTypeOf<P["heads"][1]["b"]>().toEqualTypeOf<Value | undefined>();
  expectTypeOf<P["bias"]>().toEqualTypeOf<Value>();
  // @ts-expect-error there are two heads
  expectTypeOf<P["heads"][2]>().toEqualTypeOf<undefined>();
});

test("init and initialState keep the tree", () => {
  const rnn = lstm(3, 4);
  const params = init(rnn.params, 1, { dtype: "f64" });
  expectTypeOf(params).toEqualTypeOf<{ readonly wx: Tensor; readonly wh: Tensor; readonly b: Tensor }>();
  const carry = initialState(rnn.state, { batch: 2, dtype: "f32" });
  expectTypeOf(carry).toEqualTypeOf<{ readonly h: Value; readonly c: Value }>();
  // @ts-expect-error the dtype of states is not guessed
  initialState(rnn.state, { batch: 2 });
});

test("unroll takes the parameters and the state of its cell", () => {
  const rnn = lstm(3, 4);
  const w = { wx: x, wh: x, b: x };
  const [last, hs] = unroll(rnn, w, { h: x, c: x }, x);
  expectTypeOf(last).toEqualTypeOf<{ readonly h: Value; readonly c: Value }>();
  expectTypeOf(hs).toEqualTypeOf<Value>();
  // @ts-expect-error b is missing
  unroll(rnn, { wx: x, wh: x }, { h: x, c: x }, x);
  // @ts-expect-error c is missing
  unroll(rnn, w, { h: x }, x);
});

test("a probe has some of the states, and no others", () => {
  const rnn = stackCells(lstm(3, 4), lstm(4, 4));
  const w = { wx: x, wh: x, b: x };
  const s = { h: x, c: x };
  unroll(rnn, [w, w], [s, s], x, { probe: [s, s] });
  unroll(rnn, [w, w], [s, s], x, { probe: [undefined, { h: x }] });
  // @ts-expect-error an LSTM has no state z
  unroll(rnn, [w, w], [s, s], x, { probe: [undefined, { z: x }] });
});

test("a bidirectional layer has the states of both cells", () => {
  const pair = bidirectional(lstm(3, 4), gru(3, 5));
  const [last, ys] = pair.unroll(
    { forward: { wx: x, wh: x, b: x }, backward: { wx: x, wh: x, b: x, bn: undefined } },
    { forward: { h: x, c: x }, backward: { h: x } },
    x,
  );
  expectTypeOf(last.forward.c).toEqualTypeOf<Value>();
  expectTypeOf(ys).toEqualTypeOf<Value>();
  // @ts-expect-error it needs the whole sequence, so it is no cell
  stackCells(pair);
});
