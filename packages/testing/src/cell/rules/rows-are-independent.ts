import { formatType, fromArray, reference, type Tensor } from "@unroll/core";
import { uniformNumbers } from "../../random.ts";
import { mapTensors } from "../case.ts";
import { rowIndices } from "../rows.ts";
import type { Rule } from "../rule.ts";
import { inOrder, isFloat, numbersOf, traceValues, unrolled } from "../run.ts";
import { batchAxis } from "./has-batch.ts";

/** Change all rows of state and inputs but one, and see whether that one gives other numbers, to the last bit. */
export const rowsAreIndependent: Rule = {
  name: "rows of a batch are independent",
  check(one) {
    if (one.cell.rows === "coupled") return undefined;
    const traced = traceValues(unrolled(one), one.given);
    const before = numbersOf(traced, reference());
    for (let row = 0; row < one.batch; row++) {
      const { params, state, xs } = one.given;
      const random = uniformNumbers(one.seed + row + 1);
      const others = (axis: number) => (x: Tensor) => withOtherRows(x, axis, row, random);
      const changed = { params, state: mapTensors(state, others(0)), xs: mapTensors(xs, others(1)) };
      const after = numbersOf({ ...traced, inputs: inOrder(changed) }, reference());
      for (const [path, { type, shape, data }] of after) {
        const was = before.get(path)!.data;
        const at = rowIndices(shape, batchAxis(path)).findIndex(
          (r, i) => r === row && !Object.is(data[i], was[i]),
        );
        if (at < 0) continue;
        return {
          what: `row ${row} of ${path} ${formatType(type)} was ${was[at]} and is ${data[at]} when other rows change.`,
          remedy: "Every row of a batch is a sequence of its own: reduce along other axes than the batch.",
        };
      }
    }
    return undefined;
  },
};

/** Other floats in all rows but one. Integers may mean something: they become those of that row. */
function withOtherRows(x: Tensor, axis: number, row: number, random: () => number): Tensor {
  const inner = x.shape.slice(axis + 1).reduce((n, one) => n * one, 1);
  const data = x.data.slice();
  rowIndices(x.shape, axis).forEach((r, i) => {
    if (r === row) return;
    data[i] = isFloat(x) ? 2 * random() - 1 : x.data[i + (row - r) * inner]!;
  });
  return fromArray(x.type, data);
}
