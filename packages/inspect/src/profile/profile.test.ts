import { Profile, type ProfiledStatement } from "@unroll/core";
import { expect, test } from "vitest";
import { profiled } from "../../test/models.ts";
import { drawFlameChart, traceOf, type TraceEvent } from "../index.ts";
import { barsOf } from "./bars.ts";

const origin = { node: 1, op: "scan", text: "scan: h f32[2]", source: "model.ts:7" };
const call = (form: "map" | "contract", ms: number): ProfiledStatement => ({
  kind: "call",
  number: 1,
  kernel: 0,
  form,
  what: `${form} [2]`,
  writes: ["h"],
  origin,
  calls: 5,
  ms,
  cost: { multiplyAdds: 3, operations: 4, bytesRead: 8, bytesWritten: 16 },
});
const small = new Profile({
  engine: "wasm",
  threads: 1,
  repetitions: 5,
  wholeMs: 9,
  sumMs: 10,
  overheadMs: 0,
  peak: {},
  statements: [
    call("map", 1),
    { kind: "loop", loop: 0, turns: 5, origin, ms: 7, body: [call("contract", 4), call("map", 3)] },
    call("map", 2),
  ],
});

test("statements stand one after another in time, those of a loop inside of it", () => {
  expect(barsOf(small).map(({ kind, from, to, depth }) => [kind, from, to, depth])).toEqual([
    ["run", 0, 10, 0],
    ["map", 0, 1, 1],
    ["loop", 1, 8, 1],
    ["contract", 1, 5, 2],
    ["map", 5, 8, 2],
    ["map", 8, 10, 1],
  ]);
  expect(barsOf(small)[3]!.facts).toEqual({
    op: "scan: h f32[2]",
    line: "model.ts:7",
    what: "contract [2]",
    calls: 5,
    number: 1,
    operations: 10,
    bytes: 24,
  });
});

test("a trace has complete events in microseconds, which nest as viewers demand", () => {
  const { traceEvents, displayTimeUnit } = traceOf(small);
  expect(displayTimeUnit).toBe("ms");
  expect(traceEvents.filter(({ ph }) => ph === "M").map(({ name, args }) => [name, args["name"]])).toEqual([
    ["process_name", "unroll"],
    ["thread_name", "wasm"],
  ]);
  const loop = traceEvents.find(({ cat }) => cat === "loop")!;
  expect([loop.ph, loop.ts, loop.dur]).toEqual(["X", 1000, 7000]);
  expectNested(traceEvents);
});

/** Two events of a thread lie apart, or one within the other. */
function expectNested(events: readonly TraceEvent[]): void {
  const complete = events.filter(({ ph }) => ph === "X");
  const end = ({ ts, dur }: TraceEvent): number => ts + dur!;
  // A sum of times may be off in its last digits.
  const slack = 1e-9 * Math.max(...complete.map(end));
  for (const a of complete)
    for (const b of complete) {
      const apart = end(a) <= b.ts + slack || end(b) <= a.ts + slack;
      const within = (inner: TraceEvent, outer: TraceEvent): boolean =>
        inner.ts >= outer.ts - slack && end(inner) <= end(outer) + slack;
      expect(apart || within(a, b) || within(b, a)).toBe(true);
    }
}

test("the profile of a training step is a trace and a picture", () => {
  const profile = profiled();
  const trace = JSON.parse(JSON.stringify(traceOf(profile))) as { traceEvents: readonly TraceEvent[] };
  expectNested(trace.traceEvents);
  const loops = trace.traceEvents.filter(({ cat }) => cat === "loop");
  expect(loops.map(({ name }) => name)).toEqual(["scan of 6 steps", "scan of 6 steps"]);
  const total = trace.traceEvents.find(({ cat }) => cat === "run")!.dur!;
  expect(total / 1000 / profile.sumMs).toBeCloseTo(1, 12);
});

test("a flame chart has a rectangle for each bar, with its name where there is room and its figures on hover", () => {
  const svg = drawFlameChart(small, { width: 400 });
  expect(svg.match(/<rect /g)).toHaveLength(6);
  const widths = [...svg.matchAll(/<rect [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
  // 352 pixels for 10 ms, less one between two.
  [352, 35.2, 246.4, 140.8, 105.6, 70.4].forEach((width, i) => expect(widths[i]! + 1).toBeCloseTo(width, 6));
  expect(svg).toContain(">scan of 5 steps<");
  expect(svg).toContain("7.00 ms\nop: scan: h f32[2]\nline: model.ts:7");
  // 35 pixels have no room for the name of the first call, 70 for that of the last.
  expect(svg.match(/>map h</g)).toHaveLength(2);
  expect(svg).not.toContain("NaN");
});
