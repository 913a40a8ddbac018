/** The standing properties of whole graphs. */
import {
  add,
  compile,
  dotTree,
  flatten,
  formatType,
  fromArray,
  gradient,
  graph,
  input,
  jvp,
  mul,
  nodesOf,
  reference,
  scan,
  sum,
  tanh,
  type Graph,
  type Tensor,
  type Value,
} from "@unroll/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryTensor, arbitraryTree, sizeOf } from "../src/arbitraries.ts";
import { arbitraryGraph, type RandomGraph } from "../src/arbitrary-graph.ts";
import { checkGraphGradient } from "../src/check-gradient.ts";
import { finest, measureNoise } from "../src/difference.ts";
import { DirectionalDerivative } from "../src/directional-derivative.ts";
import { rules } from "../src/graph-steps.ts";
import { roundedResults } from "../src/rounding.ts";
import { load } from "../src/trace.ts";

const engine = reference();

const run = (closed: Graph, inputs: readonly Tensor[]): readonly Tensor[] => load(closed, engine).run(inputs);

/** The loss of a random graph and its gradient by all inputs. */
function withGradient({ inputs }: RandomGraph, loss: (xs: readonly Value[]) => Value): Graph {
  const xs = inputs.map(({ type }, i) => input(type, `x${i}`));
  const y = loss(xs);
  return graph(xs, [y, ...gradient(y, xs, { allowUnused: true })]);
}

describe("arbitraryGraph", () => {
  test("has inputs as large as asked for, and a gradient by all of them", () => {
    const options = { minRank: 3, maxRank: 5, minSize: 4, maxSize: 6, maxSteps: 4 };
    const all = fc.sample(arbitraryGraph(options), { numRuns: 20, seed: 1 });
    expect(Math.max(...all.flatMap(({ inputs }) => inputs.map(({ shape }) => shape.length)))).toBe(5);
    expect(Math.max(...all.flatMap(({ inputs }) => inputs.flatMap(({ shape }) => shape)))).toBe(6);
    for (const { loss, inputs } of all.slice(0, 2)) {
      const xs = inputs.map(({ type }) => input(type));
      const closed = graph(xs, gradient(loss(xs), xs));
      const largest = run(closed, inputs).map(({ data }) => Math.max(...Array.from(data, Math.abs)));
      expect(largest.every((size) => Number.isFinite(size) && size > 0)).toBe(true);
    }
  });
  test("has every rule, scans in scans, and both directions, and is printed as its graph", () => {
    const texts = fc.sample(arbitraryGraph(), { numRuns: 300, seed: 1 }).map(fc.stringify);
    const all = texts.join("\n");
    const madeOf: Readonly<Record<string, string>> = {
      literal: "full {0.75}",
      whereGreater: "greater",
      whereEven: "where",
      countUp: "iota",
      matmulSelf: "matmul",
      outer: "i,j->ij",
      unsqueeze: "reshape",
      stack: "concat",
      logSoftmax: "logSumExp",
      squash: "rsqrt",
      repeat: "broadcastTo",
    };
    const composed = new Set(["logSoftmax", "logSumExp", "softmax", "standardize", "variance", "cumsum"]);
    const missing = Object.keys(rules).filter(
      (name) => !composed.has(name) && !all.includes(madeOf[name] ?? ` ${name} `),
    );
    expect(missing).toEqual([]);
    expect(texts.some((text) => /^ {6}.* = scan /m.test(text))).toBe(true);
    expect(texts.some((text) => text.includes("reverse}"))).toBe(true);
  });

  test("is shrunk to few steps", () => {
    const check = fc.check(
      fc.property(arbitraryGraph(), (one) => !fc.stringify(one).includes(" tanh ")),
      { numRuns: 1000, seed: 1 },
    );
    expect(check.failed).toBe(true);
    expect(fc.stringify(check.counterexample![0]).split("\n").length).toBeLessThan(14);
  });
});

test("the gradient of a graph is its slope", () => {
  fc.assert(
    fc.property(arbitraryGraph(), fc.nat(), ({ graph, inputs }, seed) => {
      checkGraphGradient(graph, inputs, { seed });
    }),
  );
});

test("the gradient of a graph's gradient is its slope", () => {
  fc.assert(
    fc.property(arbitraryGraph({ maxSteps: 4 }), fc.nat(), ({ graph, inputs }, seed) => {
      checkGraphGradient(graph, inputs, { order: 2, seed });
    }),
  );
});

test("the jvp of a graph is its slope along the tangents", () => {
  fc.assert(
    fc.property(arbitraryGraph(), fc.nat(), ({ graph: closed, inputs }, seed) => {
      const derivative = new DirectionalDerivative(closed, inputs, { order: 1, seed, engine });
      const { direction, cotangents, point } = derivative;
      const tangents = closed.inputs.map(({ type }) => input(type));
      const forward = graph([...closed.inputs, ...tangents], jvp(closed.outputs, closed.inputs, tangents));
      const along = point.map(({ type }, i) => fromArray(type, direction[i]!));
      const slope = run(forward, [...point, ...along])[0]!.data[0]! * cotangents[0]!.data[0]!;
      const { sum, size } = derivative.pullback(0);
      // Both sides are the same products and sums in another order.
      const noise = measureNoise((t) => derivative.pullback(t).sum, finest);
      expect(Math.abs(slope - sum)).toBeLessThanOrEqual(64 * 2 ** -52 * (size + Math.abs(slope)) + 4 * noise);
    }),
  );
});

test("the inferred type of every value in a graph is the type of its tensor", () => {
  fc.assert(
    fc.property(arbitraryGraph({ dtype: "f32", minSize: 0 }), ({ graph: closed, inputs }) => {
      const values = nodesOf(closed).flatMap(({ outputs }) => outputs);
      const tensors = run(graph(closed.inputs, values), inputs);
      expect(tensors.map(({ type }) => formatType(type))).toEqual(values.map(({ type }) => formatType(type)));
      tensors.forEach(({ data, shape }) => expect(data.length).toBe(sizeOf(shape)));
    }),
  );
});

test("a scan is its unrolled steps, in values and in gradients", () => {
  fc.assert(
    fc.property(arbitraryGraph(), (one) => {
      const scanned = withGradient(one, one.loss);
      const copied = run(withGradient(one, one.unrolled), one.inputs);
      // The copies are summed in another order, so both differ by rounding.
      const { exact, bounds } = roundedResults(scanned, one.inputs, engine);
      exact.forEach(({ data }, i) => {
        const bound = bounds[i]! * 2 ** -29 + 2 ** -1074;
        data.forEach((x, at) => expect(Math.abs(x - copied[i]!.data[at]!)).toBeLessThanOrEqual(bound));
      });
    }),
  );
});

test("what else is asked for changes no gradient: it counts every way from a value to the loss", () => {
  fc.assert(
    fc.property(arbitraryGraph(), fc.nat(), ({ graph: closed, inputs }, n) => {
      const [loss] = closed.outputs as readonly [Value];
      const inside = nodesOf(closed)
        .flatMap(({ outputs }) => outputs)
        .filter((x) => x.type.dtype === "f64" && !isEmitted(x));
      fc.pre(inside.length > 0);
      const other = inside[n % inside.length]!;
      const [x] = closed.inputs as readonly [Value];
      const alone = gradient(loss, [x], { allowUnused: true });
      const both = gradient(loss, { other, x }, { allowUnused: true });
      const otherAlone = gradient(loss, other, { allowUnused: true });
      const results = run(graph(closed.inputs, [...alone, both.x, otherAlone, both.other]), inputs);
      expect(results[1]!.data).toEqual(results[0]!.data);
      expect(results[3]!.data).toEqual(results[2]!.data);
    }),
  );
});

/** What a scan emits has no gradient of its own when the loss sees the scan's state too. */
const isEmitted = ({ node, index }: Value): boolean => node.op.emits?.(node.attrs, index) ?? false;

/** The same tree with its keys in another order, at every level. */
function shuffled<T>(tree: T, order: readonly number[]): T {
  if (typeof tree !== "object" || tree === null || "~leaf" in tree) return tree;
  if (Array.isArray(tree)) return tree.map((child: unknown) => shuffled(child, order)) as T;
  const entries = Object.entries(tree).map(([key, child], i) => ({
    key,
    child: shuffled(child, order),
    at: order[i] ?? 0,
  }));
  const sorted = entries.toSorted((p, q) => p.at - q.at);
  return Object.fromEntries(sorted.map(({ key, child }) => [key, child])) as T;
}

const arbitraryOrder = fc.array(fc.integer(), { minLength: 3, maxLength: 3 });

/** The numbers of a tree by path. */
const numbers = (tree: unknown) =>
  flatten(tree).map(({ path, leaf }) => [path, Array.from((leaf as Tensor).data)] as const);

describe("trees", () => {
  interface Tree {
    readonly a: Value;
    readonly b: { readonly c: Value; readonly d: Value };
    readonly e: readonly [Value, Value];
  }
  const net = ({ a, b: { c, d }, e: [f, g] }: Tree, x: Value) => {
    const [last, ys] = scan(
      (state: { h: Value; m: Value }, row: Value) => {
        const h = tanh(add(mul(state.h, c), mul(row, d), state.m));
        return [
          { m: mul(state.m, a), h },
          { h, row: mul(row, g) },
        ];
      },
      { m: f, h: a },
      x,
    );
    return { loss: add(sum(last.h), sum(last.m), sum(mul(ys.h, ys.row))), last };
  };
  test("the order in which keys are written changes no result", () => {
    const leaf = arbitraryTensor({ dtype: "f64", shape: [2] });
    const trees = fc.record({ a: leaf, b: fc.record({ c: leaf, d: leaf }), e: fc.tuple(leaf, leaf) });
    fc.assert(
      fc.property(
        trees,
        arbitraryTensor({ dtype: "f64", shape: [3, 2] }),
        arbitraryOrder,
        (tree, x, keys) => {
          const f = compile((t: Tree, xs: Value) => {
            const { loss, last } = net(shuffled(t, keys), xs);
            return shuffled({ last: shuffled(last, keys), grads: gradient(loss, shuffled(t, keys)) }, keys);
          });
          const plain = compile((t: Tree, xs: Value) => {
            const { loss, last } = net(t, xs);
            return { grads: gradient(loss, t), last };
          });
          expect(numbers(f(shuffled(tree, keys), x))).toEqual(numbers(plain(tree, x)));
        },
      ),
    );
  });

  test("a tree of any structure goes in and comes out by its paths", () => {
    const leaf = arbitraryTensor({ dtype: "f64", shape: [2] });
    fc.assert(
      fc.property(arbitraryTree(leaf), arbitraryOrder, (tree, order) => {
        fc.pre(flatten(tree).length > 0);
        const twice = compile((t: unknown) => {
          const own = shuffled(t, order);
          return { t: own, slope: gradient(dotTree(own, t), shuffled(t, order) as Value) };
        }) as unknown as (t: unknown) => { t: unknown; slope: unknown };
        const { t, slope } = twice(shuffled(tree, order));
        expect(numbers(t)).toEqual(numbers(tree));
        expect(numbers(slope)).toEqual(numbers(tree).map(([path, xs]) => [path, xs.map((x) => 2 * x)]));
      }),
    );
  });
});
