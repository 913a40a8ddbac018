import { describe, expect, test } from "vitest";
import { programs, random } from "../../../test/programs.ts";
import {
  add,
  compile,
  concat,
  flip,
  graph,
  greater,
  input,
  matmul,
  mul,
  reference,
  scan,
  slice,
  sub,
  sum,
  tanh,
  transpose,
  where,
  type Engine,
  type MemoryUse,
  type Program,
  type Value,
} from "../../index.ts";
import { wasm } from "../../engine/wasm/index.ts";
import { callsOf } from "../../ir/program.ts";
import { verify } from "../../ir/verify.ts";
import { optimize } from "../optimize.ts";
import { plan, type PlanRequest } from "./plan.ts";

const [T, B] = [4, 3];

type Outputs = (h: Value, xs: Value) => readonly Value[];

/**
 * How many stacks of a program lie where another one is written. It computes what it does without that, to the bit and
 * in as many calls, and what the reference engine's does.
 */
function overlaid(f: Outputs, request: Partial<PlanRequest> = {}, steps = T): number {
  const h = input({ dtype: "f64", shape: [B, B] }, "h");
  const xs = input({ dtype: "f64", shape: [steps, B, B] }, "xs");
  const closed = graph([h, xs], [...f(h, xs)]);
  const given = [random(B, B), random(steps, B, B)];
  const engine = reference();
  const run = (program: Program): readonly (readonly number[])[] => {
    verify(program);
    const outputs = engine.load(program).run(given);
    return outputs.map(({ data }) => [...data]);
  };
  const [on, off] = [0, Infinity].map((overlay) => plan(closed, { ...request, checks: "none", overlay }));
  const found = run(on!);
  expect(found).toEqual(run(off!));
  expect(callsOf(on!.statements).length).toBe(callsOf(off!.statements).length);
  const expected = run(engine.plan(closed, { checks: "none" }));
  expect(found).toEqual(expected.map((numbers) => numbers.map((x) => expect.closeTo(x, 12))));
  return off!.buffers.length - on!.buffers.length;
}

interface Rows {
  readonly a: Value;
  readonly b: Value;
}
type Step = (d: Value, rows: Rows) => readonly [Value, Value];

/** A state, and two stacks of what its steps have made. */
const kept = (h: Value, xs: Value): Rows => {
  const step = (s: Value, x: Value): readonly [Value, Rows] => {
    const [a, b] = [mul(s, x), sub(x, s)];
    return [tanh(add(a, b)), { a, b }];
  };
  return scan(step, h, xs)[1];
};

/** Reads both rows where it makes the two parts of what it emits. */
const both = (d: Value, { a, b }: Rows, axis = 1): readonly [Value, Value] => {
  const next = add(d, mul(a, b));
  return [next, concat([mul(a, next), mul(b, next)], { axis })];
};

/** What a second loop, from the last step to the first, emits. */
const after = (h: Value, rows: Rows, step: Step = both): Value => scan(step, h, rows, { reverse: true })[1];

describe("a stack lies where a loop writes another one that", () => {
  test("has its shape", () => {
    const step = (d: Value, row: Value): readonly [Value, Value] => [add(d, row), mul(d, row)];
    const f: Outputs = (h, xs) => [scan(step, h, kept(h, xs).a, { reverse: true })[1]];
    expect(overlaid(f)).toBe(1);
  });

  test.each([0, 1])("has a part for it and a part for another, side by side along axis %i", (axis) => {
    const f: Outputs = (h, xs) => [after(h, kept(h, xs), (d, rows) => both(d, rows, axis))];
    expect(overlaid(f)).toBe(2);
  });

  test("is written from the first step to the last", () => {
    const f: Outputs = (h, xs) => [scan((d: Value, rows: Rows) => both(d, rows), h, kept(h, xs))[1]];
    expect(overlaid(f)).toBe(2);
  });

  test("others read afterwards", () => {
    const f: Outputs = (h, xs) => {
      const ds = after(h, kept(h, xs));
      return [sum(ds), matmul(transpose(ds, [0, 2, 1]), xs)];
    };
    expect(overlaid(f)).toBe(2);
  });

  test("is a row of the stack of a loop around both", () => {
    const outer =
      (xs: Value) =>
      (s: Value, x: Value): readonly [Value, Value] => [tanh(add(s, x)), after(s, kept(s, xs))];
    const f: Outputs = (h, xs) => [scan(outer(xs), h, xs)[1]];
    expect(overlaid(f)).toBe(2);
  });

  test("is one of two, of which each has its own", () => {
    const f: Outputs = (h, xs) => {
      const forwards = (s: Value, x: Value): readonly [Value, Rows & { readonly c: Value }] => {
        const next = tanh(add(s, x));
        return [next, { a: mul(s, x), b: sub(x, s), c: mul(next, x) }];
      };
      const backwards = (
        d: Value,
        rows: Rows & { readonly c: Value },
      ): readonly [Value, readonly Value[]] => {
        const [next, y] = both(d, rows);
        return [mul(next, rows.c), [mul(rows.c, next), y]];
      };
      return scan(backwards, h, scan(forwards, h, xs)[1], { reverse: true })[1];
    };
    expect(overlaid(f)).toBe(3);
  });

  test("lies where a third one is written", () => {
    const step = (d: Value, row: Value): readonly [Value, Value] => [add(d, row), mul(d, row)];
    const again = (h: Value, rows: Value): Value => scan(step, h, rows, { reverse: true })[1];
    const f: Outputs = (h, xs) => [again(h, again(h, kept(h, xs).a))];
    expect(overlaid(f)).toBe(2);
  });
});

/** What stands in the way, in programs of which the rest is as above. */
const obstacles: Readonly<Record<string, Outputs>> = {
  "it is an output": (h, xs) => {
    const rows = kept(h, xs);
    return [after(h, rows), transpose(rows.a), transpose(rows.b)];
  },
  "something else reads it": (h, xs) => {
    const rows = kept(h, xs);
    return [after(h, rows), sum(rows.a), sum(transpose(rows.b))];
  },
  "another loop reads it": (h, xs) => {
    const rows = kept(h, xs);
    return [after(h, rows), after(h, rows, (d, { a, b }) => [add(d, matmul(a, b)), d])];
  },
  "the loop reads it from the other end": (h, xs) => {
    const { a, b } = kept(h, xs);
    return [after(h, { a: flip(a, { axis: 0 }), b: flip(b, { axis: 0 }) })];
  },
  "the loop captures it besides": (h, xs) => {
    const rows = kept(h, xs);
    return [after(h, rows, (d, row) => both(add(d, add(sum(rows.a), sum(rows.b))), row))];
  },
  "the loop emits its rows too": (h, xs) => {
    const step = (d: Value, rows: Rows): readonly [Value, Record<string, Value>] => {
      const [next, y] = both(d, rows);
      return [next, { y, ...rows }];
    };
    return Object.values(scan(step, h, kept(h, xs), { reverse: true })[1]);
  },
  "a product reads its rows": (h, xs) => [
    after(h, kept(h, xs), (d, rows) => both(matmul(add(d, matmul(d, rows.a)), rows.b), rows)),
  ],
  "its rows are read after they would be overwritten": (h, xs) => {
    const step: Step = (d, rows) => {
      const [next, y] = both(d, rows);
      return [mul(mul(rows.a, matmul(next, d)), rows.b), y];
    };
    return [after(h, kept(h, xs), step)];
  },
  "its rows are read in another order": (h, xs) => [
    after(h, kept(h, xs), (d, { a, b }) => both(d, { a: transpose(a), b: transpose(b) })),
  ],
  "its rows are smaller": (h, xs) => {
    const { a, b } = kept(h, xs);
    const first = (x: Value): Value => slice(x, 0, 1, { axis: 2 });
    const small = scan((s: Value, x: Value) => [s, { a: mul(x, 2), b: mul(x, 3) }], sum(h), first(add(a, b)));
    return [after(h, small[1])];
  },
  "its rows are of another dtype": (h, xs) => {
    const [, positive] = scan((s: Value, x: Value) => [add(s, x), greater(x, 0)], h, xs);
    const step = (d: Value, row: Value): readonly [Value, Value] => [add(d, 1), where(row, d, 2)];
    return [scan(step, h, positive, { reverse: true })[1]];
  },
  "others lie in it": (h, xs) => {
    const parts = [tanh(slice(xs, 0, 2, { axis: 0 })), tanh(slice(xs, 2, T, { axis: 0 }))];
    const step = (d: Value, row: Value): readonly [Value, Value] => [add(d, row), mul(d, row)];
    const ds = scan(step, h, concat(parts, { axis: 0 }), { reverse: true })[1];
    return [ds, ...parts.map((part) => matmul(transpose(part), slice(ds, 0, 1, { axis: 0 })))];
  },
  "it has no more than a part of the other": (h, xs) => [
    after(h, kept(h, xs), (d, rows) => {
      const [next, y] = both(d, rows);
      return [next, concat([y, tanh(next)], { axis: 1 })];
    }),
  ],
  "another part is of something else": (h, xs) => [after(h, { a: kept(h, xs).a, b: tanh(xs) })],
  "it holds all states": (h, xs) => {
    const step = (s: Value, x: Value): readonly [Value, Value] => {
      const next = tanh(add(s, x));
      return [next, next];
    };
    const [, all] = scan(step, h, xs);
    return [scan((d: Value, row: Value) => [add(d, row), mul(d, row)], h, all)[1]];
  },
  "the other one holds all states": (h, xs) => {
    const step: Step = (d, { a }) => {
      const next = mul(a, d);
      return [next, next];
    };
    return [after(h, kept(h, xs), step)];
  },
  "the other one is a part of something larger": (h, xs) => [
    concat([after(h, kept(h, xs)), tanh(concat([xs, xs], { axis: 2 }))], { axis: 0 }),
  ],
};

describe("a stack has memory of its own if", () => {
  test.each(Object.entries(obstacles))("%s", (_, f) => {
    expect(overlaid(f)).toBe(0);
  });

  test("the other one takes the place of an input", () => {
    const step = (d: Value, row: Value): readonly [Value, Value] => [add(d, row), mul(d, row)];
    const f: Outputs = (h, xs) => [scan(step, h, kept(h, xs).a, { reverse: true })[1], sum(mul(xs, xs))];
    expect(overlaid(f)).toBe(1);
    expect(overlaid(f, { donated: [[1, 0]] })).toBe(0);
  });

  test("there is one step", () => {
    const step: Step = (d, rows) => {
      const [next, y] = both(d, rows);
      return [matmul(next, slice(y, 0, B, { axis: 1 })), y];
    };
    const f: Outputs = (h, xs) => [after(h, kept(h, xs), step)];
    expect(overlaid(f, { panel: 1 })).toBe(2);
    expect(overlaid(f, { panel: 1 }, 1)).toBe(0);
  });
});

describe("of an LSTM that a user writes, with the gradient of everything,", () => {
  const [f, args] = programs["an LSTM with the gradient of everything"]!;
  /** On the WebAssembly engine. */
  const memoryOf = (overlay: number): MemoryUse => {
    const engine = wasm({ threads: 1 });
    const planner: Engine = {
      name: "planned",
      checks: "none",
      plan: (closed, options) => optimize(closed, { ...options, overlay, panel: 8 }),
      load: (program) => engine.load(program),
      store: (x) => engine.store(x),
      dispose: () => engine.dispose(),
    };
    const run = compile(f as (...xs: unknown[]) => unknown, { engine: planner });
    run(...(args as never[]));
    const use = run.memory();
    planner.dispose();
    return use;
  };

  test("the gates of all steps need no memory but that of what the backward loop writes", () => {
    const [steps, batch, units, bytes] = [9, 4, 4, 8];
    const [on, off] = [0, Infinity].map(memoryOf);
    expect(off!.purposes.stack - on!.purposes.stack).toBe(4 * steps * batch * units * bytes);
    expect(on!.own).toBeLessThan(off!.own);
  });
});
