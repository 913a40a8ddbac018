/** Writing: one symbol at a time, each drawn by the odds that the model gives it after all those before. */
import {
  argmax,
  categorical,
  compile,
  div,
  fork,
  randomKey,
  tensor,
  type Tensors,
  type Value,
} from "@unroll/core";
import type { Vocabulary } from "@unroll/data";
import type { Carry, Model, Params } from "./model.ts";

export interface WritingOptions {
  /** What the text begins with. Undefined: a new line, which is not written. */
  readonly prime: string | undefined;
  readonly characters: number;
  /** What logits are divided by; 0 takes the likeliest symbol. */
  readonly temperature: number;
  readonly sampleSeed: number;
}

interface Writing {
  readonly carry: Carry;
  /** i32 [1, 1]: the symbol written last. */
  readonly token: Value;
  readonly key: Value;
}

/** The text, piece by piece, the prime text first. It is well-formed whatever the model draws. */
export function* write(
  model: Model,
  params: Tensors<Params>,
  vocabulary: Vocabulary,
  { prime, characters, temperature, sampleSeed }: WritingOptions,
): Generator<string, void> {
  const step = compile((weights: Params, { carry, token, key }: Writing) => {
    const [next, use] = fork(key, 2);
    const [remembered, logits] = model.read(weights, carry, token);
    const drawn =
      temperature === 0 ? argmax(logits, { axis: -1 }) : categorical(use, div(logits, temperature));
    return { carry: remembered, token: drawn, key: next };
  });
  const begin = known(vocabulary, prime ?? "\n").ids;
  let state = { carry: model.start(1), token: symbol(0), key: randomKey(sampleSeed) };
  // A model that knows nothing of the prime text begins after its first symbol.
  for (const id of begin.length > 0 ? begin : [0]) state = step(params, { ...state, token: symbol(id) });

  const decoder = vocabulary.decoder();
  if (prime !== undefined) for (const id of begin) yield decoder.push(id);
  for (let i = 0; i < characters; i++) {
    yield decoder.push(state.token.data[0]!);
    state = step(params, state);
  }
  yield decoder.end();
  step.dispose();
}

const symbol = (id: number) => tensor([[id]], { dtype: "i32" });

/** The symbols of a text that the vocabulary has, and those that it lacks. */
export function known(
  vocabulary: Vocabulary,
  text: string,
): { readonly ids: Int32Array; readonly missing: readonly string[] } {
  const encode = (part: string): Int32Array => vocabulary.encode(part, { unknown: "skip" });
  return {
    ids: encode(text),
    missing: [...new Set(text)].filter((character) => encode(character).length === 0),
  };
}
