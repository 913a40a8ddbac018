import { InternalError } from "../../tensor/error.ts";
import type { ContractKernel, Dimension } from "../../ir/kernel.ts";
import type { Local } from "./code.ts";
import { byteStrides, type Frame } from "./frame.ts";
import { microKernel, type MicroKernel } from "./micro.ts";
import { nest } from "./nest.ts";
import { blocks, chooseTile, stripes } from "./tile.ts";

/** The operands of a contraction by what they are: places among the operands. */
interface Roles {
  readonly a: number;
  readonly b: number;
  readonly init: number | undefined;
  readonly out: number;
}

/** A contraction: tiles of results, each by one call of a function that holds its sums in registers. */
export function writeContract(frame: Frame, kernel: ContractKernel): void {
  const { batch, k, init } = kernel;
  const out = frame.dtypes.length - 1;
  const straight: Roles = { a: 0, b: 1, init: init === "zero" ? undefined : 2, out };
  // Columns are what vectors run along: those of b, or else, with both sides exchanged, those of a.
  const flipped = isUnit(kernel.m, 0) && !isUnit(kernel.n, 1);
  const roles = flipped ? { ...straight, a: 1, b: 0 } : straight;
  const [m, n] = flipped ? [kernel.n, kernel.m] : [kernel.m, kernel.n];
  const columns = n.findLastIndex(({ strides }) => strides[roles.b] === 1);
  const [width, otherColumns] = takeOne(n, columns < 0 ? n.length - 1 : columns);
  const [height, otherRows] = takeOne(m, largest(m));
  const spans = [...batch, ...otherColumns, ...otherRows].map((dimension) => ({
    size: dimension.size,
    moves: byteStrides(dimension, frame.dtypes),
  }));
  nest(frame.f, spans, frame.f.parameters, () => writeProduct(frame, roles, height, width, k));
}

const isUnit = (dimensions: readonly Dimension[], operand: number): boolean =>
  dimensions.some(({ strides }) => strides[operand] === 1);

const largest = (dimensions: readonly Dimension[]): number =>
  dimensions.reduce((best, { size }, at) => (size > (dimensions[best]?.size ?? 0) ? at : best), 0);

function takeOne(
  dimensions: readonly Dimension[],
  at: number,
): readonly [Dimension | undefined, Dimension[]] {
  return [dimensions[at], dimensions.filter((_, i) => i !== at)];
}

/** A product of two matrices, by tiles. */
function writeProduct(
  frame: Frame,
  roles: Roles,
  height: Dimension | undefined,
  width: Dimension | undefined,
  k: readonly Dimension[],
): void {
  const { f, emission, dtypes, lanes } = frame;
  const dtype = dtypes[0]!;
  if (dtype === "bool") throw new InternalError("wasm: contract is not defined on bool");
  const still = dtypes.map(() => 0);
  const rows = height ? byteStrides(height, dtypes) : still;
  const columns = width ? byteStrides(width, dtypes) : still;
  const [rowCount, columnCount] = [height?.size ?? 1, width?.size ?? 1];
  const { a, b, init, out } = roles;
  const along = (operand: number): { row: number; column: number } => ({
    row: rows[operand]!,
    column: columns[operand]!,
  });
  const tile = chooseTile(rowCount, Math.ceil(columnCount / lanes));
  const depth = k.map((dimension) => {
    const strides = byteStrides(dimension, dtypes);
    return { size: dimension.size, a: strides[a]!, b: strides[b]! };
  });
  const shape = {
    dtype,
    lanes,
    k: depth,
    a: rows[a]!,
    b: columns[b]!,
    out: along(out),
    ...(init === undefined ? {} : { init: along(init) }),
  } satisfies Omit<MicroKernel, "rows" | "columns">;
  const addresses = [a, b, ...(init === undefined ? [] : [init]), out].map(
    (operand): Local => f.parameters[operand]!,
  );
  for (const [columnsInTile, countWide] of stripes(columnCount, tile.vectors * lanes)) {
    nest(
      f,
      [{ size: countWide, moves: columns.map((stride) => stride * columnsInTile) }],
      f.parameters,
      () => {
        for (const [rowsInTile, countHigh] of blocks(rowCount, tile.rows)) {
          const callee = microKernel(emission, { ...shape, rows: rowsInTile, columns: columnsInTile });
          const moves = rows.map((stride) => stride * rowsInTile);
          f.repeat(countHigh, () => {
            f.do([addresses, callee]);
            f.parameters.forEach((address, i) => f.advance(address, moves[i]!));
          });
        }
        f.parameters.forEach((address, i) => f.advance(address, -rows[i]! * rowCount));
      },
    );
    f.parameters.forEach((address, i) => f.advance(address, columns[i]! * columnsInTile * countWide));
  }
  f.parameters.forEach((address, i) => f.advance(address, -columns[i]! * columnCount));
}
