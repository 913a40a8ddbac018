import {
  add,
  cast,
  concat,
  conv1d,
  detach,
  equal,
  full,
  gradient,
  greater,
  hostRandom,
  iota,
  matmul,
  mul,
  neg,
  pad,
  reshape,
  scan,
  scatterAdd,
  sigmoid,
  slice,
  split,
  squeeze,
  sub,
  sum,
  take,
  tanh,
  tensor,
  transpose,
  unsqueeze,
  where,
  type Tensor,
  type Value,
} from "../src/index.ts";
import type { Program } from "./passes.ts";

/** Sizes of states, inputs and steps. */
interface Sizes {
  readonly B: number;
  readonly H: number;
  readonly T: number;
}

/** Whole numbers below n. */
type Pick = (n: number) => number;

const maxSeed = 2 ** 31;

/**
 * A program that a seed determines: two recurrences of random steps, one on top of the other, at times
 * nested, and the gradient of all inputs. Steps mix what is carried, run along, captured and constant; some
 * of what they make is not used.
 */
export function randomProgram(seed: number): Program {
  const random = hostRandom(seed % maxSeed, "program");
  const pick: Pick = (n) => Math.floor(random.uniform() * n);
  const [B, H, T] = [1 + pick(3), 2 * (1 + pick(2)), 1 + pick(4)];
  const numbers = (...shape: number[]): Tensor =>
    tensor(
      Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.normal()),
      { shape },
    );
  const args = {
    w: numbers(H, H),
    u: numbers(H, H),
    b: numbers(H),
    table: numbers(3, H),
    h: numbers(B, H),
    xs: numbers(T, B, H),
  };
  const ids = tensor(
    Int32Array.from({ length: T * B }, () => pick(4) - 1),
    { shape: [T, B] },
  );
  const program = (p: Inputs, rows: Value): unknown => run(p, rows, { B, H, T }, pickerOf(seed));
  return [program, [args, ids]];
}

interface Inputs {
  readonly w: Value;
  readonly u: Value;
  readonly b: Value;
  readonly table: Value;
  readonly h: Value;
  readonly xs: Value;
}

function pickerOf(seed: number): Pick {
  const random = hostRandom(seed % maxSeed, "steps");
  return (n) => Math.floor(random.uniform() * n);
}

function run(p: Inputs, ids: Value, sizes: Sizes, pick: Pick): unknown {
  const { B, H, T } = sizes;
  const zeros = full(0, { dtype: "f64", shape: [B, H] });
  const sequence = pick(2) ? p.xs : take(p.table, ids);
  const seen: Value[] = [];
  const layer = (xs: Value, reverse: boolean, depth: number): Value => {
    const starts = { a: pick(2) ? p.h : zeros, b: pick(2) ? zeros : p.h };
    const [last, ys] = scan(
      (s: { a: Value; b: Value }, x: { x: Value; id: Value }) => {
        const pool = [s.a, s.b, x.x, add(zeros, p.b)];
        for (let i = 0; i < 4 + pick(6); i++) pool.push(operation(pool, p, x.id, sizes, pick));
        if (depth > 0 && pick(4) === 0) pool.push(nested(pool.at(-1)!, p, sizes, pick));
        const any = (): Value => pool[pool.length - 1 - pick(4)]!;
        const next = { a: tanh(any()), b: pick(3) ? sigmoid(any()) : s.b };
        return [next, { y: pool.at(-1)!, extra: any() }];
      },
      starts,
      { x: xs, id: ids },
      { reverse },
    );
    seen.push(pick(2) ? last.a : sum(ys.extra, { axis: 0 }), last.b);
    return ys.y;
  };
  const top = layer(layer(sequence, pick(2) === 1, 1), pick(2) === 1, 0);
  const loss = add(sum(tanh(top)), ...(seen.map((x) => sum(x)) as [Value]));
  return { loss, seen, T: sum(cast(greater(top, T), "f64")), g: gradient(loss, p, { allowUnused: true }) };
}

/** A scan inside of a step. */
function nested(x: Value, { w }: Inputs, { B, H }: Sizes, pick: Pick): Value {
  const rows = reshape(concat([x, mul(2, x)], { axis: 0 }), [2, B, H]);
  const step = (s: Value, row: Value): readonly [Value, Value] => {
    const next = tanh(add(matmul(s, w), row));
    return [next, pick(2) ? next : row];
  };
  const [last, all] = scan(step, x, rows);
  return add(last, sum(all, { axis: 0 }));
}

/** Something of the shape [B, H] made of what there is. */
function operation(pool: readonly Value[], p: Inputs, id: Value, { B, H }: Sizes, pick: Pick): Value {
  const any = (): Value => pool[pick(pool.length)]!;
  const weight = (): Value => [p.w, p.u, transpose(p.w), mul(p.w, p.u), tanh(p.u)][pick(5)]!;
  const x = any();
  const rules: readonly (() => Value)[] = [
    () => matmul(tanh(x), weight()),
    () => matmul(x, weight()),
    () => add(matmul(tanh(x), p.w), matmul(any(), p.u), p.b),
    () => mul(sigmoid(x), any()),
    () => add(x, neg(any())),
    () => sub(x, mul(-1, any())),
    () => mul(2, mul(0.5, mul(3, x))),
    () => add(mul(1, x), 0),
    () => neg(neg(x)),
    () => transpose(transpose(tanh(x))),
    () => reshape(reshape(x, [H, B]), [B, H]),
    () => where(greater(x, 0), any(), full(0, x.type)),
    () => where(full(pick(2), { dtype: "bool", shape: [B, H] }), x, any()),
    () => concat(split(x, 2).toReversed()),
    () =>
      add(
        pad(slice(x, 0, 1, { axis: 1 }), 0, H - 1, { axis: 1 }),
        pad(slice(x, 1, H, { axis: 1 }), 1, 0, { axis: 1 }),
      ),
    () => add(x, sum(any(), { axis: 0, keepDims: true })),
    () => detach(x),
    () => mul(x, cast(equal(iota(H), 1), "f64")),
    () => take(p.table, id),
    () => matmul(take(p.table, id), p.w),
    () => add(x, unsqueeze(sum(scatterAdd(tanh(x), id, 3)), 0)),
    () => mul(x, add(tanh(p.b), full(1, p.b.type))),
    () => mul(tanh(x), sum(p.w)),
    () => {
      const kernel = reshape(slice(reshape(p.w, [-1]), 0, 3), [3, 1, 1]);
      return squeeze(conv1d(unsqueeze(tanh(x), 2), kernel, { padding: 1 }), 2);
    },
  ];
  return rules[pick(rules.length)]!();
}
