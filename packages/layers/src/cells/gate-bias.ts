import { UnrollError, type Init } from "@unroll/core";

/** The biases of gates side by side: `bias` for one of `count` gates, 0 for the others. */
export const onGate =
  (gate: number, count: number, bias: number): Init =>
  ([size = 0]) =>
    Float64Array.from({ length: size }, (_, i) => (Math.floor((count * i) / size) === gate ? bias : 0));

/** One of several gates side by side, and what its bias starts from unless told. */
interface Gate {
  readonly gate: number;
  readonly count: number;
  readonly start: number;
}

/**
 * How the biases of gates side by side start: those of one gate from a number that an option names, or all of them as
 * `biasInit` says.
 *
 * Throws: UnrollError when both are given.
 */
export function gateBias(
  maker: string,
  option: Readonly<Record<string, number | undefined>>,
  biasInit: Init | undefined,
  { gate, count, start }: Gate,
): Init {
  const [[name, bias] = []] = Object.entries(option);
  if (bias === undefined) return biasInit ?? onGate(gate, count, start);
  if (biasInit === undefined) return onGate(gate, count, bias);
  throw new UnrollError(
    `${maker}: ${name} and biasInit both say how biases start.`,
    "Leave one of them out.",
  );
}
