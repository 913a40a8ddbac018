import {
  add,
  cast,
  formatType,
  isValue,
  mapTree,
  mul,
  ShapeError,
  type Operand,
  type Tensors,
  type Value,
} from "@unroll/core";
import { expectParts, expectSameLeaves } from "./expect.ts";
import type { Memory } from "./memory.ts";

/**
 * A change of gradients into updates, which are added to the parameters.
 *
 * Both functions are pure. `update` builds graph, so an update is compiled with the step it belongs to, and what it
 * remembers is part of that step's state.
 *
 *     const negative: Transform = {
 *       init: () => ({}),
 *       update: (grads, memory) => [mapTree(neg, grads), memory],
 *     };
 */
export interface Transform {
  /** What is remembered before the first step, as tensors, for a tree of tensors that are to be trained. */
  init(params: unknown): Tensors<Memory>;
  /** The updates for these gradients, and what is remembered for the next step. */
  update<P>(grads: P, memory: Memory, params: P): readonly [updates: P, memory: Memory];
}

/**
 * Transforms one after another: each is given what the one before it made of the gradients.
 *
 * It is associative, and `chain()` changes nothing. The memory holds that of each transform under its position, so
 * that a checkpoint has `memory.1.mean.rnn.wx`.
 *
 * Throws: TreeError when the memory is not that of this chain.
 *
 *     const optimizer = chain(clipNorm(5), adam({ learningRate: 2e-3 }));
 */
export function chain(...transforms: readonly Transform[]): Transform {
  const positions = transforms.map((_, i) => String(i));
  return {
    init: (params) => Object.fromEntries(transforms.map((transform, i) => [i, transform.init(params)])),
    update(grads, memory, params) {
      expectParts("chain", memory, positions);
      let updates = grads;
      const next: Record<string, Memory> = {};
      transforms.forEach((transform, i) => {
        [updates, next[i]] = transform.update(updates, memory[i] as Memory, params);
      });
      return [updates, next];
    },
  };
}

/**
 * Parameters after a step: params + updates, or params + scale updates.
 *
 * A rate that the host decides from call to call (per epoch, on a plateau) goes in as `scale`, **as an input of the
 * step**: a number in a JavaScript variable is frozen when the step is compiled.
 *
 * Shapes: scale [], every leaf as it was.
 * Throws: TreeError when the trees differ; ShapeError when the scale is no scalar.
 *
 *     const next = applyUpdates(params, updates, batch.rate);
 */
export function applyUpdates<P>(params: P, updates: NoInfer<P>, scale?: Operand): P {
  if (isValue(scale) && scale.shape.length > 0) {
    throw new ShapeError(`applyUpdates: the scale is ${formatType(scale.type)}, not a scalar.`);
  }
  expectSameLeaves("applyUpdates", ["the parameters have", params], ["the updates have", updates]);
  const scaled = (dx: Value): Value => {
    if (scale === undefined) return dx;
    return mul(isValue(scale) ? cast(scale, dx.type.dtype) : scale, dx);
  };
  return mapTree((x, dx) => add(x, scaled(dx)), params, updates);
}
