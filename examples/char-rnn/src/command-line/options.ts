/** Every option of char-rnn, in groups. */
import { cellNames } from "../model/cells.ts";
import { initNames } from "../model/first-weights.ts";
import { dropoutKinds } from "../model/layer.ts";
import { engineNames } from "../run/engine.ts";
import { optimizerNames } from "../train/optimizers.ts";
import { scheduleNames } from "../train/schedules.ts";
import {
  count,
  counts,
  number,
  onOff,
  oneOf,
  option,
  positive,
  rate,
  words,
  type Options,
} from "./option.ts";

const share = number((n) => n >= 0 && n < 1, "from 0 on and below 1");

/** What the model is and how it reads. A checkpoint fixes it. */
export const shape = {
  cell: option(oneOf(cellNames), "lstm", `one of ${cellNames.join(", ")}`),
  layers: option(count(1), 1, "cells, one above the other"),
  size: option(count(1), 128, "units of each"),
  embedding: option(count(0), 32, "numbers that stand for a symbol; 0: one-hot"),
  tied: onOff("decode with the table of the embedding, which must have as many numbers as there are units"),
  layerNorm: onOff("normalise what every cell has made its new state of"),
  dropout: option(rate, 0, "share of units that is dropped above every layer"),
  dropoutKind: option(
    oneOf(dropoutKinds),
    "plain",
    "plain: others at each step, above the layers; locked: there, the same all along; variational: of the states too",
  ),
  zoneout: option(rate, 0, "share of units that keep their old state for a step"),
  init: option(
    oneOf(initNames),
    "uniform",
    "first weights, uniform: by the units of each layer; glorot: by what each weight is fed by and feeds",
  ),
  initRange: option(positive, undefined, "uniform from minus this to this instead"),
  optimizer: option(oneOf(optimizerNames), "adam", `one of ${optimizerNames.join(", ")}`),
  momentum: option(rate, undefined, "of sgd (0), nesterov (0.9) and rmsprop (0)"),
  tokens: option(
    oneOf(["characters", "bytes", "words"]),
    "characters",
    "characters (code points), bytes or words",
  ),
  wordLimit: option(count(2), 10_000, "with --tokens words: so many are known, the commonest"),
  documents: option(
    oneOf(["none", "line", "file"]),
    "none",
    "what begins a new text, of which no cell remembers the one before: none, line or file",
  ),
  batch: option(count(1), 64, "places of the text that are read side by side"),
  length: option(count(1), 25, "symbols between two updates: how far back a gradient reaches"),
  heldOut: option(
    number((n) => n > 0 && n < 1, "between 0 and 1"),
    0.05,
    "share of the text, at its end, that is not trained on but validated with",
  ),
  test: option(share, 0, "share of the text, behind what is held out, that is kept for `eval --split test`"),
  seed: option(count(0), 1, "of the first weights, and of what is dropped"),
} satisfies Options;

/** How training goes on. `resume` may say something else. */
export const pace = {
  data: option(
    words,
    undefined,
    "text file, or folder of them; default: the declarations of TypeScript's library",
  ),
  engine: option(
    oneOf(engineNames),
    "auto",
    "what computes: native (a C compiler is needed), wasm, or auto: native where it can be had",
  ),
  threads: option(count(1), undefined, "that compute at once, at most; default: the cores, 4 at most"),
  seconds: option(positive, undefined, "how long to train; 60 unless --steps or --epochs says when to stop"),
  steps: option(count(1), undefined, "stop after so many, those before a resume included"),
  epochs: option(positive, undefined, "stop after so many passes over the text"),
  learningRate: option(positive, 0.005, "of the optimiser"),
  schedule: option(oneOf(scheduleNames), "constant", `of the rate, one of ${scheduleNames.join(", ")}`),
  decay: option(
    positive,
    undefined,
    "what the rate is multiplied by: exponential (0.97), step and plateau (0.5); inverse-time (1): what is added",
  ),
  decayEvery: option(
    positive,
    undefined,
    "epochs from one fall to the next (1; step: 5), and of the first restart",
  ),
  decayAfter: option(
    count(1),
    undefined,
    "exponential (1): the epoch that is the last at the full rate; plateau (2): validations that may fail",
  ),
  warmUp: option(count(0), 0, "steps in which the rate rises from 0"),
  rmspropDecay: option(rate, undefined, "of rmsprop's mean of squares (0.95)"),
  weightDecay: option(share, 0, "penalty on weights; past the averages of adamw and lamb"),
  clip: option(
    number((n) => n >= 0, "from 0 on"),
    5,
    "limit of gradients; 0: none",
  ),
  clipBy: option(oneOf(["value", "norm"]), "value", "what the limit is for: every number, or their norm"),
  checkpointEvery: option(count(1), 100, "steps from one checkpoint to the next"),
  validateEvery: option(
    count(1),
    undefined,
    "steps from one validation to the next; default: at the end only",
  ),
  validateOn: option(count(1), 20_000, "symbols of the text held out that are read for it, at most"),
  patience: option(count(1), undefined, "stop after so many validations that were not the best"),
  sampleEvery: option(count(1), undefined, "steps from one sample to the next while it learns"),
  sampleAt: option(counts(1), undefined, "the steps after which a sample is written, such as 100,300,700"),
  retries: option(
    count(0),
    0,
    "times to go back to the last checkpoint, at half the rate, when the loss explodes",
  ),
} satisfies Options;

/** How text is written. */
export const writing = {
  prime: option(words, undefined, "what the text begins with"),
  characters: option(count(0), 400, "how many symbols to write"),
  temperature: option(
    // Logits over a smaller temperature would overflow in f32.
    number((n) => n === 0 || n >= 0.01, "that is 0 or from 0.01 on"),
    0.7,
    "1: by the model's odds; 0: always the likeliest",
  ),
  topK: option(count(1), undefined, "draw from the so many likeliest only"),
  topP: option(
    number((n) => n > 0 && n <= 1, "above 0 and up to 1"),
    undefined,
    "draw from the likeliest that have this share of the odds together",
  ),
  sampleSeed: option(count(0), 1, "of the draws"),
} satisfies Options;

/** What else `sample` can do. */
export const sampling = {
  stop: option(words, undefined, "end behind this text; \\n stands for a new line"),
  endless: onOff("write until somebody interrupts, one document after another"),
  streams: option(count(1), 1, "texts to write, each with draws of its own"),
  beam: option(count(1), undefined, "do not draw, but search for the likeliest text among so many at a time"),
  lengthPenalty: option(
    number((n) => n >= 0, "from 0 on"),
    0,
    "with --beam: how much longer texts are favoured; 0: not at all",
  ),
} satisfies Options;

/** Which of a run's two checkpoints. */
export const choosing = {
  checkpoint: option(oneOf(["last", "best"]), "last", "the last one, or the best by validation"),
} satisfies Options;

/** What `eval` judges. */
export const judging = {
  split: option(oneOf(["train", "validation", "test"]), "validation", "part of the run's text"),
  text: option(words, undefined, "another text: a file, or a folder of them"),
  rows: option(count(1), undefined, "places that are read side by side; default: as for validation"),
  dynamic: option(
    positive,
    undefined,
    "learn from every piece after it was judged, with this rate (dynamic evaluation)",
  ),
} satisfies Options;

/** What `novelty` compares with the text that was trained on. */
export const comparing = {
  text: option(words, undefined, "a text file to compare; default: what the model writes"),
  longest: option(count(1), 50, "of the substrings that are looked for"),
} satisfies Options;

/** What `neurons` draws. */
export const looking = {
  split: judging.split,
  text: judging.text,
  symbols: option(count(50), 2000, "how many of the text are shown"),
  rankOn: option(count(50), 10_000, "how many the cells are ranked on"),
  neuron: option(words, undefined, "also this cell: LAYER.STATE.UNIT, such as 1.c.17"),
  page: option(words, "neurons.html", "where the page goes"),
} satisfies Options;
