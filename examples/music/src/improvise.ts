/** Songs that a trained network makes up: at each step every key is drawn with the probability that it gives. */
import {
  cast,
  compile,
  evaluate,
  fork,
  fromArray,
  less,
  randomKey,
  randomUniform,
  sigmoid,
  type Tensor,
  type Value,
  type Values,
} from "@unroll/core";
import { initialState } from "@unroll/layers";
import type { MusicModel, MusicParams } from "./model.ts";
import { keys, lowest, type Song } from "./piano-roll.ts";

/** The opening, and so many steps that the network adds to it. */
export function improvise(
  { cell, parts, spec }: MusicModel,
  params: MusicParams,
  { opening, steps, seed }: { readonly opening: Song; readonly steps: number; readonly seed: number },
): Song {
  const listen = compile((p: Values<typeof spec>, state: Values<unknown>, sounding: Value, key: Value) => {
    const [kept, used] = fork(key, 2);
    const [next, y] = cell.step(p.cell, state, sounding);
    const likely = sigmoid(parts.keys.apply(p.keys, y));
    const drawn = less(randomUniform(used, likely.type), likely);
    return { state: next, key: kept, drawn: cast(drawn, "f32") };
  });
  const song = [...opening];
  let state: unknown = evaluate(initialState(cell.state, { batch: 1, dtype: "f32" }));
  let key = randomKey(seed);
  for (let t = 0; t < opening.length + steps - 1; t++) {
    const heard = listen(params, state as never, rowOf(song[t]!), key);
    ({ state, key } = heard);
    if (t >= opening.length - 1) song.push(soundingIn(heard.drawn));
  }
  listen.dispose();
  return song;
}

/** f32 [1, 88], 1 where a key sounds. */
function rowOf(step: readonly number[]): Tensor {
  const row = new Float32Array(keys);
  for (const key of step) row[key - lowest] = 1;
  return fromArray({ dtype: "f32", shape: [1, keys] }, row);
}

const soundingIn = ({ data }: Tensor): number[] =>
  Array.from(data).flatMap((on, i) => (on === 1 ? [i + lowest] : []));
