import {
  dtypesOf,
  isFloat,
  neededFor,
  referencesOf,
  smallIntegers,
  type Body,
  type Instruction,
  type Reference,
} from "@unroll/core/engine";
import type { DType } from "@unroll/core";
import { literal, typeName } from "./names.ts";
import type { Text } from "./text.ts";

export type ReadAt = Extract<Instruction, { op: "readAt" }>;

/** How a body gets at what lies around it: expressions of C. */
export interface Surroundings {
  read(operand: number): string;
  /** The element so many elements further on. */
  readAt(operand: number, further: string): string;
  index(dimension: number): string;
  accumulator(which: number): string;
}

/** What a body is a body of. */
export interface BodyOf {
  readonly operands: readonly DType[];
  readonly accumulators?: readonly DType[];
  /** Whether a value that takes only such values is the same at all points of the innermost loop. */
  isShared(i: Instruction): boolean;
}

/** Prints a body: first, once, what all points of the innermost loop share, and then, at every point, the rest. */
export class BodyPrinter {
  readonly #body: Body;
  readonly #results: readonly Reference[];
  readonly #dtypes: readonly DType[];
  readonly #needed: ReadonlySet<Reference>;
  readonly #small: ReadonlySet<Reference>;
  readonly #isShared: readonly boolean[];
  readonly #prefix: string;

  constructor(body: Body, results: readonly Reference[], of: BodyOf, prefix: string = "v") {
    this.#body = body;
    this.#results = results;
    this.#prefix = prefix;
    this.#dtypes = dtypesOf(body, of.operands, of.accumulators);
    const references = body.map(referencesOf);
    this.#needed = neededFor(body, results);
    this.#small = smallIntegers(body, results);
    const isShared: boolean[] = [];
    body.forEach((i, at) => isShared.push(references[at]!.every((x) => isShared[x]) && of.isShared(i)));
    this.#isShared = isShared;
  }

  /** Declare what is shared. */
  share(text: Text, around: Surroundings): void {
    this.#print(text, around, true);
  }

  /** Declare the rest, and give the expressions of the results. */
  compute(text: Text, around: Surroundings): readonly string[] {
    this.#print(text, around, false);
    return this.#results.map((at) => this.#value(at));
  }

  #print(text: Text, around: Surroundings, shared: boolean): void {
    this.#body.forEach((i, at) => {
      if (!this.#needed.has(at) || i.op === "constant" || this.#isShared[at] !== shared) return;
      text.line(
        `const ${typeName(this.#dtypes[at]!)} ${this.#prefix}${at} = ${this.#expression(i, at, around)};`,
      );
    });
  }

  #value(at: Reference): string {
    const i = this.#body[at]!;
    return i.op === "constant" ? literal(i.dtype, i.value) : `${this.#prefix}${at}`;
  }

  #expression(i: Exclude<Instruction, { op: "constant" }>, at: Reference, around: Surroundings): string {
    switch (i.op) {
      case "read":
        return around.read(i.operand);
      case "readAt":
        return this.#readAt(i, around);
      case "index":
        return around.index(i.dimension);
      case "accumulator":
        return around.accumulator(i.which);
      case "cast":
        return this.#cast(i.x, i.to, this.#small.has(at));
      case "select":
        return `${this.#value(i.when)} ? ${this.#value(i.x)} : ${this.#value(i.y)}`;
      case "scale":
        return `${this.#dtypes[at]}_scale(${this.#value(i.x)}, ${this.#value(i.n)})`;
      case "fma":
        return `${this.#dtypes[at]}_fma(${[i.x, i.y, i.z].map((x) => this.#value(x)).join(", ")})`;
      default:
        return "y" in i ? this.#binary(i.op, i.x, i.y) : this.#unary(i.op, i.x);
    }
  }

  /** Memory outside of the axis is not touched. */
  #readAt({ operand, index, size, stride }: ReadAt, around: Surroundings): string {
    if (size === 0) return "0";
    const at = this.#value(index);
    const inside = `(u32)${at} < ${size}u`;
    return `${inside} ? ${around.readAt(operand, `(i64)(${inside} ? ${at} : 0) * ${stride}`)} : 0`;
  }

  #cast(x: Reference, to: DType, isSmall: boolean): string {
    const from = this.#dtypes[x]!;
    const value = this.#value(x);
    if (to === "bool") return `${value} != 0`;
    if (to === "i32" && isFloat(from)) return `${from}_${isSmall ? "small" : "i32"}(${value})`;
    return `(${typeName(to)})${value}`;
  }

  #unary(op: string, x: Reference): string {
    const dtype = this.#dtypes[x]!;
    if (op === "not") return dtype === "bool" ? `!${this.#value(x)}` : `~${this.#value(x)}`;
    return `${typeName(dtype)}_${op}(${this.#value(x)})`;
  }

  #binary(op: string, x: Reference, y: Reference): string {
    const dtype = this.#dtypes[x]!;
    const [a, b] = [this.#value(x), this.#value(y)];
    const operator = operators[op];
    if (operator !== undefined) return `${a} ${operator} ${b}`;
    if (isFloat(dtype) && (op === "min" || op === "max")) {
      // The general form has to tell 0 from -0 and to keep NaN; with a constant other than these, one comparison does.
      const name = `${dtype}_${op === "min" ? "least" : "most"}`;
      if (this.#isSimple(op, y)) return `${name}(${a}, ${b})`;
      if (this.#isSimple(op, x)) return `${name}(${b}, ${a})`;
    }
    return `${typeName(dtype)}_${op}(${a}, ${b})`;
  }

  #isSimple(op: "min" | "max", at: Reference): boolean {
    const i = this.#body[at]!;
    return i.op === "constant" && !Number.isNaN(i.value) && !Object.is(i.value, op === "min" ? -0 : 0);
  }
}

const operators: Readonly<Record<string, string>> = {
  equal: "==",
  less: "<",
  lessEqual: "<=",
  and: "&",
  or: "|",
  xor: "^",
};
