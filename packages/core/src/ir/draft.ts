import { sizeOf, type TensorType, type TypedArray } from "../tensor/type.ts";
import { kernelKey, type Kernel } from "./kernel.ts";
import type { Allocation } from "./program.ts";
import { compactView, type Buffer, type LoopId, type View } from "./view.ts";

/** The parts of a program that grow while a graph is lowered. */
export interface Draft {
  readonly kernels: readonly Kernel[];
  readonly buffers: readonly Allocation[];
  /** The place of a kernel in the program; equal kernels have one. */
  kernel(kernel: Kernel): number;
  /** A compact buffer of its own. */
  allocate(name: string, type: TensorType, role: Buffer["role"], data?: TypedArray): View;
  loop(): LoopId;
}

export function newDraft(): Draft {
  const kernels: Kernel[] = [];
  const places = new Map<string, number>();
  const buffers: Allocation[] = [];
  const uses = new Map<string, number>();
  let loops = 0;

  /** `tanh`, then `tanh.2`, `tanh.3`: a program is read by its names. */
  const unique = (name: string): string => {
    const count = (uses.get(name) ?? 0) + 1;
    uses.set(name, count);
    return count === 1 ? name : unique(`${name}.${count}`);
  };

  return {
    kernels,
    buffers,
    kernel(kernel) {
      const key = kernelKey(kernel);
      const place = places.get(key) ?? kernels.push(kernel) - 1;
      places.set(key, place);
      return place;
    },
    allocate(name, { dtype, shape }, role, data) {
      const buffer = { id: buffers.length, name: unique(name), dtype, size: sizeOf(shape), role };
      buffers.push(data ? { ...buffer, data } : buffer);
      return compactView(buffer, shape);
    },
    loop: () => loops++,
  };
}
