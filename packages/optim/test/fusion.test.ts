/** On the WebAssembly engine an elementwise update reads and writes each of its arrays once. */
import { stateful, tensor } from "@unroll/core";
import { wasm } from "@unroll/core/wasm";
import { expect, test } from "vitest";
import * as optim from "../src/index.ts";
import type { Memory, Transform } from "../src/index.ts";
import type { Tree } from "./train.ts";

/** A size that nothing else in the program has. */
const size = 1234;
const wave = tensor(Float32Array.from({ length: size }, (_, i) => Math.sin(i)));
const rate = { learningRate: 0.1 };

const elementwise: Readonly<Record<string, Transform>> = {
  sgd: optim.sgd(rate),
  momentum: optim.sgd({ ...rate, momentum: 0.9, nesterov: true }),
  asgd: optim.asgd(rate),
  adagrad: optim.adagrad(rate),
  adadelta: optim.adadelta(),
  adam: optim.adam(rate),
  amsgrad: optim.adam({ ...rate, amsgrad: true }),
  adamw: optim.adamw({ learningRate: optim.cosine({ rate: 0.1, steps: 9 }) }),
  adamax: optim.adamax(rate),
  nadam: optim.nadam(rate),
  radam: optim.radam(rate),
  rmsprop: optim.rmsprop({ ...rate, centred: true, momentum: 0.5 }),
  rprop: optim.rprop(),
  lion: optim.lion(rate),
  "clipValue, weightDecay, adam": optim.chain(
    optim.clipValue(1),
    optim.weightDecay({ decay: 0.1 }),
    optim.adam(rate),
  ),
};

test.each(Object.entries(elementwise))("%s is one pass", (_, optimizer) => {
  const params = { x: wave };
  const engine = wasm();
  const trainer = stateful(
    ({ params: x, memory }: { params: Tree; memory: Memory }, grads: Tree) => {
      const [updates, next] = optimizer.update(grads, memory, x);
      return [{ params: optim.applyUpdates(x, updates), memory: next }, {}] as const;
    },
    { params, memory: optimizer.init(params) },
    { engine },
  );
  trainer.step(params);
  const passes = trainer.explain().match(new RegExp(`^ *\\d+ \\w+ \\[${size}\\].*$`, "gm"));
  expect(passes).toHaveLength(1);
  expect(passes![0]).toContain("map");
  trainer.dispose();
  engine.dispose();
});
