import { InternalError, type DType } from "@unroll/core";
import { identityOf, type Combine } from "@unroll/core/engine";
import { literal, typeName } from "./names.ts";
import type { Text } from "./text.ts";

/** Running results, one for every element of an array. */
export interface Accumulator {
  readonly dtype: DType;
  /** Declare arrays of so many, and start. */
  declare(text: Text, count: number): void;
  /** Let the result at a place take a value, which stands at `position` among all. */
  take(text: Text, place: string, value: string, position: string): void;
  /** Let the result at a place take all that another one has taken. */
  join(text: Text, place: string, other: string): void;
  /** The result at a place. */
  result(place: string): string;
}

/** The accumulator of values of a dtype, whose arrays have this name. */
export const accumulatorOf = (name: string, combine: Combine, of: DType): Accumulator =>
  combine === "argmin" || combine === "argmax" ? position(name, combine, of) : total(name, combine, of);

type Join = Exclude<Combine, "argmin" | "argmax">;

/** Two values joined. */
function joined(combine: Join, dtype: DType, a: string, b: string): string {
  const type = typeName(dtype);
  switch (combine) {
    case "sum":
      return `${type}_add(${a}, ${b})`;
    case "product":
      return `${type}_multiply(${a}, ${b})`;
    case "min":
    case "max":
      return `${type}_${combine}(${a}, ${b})`;
    case "and":
    case "or":
      if (dtype === "f32" || dtype === "f64")
        throw new InternalError(`native: ${combine} is not defined on ${dtype}`);
      return `${a} ${combine === "and" ? "&" : "|"} ${b}`;
  }
}

function total(name: string, combine: Join, dtype: DType): Accumulator {
  const identity = literal(dtype, identityOf(combine, dtype));
  const at = (place: string): string => `${name}[${place}]`;
  return {
    dtype,
    declare(text, count) {
      text.line(`${typeName(dtype)} ${name}[${count}];`);
      text.line(`for (i32 l = 0; l < ${count}; l++) ${at("l")} = ${identity};`);
    },
    take: (text, place, value) => text.line(`${at(place)} = ${joined(combine, dtype, at(place), value)};`),
    join: (text, place, other) =>
      text.line(`${at(place)} = ${joined(combine, dtype, at(place), at(other))};`),
    result: at,
  };
}

/** The position of the first value that no other one beats. NaN beats numbers, and nothing beats NaN. */
function position(name: string, combine: "argmin" | "argmax", of: DType): Accumulator {
  // Nothing beats this one without being better: if all elements are like it, the first one is the answer.
  const worst = literal(of, identityOf(combine === "argmin" ? "min" : "max", of));
  const [best, at] = [(place: string) => `${name}b[${place}]`, (place: string) => `${name}[${place}]`];
  const beats = (a: string, b: string): string => {
    const better = combine === "argmin" ? `${a} < ${b}` : `${a} > ${b}`;
    return of === "f32" || of === "f64" ? `(${better} || (${a} != ${a} && ${b} == ${b}))` : `(${better})`;
  };
  const choose = (text: Text, place: string, value: string, position: string, when: string): void => {
    text.line(`const i32 chosen = ${when};`);
    text.line(`${at(place)} = chosen ? ${position} : ${at(place)};`);
    text.line(`${best(place)} = chosen ? ${value} : ${best(place)};`);
  };
  return {
    dtype: "i32",
    declare(text, count) {
      text.line(`${typeName(of)} ${name}b[${count}];`);
      text.line(`i32 ${name}[${count}];`);
      text.line(`for (i32 l = 0; l < ${count}; l++) ${best("l")} = ${worst}, ${at("l")} = 0;`);
    },
    take: (text, place, value, position) =>
      text.block("", () => choose(text, place, value, position, beats(value, best(place)))),
    join(text, place, other) {
      const isEarlier = `(${at(other)} < ${at(place)} && !${beats(best(place), best(other))})`;
      const when = `${beats(best(other), best(place))} || ${isEarlier}`;
      text.block("", () => choose(text, place, best(other), at(other), when));
    },
    result: at,
  };
}
