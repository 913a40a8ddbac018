import type { ScatterAddKernel } from "../../ir/kernel.ts";
import type { PreparedKernel } from "./kernel.ts";
import { eachPoint, pointAt } from "./points.ts";

export const prepareScatterAdd =
  ({ rows, columns, size, stride }: ScatterAddKernel): PreparedKernel =>
  (addresses, { memory, outside }) => {
    const [source, indices, out] = memory;
    const at = pointAt(addresses);
    eachPoint(rows, at, () => {
      const index = indices![at.addresses[1]!]!;
      if (index < 0 || index >= size) {
        outside(index, size);
        return;
      }
      eachPoint(columns, at, () => {
        out![at.addresses[2]! + index * stride]! += source![at.addresses[0]!]!;
      });
    });
  };
