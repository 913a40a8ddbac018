import { describe, expect, test } from "vitest";
import {
  add,
  bernoulli,
  compile,
  concat,
  crossEntropy,
  cumsum,
  detach,
  div,
  fork,
  forkEach,
  full,
  gradient,
  input,
  label,
  logSumExp,
  matmul,
  max,
  mean,
  mul,
  randomKey,
  reference,
  reshape,
  scan,
  sigmoid,
  slice,
  softmax,
  split,
  sqrt,
  stack,
  sub,
  sum,
  take,
  tanh,
  tensor,
  transpose,
  unsqueeze,
  where,
  type Engine,
  type Program,
  type Shape,
  type Tensor,
  type Value,
} from "../../index.ts";
import { verify } from "../../ir/verify.ts";
import { flatten } from "../../tensor/tree.ts";
import { plan } from "./plan.ts";

/** The interpreter on the planner's programs: what differs from the reference engine is the plan alone. */
function planned(panel?: number, look?: (program: Program) => void): Engine {
  const { load, store, dispose, checks } = reference();
  return {
    name: "planned",
    checks,
    load,
    store,
    dispose,
    plan(graph, options) {
      const program = plan(graph, panel === undefined ? options : { ...options, panel });
      verify(program);
      look?.(program);
      return program;
    },
  };
}

let state = 1;
const random = (...shape: number[]): Tensor => {
  const next = (): number => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648 - 0.5;
  };
  return tensor(Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, next), { shape });
};
const ids = (shape: Shape, below: number): Tensor =>
  tensor(
    Int32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => (i * 7 + 3) % below),
    { shape },
  );

interface Lstm {
  readonly wx: Value;
  readonly wh: Value;
  readonly b: Value;
}
type State = { readonly h: Value; readonly c: Value };
const lstm =
  ({ wx, wh, b }: Lstm) =>
  ({ h, c }: State, x: Value): readonly [State, Value] => {
    const [i, f, o, g] = split(add(matmul(x, wx), matmul(h, wh), b), 4);
    const cNext = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
    const hNext = mul(sigmoid(o), tanh(cNext));
    return [{ h: hNext, c: cNext }, hNext];
  };
const weights = (inputs: number, hidden: number): { wx: Tensor; wh: Tensor; b: Tensor } => ({
  wx: random(inputs, 4 * hidden),
  wh: random(hidden, 4 * hidden),
  b: random(4 * hidden),
});

const [T, B, I, H, V] = [9, 4, 3, 4, 5];

/** Programs of every kind of shape and flow, with what they are called with. */
const programs: Record<string, readonly [(...args: never[]) => unknown, readonly unknown[]]> = {
  "an LSTM with the gradient of everything": [
    (p: Lstm, h: Value, c: Value, xs: Value) => {
      const [last, hs] = scan(lstm(p), { h, c }, xs);
      return { last, g: gradient(add(sum(mul(hs, hs)), sum(last.c)), { p, h, c, xs }) };
    },
    [weights(I, H), random(B, H), random(B, H), random(T, B, I)],
  ],
  "a language model of two layers, trained by one step of RMSProp": [
    (p: { e: Value; a: Lstm; b: Lstm; w: Value; v: Value }, m: Value, x: Value, y: Value) => {
      const start = {
        h: full(0, { dtype: "f64", shape: [B, H] }),
        c: full(0, { dtype: "f64", shape: [B, H] }),
      };
      const [, one] = scan(lstm(p.a), start, take(p.e, x));
      const [last, two] = scan(lstm(p.b), start, one);
      const loss = mean(crossEntropy(add(matmul(two, p.w), p.v), y));
      const g = gradient(loss, p);
      const mNext = add(mul(0.9, m, m), mul(0.1, g.w, g.w));
      return { loss, last, g, m: mNext, w: sub(p.w, mul(0.01, div(g.w, sqrt(add(mNext, 1e-8))))) };
    },
    [
      { e: random(V, I), a: weights(I, H), b: weights(H, H), w: random(H, V), v: random(V) },
      random(H, V),
      ids([T, B], V),
      ids([T, B], V),
    ],
  ],
  "a step that swaps its states": [
    (a: Value, b: Value) =>
      scan((s: { a: Value; b: Value }) => [{ a: s.b, b: s.a }, { seen: s.a }], { a, b }, undefined, {
        length: 5,
      }),
    [random(2), random(2)],
  ],
  "states that read each other's old values": [
    (a: Value, b: Value, xs: Value) =>
      scan(
        (s: { a: Value; b: Value }, x: Value) => {
          const next = { a: add(s.a, mul(s.b, x)), b: sub(tanh(s.b), transpose(s.a)) };
          return [next, stack([s.a, next.b])];
        },
        { a, b },
        xs,
      ),
    [random(3, 3), random(3, 3), random(T, 3, 3)],
  ],
  "a reversed scan that emits old and new state": [
    (s: Value, xs: Value) =>
      scan(
        (h: Value, x: Value) => {
          const next = tanh(add(h, x));
          return [next, { old: h, next, x, twice: next }];
        },
        s,
        xs,
        { reverse: true },
      ),
    [random(3), random(T, 3)],
  ],
  "nested scans with a captured weight": [
    (w: Value, s: Value, xs: Value) => {
      const [last, all] = scan(
        (h: Value, row: Value) => {
          const [inner, seen] = scan(
            (g: Value, x: Value) => {
              const next = tanh(add(matmul(g, w), x));
              return [next, next];
            },
            h,
            row,
          );
          return [inner, seen];
        },
        s,
        xs,
      );
      return { last, all, g: gradient(sum(mul(all, all)), { w, s, xs }) };
    },
    [random(3, 3), random(2, 3), random(3, 4, 2, 3)],
  ],
  "movements between maps, reductions and concatenations": [
    (x: Value, y: Value) => {
      const a = tanh(add(x, transpose(y)));
      const b = concat(
        [a, mul(2, a), transpose(reshape(a, [4, 6]), [1, 0])] as const satisfies readonly Value[],
        {
          axis: 0,
        },
      );
      const c = reshape(transpose(b), [-1]);
      return {
        b,
        c: slice(c, 3, 40, { step: 3 }),
        d: sum(max(b, { axis: 0 })),
        e: add(unsqueeze(mean(b, { axis: 1 }), 1), b),
      };
    },
    [random(6, 4), random(4, 6)],
  ],
  "softmax, log-sum-exp and masks": [
    (x: Value, mask: Value) => {
      const p = softmax(where(mask, x, -Infinity), { axis: 1 });
      const z = logSumExp(add(x, p), { axis: 0 });
      return { p, z, g: gradient(sum(mul(z, z)), x) };
    },
    [
      random(4, 5),
      tensor(Array.from({ length: 4 }, (_, i) => Array.from({ length: 5 }, (_, j) => (i + j) % 3 > 0))),
    ],
  ],
  "noise from keys, per step": [
    (key: Value, x: Value) => {
      const [one, two] = fork(key, 2);
      const drawn = bernoulli(one, 0.5, x.shape);
      const step = (s: Value, k: Value): readonly [Value, Value] => [
        where(bernoulli(k, 0.7, s.shape), add(s, 1), s),
        s,
      ];
      return { drawn, walk: scan(step, x, forkEach(two, T)), running: cumsum(x, { axis: 0 }) };
    },
    [randomKey(5), random(4, 3)],
  ],
  "values that leave as they came, twice, and moved": [
    (x: Value) => ({
      x,
      y: transpose(x),
      z: transpose(x),
      w: mul(x, x),
      d: detach(mul(x, x)),
      f: full(2, x.type),
    }),
    [random(3, 2)],
  ],
  "second derivatives through a scan": [
    (w: Value, xs: Value) => {
      const [h] = scan((s: Value, x: Value) => [tanh(add(mul(w, s), x)), undefined], full(0, w.type), xs);
      const g = gradient(sum(mul(h, h)), w);
      return gradient(sum(mul(g, g)), w);
    },
    [random(3), random(6, 3)],
  ],
  "scans of one step and of none": [
    (s: Value, xs: Value) => {
      const step = (h: Value, x: Value): readonly [Value, Value] => [add(h, x), mul(h, x)];
      return [scan(step, s, slice(xs, 0, 1)), scan(step, s, slice(xs, 0, 0)), scan(step, s, xs)];
    },
    [random(2), random(3, 2)],
  ],
};

describe.each(["no panels", "panels of 8", "panels of 4"])(
  "with %s, the plan computes what the graph says",
  (panels) => {
    const panel = panels === "no panels" ? undefined : Number(panels.at(-1));
    test.each(Object.entries(programs))("%s", (_, [f, args]) => {
      const run = (engine: Engine): Map<string, number[]> => {
        const result: unknown = compile(f as (...xs: unknown[]) => unknown, { engine })(...(args as never[]));
        return new Map(flatten(result).map(({ path, leaf }) => [path, [...(leaf as Tensor).data]]));
      };
      const expected = run(reference());
      const found = run(planned(panel));
      for (const [path, numbers] of expected) {
        const relative = numbers.map((x) => expect.closeTo(x, 11));
        expect(found.get(path), path).toEqual(relative);
      }
    });
  },
);

describe("the plan of an LSTM", () => {
  const [f, args] = programs["an LSTM with the gradient of everything"]!;
  let program: Program;
  compile(f as (...xs: unknown[]) => unknown, { engine: planned(8, (made) => (program = made)) })(
    ...(args as never[]),
  );
  const loops = () => program.statements.filter((statement) => statement.kind === "loop");
  const forms = (loop: number): string[] =>
    loops()[loop]!.body.map((statement) =>
      statement.kind === "call" ? program.kernels[statement.kernel]!.form : statement.kind,
    );

  test("a step is two contractions on top of the bias, and one map for all gates", () => {
    expect(forms(0)).toEqual(["contract", "contract", "map"]);
  });

  test("a step back makes all gates' cotangents in one map, and sums gradients where they lie", () => {
    expect(forms(2)).toEqual(["map", "reduce", "contract", "contract", "map", "contract", "contract"]);
  });

  test("nothing is copied inside of a loop", () => {
    const copies = loops().flatMap(({ body }) => body.filter((s) => s.kind === "call" && isCopy(s.kernel)));
    expect(copies).toEqual([]);
  });

  const isCopy = (kernel: number): boolean => {
    const made = program.kernels[kernel]!;
    return made.form === "map" && made.body.length === 1 && made.body[0]!.op === "read";
  };
});

test("labels of values name the buffers", () => {
  let program: Program;
  const engine = planned(undefined, (made) => (program = made));
  compile((x: Value) => sum(label({ squares: mul(x, x) }).squares, { axis: 0 }), { engine })(random(2, 2));
  expect(program!.inputs[0]!.buffer.name).toBe("x");
});

describe("donated inputs", () => {
  /** A graph of two states, with everything it is given donated. */
  const run = (
    f: (a: Value, b: Value) => readonly [Value, Value, Value],
  ): { program: Program; found: number[][] } => {
    const types = { dtype: "f64", shape: [2, 2] } as const;
    const [a, b] = [input(types, "a"), input(types, "b")];
    const graph = { inputs: [a, b], outputs: [...f(a, b)] };
    const program = plan(graph, {
      checks: "none",
      donated: [
        [0, 0],
        [1, 1],
      ],
    });
    verify(program);
    const tensors = [
      tensor(
        [
          [1, 2],
          [3, 4],
        ],
        { dtype: "f64" },
      ),
      tensor(
        [
          [5, 6],
          [7, 8],
        ],
        { dtype: "f64" },
      ),
    ];
    return {
      program,
      found: reference()
        .load(program)
        .run(tensors)
        .map(({ data }) => [...data]),
    };
  };

  test("are overwritten by what takes their place", () => {
    const { program, found } = run((a, b) => [add(a, b), mul(2, b), sum(a)]);
    expect(program.outputs.slice(0, 2).map(({ buffer }) => buffer.name)).toEqual(["a", "b"]);
    expect(program.statements.length).toBe(2);
    expect(found).toEqual([[6, 8, 10, 12], [10, 12, 14, 16], [10]]);
  });

  test("may change places, and be seen as they were", () => {
    expect(run((a, b) => [b, a, a]).found).toEqual([
      [5, 6, 7, 8],
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
    expect(run((a, b) => [transpose(a), add(b, transpose(a)), b]).found).toEqual([
      [1, 3, 2, 4],
      [6, 9, 9, 12],
      [5, 6, 7, 8],
    ]);
  });

  test("a reader that comes after the new value keeps the old one safe", () => {
    const { found } = run((a, b) => {
      const next = tanh(a);
      return [next, add(b, matmul(next, a)), a];
    });
    expect(found[2]).toEqual([1, 2, 3, 4]);
    const [t1, t2, t3, t4] = [1, 2, 3, 4].map(Math.tanh) as [number, number, number, number];
    expect(found[1]).toEqual(
      [5 + t1 + 3 * t2, 6 + 2 * t1 + 4 * t2, 7 + t3 + 3 * t4, 8 + 2 * t3 + 4 * t4].map((x) =>
        expect.closeTo(x, 12),
      ),
    );
  });
});
