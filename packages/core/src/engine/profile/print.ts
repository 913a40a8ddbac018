import { bytesOf, operationsOf } from "../../ir/cost.ts";
import { table, type Column } from "../table.ts";
import type { Profile, ProfiledCall, ProfiledStatement } from "./profile.ts";

/** As wide as a terminal is asked to be. */
const width = 160;

const figures: readonly Column[] = ["calls", "ms", "share", "Gop/s", "of peak", "GB/s"].map((head) => ({
  head,
  side: "right",
}));

export function printProfile(profile: Profile): string {
  const { engine, repetitions, wholeMs, threads, sumMs, overheadMs, peak } = profile;
  const calls = callsIn(profile.statements);
  const peaks = Object.entries(peak).map(([dtype, rate]) => `${rate.toFixed(1)} Gop/s in ${dtype}`);
  return [
    `profile: ${repetitions} repetitions on ${engine}, of which the fastest quarter counts`,
    `  a run       ${ms(wholeMs)} ms${threads > 1 ? `, on ${threads} threads` : ""}`,
    `  its calls   ${ms(sumMs)} ms, each timed by itself${threads > 1 ? " on one" : ""}, less ${(1000 * overheadMs).toFixed(3)} us a call for the clock`,
    ...(peaks.length > 0 ? [`  the peak    ${peaks.join(", ")}, by a loop of multiply-adds in between`] : []),
    "",
    ...byForm(profile, calls),
    "",
    ...byTime(profile, calls),
  ].join("\n");
}

/** All calls, those of loops among them. */
const callsIn = (statements: readonly ProfiledStatement[]): readonly ProfiledCall[] =>
  statements.flatMap((statement) => (statement.kind === "loop" ? callsIn(statement.body) : [statement]));

/** A line for every form of kernel. */
function byForm(profile: Profile, calls: readonly ProfiledCall[]): string[] {
  const forms = Map.groupBy(calls, formOf);
  const rows = [...forms]
    .map(([form, group]) => ({ form, group, time: timeOf(group) }))
    .toSorted((a, b) => b.time - a.time);
  return table(
    [{ head: "form", side: "left" }, ...figures],
    rows.map(({ form, group }) => [form, ...figuresOf(group, profile)]),
  );
}

/** A line for every call, slowest first. */
function byTime(profile: Profile, calls: readonly ProfiledCall[]): string[] {
  const rows = calls.toSorted((a, b) => b.ms - a.ms);
  const hasLines = calls.some(({ origin }) => origin.source !== undefined);
  const line: Column = { head: "line", side: "left" };
  return table(
    [{ head: "#", side: "right" }, ...figures, ...(hasLines ? [line] : []), { head: "what", side: "left" }],
    rows.map((call) => [
      call.number === undefined ? "" : String(call.number),
      ...figuresOf([call], profile),
      ...(hasLines ? [call.origin.source ?? ""] : []),
      `${call.what} -> ${call.writes.join(", ")}    # ${call.origin.text}`,
    ]),
    width,
  );
}

/** Copies and fills are maps that compute nothing. */
const formOf = ({ kind, what, form }: ProfiledCall): string =>
  kind === "host" ? what : form === "map" ? what.split(" ")[0]! : form!;

const timeOf = (calls: readonly ProfiledCall[]): number => calls.reduce((sum, call) => sum + call.ms, 0);

/** What stands under `figures`. */
function figuresOf(calls: readonly ProfiledCall[], { sumMs, peak }: Profile): string[] {
  const time = timeOf(calls);
  const operations = sumOf(calls, ({ cost }) => (cost ? operationsOf(cost) : 0));
  const bytes = sumOf(calls, ({ cost }) => (cost ? bytesOf(cost) : 0));
  // What the operations would take at the peak, in milliseconds.
  const atPeak = sumOf(calls, ({ cost, dtype }) =>
    cost && dtype ? operationsOf(cost) / (1e6 * (peak[dtype] ?? NaN)) : 0,
  );
  return [
    String(sumOf(calls, ({ calls: n }) => n)),
    ms(time),
    percent(time / sumMs),
    rate(operations, time),
    operations > 0 && atPeak > 0 && time > 0 ? percent(atPeak / time) : "",
    rate(bytes, time),
  ];
}

const sumOf = (calls: readonly ProfiledCall[], of: (call: ProfiledCall) => number): number =>
  calls.reduce((sum, call) => sum + of(call), 0);

/** Three digits of what takes more than a microsecond. */
const ms = (time: number): string => time.toFixed(time < 0.1 ? 4 : time < 10 ? 3 : 2);

const percent = (share: number): string => (Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : "");

/** Billions per second. */
const rate = (amount: number, time: number): string =>
  amount > 0 && time > 0 ? (amount / (1e6 * time)).toFixed(1) : "";
