import { hostRandom, tensor, type Shape, type Tensor } from "@unroll/core";

const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

/** Normal numbers, the same in every run. */
export function normal(shape: Shape, path: string): Tensor {
  const random = hostRandom(1, path);
  return tensor(
    Float32Array.from({ length: sizeOf(shape) }, () => random.normal()),
    { shape },
  );
}

/** Symbols below `kinds`, the same in every run. */
export function symbols(shape: Shape, kinds: number, path: string): Tensor {
  const random = hostRandom(1, path);
  return tensor(
    Int32Array.from({ length: sizeOf(shape) }, () => Math.floor(random.uniform() * kinds)),
    { shape },
  );
}
