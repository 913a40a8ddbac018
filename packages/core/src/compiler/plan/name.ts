import type { Value } from "../../graph/node.ts";

/** What a buffer for a value is called: an output of a loop that has no label by what the body calls it. */
export const nameOf = (x: Value, inside?: Value): string => x.label ?? inside?.label ?? x.node.op.name;
