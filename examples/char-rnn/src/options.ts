/** Every option of char-rnn: what it means, which texts are legal, and what it is when nobody says. */

/** Options that make no sense. */
export class OptionError extends Error {
  override readonly name = "OptionError";
}

/** One option. */
export interface Option<T> {
  /** Throws: OptionError. */
  read(text: string, flag: string): T;
  readonly standard: T;
  readonly help: string;
}

export type Options = Readonly<Record<string, Option<unknown>>>;

/** What a group of options says. */
export type Said<G extends Options> = { readonly [K in keyof G]: G[K] extends Option<infer T> ? T : never };

/** What the model is and how it reads. A checkpoint fixes it. */
export const shape = {
  cell: option(oneOf("lstm", "gru", "rnn"), "lstm", "lstm, gru or rnn"),
  layers: option(count(1), 1, "cells, one above the other"),
  size: option(count(1), 128, "units of each"),
  embedding: option(count(1), 32, "numbers that stand for a character"),
  batch: option(count(1), 64, "places of the text that are read side by side"),
  length: option(count(1), 25, "characters between two updates: how far back a gradient reaches"),
  heldOut: option(
    number((n) => n > 0 && n < 1, "between 0 and 1"),
    0.05,
    "share of the text, at its end, that is not trained on",
  ),
  seed: option(count(0), 1, "of the first weights"),
} satisfies Options;

/** How training goes on. `resume` may say something else. */
export const pace = {
  data: option(
    words,
    undefined,
    "text file, or folder of them; default: the declarations of TypeScript's library",
  ),
  seconds: option(
    number((n) => n > 0, "above 0"),
    undefined,
    "how long to train; 60 unless --steps says when to stop",
  ),
  steps: option(count(1), undefined, "stop after so many, those before a resume included"),
  learningRate: option(
    number((n) => n > 0, "above 0"),
    0.005,
    "of Adam",
  ),
  checkpointEvery: option(count(1), 100, "steps from one checkpoint to the next"),
} satisfies Options;

/** How text is written. */
export const writing = {
  prime: option(words, undefined, "what the text begins with"),
  characters: option(count(0), 400, "how many to write"),
  temperature: option(
    // Logits over a smaller temperature would overflow in f32.
    number((n) => n === 0 || n >= 0.01, "that is 0 or from 0.01 on"),
    0.7,
    "1: by the model's odds; 0: always the likeliest",
  ),
  sampleSeed: option(count(0), 1, "of the draws"),
} satisfies Options;

/** What texts say, with the defaults for those that are missing. Throws: OptionError. */
export function readOptions<G extends Options>(group: G, texts: Texts): Said<G> {
  const said = Object.entries(group).map(([name, { read, standard }]) => {
    const text = texts[name];
    return [name, text === undefined ? standard : read(text, flagOf(name))];
  });
  return Object.fromEntries(said) as Said<G>;
}

/** Options as texts, by name: what a command line gives and a checkpoint keeps. */
export type Texts = Readonly<Record<string, string | undefined>>;

/** The texts that `readOptions` reads back. */
export const textsOf = (said: Readonly<Record<string, unknown>>): Texts =>
  Object.fromEntries(
    Object.entries(said).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );

/** `learningRate` is written `--learning-rate`. */
export const flagOf = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function option<T, S extends T | undefined>(
  read: Option<T>["read"],
  standard: S,
  help: string,
): Option<T | S> {
  return { read, standard, help };
}

function words(text: string): string {
  return text;
}

function oneOf<const N extends string>(...names: readonly N[]): Option<N>["read"] {
  return (text, flag) =>
    names.find((name) => name === text) ?? refuse(flag, text, `none of ${names.join(", ")}`);
}

function count(least: number): Option<number>["read"] {
  return (text, flag) => {
    const n = /^\d+$/.test(text) ? Number(text) : NaN;
    return Number.isSafeInteger(n) && n >= least ? n : refuse(flag, text, `no whole number from ${least} on`);
  };
}

function number(isLegal: (n: number) => boolean, range: string): Option<number>["read"] {
  return (text, flag) => {
    const n = text.trim() === "" ? NaN : Number(text);
    return Number.isFinite(n) && isLegal(n) ? n : refuse(flag, text, `no number ${range}`);
  };
}

function refuse(flag: string, text: string, what: string): never {
  throw new OptionError(`${flag}: ${JSON.stringify(text)} is ${what}.`);
}
