import { DTypeError, ShapeError, UnrollError } from "../tensor/error.ts";
import { formatType, isFloat, sizeOf, type Shape, type TensorType } from "../tensor/type.ts";
import { describeValue, type Value } from "../graph/node.ts";
import { add, mul, neg, sqrt, sub } from "./arithmetic.ts";
import { broadcastTo } from "./broadcast.ts";
import { cast } from "./cast.ts";
import { less } from "./compare.ts";
import { elementwise, type BinaryFunction, type Operand, type UnaryFunction } from "./elementwise.ts";
import { expectFloats, expectShape, expectValues } from "./expect.ts";
import { maximum } from "./extremes.ts";
import { cos, log } from "./functions.ts";
import { bitsOf, expectKey } from "./philox.ts";
import { argmax } from "./reduce.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";

/** The upper 24 bits of a word as a number in [0, 1), exactly. */
const unit24: UnaryFunction = elementwise("unit24", {
  scalar(s, word) {
    const bits = s.shiftRightUnsigned(word, s.constant("i32", 8));
    return s.multiply(s.cast(bits, "f32"), s.constant("f32", 2 ** -24));
  },
  on: ["i32"],
  gives: "f32",
});

/** The upper 27 bits of one word and 26 of another as a number in [0, 1), exactly. */
const unit53: BinaryFunction = elementwise("unit53", {
  scalar(s, a, b) {
    const high = s.cast(s.shiftRightUnsigned(a, s.constant("i32", 5)), "f64");
    const low = s.cast(s.shiftRightUnsigned(b, s.constant("i32", 6)), "f64");
    const bits = s.add(s.multiply(high, s.constant("f64", 2 ** 26)), low);
    return s.multiply(bits, s.constant("f64", 2 ** -53));
  },
  on: ["i32"],
  gives: "f64",
});

/** Draws `count` independent values that are uniform on [0, 1), from one use of the key. */
function uniformsOf(name: string): (key: Value, count: number, type: TensorType) => readonly Value[] {
  const randomBits = bitsOf(name);
  return (key, count, { dtype, shape }) => {
    const size = sizeOf(shape);
    const wordsEach = dtype === "f64" ? 2 : 1;
    const words = reshape(randomBits(key, count * wordsEach * size), [-1]);
    const word = (i: number): Value => reshape(slice(words, i * size, (i + 1) * size), shape);
    return Array.from({ length: count }, (_, i) =>
      dtype === "f64" ? unit53(word(2 * i), word(2 * i + 1)) : unit24(word(i)),
    );
  };
}

const uniforms = uniformsOf("randomUniform");
const normalUniforms = uniformsOf("randomNormal");
const bernoulliUniforms = uniformsOf("bernoulli");
const categoricalUniforms = uniformsOf("categorical");

function expectFloatType(op: string, type: TensorType): void {
  expectShape(op, type.shape);
  if (isFloat(type.dtype)) return;
  throw new DTypeError(`${op}: ${formatType(type)}: ${op} draws f32 or f64.`, "Draw floats and cast them.");
}

/**
 * Numbers drawn uniformly from [low, high), [0, 1) by default: 24 random bits each in f32, 53 in f64. Those of [0, 1)
 * are the same on every engine.
 *
 * Shapes: key i32[2] -> type.shape.
 * Gradient: none, it is a constant.
 * Throws: KeyError, DTypeError.
 */
export function randomUniform(
  key: Value,
  type: TensorType,
  options: { readonly low?: number; readonly high?: number } = {},
): Value {
  expectKey("randomUniform", key);
  expectFloatType("randomUniform", type);
  const { low = 0, high = 1 } = options;
  const [u] = uniforms(key, 1, type);
  return low === 0 && high === 1 ? u! : add(low, mul(high - low, u!));
}

/**
 * Numbers drawn from a normal distribution, of mean 0 and deviation 1 by default.
 *
 * Shapes: key i32[2] -> type.shape.
 * Gradient: none, it is a constant.
 * Throws: KeyError, DTypeError.
 *
 * Source: Box and Muller, A Note on the Generation of Random Normal Deviates, 1958.
 */
export function randomNormal(
  key: Value,
  type: TensorType,
  options: { readonly mean?: number; readonly deviation?: number } = {},
): Value {
  expectKey("randomNormal", key);
  expectFloatType("randomNormal", type);
  const { mean = 0, deviation = 1 } = options;
  const [u, v] = normalUniforms(key, 2, type) as readonly [Value, Value];
  // 1 - u lies in (0, 1], where the logarithm is finite.
  const radius = sqrt(mul(-2, log(sub(1, u))));
  const z = mul(radius, cos(mul(2 * Math.PI, v)));
  return mean === 0 && deviation === 1 ? z : add(mean, mul(deviation, z));
}

/**
 * Conditions that hold with the given probability each, the same on every engine.
 *
 * Shapes: key i32[2], a probability that broadcasts to `shape` -> bool of `shape`.
 * Gradient: none.
 * Throws: KeyError; ShapeError, DTypeError; UnrollError for a number outside of [0, 1].
 */
export function bernoulli(key: Value, probability: Operand, shape: Shape): Value {
  expectKey("bernoulli", key);
  expectShape("bernoulli", shape);
  // In 24 bits for every dtype, so that f32 and f64 programs draw the same.
  const draw = (): Value => bernoulliUniforms(key, 1, { dtype: "f32", shape })[0]!;
  if (typeof probability === "number") {
    if (probability >= 0 && probability <= 1) return less(draw(), probability);
    throw new UnrollError(`bernoulli: the probability ${probability} is not between 0 and 1.`);
  }
  expectValues("bernoulli", key, probability);
  expectFloats("bernoulli", [probability]);
  return less(cast(draw(), probability.type.dtype), broadcastTo(probability, shape));
}

/**
 * Choices drawn with the probabilities softmax(logits) along the last axis. One whose logit is -Infinity is not drawn
 * unless all are.
 *
 * Shapes: key i32[2], logits [..., choices] -> i32 [...].
 * Gradient: none, they are integers.
 * Throws: KeyError, DTypeError; ShapeError when there are no choices.
 *
 * Source: Maddison, Tarlow and Minka, A* Sampling, 2014, section 2: the largest of the logits with Gumbel noise.
 */
export function categorical(key: Value, logits: Value): Value {
  expectKey("categorical", key);
  expectValues("categorical", key, logits);
  expectFloats("categorical", [logits]);
  if (!logits.shape.at(-1)) {
    throw new ShapeError(`categorical: ${describeValue(logits)} has no choices along its last axis.`);
  }
  const [u] = categoricalUniforms(key, 1, logits.type);
  // Half of the smallest step stands for 0, so that the noise is finite and -Infinity stays the least.
  const smallest = logits.type.dtype === "f64" ? 2 ** -54 : 2 ** -25;
  const gumbel = neg(log(neg(log(maximum(u!, smallest)))));
  return argmax(add(logits, gumbel), { axis: -1 });
}
