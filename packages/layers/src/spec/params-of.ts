import { TreeError, type ParamSpec } from "@unroll/core";
import { extend, partName } from "./specs.ts";

/** The tree `M` with the parameters of every cell and layer in its place. */
export type ParamsOf<M> = M extends ParamSpec
  ? M
  : M extends { readonly params: infer P }
    ? P
    : M extends string | number | boolean | null | ((...args: never[]) => unknown)
      ? never
      : { readonly [K in keyof M]: ParamsOf<M[K]> };

/**
 * The specs of all parameters of a model, a tree of cells, layers and specs.
 *
 * Throws: TreeError naming what is none of these.
 *
 *     const model = { embed: embedding(65, 64), rnn: lstm(64, 128), decode: linear(128, 65) };
 *     const params = init(paramsOf(model), 1); // params.rnn.wx is f32[64, 512]
 */
export function paramsOf<const M>(parts: M): ParamsOf<M> {
  return collect(parts, "") as ParamsOf<M>;
}

function collect(part: unknown, path: string): unknown {
  if (part === undefined) return undefined;
  if (typeof part !== "object" || part === null) throw notAPart(path, String(part));
  if ("params" in part) return part.params;
  if ("~leaf" in part) {
    if (part["~leaf"] === "param") return part;
    throw notAPart(path, `a ${String(part["~leaf"])}`);
  }
  const kind = partName(part);
  if (kind) throw notAPart(path, `a ${kind} without params`);
  if (Array.isArray(part)) return part.map((child, i) => collect(child, extend(path, i)));
  const children = Object.entries(part);
  return Object.fromEntries(children.map(([key, child]) => [key, collect(child, extend(path, key))]));
}

const notAPart = (path: string, what: string): TreeError =>
  new TreeError(
    `paramsOf: ${path || "the model"} is ${what}.`,
    "A model is a tree of cells, layers and parameters' specs.",
  );
