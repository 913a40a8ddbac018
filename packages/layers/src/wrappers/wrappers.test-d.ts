import { expectTypeOf, test } from "vitest";
import type { StateSpec, Value, Values } from "@unroll/core";
import {
  attentive,
  cell,
  highwayCell,
  layerNormStates,
  lstm,
  recurrentDropout,
  residual,
  stackCells,
  stackWithSkips,
  variationalDropout,
  weightDrop,
  zoneout,
  type Cell,
  type Score,
  type LstmParams,
  type LstmState,
} from "../index.ts";

declare const x: Value;

const rnn = lstm(3, 4);
const stack = stackCells(lstm(3, 4), lstm(4, 4));
const tree = cell({
  params: rnn.params,
  state: rnn.state,
  step: (_, s, { a }: { readonly a: Value }) => [s, { b: a }],
});

test("wrappers without parameters keep all types of the cell", () => {
  expectTypeOf(zoneout(rnn, 0.1)).toEqualTypeOf(rnn);
  expectTypeOf(zoneout(stack, 0.1)).toEqualTypeOf(stack);
  expectTypeOf(zoneout(tree, { h: 0.1 })).toEqualTypeOf(tree);
  expectTypeOf(recurrentDropout(tree, "g", 0.1)).toEqualTypeOf(tree);
  expectTypeOf(residual(stack)).toEqualTypeOf(stack);
});

test("wrappers with parameters have those of the cell by its name", () => {
  const highway = highwayCell(rnn, 4);
  expectTypeOf<Values<typeof highway.params>["cell"]>().toEqualTypeOf<Values<LstmParams>>();
  expectTypeOf<Values<typeof highway.params>["gate"]["w"]>().toEqualTypeOf<Value>();
  const normed = layerNormStates(stack, [{ h: true }, undefined]);
  expectTypeOf<Values<typeof normed.params>["cell"][1]["wx"]>().toEqualTypeOf<Value>();
  type Norm = Values<typeof normed.params>["norms"][0] & object;
  expectTypeOf<Norm["h"]>().toEqualTypeOf<{ readonly gain: Value; readonly bias: Value } | undefined>();
});

test("a choice has some of the states, and no others", () => {
  zoneout(stack, [{ h: 0.1 }, undefined]);
  zoneout(stack, [0.1, { c: 0.5 }]);
  // @ts-expect-error an LSTM has no state z
  zoneout(rnn, { z: 0.1 });
  // @ts-expect-error a rate is a number
  zoneout(rnn, { h: "0.1" });
  // @ts-expect-error an LSTM has no state z
  layerNormStates(rnn, { z: true });
  // @ts-expect-error an LSTM has no state z
  variationalDropout(rnn, { state: { z: 0.1 } });
  // @ts-expect-error an LSTM has no parameter wq
  weightDrop({ wx: x, wh: x, b: x }, { wq: 0.5 });
  expectTypeOf(weightDrop({ wx: x, wh: x, b: undefined }, { wh: 0.5 }, x)).toEqualTypeOf<{
    wx: Value;
    wh: Value;
    b: undefined;
  }>();
});

test("variational dropout adds masks to the states", () => {
  const dropped = variationalDropout(rnn, { state: { h: 0.1 } });
  type S = Values<typeof dropped.state>;
  expectTypeOf<S["cell"]>().toEqualTypeOf<Values<LstmState>>();
  expectTypeOf<S["masks"]["input"]>().toEqualTypeOf<Value | undefined>();
  expectTypeOf(dropped.state.cell.h).toEqualTypeOf<StateSpec>();
});

test("what gives something else than it takes has no connection around it", () => {
  // @ts-expect-error it takes { a } and gives { b }
  residual(tree);
  // @ts-expect-error a stack passes a Value on, and this cell takes a record
  stackWithSkips(rnn, tree);
});

test("the query of an attending cell is of its state, and over makes a cell", () => {
  const score = {} as Score<{ readonly w: LstmParams["wx"] }>;
  const decoder = attentive(rnn, { query: ({ h }) => h, score });
  expectTypeOf(decoder.over(x)).toExtend<Cell<typeof decoder.params, LstmState, Value, object>>();
  expectTypeOf(decoder.params.cell).toEqualTypeOf<LstmParams>();
  // @ts-expect-error an LSTM has no state z
  attentive(rnn, { query: ({ z }) => z, score });
  // @ts-expect-error it has no annotations yet
  stackCells(decoder);
});
