/** What tables get to, which know nothing but the last step: a network has to do better. */
import { keys, lowest, type Song } from "./piano-roll.ts";

/**
 * Nats per step of a model in which every key sounds by itself, as often as in the training songs.
 *
 * `order` 1 knows whether the key sounded at the step before. Counts begin at one half, so that nothing is impossible.
 */
export function tableLoss(train: readonly Song[], test: readonly Song[], order: 0 | 1): number {
  const counts = new Float64Array(2 * 2 * keys).fill(0.5);
  const at = (key: number, before: boolean, now: boolean): number =>
    (key * 2 + Number(order === 1 && before)) * 2 + Number(now);
  visit(train, (key, before, now) => (counts[at(key, before, now)]! += 1));
  let [total, steps] = [0, 0];
  for (const song of test) steps += Math.max(0, song.length - 1);
  visit(test, (key, before, now) => {
    const all = counts[at(key, before, false)]! + counts[at(key, before, true)]!;
    total -= Math.log(counts[at(key, before, now)]! / all);
  });
  return total / steps;
}

/** Every key at every step but the first. */
function visit(songs: readonly Song[], f: (key: number, before: boolean, now: boolean) => void): void {
  for (const song of songs)
    for (let t = 1; t < song.length; t++)
      for (let key = 0; key < keys; key++)
        f(key, song[t - 1]!.includes(key + lowest), song[t]!.includes(key + lowest));
}
