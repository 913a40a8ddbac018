import { recall, type Recall, type RecallOptions } from "./recall.ts";

/**
 * Noiseless memorization: a pattern of symbols, blanks, and from the first step at which it is to be repeated, where a
 * delimiter stands, the pattern again. Five bits unless `items` and `alphabet` say otherwise; ten symbols of five are
 * the form of "20 bits". A batch depends on its position and the options alone.
 *
 * It differs from `copyMemory` in the delimiter, which comes with the first answer and not before it.
 *
 * The baseline is the cross-entropy, in nats per step, of a model without memory: `items` log(`alphabet`) over the
 * number of steps.
 *
 * Shapes: x and y are i32[delay + 2 items, B]. Symbols are 0 to alphabet - 1, the blank is next, the delimiter last.
 * Throws: DataError when an option is out of its range.
 * Source: Martens and Sutskever, Learning Recurrent Neural Networks with Hessian-Free Optimization, 2011; with
 * the delimiter where Pascanu, Mikolov and Bengio, On the difficulty of training Recurrent Neural Networks, 2013, put
 * it.
 */
export function noiselessMemorization(options: RecallOptions): Recall {
  const { items = 5, alphabet = 2, delay } = options;
  return recall("noiselessMemorization", { ...options, items, alphabet }, items + delay);
}
