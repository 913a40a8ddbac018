import { ShapeError, type Init, type Shape } from "@unroll/core";

const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

/** One number after the other. */
const made = (shape: Shape, at: (i: number) => number): Float64Array => {
  const numbers = new Float64Array(sizeOf(shape));
  for (let i = 0; i < numbers.length; i++) numbers[i] = at(i);
  return numbers;
};

/** The same number everywhere. */
export const filled =
  (x: number): Init =>
  (shape) =>
    made(shape, () => x);

/** Zeros everywhere. */
export const zeros: Init = filled(0);

/** Ones everywhere. */
export const ones: Init = filled(1);

/** Uniform on [-limit, limit). */
export const uniform =
  (limit: number): Init =>
  (shape, random) =>
    made(shape, () => limit * (2 * random.uniform() - 1));

/** Normal with mean 0. */
export const normal =
  (deviation: number): Init =>
  (shape, random) =>
    made(shape, () => deviation * random.normal());

/**
 * Uniform with the variance 2 / (inputs + outputs), which keeps signals and gradients alike from layer to
 * layer when the activation is about linear at 0. A matrix for several gates counts all of them as outputs.
 *
 * Shapes: [inputs, outputs]; axes in front of these are those of a filter and multiply both.
 * Throws: ShapeError for a vector.
 * Source: Glorot and Bengio, Understanding the difficulty of training deep feedforward neural networks,
 * 2010, eq. 16.
 */
export const glorot = (): Init => (shape, random) => {
  const { inputs, outputs } = fans("glorot", shape);
  return uniform(Math.sqrt(6 / (inputs + outputs)))(shape, random);
};

/**
 * Normal with the variance 2 / inputs, which keeps signals alike from layer to layer of rectifiers.
 *
 * Shapes: [inputs, outputs]; axes in front of these are those of a filter and multiply the inputs.
 * Throws: ShapeError for a vector.
 * Source: He, Zhang, Ren and Sun, Delving Deep into Rectifiers, 2015, eq. 10.
 */
export const he = (): Init => (shape, random) =>
  normal(Math.sqrt(2 / fans("he", shape).inputs))(shape, random);

/** How many units a unit of a weight matrix is fed by, and feeds. */
function fans(name: string, shape: Shape): { readonly inputs: number; readonly outputs: number } {
  const [inputs, outputs] = matrix(name, shape.slice(-2));
  const field = sizeOf(shape.slice(0, -2));
  return { inputs: inputs * field, outputs: outputs * field };
}

/** The two sizes of a matrix. Throws: ShapeError for other shapes. */
export function matrix(name: string, shape: Shape): readonly [number, number] {
  const [rows, columns] = shape;
  if (shape.length === 2) return [rows!, columns!];
  throw new ShapeError(
    `${name}: [${shape.join(", ")}] is no matrix.`,
    "For other shapes choose uniform, normal or filled.",
  );
}

/**
 * The identity times `scale`; ones on the diagonal when the matrix is not square. A recurrent net of
 * rectifiers that starts from it remembers.
 *
 * Throws: ShapeError for all but matrices.
 * Source: Le, Jaitly and Hinton, A Simple Way to Initialize Recurrent Networks of Rectified Linear Units,
 * 2015.
 */
export const identity =
  (scale = 1): Init =>
  (shape) => {
    const [, columns] = matrix("identity", shape);
    return made(shape, (i) => (Math.floor(i / columns) === i % columns ? scale : 0));
  };
