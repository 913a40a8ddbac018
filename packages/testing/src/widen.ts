import { cast, fromArray, Tensor, type Graph } from "@unroll/core";
import { copyGraph } from "./copy-graph.ts";

/**
 * The same graph in f64: every f32 in it, and in the bodies of its scans, becomes f64.
 *
 * What a graph computes in f32 on one engine can so be compared with what it should have computed. A derivative is
 * taken before widening: rules like that of `customGradient` may mention values from outside of the graph.
 *
 *     const exact = widen(graph(inputs, outputs));
 */
export const widen = (closed: Graph): Graph =>
  copyGraph(closed, {
    attribute: (x) => (x === "f32" ? "f64" : x instanceof Tensor ? widenTensor(x) : x),
    // An op may give f32 whatever it is given; its result is exact then, as random bits are.
    result: (y) => (y.type.dtype === "f32" ? cast(y, "f64") : y),
  });

/** The same numbers in f64; a tensor of another dtype than f32 stays as it is. */
export function widenTensor(x: Tensor): Tensor {
  if (x.type.dtype !== "f32") return x;
  return fromArray({ dtype: "f64", shape: x.shape }, Float64Array.from(x.data));
}

/** The same graph in f32: every f64 in it, and in the bodies of its scans, becomes f32. */
export const narrow = (closed: Graph): Graph =>
  copyGraph(closed, {
    attribute: (x) => (x === "f64" ? "f32" : x instanceof Tensor ? narrowTensor(x) : x),
    result: (y) => (y.type.dtype === "f64" ? cast(y, "f32") : y),
  });

/** The same numbers, rounded to f32; a tensor of another dtype than f64 stays as it is. */
export function narrowTensor(x: Tensor): Tensor {
  if (x.type.dtype !== "f64") return x;
  return fromArray({ dtype: "f32", shape: x.shape }, Float32Array.from(x.data));
}
