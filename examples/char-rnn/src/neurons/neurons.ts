/** From a model and a text to the page of its cells. */
import type { Tensors } from "@unroll/core";
import type { Vocabulary } from "@unroll/data";
import { OptionError } from "../command-line/option.ts";
import type { Model, Params } from "../model/model.ts";
import { pageOf, type ShownCell } from "./page.ts";
import { predicatesOf } from "./predicates.ts";
import { rank } from "./rank.ts";
import { record } from "./record.ts";

export interface NeuronsOptions {
  readonly title: string;
  /** How many symbols are shown, and on how many the cells are ranked. */
  readonly symbols: number;
  readonly rankOn: number;
  /** A cell that is wanted whatever it tells. */
  readonly neuron: string | undefined;
}

/** Cells that are named for each predicate. */
const best = 5;

/** The page. Throws: OptionError when there is no such cell. */
export function neuronsPage(
  model: Model,
  params: Tensors<Params>,
  vocabulary: Vocabulary,
  ids: Int32Array,
  { title, symbols, rankOn, neuron }: NeuronsOptions,
): string {
  const recording = record(model, params, ids.slice(0, Math.max(symbols, rankOn)));
  const symbol = symbolOf(vocabulary);
  const text = Array.from(recording.ids, symbol);
  const ranked = Math.min(rankOn, text.length);
  const activations = recording.activations.map((row) => row.subarray(0, ranked));
  const ranking = predicatesOf(text.slice(0, ranked)).map((predicate) => ({
    predicate: predicate.name,
    best: rank(predicate, activations)
      .slice(0, best)
      .map((entry) => ({ ...entry, name: recording.names[entry.cell]! })),
  }));
  const reasons = new Map<string, string>();
  if (neuron !== undefined) reasons.set(checked(neuron, recording.names), "asked for");
  for (const { predicate, best: first } of ranking)
    for (const { name, score } of first)
      if (!reasons.has(name)) reasons.set(name, `${predicate}, ${score.toFixed(3)}`);
  const cells = [...reasons].map(([name, why]): ShownCell => {
    const row = recording.activations[recording.names.indexOf(name)]!.subarray(0, symbols);
    return { name, why, values: squashed(name, row) };
  });
  return pageOf({ title, text: text.slice(0, symbols), cells, ranking, recording, symbol });
}

function checked(neuron: string, names: readonly string[]): string {
  if (names.includes(neuron)) return neuron;
  const [first, last] = [names[0], names.at(-1)];
  throw new OptionError(`--neuron: there is no ${neuron}. Cells are called ${first} to ${last}.`);
}

/** Between -1 and 1: what an LSTM's memory is when it is let out, and others by the largest number they hold. */
function squashed(name: string, values: Float32Array): readonly number[] {
  if (name.split(".").includes("c")) return Array.from(values, Math.tanh);
  const largest = values.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
  return Array.from(values, (x) => x / largest);
}

/** How a symbol is shown: bytes that are part of a character by their number. */
function symbolOf(vocabulary: Vocabulary): (id: number) => string {
  const json = vocabulary.toJSON();
  if (json.kind !== "bytes") return (id) => vocabulary.decode([id]);
  return (id) => {
    const byte = json.symbols[id]!;
    return byte < 0x80 ? String.fromCharCode(byte) : byte.toString(16);
  };
}
