/** The graph of one step of a cell, as a Mermaid flowchart. */
import { flatten, graph, input, leaves, nodesOf, unflatten, type DType, type Value } from "@unroll/core";
import type { Cell } from "@unroll/layers";

/** Any cell, and a batch of inputs for it. */
export interface Drawn {
  readonly cell: Cell<unknown, unknown, never, unknown>;
  /** Shapes of the inputs, with the batch, by name. One that is called x alone is the input itself. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly batch: number;
}

/** A drawing of a step. */
export interface StepGraph {
  readonly mermaid: string;
  /** How many boxes it has. */
  readonly size: number;
}

/** Parameters are hexagons; states, inputs and what a step gives are rounded. Bold names are those of `label`. */
export function stepGraph({ cell, inputs, batch }: Drawn): StepGraph {
  const given = (spec: unknown, front: readonly number[]): unknown => {
    const values = flatten(spec).map(({ path, leaf }) => {
      const { shape, dtype = "f32" } = leaf as { readonly shape: readonly number[]; readonly dtype?: DType };
      return input({ dtype, shape: [...front, ...shape] }, path);
    });
    return unflatten<unknown>(spec, values);
  };
  const params = given(cell.params, []);
  const state = given(cell.state, [batch]);
  const xs = Object.fromEntries(
    Object.entries(inputs).map(([name, shape]) => [name, input({ dtype: "f32", shape }, name)]),
  );
  const x = Object.keys(xs).length === 1 ? xs["x"] : xs;
  const [next, y] = cell.step(params as never, state as never, x as never);
  return new Flowchart(params, state, xs).drawn(next, y);
}

class Flowchart {
  readonly #lines: string[] = [];
  #size = 0;
  readonly #names = new Map<Value, string>();
  readonly #inputs: Value[] = [];

  constructor(params: unknown, state: unknown, xs: unknown) {
    this.#given("p", params, (name) => `{{"${name}"}}:::param`);
    this.#given("s", state, (name) => `(["${name}"]):::state`);
    this.#given("x", xs, (name) => `(["${name}"])`);
  }

  #given(letter: string, tree: unknown, box: (name: string) => string): void {
    leaves(tree).forEach(({ path, leaf }, i) => {
      this.#names.set(leaf, `${letter}${i}`);
      this.#inputs.push(leaf);
      this.#box(`${letter}${i}${box(path)}`);
    });
  }

  #box(line: string): void {
    this.#lines.push(line);
    this.#size++;
  }

  drawn(next: unknown, y: unknown): StepGraph {
    const [after, output] = [leaves(next), leaves(y)];
    const closed = graph(
      this.#inputs,
      [...after, ...output].map(({ leaf }) => leaf),
    );
    nodesOf(closed).forEach((node, i) => this.#node(`n${i}`, node));
    const ends = [
      ...after.map(({ path, leaf }) => ({ name: `${path}'`, leaf, style: ":::state" })),
      ...output.map(({ path, leaf }) => ({ name: path || "y", leaf, style: "" })),
    ];
    ends.forEach(({ name, leaf, style }, i) => {
      this.#box(`o${i}(["${name}"])${style}`);
      this.#lines.push(`${this.#names.get(leaf)!} --> o${i}`);
    });
    // Dark pages write light letters where no colour is given.
    const styles = [
      "classDef param fill:#fde7c8,stroke:#b8741a,color:#222",
      "classDef state fill:#d7e8fa,stroke:#2a6db0,color:#222",
    ];
    return { mermaid: ["flowchart TD", ...this.#lines, ...styles].join("\n  "), size: this.#size };
  }

  #node(name: string, { op, attrs, inputs, outputs }: ReturnType<typeof nodesOf>[number]): void {
    // Shapes are not drawn, so what only repeats a row for every row of the batch would say nothing.
    if (op.name === "broadcastTo") return void this.#names.set(outputs[0]!, this.#names.get(inputs[0]!)!);
    const labels = outputs.flatMap((value) => value.labels).map((one) => `<b>${one}</b>`);
    // A constant has nothing but its attributes to tell it from others.
    const kind = inputs.length === 0 ? shortened(op.show?.(attrs) ?? op.name) : op.name;
    this.#box(`${name}["${[kind, ...labels].join("<br/>")}"]`);
    outputs.forEach((value) => this.#names.set(value, name));
    for (const x of inputs) {
      const part = x.node.outputs.length > 1 && !this.#inputs.includes(x) ? `|${x.index + 1}|` : "";
      this.#lines.push(`${this.#names.get(x)!} -->${part} ${name}`);
    }
  }
}

/** A number without the digits that rounding has left. */
const shortened = (text: string): string =>
  Number.isFinite(Number(text)) ? String(Number(Number(text).toPrecision(6))) : text;
