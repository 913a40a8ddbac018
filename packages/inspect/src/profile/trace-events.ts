import type { Profile } from "@unroll/core";
import { barsOf, type Bar } from "./bars.ts";

/** One event of a trace. */
export interface TraceEvent {
  readonly name: string;
  readonly cat: string;
  /** `B` and `E`, where something begins and where it ends, or `M`, a name of a process or thread. */
  readonly ph: "B" | "E" | "M";
  /** In microseconds. */
  readonly ts: number;
  readonly pid: number;
  readonly tid: number;
  readonly args: Readonly<Record<string, string | number>>;
}

/** A file in the Trace Event format. */
export interface Trace {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: "ms";
}

/**
 * A profile in the Trace Event format, which the viewers of Chrome (the Performance panel, chrome://tracing), Perfetto
 * and speedscope open.
 *
 * All turns of a loop stand together, as in the profile: a call that is made fifty times is one event.
 *
 *     writeFileSync("step.json", JSON.stringify(traceOf(trainer.profile(batch))));
 *
 * Source: Trace Event Format, Google, 2016.
 */
export function traceOf(profile: Profile): Trace {
  return {
    traceEvents: [
      event("M", "process_name", "__metadata", 0, { name: "unroll" }),
      event("M", "thread_name", "__metadata", 0, { name: profile.engine }),
      ...beginningsAndEnds(barsOf(profile)),
    ],
    displayTimeUnit: "ms",
  };
}

const event = (
  ph: TraceEvent["ph"],
  name: string,
  cat: string,
  ts: number,
  args: TraceEvent["args"] = {},
): TraceEvent => ({ name, cat, ph, ts, pid: 1, tid: 1, args });

/**
 * Beginnings and ends in the order of time, those of what lies within another between that one's.
 *
 * Time is counted in 1024ths of a microsecond, which binary fractions hold exactly, and what was too short for the
 * clock takes one of them. Viewers that take an end for a beginning plus a duration lose events, or nest what only
 * follows, where that is off by a last bit; some nest all that follows in an event that takes no time.
 */
function beginningsAndEnds(bars: readonly Bar[]): readonly TraceEvent[] {
  const events: TraceEvent[] = [];
  const open: Bar[] = [];
  let now = 0;
  const endAll = (depth: number): void => {
    for (const { name, kind } of open.splice(depth).reverse())
      events.push(event("E", name, kind, now / 1024));
  };
  bars.forEach((bar, i) => {
    const { name, kind, from, to, depth, facts } = bar;
    endAll(depth);
    events.push(event("B", name, kind, now / 1024, facts));
    open.push(bar);
    const isInnermost = (bars[i + 1]?.depth ?? 0) <= depth;
    if (isInnermost) now += Math.max(1, Math.round(1024 * 1000 * (to - from)));
  });
  endAll(0);
  return events;
}
