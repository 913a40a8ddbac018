/** A model that is given one symbol at a time and says what it expects next. */
import {
  compile,
  flatten,
  fromArray,
  reshape,
  unflatten,
  type Tensor,
  type Tensors,
  type Value,
} from "@unroll/core";
import type { Carry, Model, Params } from "../model/model.ts";

export interface Reader {
  /** Read a symbol in every row: the logits of what follows, [rows][symbols], and what is remembered. */
  read(carry: Tensors<Carry>, ids: ArrayLike<number>): Expected;
  dispose(): void;
}

/** What is expected after a symbol. */
export interface Expected {
  readonly carry: Tensors<Carry>;
  readonly logits: readonly Float32Array[];
}

export function readerOf(model: Model, params: Tensors<Params>): Reader {
  const step = compile((weights: Params, carry: Carry, tokens: Value) => {
    const [next, logits] = model.read(weights, carry, tokens);
    return { carry: next, logits: reshape(logits, logits.shape.slice(1)) };
  });
  return {
    read(carry, ids) {
      const tokens = fromArray({ dtype: "i32", shape: [1, ids.length] }, Int32Array.from(ids));
      const { carry: next, logits } = step(params, carry, tokens);
      return { carry: next, logits: rowsOf(logits) };
    },
    dispose: () => step.dispose(),
  };
}

/** The reader's state after a text, in a single row, and the logits of what follows it. */
export function prime(reader: Reader, model: Model, ids: ArrayLike<number>): Expected {
  let expected = reader.read(model.start(1), [ids[0] ?? 0]);
  for (let i = 1; i < ids.length; i++) expected = reader.read(expected.carry, [ids[i]!]);
  return expected;
}

/** A tree of other rows of the same: row i of the result is row `rows[i]`. */
export function takeRows(carry: Tensors<Carry>, rows: readonly number[]): Tensors<Carry> {
  const taken = flatten(carry).map(({ leaf }) => {
    const { type, data } = leaf as Tensor;
    const [batch = 1, ...others] = type.shape;
    const size = data.length / batch;
    const chosen = data.slice(0, 0).constructor as new (length: number) => typeof data;
    const into = new chosen(rows.length * size);
    rows.forEach((row, i) => into.set(data.subarray(row * size, (row + 1) * size), i * size));
    return fromArray({ dtype: type.dtype, shape: [rows.length, ...others] }, into);
  });
  return unflatten(carry, taken);
}

function rowsOf({ data, shape }: Tensor): readonly Float32Array[] {
  const [rows = 0, symbols = 0] = shape;
  return Array.from(
    { length: rows },
    (_, i) => data.subarray(i * symbols, (i + 1) * symbols) as Float32Array,
  );
}
