import type { Value } from "../../graph/node.ts";

/** What a buffer for a value is called. */
export const nameOf = (x: Value): string => x.label ?? x.node.op.name;
