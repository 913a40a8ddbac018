/** The coordinates of an element of a row-major array. */
export function coordinates(at: number, shape: readonly number[]): readonly number[] {
  const found: number[] = [];
  for (const size of shape.toReversed()) {
    found.unshift(at % size);
    at = Math.floor(at / size);
  }
  return found;
}
