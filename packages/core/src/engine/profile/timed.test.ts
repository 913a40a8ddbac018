import { expect, test } from "vitest";
import { descend, sequence, start } from "../../../test/descent.ts";
import { graph, input, reference, type Engine, type Program } from "../../index.ts";
import { callsOf, type Statement } from "../../ir/program.ts";
import { wasm } from "../wasm/index.ts";

const program = (engine: Engine): Program => {
  const [w, xs] = [input(start().w.type, "w"), input(sequence.type, "xs")];
  const [next, { loss }] = descend({ w }, xs);
  return engine.plan(graph([w, xs], [next.w, loss]), { checks: "none" });
};

/** The calls of one run by their places, in the order in which they are made. */
function order(statements: readonly Statement[], places: readonly Statement[]): readonly number[] {
  return statements.flatMap((s) => {
    if (s.kind !== "loop") return [places.indexOf(s)];
    return Array.from({ length: s.length }, () => order(s.body, places)).flat();
  });
}

test.each(Object.entries({ wasm, reference }))(
  "on the %s engine, what passes between two looks at the clock belongs to the call between them",
  (_, make) => {
    const engine = make();
    const planned = program(engine);
    // The clock goes faster and faster: 0, 1, 4, 9, ... So no two intervals are equal.
    const looks: number[] = [];
    const clock = (): number => looks.push(looks.length ** 2) && looks.at(-1)!;
    const { calls, whole } = engine.load(planned).timed!(clock).run([start().w, sequence]);
    const expected = callsOf(planned.statements).map(() => 0);
    const made = order(planned.statements, callsOf(planned.statements));
    made.forEach((place, i) => (expected[place]! += looks[i + 1]! - looks[i]!));
    expect(calls).toEqual(expected);
    // One look before all calls, one after each, and two around the run without marks.
    expect(looks).toHaveLength(1 + made.length + 2);
    expect(whole).toBe(looks.at(-1)! - looks.at(-2)!);
    expect(made.length).toBeGreaterThan(calls.length);
  },
);
