import fc from "fast-check";
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

test("a trace has beginnings and ends in microseconds, in the order of time", () => {
  const { traceEvents, displayTimeUnit } = traceOf(small);
  expect(displayTimeUnit).toBe("ms");
  expect(traceEvents.slice(0, 2).map(({ ph, name, args }) => [ph, name, args["name"]])).toEqual([
    ["M", "process_name", "unroll"],
    ["M", "thread_name", "wasm"],
  ]);
  expect(traceEvents.slice(2).map(({ ph, cat, ts }) => [ph, cat, ts])).toEqual([
    ["B", "run", 0],
    ["B", "map", 0],
    ["E", "map", 1000],
    ["B", "loop", 1000],
    ["B", "contract", 1000],
    ["E", "contract", 5000],
    ["B", "map", 5000],
    ["E", "map", 8000],
    ["E", "loop", 8000],
    ["B", "map", 8000],
    ["E", "map", 10000],
    ["E", "run", 10000],
  ]);
});

test("every event of a trace has the fields that the format demands", () => {
  for (const { name, cat, ph, ts, pid, tid, args } of traceOf(small).traceEvents) {
    expect([typeof name, typeof cat, typeof args]).toEqual(["string", "string", "object"]);
    expect(["B", "E", "M"]).toContain(ph);
    expect(Number.isFinite(ts) && Number.isInteger(pid) && Number.isInteger(tid)).toBe(true);
  }
});

/** A slice as a viewer finds it: an end belongs to what began last, and is kept as a duration. */
interface Slice {
  readonly name: string;
  readonly depth: number;
  readonly ts: number;
  readonly dur: number;
}

function slicesOf(events: readonly TraceEvent[]): readonly Slice[] {
  const slices: Slice[] = [];
  const open: number[] = [];
  let before = 0;
  for (const { ph, name, ts } of events) {
    expect(ts).toBeGreaterThanOrEqual(before);
    before = ts;
    if (ph === "B") open.push(slices.push({ name, depth: open.length, ts, dur: 0 }) - 1);
    if (ph === "E") {
      const at = open.pop()!;
      expect(slices[at]!.name).toBe(name);
      slices[at] = { ...slices[at]!, dur: ts - slices[at]!.ts };
    }
  }
  expect(open).toEqual([]);
  return slices;
}

/** Two slices lie apart, or the deeper one within the other, to the last bit: viewers lose others. */
function expectNested(slices: readonly Slice[]): void {
  const end = ({ ts, dur }: Slice): number => ts + dur;
  slices.forEach((a, i) => {
    expect(a.dur).toBeGreaterThan(0);
    for (const b of slices.slice(i + 1))
      expect(end(a) <= b.ts || (a.depth < b.depth && end(b) <= end(a)), `${a.name}, ${b.name}`).toBe(true);
  });
}

test("ends and beginnings of a trace are the same to the bit, and nothing takes no time, whatever was measured", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 5, noNaN: true }), { minLength: 3 }), (times) => {
      const [first = 0, second = 0, ...others] = times;
      const body = [call("contract", first), call("map", second)];
      const loop = { kind: "loop", loop: 0, turns: 5, origin, ms: second + first, body } as const;
      const statements = [loop, ...others.map((ms) => call("map", ms))];
      const sumMs = statements.reduce((sum, { ms }) => ms + sum, 0);
      const slices = slicesOf(traceOf(new Profile({ ...small, statements, sumMs })).traceEvents);
      expectNested(slices);
      expect(slices).toHaveLength(statements.length + 3);
      // A call is off by half of a 1024th of a microsecond, or by a whole one where it took no time.
      expect(Math.abs(slices[0]!.dur - 1000 * sumMs)).toBeLessThanOrEqual((times.length + 1) / 1024);
    }),
  );
});

test("the profile of a training step is a trace and a picture", () => {
  const profile = profiled();
  const { traceEvents } = JSON.parse(JSON.stringify(traceOf(profile))) as {
    traceEvents: readonly TraceEvent[];
  };
  const slices = slicesOf(traceEvents);
  expectNested(slices);
  expect(slices.map(({ name, depth }) => [name, depth])).toEqual(
    barsOf(profile).map(({ name, depth }) => [name, depth]),
  );
  const loops = traceEvents.filter(({ ph, cat }) => ph === "B" && cat === "loop");
  expect(loops.map(({ name }) => name)).toEqual(["scan of 6 steps", "scan of 6 steps"]);
  expect(drawFlameChart(profile)).toContain("scan of 6 steps");
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
