import type { Node, Value } from "./node.ts";
import { callSite } from "./source.ts";

/** What a function makes while it is called: what there is to see when it throws half way. */
export interface Recording {
  readonly nodes: Node[];
  /** The values that messages have named since the last node was made: after an error, its operands. */
  named: Value[];
  /** The line that named them, when sources are captured. */
  source: string | undefined;
}

let current: Recording | undefined;

/** Call `f` and write down what it makes. */
export function record<T>(into: Recording, f: () => T): T {
  const before = current;
  current = into;
  try {
    return f();
  } finally {
    current = before;
  }
}

export function recordNode(node: Node): void {
  if (!current) return;
  current.nodes.push(node);
  current.named = [];
}

export function recordNamed(value: Value): void {
  if (!current) return;
  current.named.push(value);
  current.source = callSite();
}
