/** Music as the keys of a piano that sound at each step, and the file that it comes in. */
import { readFileSync } from "node:fs";
import { FormatError, fromArray, type Tensor } from "@unroll/core";

/** The keys that sound at every step, as MIDI numbers from 21 to 108. */
export type Song = readonly (readonly number[])[];

export interface Music {
  readonly train: readonly Song[];
  readonly valid: readonly Song[];
  readonly test: readonly Song[];
}

/** The keys of a piano: MIDI 21, an A, to 108, a C. */
export const lowest = 21;
export const keys = 88;

/**
 * Read piano rolls in the form in which the JSB chorales are published: a JSON object of "train", "valid" and "test",
 * each a list of songs, each a list of steps, each a list of MIDI numbers.
 *
 * Throws: FormatError naming the first thing that is not as it should be, and its place.
 *
 * Source: Boulanger-Lewandowski, Bengio and Vincent, Modeling Temporal Dependencies in High-Dimensional Sequences,
 * 2012, for the form and the split.
 */
export function readMusic(file: string): Music {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new FormatError(`readMusic: ${file}: ${(error as Error).message}`);
  }
  const part = (name: keyof Music): readonly Song[] => {
    const songs = (content as Readonly<Record<string, unknown>> | null)?.[name];
    const place = `${file}: ${name}`;
    return list(songs, place).map((song, i) =>
      list(song, `${place}[${i}]`).map((step, t) =>
        list(step, `${place}[${i}][${t}]`).map((key) => checked(key, `${place}[${i}][${t}]`)),
      ),
    );
  };
  return { train: part("train"), valid: part("valid"), test: part("test") };
}

function list(x: unknown, place: string): readonly unknown[] {
  if (Array.isArray(x)) return x;
  throw new FormatError(
    `readMusic: ${place} is ${x === undefined ? "missing" : typeof x}, not a list.`,
    'The form is {"train": [[[60, 64], ...], ...], "valid": ..., "test": ...}, in MIDI numbers.',
  );
}

function checked(key: unknown, place: string): number {
  if (Number.isInteger(key) && (key as number) >= lowest && (key as number) < lowest + keys)
    return key as number;
  throw new FormatError(`readMusic: ${place}: ${String(key)} is no key of a piano, which are 21 to 108.`);
}

/** Songs of any lengths as one batch, behind whose ends there is silence. */
export interface Rolls {
  /** f32 [T, B, 88], 1 where a key sounds. */
  readonly roll: Tensor;
  /** i32 [B], steps of each song. */
  readonly lengths: Tensor;
}

/** The songs side by side, T steps long; `length` is at least that of the longest. */
export function rollsOf(songs: readonly Song[], length: number): Rolls {
  const batch = songs.length;
  const roll = new Float32Array(length * batch * keys);
  songs.forEach((song, b) =>
    song.forEach((step, t) => {
      for (const key of step) roll[(t * batch + b) * keys + key - lowest] = 1;
    }),
  );
  return {
    roll: fromArray({ dtype: "f32", shape: [length, batch, keys] }, roll),
    lengths: fromArray(
      { dtype: "i32", shape: [batch] },
      Int32Array.from(songs, (song) => song.length),
    ),
  };
}

/** A song as text: a line for each key that sounds in it, the highest on top, and a column for each step. */
export function drawSong(song: Song): string {
  const sounding = song.flat();
  if (sounding.length === 0) return "(silence)";
  const [low, high] = [Math.min(...sounding), Math.max(...sounding)];
  return Array.from({ length: high - low + 1 }, (_, i) => high - i)
    .map((key) => `${nameOf(key)} ${song.map((step) => (step.includes(key) ? "#" : ".")).join("")}`)
    .join("\n");
}

const nameOf = (key: number): string =>
  `${["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"][key % 12]!}${Math.floor(key / 12) - 1}`.padEnd(
    4,
  );
