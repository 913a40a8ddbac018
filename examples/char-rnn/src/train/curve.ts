/** The curve of the loss, as a picture. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { plotLog } from "@unroll/plot";
import type { Entry } from "./log.ts";

/** More points than these are not seen. */
const points = 200;

/** A point of the curve: what training had since the point before, and what was held out then. */
export interface Point {
  readonly [column: string]: number;
}

/** The mean loss up to every validation; or, without any, of equally many steps each. */
export function pointsOf(entries: readonly Entry[]): readonly Point[] {
  const isValidated = entries.some(({ validation }) => validation !== undefined);
  const every = Math.max(1, Math.ceil(entries.length / points));
  const rows: Point[] = [];
  let since: number[] = [];
  entries.forEach(({ step, loss, validation }, i) => {
    since.push(loss);
    if (isValidated ? validation === undefined : (i + 1) % every > 0 && i + 1 < entries.length) return;
    const training = since.reduce((sum, x) => sum + x, 0) / since.length;
    rows.push({ step, training, ...(validation !== undefined && { "held out": validation }) });
    since = [];
  });
  return rows;
}

/** Draw what a log says into `loss.svg`, and say where that is. */
export function drawCurve(folder: string, entries: readonly Entry[], unit: string): string {
  const file = join(folder, "loss.svg");
  writeFileSync(file, plotLog(pointsOf(entries), { title: `nats per ${unit}` }));
  return file;
}
