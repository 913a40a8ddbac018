import { ShapeError } from "@unroll/core";

/**
 * Refuse what is no number of units: names what was made and which size is wrong.
 *
 * Throws: ShapeError.
 */
export function checkSizes(maker: string, sizes: Readonly<Record<string, number>>): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (Number.isInteger(size) && size >= 1) continue;
    throw new ShapeError(`${maker}: ${name} is ${size}.`, "Sizes are whole numbers from 1 on.");
  }
}

/** `checkSizes` for every axis of a shape. */
export function checkShape(maker: string, shape: readonly number[]): void {
  if (shape.every((size) => Number.isInteger(size) && size >= 1)) return;
  throw new ShapeError(`${maker}: [${shape.join(", ")}] is no shape.`, "Sizes are whole numbers from 1 on.");
}
