import { ShapeError } from "../tensor/error.ts";
import { broadcastView } from "../ir/view.ts";
import { applyOp, type Op, type Value } from "../graph/node.ts";
import type { Tuple } from "../graph/spec.ts";
import { draw, expectKey, parts } from "./philox.ts";

interface ForkAttrs {
  readonly n: number;
}

const show = ({ n }: ForkAttrs): string => `n=${n}`;

const forkOp: Op<ForkAttrs> = {
  name: "fork",
  infer: ([key], { n }) => Array.from({ length: n }, () => key!),
  lower: {
    kernels({ inputs: [key], outputs }, to) {
      to.map({
        reads: parts(to.read(key!), 0),
        writes: outputs.flatMap((fresh) => parts(to.target(fresh), 0)),
        body: (s, reads) =>
          outputs.flatMap((_, i) => draw(s, "fork", s.constant("i32", i), reads).slice(0, 2)),
      });
    },
  },
  key: 0,
  show,
};

const forkEachOp: Op<ForkAttrs> = {
  name: "forkEach",
  infer: (_, { n }) => [{ dtype: "i32", shape: [n, 2] }],
  lower: {
    kernels({ inputs: [key], outputs: [fresh], attrs: { n } }, to) {
      to.map({
        reads: parts(to.read(key!), 0).map((word) => broadcastView(word, [n])),
        writes: parts(to.target(fresh!), 1),
        body: (s, reads) => draw(s, "fork", s.index(0), reads).slice(0, 2),
      });
    },
  },
  key: 0,
  show,
};

function expectCount(op: string, n: number): void {
  if (!Number.isInteger(n) || n < 0) throw new ShapeError(`${op}: ${n} is no number of keys.`);
}

/**
 * Keys made of one, which is used up by it.
 *
 * Shapes: i32[2] -> n of i32[2].
 * Throws: KeyError, ShapeError.
 *
 *     const [forInputs, forState] = fork(key, 2);
 */
export function fork<const N extends number>(key: Value, n: N): Tuple<N, Value> {
  expectKey("fork", key);
  expectCount("fork", n);
  return applyOp(forkOp, [key], { n }) as Tuple<N, Value>;
}

/**
 * The keys of `fork` as one value: a sequence that gives every step of a scan its own.
 *
 * Shapes: i32[2] -> i32[n, 2].
 * Throws: KeyError, ShapeError.
 */
export function forkEach(key: Value, n: number): Value {
  expectKey("forkEach", key);
  expectCount("forkEach", n);
  return applyOp(forkEachOp, [key], { n })[0]!;
}
