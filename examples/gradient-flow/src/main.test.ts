import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tensor } from "@unroll/core";
import { addingProblem } from "@unroll/data";
import { init } from "@unroll/layers";
import { expect, test } from "vitest";
import { patience, run } from "../../run.ts";
import { descend, surface } from "./cliff.ts";
import { gradientNorms, spectra } from "./flow.ts";
import { networkOf, subjects } from "./model.ts";

const main = new URL("main.ts", import.meta.url);

test("one unit's gradient and Jacobians are the products of its slopes", () => {
  const subject = subjects.rnn(1);
  const network = networkOf(subject, 1);
  const params = init(network.spec, 3);
  const { x, y } = addingProblem({ length: 12, batch: 1, seed: 1 }).at(0);
  const { wx, wh, b } = params.cell as Readonly<Record<"wx" | "wh" | "b", Tensor>>;
  const [u, v] = [wx.data[0]!, wx.data[1]!];
  const hs: number[] = [];
  for (let t = 0; t < 12; t++) {
    const z = u * x.data[2 * t]! + v * x.data[2 * t + 1]! + wh.data[0]! * (hs[t - 1] ?? 0) + b.data[0]!;
    hs.push(Math.tanh(z));
  }
  // dh_T/dh_t: from the last step backwards.
  const slopes = hs.map((h) => (1 - h * h) * wh.data[0]!);
  const along = hs.map((_, t) => slopes.slice(t + 1).reduce((product, slope) => product * slope, 1));
  const out = params.answer.w.data[0]!;
  const error = 2 * (out * hs[11]! + params.answer.b!.data[0]! - y.data[0]!);

  // Each is a product of at most 12 factors in f32, and tanh is within 5 units of the last place.
  const within = (actual: number, wanted: number): void =>
    expect(Math.abs(actual - Math.abs(wanted))).toBeLessThanOrEqual(2e-5 * Math.abs(wanted));
  gradientNorms(network, params, { x, y }, 1).forEach((norm, t) => within(norm, error * out * along[t]!));
  spectra(subject, network, params, x, 1).forEach(({ largest, middle, smallest }, t) => {
    within(largest, along[t]!);
    expect([middle, smallest]).toEqual([largest, largest]);
  });
});

test("the surface is the error of the unit after fifty steps", () => {
  const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
  const errorAt = (w: number, b: number): number => {
    let h = 0.5;
    for (let t = 0; t < 50; t++) h = w * sigmoid(h) + b;
    return (sigmoid(h) - 0.7) ** 2;
  };
  const { errors } = surface({ w: [2, 8], b: [-5, 0], resolution: 4 });
  const wanted = [-5, -5 + 5 / 3, -5 + 10 / 3, 0].flatMap((b) => [2, 4, 6, 8].map((w) => errorAt(w, b)));
  errors.forEach((error, i) => expect(error).toBeCloseTo(wanted[i]!, 4));
});

test("a clipped step is no longer than the rate times the clip; the others fall off the picture", () => {
  const start = { w: 5.6, b: -2.45 };
  const lengths = (path: readonly { readonly w: number; readonly b: number }[]): number[] =>
    path.slice(1).map(({ w, b }, i) => Math.hypot(w - path[i]!.w, b - path[i]!.b));
  const clipped = lengths(descend(start, { rate: 0.6, count: 60, clip: 0.1 }));
  expect(Math.max(...clipped)).toBeLessThanOrEqual(0.06 * (1 + 1e-6));
  expect(Math.max(...lengths(descend(start, { rate: 0.6, count: 60 })))).toBeGreaterThan(0.3);
});

test(
  "the program measures every cell before and after, and draws three pictures",
  { timeout: patience },
  () => {
    const out = mkdtempSync(join(tmpdir(), "unroll-gradient-flow-"));
    const words = ["--cells", "rnn,lstm", "--length", "12", "--hidden", "6", "--steps", "20", "--out", out];
    const { status, stdout, stderr } = run(main, words);
    expect(stderr).toBe("");
    expect(status).toBe(0);
    for (const name of ["rnn", "lstm"])
      for (const when of ["at start", "trained"])
        expect(stdout).toMatch(new RegExp(`^${name} +${when}( +\\d\\.\\de[-+]\\d+){3}$`, "m"));
    const picture = (name: string): string => readFileSync(join(out, name), "utf8");
    // A curve for each cell in each of two panels.
    expect(curves(picture("norms.svg"))).toBe(4);
    expect(curves(picture("jacobians.svg"))).toBeGreaterThanOrEqual(4);
    expect(picture("cliff.svg")).toContain("clipped at 0.1");
    rmSync(out, { recursive: true });
  },
);

/** Paths with a stroke and no fill of their own, of as many points as there are steps. */
const curves = (svg: string): number =>
  [...svg.matchAll(/<path [^>]*?d="(M[^"]+)"/g)].filter(([, d]) => d!.split(/[ML]/).length - 1 === 12).length;

test.each([
  [["--cells", "gated"], /^--cells: there is no gated\. There are rnn, /],
  [["--length", "1.5"], /^--length 1.5: it must be a whole number above 0\./],
  [["--size", "4"], /Unknown option '--size'/],
])("%s is answered with the usage", { timeout: patience }, (words, message) => {
  const { status, stderr } = run(main, words);
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
  expect(stderr).toContain("main.ts [options]");
});
