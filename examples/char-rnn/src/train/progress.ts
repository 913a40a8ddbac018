/** What is shown of training: one line that changes on a terminal, one every few seconds elsewhere. */
import type { Entry } from "./log.ts";

export interface Progress {
  show(entry: Entry): void;
  /** Show the last entry, unless it has been, and end the line. */
  end(): void;
}

export interface ProgressOptions {
  readonly symbolsPerStep: number;
  /** What a symbol is called. */
  readonly unit: string;
  /** The last step, and the seconds that training may take; infinite when there is no such limit. */
  readonly steps: number;
  readonly seconds: number;
}

/** Milliseconds between two lines. */
const pause = { terminal: 100, elsewhere: 5000 };

/** How much of the loss shown is that of the steps before. A single batch says little. */
const smoothing = 0.95;

export function progressOn(out: NodeJS.WriteStream, options: ProgressOptions): Progress {
  const start = performance.now();
  let steps = 0;
  let smooth: number | undefined;
  let validation: number | undefined;
  let last: Entry | undefined;
  let shown: { readonly entry: Entry; readonly at: number } | undefined;
  const print = (): void => {
    if (!last || last === shown?.entry) return;
    shown = { entry: last, at: performance.now() };
    const seconds = (performance.now() - start) / 1000;
    // On a terminal the line begins where the one before did, and erases what is left of it.
    const seen = { loss: smooth!, validation, steps, seconds };
    const line = lineOf(last, seen, options, out.isTTY ? out.columns : Infinity);
    out.write(out.isTTY ? `\r${line}\x1b[K` : `${line}\n`);
  };
  return {
    show(entry) {
      steps++;
      smooth = smooth === undefined ? entry.loss : smoothing * smooth + (1 - smoothing) * entry.loss;
      validation = entry.validation ?? validation;
      last = entry;
      const since = shown ? performance.now() - shown.at : Infinity;
      if (since >= (out.isTTY ? pause.terminal : pause.elsewhere)) print();
    },
    end() {
      print();
      if (out.isTTY && last) out.write("\n");
    },
  };
}

/** What has been seen so far. */
interface Seen {
  readonly loss: number;
  readonly validation: number | undefined;
  readonly steps: number;
  readonly seconds: number;
}

/** One line of progress. Where it does not fit, the norms are left out, and then what stands at its end. */
export function lineOf(
  entry: Entry,
  { loss, validation, steps, seconds }: Seen,
  options: ProgressOptions,
  width = Infinity,
): string {
  const { unit, symbolsPerStep } = options;
  const speed = Math.round((steps * symbolsPerStep) / seconds);
  const left = Math.min(options.seconds - seconds, ((options.steps - entry.step) * seconds) / steps);
  const norms = `norms ${entry.gradientNorm.toPrecision(3)} / ${entry.parameterNorm.toPrecision(3)}`;
  const columns = [
    `step ${entry.step}`,
    `epoch ${entry.epoch.toFixed(3)}`,
    `loss ${loss.toFixed(3)} nats/${unit}, ${(loss / Math.LN2).toFixed(3)} bits`,
    ...(validation === undefined ? [] : [`held out ${validation.toFixed(3)}`]),
    norms,
    `${speed.toLocaleString("en")} ${unit}/s`,
    `${seconds.toFixed(0)} s`,
    ...(Number.isFinite(left) ? [`${Math.max(0, left).toFixed(0)} s left`] : []),
  ];
  const line = columns.join("   ");
  if (line.length < width) return line;
  return columns
    .filter((column) => column !== norms)
    .join("   ")
    .slice(0, Math.max(0, width - 1));
}
