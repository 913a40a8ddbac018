/** ONNX Runtime: it has no gradients in Node, so only the forward half of W1 and W2, with its own LSTM. */
import { InferenceSession, Tensor } from "onnxruntime-node";
import { sizes, type CharRnnSizes, type ProductSizes } from "../../src/sizes.ts";
import type { Library } from "./library.ts";
import { symbols, uniform } from "./numbers.ts";
import { initializer, modelBytes, node, port, type Message } from "./onnx-model.ts";

const sessionOf = (model: Uint8Array, threads: number): Promise<InferenceSession> =>
  InferenceSession.create(model, { intraOpNumThreads: threads, interOpNumThreads: 1 });

const weights = (name: string, ...shape: readonly number[]): Message =>
  initializer(name, shape, uniform(shape.reduce((product, size) => product * size, 1)));

/** From symbols [T, B] and states to the logarithms of odds [T, B, V] and the states after. */
function charRnnModel({ symbols: kinds, size, length, batch }: CharRnnSizes): Uint8Array {
  const state = [1, batch, size];
  const layer = (i: number, from: string) => ({
    nodes: [
      node(
        "LSTM",
        [from, `wx${i}`, `wh${i}`, `b${i}`, "", `h${i}`, `c${i}`],
        [`y${i}`, `hNext${i}`, `cNext${i}`],
        { hidden_size: size },
      ),
      node("Squeeze", [`y${i}`, "axis"], [`out${i}`]),
    ],
    initializers: [
      weights(`wx${i}`, 1, 4 * size, size),
      weights(`wh${i}`, 1, 4 * size, size),
      weights(`b${i}`, 1, 8 * size),
    ],
    inputs: [port(`h${i}`, "float", state), port(`c${i}`, "float", state)],
    outputs: [port(`hNext${i}`, "float", state), port(`cNext${i}`, "float", state)],
  });
  const layers = [layer(0, "embedded"), layer(1, "out0")];
  return modelBytes({
    nodes: [
      node("Gather", ["table", "x"], ["embedded"]),
      ...layers.flatMap(({ nodes }) => nodes),
      node("MatMul", ["out1", "w"], ["decoded"]),
      node("Add", ["decoded", "b"], ["logits"]),
      node("LogSoftmax", ["logits"], ["odds"], { axis: 2 }),
    ],
    initializers: [
      weights("table", kinds, size),
      ...layers.flatMap(({ initializers }) => initializers),
      initializer("axis", [1], BigInt64Array.of(1n)),
      weights("w", size, kinds),
      weights("b", kinds),
    ],
    inputs: [port("x", "int64", [length, batch]), ...layers.flatMap(({ inputs }) => inputs)],
    outputs: [port("odds", "float", [length, batch, kinds]), ...layers.flatMap(({ outputs }) => outputs)],
  });
}

async function charRnn(of: CharRnnSizes, threads: number) {
  const { symbols: kinds, size, length, batch } = of;
  const session = await sessionOf(charRnnModel(of), threads);
  const x = new Tensor("int64", BigInt64Array.from(symbols(length * batch, kinds), BigInt), [length, batch]);
  const zeros = () => new Tensor("float32", new Float32Array(batch * size), [1, batch, size]);
  let carry: Record<string, Tensor> = { h0: zeros(), c0: zeros(), h1: zeros(), c1: zeros() };
  return {
    async step() {
      const { hNext0, cNext0, hNext1, cNext1 } = await session.run({ x, ...carry });
      carry = { h0: hNext0!, c0: cNext0!, h1: hNext1!, c1: cNext1! };
    },
  };
}

async function product([m, k, n]: ProductSizes, threads: number) {
  const model = modelBytes({
    nodes: [node("MatMul", ["a", "b"], ["c"])],
    initializers: [],
    inputs: [port("a", "float", [m, k]), port("b", "float", [k, n])],
    outputs: [port("c", "float", [m, n])],
  });
  const session = await sessionOf(model, threads);
  const feeds = {
    a: new Tensor("float32", uniform(m * k), [m, k]),
    b: new Tensor("float32", uniform(k * n), [k, n]),
  };
  return { step: async () => void (await session.run(feeds)) };
}

export const library: Library = {
  "forward only": {
    W1: (threads) => charRnn(sizes.W1, threads),
    W2: (threads) => charRnn(sizes.W2, threads),
    "W5 512x512x512": (threads) => product(sizes.W5[0]!, threads),
    "W5 50x256x512": (threads) => product(sizes.W5[1]!, threads),
  },
};
