/** What an option is: which texts are legal, what they mean, and what holds when nobody says. */

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
  /** Whether it is given by its flag alone, without a text. */
  readonly isSwitch: boolean;
}

export type Options = Readonly<Record<string, Option<unknown>>>;

/** What a group of options says. */
export type Said<G extends Options> = { readonly [K in keyof G]: G[K] extends Option<infer T> ? T : never };

/** Options as texts, by name: what a command line gives and a checkpoint keeps. */
export type Texts = Readonly<Record<string, string | undefined>>;

/** What texts say, with the defaults for those that are missing. Throws: OptionError. */
export function readOptions<G extends Options>(group: G, texts: Texts): Said<G> {
  const said = Object.entries(group).map(([name, { read, standard }]) => {
    const text = texts[name];
    return [name, text === undefined ? standard : read(text, flagOf(name))];
  });
  return Object.fromEntries(said) as Said<G>;
}

/** The texts that `readOptions` reads back. */
export const textsOf = (said: Readonly<Record<string, unknown>>): Texts =>
  Object.fromEntries(
    Object.entries(said).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );

/** `learningRate` is written `--learning-rate`. */
export const flagOf = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

export function option<T, S extends T | undefined>(
  read: Option<T>["read"],
  standard: S,
  help: string,
): Option<T | S> {
  return { read, standard, help, isSwitch: false };
}

/** An option that is on or off, off when nobody says. */
export const onOff = (help: string): Option<boolean> => ({
  read: (text, flag) =>
    text === "true" || (text === "false" ? false : refuse(flag, text, "neither true nor false")),
  standard: false,
  help,
  isSwitch: true,
});

export function words(text: string): string {
  return text;
}

export function oneOf<const N extends string>(names: readonly N[]): Option<N>["read"] {
  return (text, flag) =>
    names.find((name) => name === text) ?? refuse(flag, text, `none of ${names.join(", ")}`);
}

export function count(least: number): Option<number>["read"] {
  return (text, flag) => {
    const n = /^\d+$/.test(text) ? Number(text) : NaN;
    return Number.isSafeInteger(n) && n >= least ? n : refuse(flag, text, `no whole number from ${least} on`);
  };
}

/** Counts with commas between them. */
export function counts(least: number): Option<readonly number[]>["read"] {
  return (text, flag) => text.split(",").map((one) => count(least)(one, flag));
}

export function number(isLegal: (n: number) => boolean, range: string): Option<number>["read"] {
  return (text, flag) => {
    const n = text.trim() === "" ? NaN : Number(text);
    return Number.isFinite(n) && isLegal(n) ? n : refuse(flag, text, `no number ${range}`);
  };
}

export const positive: Option<number>["read"] = number((n) => n > 0, "above 0");

export const rate: Option<number>["read"] = number((n) => n >= 0 && n < 1, "from 0 on and below 1");

function refuse(flag: string, text: string, what: string): never {
  throw new OptionError(`${flag}: ${JSON.stringify(text)} is ${what}.`);
}
