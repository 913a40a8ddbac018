import { describe, expect, test } from "vitest";
import {
  add,
  compile,
  input,
  label,
  matmul,
  mul,
  reference,
  scan,
  sum,
  tanh,
  tensor,
  transpose,
  type Engine,
  type Program,
  type Tensor,
  type Value,
} from "../../index.ts";
import { programs, random } from "../../../test/programs.ts";
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

test.each([
  [1, [[16]]],
  [3, [[16]]],
  [4, [[2, 8]]],
])("%i rows at a time read a weight with %j columns", (rows, columns) => {
  let program: Program | undefined;
  const walk = (h: Value, w: Value): Value =>
    scan((state: Value) => [tanh(matmul(state, w)), undefined], h, undefined, { length: 20 })[0];
  const run = compile(walk, { engine: planned(8, (made) => (program = made)) });
  const zeros = (...shape: number[]): Tensor => tensor(new Float32Array(shape[0]! * shape[1]!), { shape });
  run(zeros(rows, 16), zeros(16, 16));
  const found = program!.kernels.filter((kernel) => kernel.form === "contract");
  expect(found.map(({ n }) => n.map(({ size }) => size))).toEqual(columns);
});

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
