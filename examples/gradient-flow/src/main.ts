/** Where does the gradient go? Its norm and its Jacobians, step by step through time, and the cliff that it meets. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addingProblem } from "@unroll/data";
import { fromArray, type Tensor } from "@unroll/core";
import { descend, surface } from "./cliff.ts";
import { readFlags, usage, UsageError, type Flags } from "./command-line.ts";
import { gradientNorms, spectra } from "./flow.ts";
import { networkOf, subjects, train, type SubjectName } from "./model.ts";
import { cliffSvg, normsSvg, spectraSvg, type Measured } from "./pictures.ts";

/** Sequences over which norms are averaged, and in a training step. */
const batch = 50;

/** A network before its training and after. */
function measure(name: SubjectName, { length, hidden, steps, rate, seed }: Flags): readonly Measured[] {
  const subject = subjects[name](hidden, length);
  const network = networkOf(subject, hidden);
  const problem = addingProblem({ length, batch, seed });
  const training = Array.from({ length: steps }, (_, i) => problem.at(i));
  const { before, after } = train(network, training, { learningRate: rate, seed });
  const unseen = addingProblem({ length, batch, seed: seed + 1 }).at(0);
  const alone = sequenceOf(unseen.x, 0);
  return [["at start", before] as const, ["trained", after] as const].map(([when, params]) => ({
    name,
    when,
    norms: gradientNorms(network, params, unseen, hidden),
    spectra: spectra(subject, network, params, alone, hidden),
  }));
}

/** One sequence of a batch: [T, B, I] -> [T, 1, I]. */
function sequenceOf(x: Tensor, index: number): Tensor {
  const [length, count, inputs] = x.shape as [number, number, number];
  const numbers = Array.from({ length: length * inputs }, (_, i) => {
    const t = Math.floor(i / inputs);
    return x.data[(t * count + index) * inputs + (i % inputs)]!;
  });
  return fromArray({ dtype: "f32", shape: [length, 1, inputs] }, Float32Array.from(numbers));
}

/**
 * How much of the gradient at the last step is left at the first, and the largest singular value over the whole way.
 */
function rowOf({ name, when, norms, spectra: along }: Measured): string {
  const left = norms[0]! / norms.at(-1)!;
  return [
    name.padEnd(15),
    when.padEnd(9),
    left.toExponential(1).padStart(10),
    along[0]!.largest.toExponential(1).padStart(10),
    along[0]!.middle.toExponential(1).padStart(10),
  ].join(" ");
}

function run(flags: Flags): void {
  console.log(`${"".padEnd(25)}  |dL/dh_1|  dh_T/dh_1: singular values`);
  console.log(`${"".padEnd(25)} /|dL/dh_T|    largest     middle`);
  const measured = flags.cells.flatMap((name) => {
    const both = measure(name, flags);
    for (const one of both) console.log(rowOf(one));
    return both;
  });
  mkdirSync(flags.out, { recursive: true });
  const pictures = {
    "norms.svg": normsSvg(measured),
    "jacobians.svg": spectraSvg(measured),
    "cliff.svg": cliff(),
  };
  for (const [name, svg] of Object.entries(pictures)) writeFileSync(join(flags.out, name), svg);
  console.log(`\nPictures: ${Object.keys(pictures).join(", ")} in ${flags.out}`);
}

/** Gradient descent towards the cliff of the one-unit network, from one start, without clipping and with it. */
function cliff(): string {
  const start = { w: 5.6, b: -2.45 };
  const descent = { rate: 0.6, count: 60 };
  return cliffSvg(surface({ w: [4, 6.5], b: [-3.2, -1.6], resolution: 81 }), [
    { name: "gradient descent: at the cliff it is thrown far away", points: descend(start, descent) },
    {
      name: "the same, the norm of the gradient clipped at 0.1",
      points: descend(start, { ...descent, clip: 0.1 }),
    },
  ]);
}

try {
  run(readFlags(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
