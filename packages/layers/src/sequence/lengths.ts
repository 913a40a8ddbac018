import {
  DTypeError,
  formatType,
  full,
  isValue,
  leaves,
  reshape,
  ShapeError,
  unflatten,
  where,
  type Value,
} from "@unroll/core";

/**
 * Check the lengths of a batch, and that the state has it.
 *
 * Throws: DTypeError, ShapeError.
 */
export function checkLengths(caller: string, lengths: unknown, state: unknown): void {
  if (!isValue(lengths))
    throw new DTypeError(`${caller}: the lengths are no Value.`, "They are an argument, i32 [B].");
  const { dtype, shape } = lengths.type;
  const wrong = `${caller}: the lengths are ${formatType(lengths.type)}, not i32 [B].`;
  if (dtype !== "i32") throw new DTypeError(wrong);
  if (shape.length !== 1) throw new ShapeError(wrong);
  for (const { path, leaf } of leaves(state)) checkBatch(shape[0]!, path ? `state.${path}` : "state", leaf);
}

function checkBatch(batch: number, name: string, leaf: Value): void {
  if (leaf.shape[0] === batch) return;
  throw new ShapeError(
    `unroll: ${name} is ${formatType(leaf.type)}, and there are ${batch} lengths.`,
    "With lengths, states and outputs have the batch axis in front.",
  );
}

/** The condition [B] with the rank of what it selects. */
const rows = (inside: Value, { shape }: Value): Value =>
  reshape(inside, [inside.shape[0]!, ...shape.slice(1).map(() => 1)]);

/** The new state of the sequences that have this step, and the old one of the others. */
export function freeze<S>(inside: Value, after: S, before: S): S {
  const old = new Map(leaves(before).map(({ path, leaf }) => [path, leaf]));
  const values = leaves(after).map(({ path, leaf }) => {
    const was = old.get(path);
    // What does not change needs no choice; and what does not fit is left to scan, which says so best.
    if (!was || was === leaf || formatType(was.type) !== formatType(leaf.type)) return leaf;
    return where(rows(inside, leaf), leaf, was);
  });
  return unflatten(after, values);
}

/** The outputs of the sequences that have this step, and zeros for the others. */
export function silence<Y>(inside: Value, y: Y): Y {
  const values = leaves(y).map(({ path, leaf }) => {
    checkBatch(inside.shape[0]!, path ? `y.${path}` : "y", leaf);
    return where(rows(inside, leaf), leaf, full(0, leaf.type));
  });
  return unflatten(y, values);
}
