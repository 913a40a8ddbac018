import { recall, type Recall, type RecallOptions } from "./recall.ts";

/**
 * The copying memory problem: the symbols to remember, blanks, a delimiter that asks for the answer, and blanks while
 * the symbols are to be repeated. Targets are blank before that. Ten symbols of eight unless `items` and `alphabet` say
 * otherwise. A batch depends on its position and the options alone.
 *
 * The baseline is the cross-entropy, in nats per step, of a model without memory, which knows when to answer but not
 * what: `items` log(`alphabet`) over the number of steps; 10 log(8) / (delay + 20) by default.
 *
 * Shapes: x and y are i32[delay + 2 items, B]. Symbols are 0 to alphabet - 1, the blank is next, the delimiter last.
 * Throws: DataError when an option is out of its range.
 * Source: Arjovsky, Shah and Bengio, Unitary Evolution Recurrent Neural Networks, 2016, "Copying memory problem"; after
 * Hochreiter and Schmidhuber, Long Short-Term Memory, 1997.
 */
export function copyMemory(options: RecallOptions): Recall {
  const { items = 10, alphabet = 8, delay } = options;
  return recall("copyMemory", { ...options, items, alphabet }, items + delay - 1);
}
