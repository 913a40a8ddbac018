/** Chorales for those who have no file: four voices that follow simple rules of harmony, drawn from a seed. */
import { hostRandom, type Random } from "@unroll/core";
import type { Music, Song } from "./piano-roll.ts";

/** Semitones of the major scale above its tonic. */
const scale = [0, 2, 4, 5, 7, 9, 11] as const;

/** What may follow a chord, by its degree: what tonal music does most. */
const successors: readonly (readonly number[])[] = [
  [3, 4, 5, 1],
  [4, 4, 6],
  [5, 3],
  [4, 0, 1],
  [0, 0, 5],
  [1, 3],
  [0],
];

/**
 * Chorales of 24 to 48 steps in a key of their own; every chord lasts two steps, and the voices take those
 * of its notes that lie near to where they were.
 */
export function generatedMusic(seed: number): Music {
  const songs = (name: string, count: number): readonly Song[] =>
    Array.from({ length: count }, (_, i) => chorale(hostRandom(seed, `chorale ${name} ${i}`)));
  return { train: songs("train", 120), valid: songs("valid", 30), test: songs("test", 30) };
}

function chorale(random: Random): Song {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random.uniform() * items.length)]!;
  const tonic = 48 + Math.floor(random.uniform() * 12);
  const chords = 12 + Math.floor(random.uniform() * 13);
  let degree = 0;
  const homes = [tonic, tonic + 7, tonic + 16, tonic + 24];
  let voices: readonly number[] = homes;
  const song: number[][] = [];
  for (let i = 0; i < chords; i++) {
    const classes = [0, 2, 4].map((third) => (tonic + scale[(degree + third) % 7]!) % 12);
    voices = voices.map((voice, v) => {
      // Drawn to where it began, or it would wander off the piano.
      const near = Math.round((2 * voice + homes[v]!) / 3);
      return nearest(near, v === 0 ? [classes[0]!] : classes);
    });
    const chord = [...new Set(voices)].sort((a, b) => a - b);
    song.push(chord, chord);
    degree = i === chords - 2 ? 0 : pick(successors[degree]!);
  }
  return song;
}

/** The note of one of these pitch classes that is nearest to another note. */
function nearest(note: number, classes: readonly number[]): number {
  const distances = Array.from({ length: 13 }, (_, i) => (i % 2 === 0 ? -i / 2 : (i + 1) / 2));
  return note + distances.find((distance) => classes.includes((note + distance) % 12))!;
}
