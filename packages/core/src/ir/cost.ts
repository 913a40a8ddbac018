import { byteSize } from "../tensor/type.ts";
import type { Body } from "./instruction.ts";
import { dimensionsOfKernel, writeCount, type Dimension, type Kernel } from "./kernel.ts";

/** What one call of a kernel takes, as its dimensions say. */
export interface Cost {
  /** Products that are added to something. */
  readonly multiplyAdds: number;
  /** Every other scalar instruction that computes: reading, constants and coordinates do not. */
  readonly operations: number;
  /** Of the elements that are touched, each counted once however often it is read. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** Scalar operations, a product and its sum being two. */
export const operationsOf = ({ multiplyAdds, operations }: Cost): number => 2 * multiplyAdds + operations;

export const bytesOf = ({ bytesRead, bytesWritten }: Cost): number => bytesRead + bytesWritten;

/**
 * The cost of one call of a kernel, counted and not measured.
 *
 * A function that has not been expanded into simple instructions is one operation. Rows of a table that are read at
 * computed indices are taken to be different ones, up to all that there are.
 */
export function costOf(kernel: Kernel): Cost {
  const firstWrite = kernel.dtypes.length - writeCount(kernel);
  // The rows that a scatter adds to are read, too.
  const read = kernel.form === "scatterAdd" ? firstWrite + 1 : firstWrite;
  const bytes = kernel.dtypes.map((dtype, i) => elementsOf(kernel, i) * byteSize(dtype));
  return {
    ...arithmeticOf(kernel),
    bytesRead: sum(bytes.slice(0, read)),
    bytesWritten: sum(bytes.slice(firstWrite)),
  };
}

function arithmeticOf(kernel: Kernel): Pick<Cost, "multiplyAdds" | "operations"> {
  const points = pointsOf(dimensionsOfKernel(kernel));
  switch (kernel.form) {
    case "map":
      return countOf(kernel.body, points);
    case "reduce": {
      const body = countOf(kernel.body, points);
      const epilogue = countOf(kernel.epilogue, pointsOf(kernel.kept));
      const combinations = points * kernel.accumulators.length;
      return {
        multiplyAdds: body.multiplyAdds + epilogue.multiplyAdds,
        operations: body.operations + epilogue.operations + combinations,
      };
    }
    case "contract":
      return { multiplyAdds: points, operations: 0 };
    case "scatterAdd":
      return { multiplyAdds: 0, operations: points };
  }
}

const notComputing: ReadonlySet<string> = new Set(["read", "readAt", "index", "constant", "accumulator"]);

function countOf(body: Body, times: number): Pick<Cost, "multiplyAdds" | "operations"> {
  const fused = body.filter(({ op }) => op === "fma").length;
  const computing = body.filter(({ op }) => !notComputing.has(op)).length;
  return { multiplyAdds: times * fused, operations: times * (computing - fused) };
}

/** How many elements of an operand a call touches. */
function elementsOf(kernel: Kernel, operand: number): number {
  const dimensions = dimensionsOfKernel(kernel);
  const along = pointsOf(dimensions.filter(({ strides }) => strides[operand] !== 0));
  const indexed = indexedSizes(kernel, operand);
  if (indexed.length === 0) return along;
  return Math.min(pointsOf(dimensions) * indexed.length, along * Math.max(...indexed));
}

/** Sizes of the axes along which an operand is read, or added to, at computed indices: one for each of them. */
function indexedSizes(kernel: Kernel, operand: number): readonly number[] {
  if (kernel.form === "scatterAdd") return operand === 2 ? [kernel.size] : [];
  if (kernel.form === "contract") return [];
  return kernel.body.flatMap((i) => (i.op === "readAt" && i.operand === operand ? [i.size] : []));
}

const pointsOf = (dimensions: readonly Dimension[]): number =>
  dimensions.reduce((points, { size }) => points * size, 1);

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
