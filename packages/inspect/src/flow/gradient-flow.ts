import {
  compile,
  flatten,
  formatType,
  gradient,
  probed,
  watch,
  type CompileOptions,
  type Probe,
  type Tensor,
  type Tensors,
  type Value,
} from "@unroll/core";
import { histogramOf, norm, normsOfParts, type Histogram } from "./statistics.ts";

/** How gradients are looked at. */
export interface FlowOptions extends CompileOptions {
  /** Of histograms. Default: 40. */
  readonly bins?: number;
}

/** A labelled value, or a parameter, and its gradient. */
export interface FlowValue {
  /** The label, `h[1]` for the second value of that name; or the parameter's path. */
  readonly name: string;
  readonly norm: number;
  readonly gradientNorm: number;
  readonly histogram: Histogram;
  readonly gradientHistogram: Histogram;
}

/** A labelled value with its norms at every step; outside of scans there is one step. */
export interface FlowNode extends FlowValue {
  readonly norms: readonly number[];
  readonly gradientNorms: readonly number[];
}

/** How the gradient of a loss flows through a graph, at one moment. */
export interface Flow {
  readonly loss: number;
  /** The labelled values, in the order in which they are made. */
  readonly nodes: readonly FlowNode[];
  /** The leaves of the first argument. */
  readonly parameters: readonly FlowValue[];
}

/** Looks at the gradient of one loss. Called like the loss itself, with tensors. */
export interface GradientFlow<A extends readonly unknown[]> {
  (...args: { readonly [K in keyof A]: Tensors<A[K]> }): Flow;
  /** Give the memory of its program back. */
  dispose(): void;
}

/**
 * The norms and histograms of the labelled values of a loss, of their gradients at every step of time, and of those of
 * the parameters, which are its first argument.
 *
 * It is a program of its own beside that which trains, compiled at the first call: what is not called costs nothing.
 *
 * Throws: what `gradient` throws.
 *
 *     const flow = gradientFlow(loss);
 *     if (step % 100 === 0) flows.push({ step, flow: flow(trainer.state.params, batch) });
 */
export function gradientFlow<A extends readonly [unknown, ...unknown[]]>(
  loss: (...args: A) => Value,
  { bins = 40, ...options }: FlowOptions = {},
): GradientFlow<A> {
  const nodes = new Map<string, readonly Node[]>();
  const look = (...args: A): Looked => {
    const before = loss(...args);
    const { loss: after, probes } = probed(before);
    const found = nameAll(probes);
    nodes.set(typesOf(args), found);
    const labels = [...new Set(found.map(({ label }) => label))];
    const [, watched] = watch(() => before, labels)();
    const valueIn = ({ label, use }: Node): Value => watched[label]!.filter(isFloat)[use]!;
    // A tree of values; which one is known at run time.
    const wanted = { nodes: probes.map(({ value }) => value), params: args[0] as Value };
    const { nodes: dNodes, params } = gradient(after, wanted, { allowUnused: true });
    return { loss: before, values: found.map(valueIn), dNodes, params };
  };
  // Messages name the parameters of the loss.
  Object.defineProperties(look, {
    toString: { value: () => String(loss) },
    length: { value: loss.length },
    name: { value: loss.name },
  });
  const run = compile(look, options);
  const call = (...args: { readonly [K in keyof A]: Tensors<A[K]> }): Flow => {
    const found = run(...args) as Seen;
    const [params, dParams] = [flatten(args[0]), flatten(found.params)];
    return {
      loss: found.loss.data[0]!,
      nodes: nodes
        .get(typesOf(args))!
        .map((node, i) => nodeOf(node, found.values[i]!, found.dNodes[i]!, bins)),
      parameters: params.map(({ path, leaf }, i) =>
        valueOf(path || "params", leaf as Tensor, dParams[i]!.leaf as Tensor, bins),
      ),
    };
  };
  return Object.assign(call, { dispose: () => run.dispose() });
}

/** What is computed: values and gradients of the nodes, and gradients of the parameters as a tree. */
interface Looked {
  readonly loss: Value;
  readonly values: readonly Value[];
  readonly dNodes: readonly Value[];
  readonly params: unknown;
}

interface Seen {
  readonly loss: Tensor;
  readonly values: readonly Tensor[];
  readonly dNodes: readonly Tensor[];
  readonly params: unknown;
}

/** A labelled value: its first label, and which of the values of that label it is. */
interface Node {
  readonly name: string;
  readonly label: string;
  readonly use: number;
  readonly depth: number;
}

/** What has a gradient. */
const isFloat = ({ type }: Value): boolean => type.dtype === "f32" || type.dtype === "f64";

/** One graph is made for each tuple of types, and the labels may differ from one to the next. */
const typesOf = (trees: unknown): string =>
  flatten(trees)
    .map(({ leaf }) => formatType((leaf as Value | Tensor).type))
    .join(" ");

/** Labels that several values have are numbered. `watch` gives the values of a label in the same order. */
function nameAll(probes: readonly Probe[]): readonly Node[] {
  const label = ({ labels }: Probe): string => labels[0]!;
  return probes.map((probe, i) => {
    const same = probes.filter(({ labels }) => labels.includes(label(probe)));
    const use = same.indexOf(probes[i]!);
    const name = same.length > 1 ? `${label(probe)}[${use}]` : label(probe);
    return { name, label: label(probe), use, depth: probe.depth };
  });
}

const valueOf = (name: string, x: Tensor, dx: Tensor, bins: number): FlowValue => ({
  name,
  norm: norm(x.data),
  gradientNorm: norm(dx.data),
  histogram: histogramOf(x.data, bins),
  gradientHistogram: histogramOf(dx.data, bins),
});

function nodeOf({ name, depth }: Node, x: Tensor, dx: Tensor, bins: number): FlowNode {
  const steps = x.shape.slice(0, depth).reduce((a, b) => a * b, 1);
  const [norms, gradientNorms] = [normsOfParts(x.data, steps), normsOfParts(dx.data, steps)];
  return { ...valueOf(name, x, dx, bins), norms, gradientNorms };
}
