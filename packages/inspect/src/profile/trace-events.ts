import type { Profile } from "@unroll/core";
import { barsOf } from "./bars.ts";

/** One event of a trace. Times are in microseconds. */
export interface TraceEvent {
  readonly name: string;
  readonly cat: string;
  /** `X`, an event with a beginning and a duration, or `M`, a name of a process or thread. */
  readonly ph: "X" | "M";
  readonly ts: number;
  readonly dur?: number;
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
 * A profile in the Trace Event format, which the viewers of Chrome (chrome://tracing) and of Perfetto open.
 *
 * All turns of a loop stand together, as in the profile: a call that is made fifty times is one event.
 *
 *     writeFileSync("step.json", JSON.stringify(traceOf(trainer.profile(batch))));
 *
 * Source: Trace Event Format, Google, 2016.
 */
export function traceOf(profile: Profile): Trace {
  const [pid, tid] = [1, 1];
  const meta = (name: string, value: string): TraceEvent => ({
    name,
    cat: "__metadata",
    ph: "M",
    ts: 0,
    pid,
    tid,
    args: { name: value },
  });
  const events = barsOf(profile).map(({ name, kind, from, to, facts }): TraceEvent => ({
    name,
    cat: kind,
    ph: "X",
    ts: 1000 * from,
    dur: 1000 * (to - from),
    pid,
    tid,
    args: facts,
  }));
  return {
    traceEvents: [meta("process_name", "unroll"), meta("thread_name", profile.engine), ...events],
    displayTimeUnit: "ms",
  };
}
