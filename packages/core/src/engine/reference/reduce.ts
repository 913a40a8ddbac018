import { allocate, type DType, type TypedArray } from "../../tensor/type.ts";
import { identityOf } from "../../ir/emit.ts";
import { dtypesOf, type Binary } from "../../ir/instruction.ts";
import type { Combine, ReduceKernel } from "../../ir/kernel.ts";
import { prepareBody, type Accumulated } from "./body.ts";
import { binaryFunction } from "./functions.ts";
import type { PreparedKernel } from "./kernel.ts";
import { eachPoint, eachRun, onePoint, pointAt } from "./points.ts";

export function prepareReduce(kernel: ReduceKernel): PreparedKernel {
  const { dtypes, kept, reduced, body, epilogue, writes } = kernel;
  const values = dtypesOf(body, dtypes);
  const evaluate = prepareBody(body, dtypes);
  const accumulators = kernel.accumulators.map(({ combine, of }) => ({
    ...accumulator(combine, values[of]!),
    of,
  }));
  const finish = prepareBody(epilogue, dtypes, accumulators);
  const firstWrite = dtypes.length - writes.length;
  return (addresses, around) => {
    const at = pointAt(addresses);
    eachPoint(kept, at, () => {
      for (const { reset } of accumulators) reset();
      eachRun(reduced, at, (run) => {
        const registers = evaluate(run, around);
        for (const { take, of } of accumulators) take(registers[of]!, run.count);
      });
      const results = finish(onePoint(at), around);
      writes.forEach((value, i) => {
        around.memory[firstWrite + i]![at.addresses[firstWrite + i]!] = results[value]![0]!;
      });
    });
  };
}

/** A running result. Storing it in its array is what rounds it. */
interface Accumulator extends Accumulated {
  reset(): void;
  /** The next `count` values. */
  take(values: TypedArray, count: number): void;
}

const joins: Readonly<Record<Exclude<Combine, "argmin" | "argmax">, Binary>> = {
  sum: "add",
  product: "multiply",
  min: "min",
  max: "max",
  and: "and",
  or: "or",
};

function accumulator(combine: Combine, dtype: DType): Accumulator {
  if (combine === "argmin") return bestPosition((x, best) => x < best);
  if (combine === "argmax") return bestPosition((x, best) => x > best);
  const join = binaryFunction(joins[combine], dtype);
  const value = allocate(dtype, 1);
  return {
    dtype,
    value,
    reset: () => value.fill(identityOf(combine, dtype)),
    take(values, count) {
      for (let i = 0; i < count; i++) value[0] = join(value[0]!, values[i]!);
    },
  };
}

/** The position of the first value that no other one beats. NaN beats numbers, and nothing beats NaN. */
function bestPosition(beats: (x: number, best: number) => boolean): Accumulator {
  const value = allocate("i32", 1);
  let position = 0;
  let best = 0;
  return {
    dtype: "i32",
    value,
    reset() {
      position = 0;
    },
    take(values, count) {
      for (let i = 0; i < count; i++, position++) {
        const x = values[i]!;
        if (position > 0 && !beats(x, best) && !(Number.isNaN(x) && !Number.isNaN(best))) continue;
        value[0] = position;
        best = x;
      }
    },
  };
}
