import {
  categorical,
  evaluate,
  fork,
  randomKey,
  stateful,
  tensor,
  type Value,
  type Values,
} from "@unroll/core";
import { init, initialState } from "@unroll/layers";
import type { Workload } from "../workload.ts";
import { charRnn } from "./char-rnn.ts";

/** Writing with temperature 1: one stream, one call for every character, and each of them is read. */
export const sampling = (symbols: number, size: number): Workload => ({
  about: `sampling from char-rnn, 2 x LSTM(${size}), one character a call`,
  characters: 1,
  prepare(options) {
    const model = charRnn(symbols, size);
    interface Writing {
      readonly params: Values<typeof model.spec>;
      readonly carry: Values<typeof model.carry>;
      /** i32 [1, 1]: the symbol written last. */
      readonly token: Value;
      readonly key: Value;
    }
    const step = ({ params, carry, token, key }: Writing, _: undefined) => {
      const [next, use] = fork(key, 2);
      const [remembered, logits] = model.read(params, carry, token);
      const drawn = categorical(use, logits);
      return [{ params, carry: remembered, token: drawn, key: next }, { drawn }] as const;
    };
    const carry = evaluate(initialState(model.carry, { batch: 1, dtype: "f32" }));
    const token = tensor([[0]], { dtype: "i32" });
    const writer = stateful(step, { params: init(model.spec, 1), carry, token, key: randomKey(1) }, options);
    let character = NaN;
    return {
      step() {
        character = writer.step(undefined).drawn.data[0]!;
      },
      result: () => character,
      profile: (how) => writer.profile(undefined, how),
      dispose: () => writer.dispose(),
    };
  },
});
