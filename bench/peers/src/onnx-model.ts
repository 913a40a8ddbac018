/** Models in the format of ONNX, which is protocol buffers: the few messages that ours need. */

type Bytes = readonly number[] | Uint8Array;

/** A field of a message, by its number in onnx.proto. */
type Field = readonly [number: number, value: number | string | Message | Bytes];

/** Its fields in order; repeated ones stand there several times. */
export interface Message {
  readonly fields: readonly Field[];
}

const message = (...fields: readonly Field[]): Message => ({ fields });

function varint(n: number): number[] {
  return n < 128 ? [n] : [(n % 128) + 128, ...varint(Math.floor(n / 128))];
}

function encode({ fields }: Message): Uint8Array {
  const parts = fields.flatMap(([number, value]): Bytes[] => {
    if (typeof value === "number") return [varint(8 * number), varint(value)];
    const bytes = bytesOf(value);
    return [varint(8 * number + 2), varint(bytes.length), bytes];
  });
  const whole = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function bytesOf(value: string | Message | Bytes): Bytes {
  if (typeof value === "string") return new TextEncoder().encode(value);
  return "fields" in value ? encode(value) : value;
}

const float = 1;
const int64 = 7;

/** Numbers that belong to the model. */
export function initializer(
  name: string,
  shape: readonly number[],
  data: Float32Array | BigInt64Array,
): Message {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const dims = shape.map((size) => [1, size] as const);
  return message(...dims, [2, data instanceof Float32Array ? float : int64], [8, name], [9, raw]);
}

/** An input or output of the model. */
export function port(name: string, type: "float" | "int64", shape: readonly number[]): Message {
  const sizes = message(...shape.map((size) => [1, message([1, size])] as const));
  const tensor = message([1, type === "float" ? float : int64], [2, sizes]);
  return message([1, name], [2, message([1, tensor])]);
}

/** An operation, with attributes that are whole numbers. */
export function node(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, number>> = {},
): Message {
  const integer = 2;
  return message(
    ...inputs.map((name) => [1, name] as const),
    ...outputs.map((name) => [2, name] as const),
    [4, op],
    ...Object.entries(attributes).map(
      ([name, value]) => [5, message([1, name], [3, value], [20, integer])] as const,
    ),
  );
}

export interface Graph {
  readonly nodes: readonly Message[];
  readonly initializers: readonly Message[];
  readonly inputs: readonly Message[];
  readonly outputs: readonly Message[];
}

/** The bytes of a model with operator set 17, which ONNX Runtime has had since 2022. */
export function modelBytes({ nodes, initializers, inputs, outputs }: Graph): Uint8Array {
  const graph = message(
    ...nodes.map((node) => [1, node] as const),
    [2, "workload"],
    ...initializers.map((tensor) => [5, tensor] as const),
    ...inputs.map((input) => [11, input] as const),
    ...outputs.map((output) => [12, output] as const),
  );
  return encode(message([1, 8], [7, graph], [8, message([1, ""], [2, 17])]));
}
