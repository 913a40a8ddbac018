import { gradient, stateful } from "@unroll/core";
import { applyUpdates, type Memory, type Transform } from "../src/index.ts";
import { startOf, type Surface } from "./surfaces.ts";
import type { Tree } from "./train.ts";

/** How many steps it takes until the loss is below a number; Infinity when that is more than `most`. */
export function stepsTo(optimizer: Transform, surface: Surface, below: number, most: number): number {
  const params = startOf(surface);
  const trainer = stateful(
    ({ params: x, memory }: { params: Tree; memory: Memory }) => {
      const loss = surface.loss(x);
      const [updates, next] = optimizer.update(gradient(loss, x), memory, x);
      return [{ params: applyUpdates(x, updates), memory: next }, { loss }] as const;
    },
    { params, memory: optimizer.init(params) },
  );
  try {
    // The loss of a step is that before it.
    for (let step = 0; step <= most; step++) if (trainer.step({}).loss.data[0]! < below) return step;
    return Infinity;
  } finally {
    trainer.dispose();
  }
}
