/** What is shown of training: one line that changes on a terminal, one every few seconds elsewhere. */
import type { Entry } from "./log.ts";

export interface Progress {
  show(entry: Entry): void;
  /** Show the last entry, unless it has been, and end the line. */
  end(): void;
}

/** Milliseconds between two lines. */
const pause = { terminal: 100, elsewhere: 5000 };

/** How much of the loss shown is that of the steps before. A single batch says little. */
const smoothing = 0.95;

export function progressOn(out: NodeJS.WriteStream, charactersPerStep: number): Progress {
  const start = performance.now();
  let steps = 0;
  let smooth: number | undefined;
  let last: Entry | undefined;
  let shown: { readonly entry: Entry; readonly at: number } | undefined;
  const print = (): void => {
    if (!last || last === shown?.entry) return;
    shown = { entry: last, at: performance.now() };
    const seconds = (performance.now() - start) / 1000;
    const speed = Math.round((steps * charactersPerStep) / seconds);
    const columns = [
      `step ${last.step}`,
      `epoch ${last.epoch.toFixed(3)}`,
      `loss ${smooth!.toFixed(3)} nats/char`,
      `${speed.toLocaleString("en")} char/s`,
      `${seconds.toFixed(0)} s`,
    ];
    // On a terminal the line begins where the one before did, and erases what is left of it.
    const line = columns.join("   ");
    out.write(out.isTTY ? `\r${line}\x1b[K` : `${line}\n`);
  };
  return {
    show(entry) {
      steps++;
      smooth = smooth === undefined ? entry.loss : smoothing * smooth + (1 - smoothing) * entry.loss;
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
