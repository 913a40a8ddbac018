/** How good a model is at text that it was never trained on. */
import { scorerOf, type Model } from "./model.ts";
import type { Run } from "./run.ts";

/** So many characters give a fair impression, and take a few seconds. */
const enough = 20_000;

/** Nats per character on the held-out text, or on the beginnings of its rows when it is long. */
export function validate({ model, trainer, text }: Run): number {
  const score = scorerOf(model);
  let carry: ReturnType<Model["start"]> | undefined;
  let total = 0;
  let characters = 0;
  for (const batch of text.heldOut) {
    const [length, rows] = batch.x.shape as readonly [number, number];
    const scored = score(trainer.state.params, carry ?? model.start(rows), batch);
    carry = scored.carry;
    total += scored.loss.data[0]! * length * rows;
    characters += length * rows;
    if (characters >= enough) break;
  }
  score.dispose();
  return total / characters;
}
