import { leaves } from "./spec.ts";

/**
 * Name values for messages, drawings and `watch`. Returns its argument.
 *
 * Names stand beside the graph: they change no result, and cost nothing when nobody watches. A name may be used more
 * than once, as stacked layers do.
 *
 *     const { i, f } = label({ i: sigmoid(zi), f: sigmoid(zf) });
 */
export function label<T>(names: T): T {
  for (const { path, leaf } of leaves(names)) if (path) leaf.name(path);
  return names;
}
