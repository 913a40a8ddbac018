import type { Profile, ProfiledStatement } from "@unroll/core";

/** A stretch of a run: the whole of it, a loop, or a call. */
export interface Bar {
  readonly name: string;
  /** `contract`, `map`, ..., for calls of kernels; `loop`, `host`, and `run` for all of it. */
  readonly kind: string;
  /** Milliseconds from the beginning of the run. */
  readonly from: number;
  readonly to: number;
  /** In how many others it lies. */
  readonly depth: number;
  /** All that is known, for whoever looks closer. */
  readonly facts: Readonly<Record<string, string | number>>;
}

/**
 * A profile laid out in time, each statement after the one before it. What a loop does in all of its turns stands
 * together: a call that is made fifty times is one bar.
 */
export function barsOf({ engine, statements, sumMs, repetitions }: Profile): readonly Bar[] {
  const bars: Bar[] = [
    { name: `run on ${engine}`, kind: "run", from: 0, to: sumMs, depth: 0, facts: { repetitions } },
  ];
  const place = (list: readonly ProfiledStatement[], start: number, depth: number): void => {
    let from = start;
    for (const statement of list) {
      const to = from + statement.ms;
      bars.push({ ...described(statement), from, to, depth });
      if (statement.kind === "loop") place(statement.body, from, depth + 1);
      from = to;
    }
  };
  place(statements, 0, 1);
  return bars;
}

function described(statement: ProfiledStatement): Pick<Bar, "name" | "kind" | "facts"> {
  const { source, text } = statement.origin;
  const origin = { op: text, ...(source !== undefined && { line: source }) };
  if (statement.kind === "loop") {
    const { turns, loop } = statement;
    return {
      name: `${statement.origin.op} of ${turns} steps`,
      kind: "loop",
      facts: { ...origin, loop, turns },
    };
  }
  const { form, what, writes, calls, cost, number } = statement;
  return {
    name: `${form ?? "host"} ${writes.join(", ")}`,
    kind: form ?? "host",
    facts: {
      ...origin,
      what,
      calls,
      ...(number !== undefined && { number }),
      ...(cost && {
        operations: 2 * cost.multiplyAdds + cost.operations,
        bytes: cost.bytesRead + cost.bytesWritten,
      }),
    },
  };
}
