import { InternalError } from "../../tensor/error.ts";
import { allocate, type DType, type TypedArray } from "../../tensor/type.ts";
import type { ContractKernel, Dimension } from "../../ir/kernel.ts";
import type { PreparedKernel } from "./kernel.ts";
import { eachPoint, pointAt } from "./points.ts";

/**
 * Row by row of the result: the row starts from `init`, then takes `a[m, k]` times row k of b, for k = 0, 1, 2, ...
 * Every element is thus summed in the order of k. The rows of b are copied first, so that they lie one after another.
 */
export function prepareContract({ dtypes, batch, m, n, k, init }: ContractKernel): PreparedKernel {
  const dtype = dtypes[0]!;
  const addMultiple = rowOperations[dtype] ?? undefinedOn(dtype);
  const out = dtypes.length - 1;
  const width = points(n);
  const row = allocate(dtype, width);
  const rows = allocate(dtype, points(k) * width);
  return (addresses, { memory }) => {
    const at = pointAt(addresses);
    const element = (operand: number): number => memory[operand]![at.addresses[operand]!]!;
    eachPoint(batch, at, () => {
      let next = 0;
      eachPoint([...k, ...n], at, () => (rows[next++] = element(1)));
      eachPoint(m, at, () => {
        let column = 0;
        eachPoint(n, at, () => (row[column++] = init === "zero" ? 0 : element(2)));
        let first = 0;
        eachPoint(k, at, () => {
          addMultiple(row, element(0), rows, first);
          first += width;
        });
        column = 0;
        eachPoint(n, at, () => (memory[out]![at.addresses[out]!] = row[column++]!));
      });
    });
  };
}

const points = (dimensions: readonly Dimension[]): number =>
  dimensions.reduce((product, { size }) => product * size, 1);

/** row += a b, with the row of b that begins at `first`. */
type RowOperation = (row: TypedArray, a: number, b: TypedArray, first: number) => void;

// Storing in the row rounds the sum; f32 and i32 products have to be rounded before.
const rowOperations: Readonly<Partial<Record<DType, RowOperation>>> = {
  f32(row, a, b, first) {
    for (let j = 0; j < row.length; j++) row[j] = Math.fround(row[j]! + Math.fround(a * b[first + j]!));
  },
  f64(row, a, b, first) {
    for (let j = 0; j < row.length; j++) row[j] = row[j]! + a * b[first + j]!;
  },
  i32(row, a, b, first) {
    for (let j = 0; j < row.length; j++) row[j] = row[j]! + Math.imul(a, b[first + j]!);
  },
};

function undefinedOn(dtype: DType): never {
  throw new InternalError(`contract is not defined on ${dtype}`);
}
