import { expectParts } from "./expect.ts";
import type { Transform } from "./transform.ts";

/** A transform that remembers nothing. */
export const stateless = (name: string, change: <P>(grads: P) => P): Transform => ({
  init: () => ({}),
  update(grads, memory) {
    expectParts(name, memory, []);
    return [change(grads), memory];
  },
});
