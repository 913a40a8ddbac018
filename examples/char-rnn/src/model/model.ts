/** The model: a symbol becomes numbers, cells remember, and numbers become the odds of the next symbol. */
import { add, equal, evaluate, matmul, oneHot, transpose, type Value, type Values } from "@unroll/core";
import {
  embedding,
  initialState,
  linear,
  param,
  paramsOf,
  redraw,
  stackCells,
  uniform,
  unroll,
  zeros,
  type Cell,
  type EmbeddingParams,
} from "@unroll/layers";
import { OptionError } from "../command-line/option.ts";
import { cells, type CellName } from "./cells.ts";
import { weightsOfCells, weightsOfDecoder, type FirstWeightOptions } from "./first-weights.ts";
import { layerOf, maskedOutput, type LayerOptions } from "./layer.ts";
import { resettable } from "./resettable.ts";
import { tapped } from "./tapped.ts";

export interface ModelOptions extends LayerOptions, FirstWeightOptions {
  readonly cell: CellName;
  readonly layers: number;
  /** Numbers that stand for a symbol; 0 for one-hot. */
  readonly embedding: number;
  readonly tied: boolean;
}

export type Model = ReturnType<typeof charRnn>;
export type Params = Values<Model["spec"]>;
/** What the cells remember, with the batch in front. */
export type Carry = Values<Model["carry"]>;

/** What reading may depend on beside the text. */
export interface ReadOptions {
  /** For training: what is dropped is drawn from it. */
  readonly key?: Value | undefined;
}

/**
 * A model of texts of so many different symbols. One of them, `boundary`, may begin a document: whatever is
 * remembered when it is read is forgotten first.
 */
export function charRnn(options: ModelOptions, symbols: number, boundary?: number) {
  const parts = {
    embed: embeddingOf(options, symbols),
    rnn: stackOf(options, symbols),
    decode: decoderOf(options, symbols),
  };
  const spec = paramsOf(parts);
  const { rnn } = parts;
  type P = Values<typeof spec>;
  type S = Values<typeof rnn.state>;
  const along = runnerOf(parts, symbols, boundary);
  const decoded = ({ decode: { w, b }, embed }: P, hs: Value): Value =>
    add(matmul(hs, w ?? transpose(embed!.table)), b);
  return {
    spec,
    carry: rnn.state,
    /** Whether training draws. */
    isNoisy: options.dropout > 0 || options.zoneout > 0,
    /** What the cells remember of nothing, for so many texts side by side. */
    start: (batch: number) => evaluate(initialState(rnn.state, { batch, dtype: "f32" })),
    /** The same memory with other units dropped from now on. */
    redraw: (carry: S, key: Value): S => redraw(rnn.state, carry, key),
    /** What is remembered after reading x, i32 [T, B], and the logits of what follows each symbol, [T, B, V]. */
    read(params: P, carry: S, x: Value, { key }: ReadOptions = {}): readonly [S, Value] {
      const [next, hs] = along(rnn, params, carry, x, key);
      return [next, decoded(params, hs)];
    },
    /** The same, and what the cells remember after every symbol, [T, B, ...]. */
    readOpenly(params: P, carry: S, x: Value): readonly [S, Value, S] {
      const [next, { y, after }] = along(tapped(rnn), params, carry, x);
      return [next, decoded(params, y), after];
    },
  };
}

/** What a text goes through before it is decoded. */
interface Parts {
  readonly embed: ReturnType<typeof embeddingOf>;
  readonly rnn: ReturnType<typeof stackOf>;
}

/** How cells are run along a text: the stack itself, or one of the same parameters and states. */
function runnerOf({ embed, rnn }: Parts, symbols: number, boundary: number | undefined) {
  type P = Values<{ readonly embed: EmbeddingParams | undefined; readonly rnn: typeof rnn.params }>;
  type S = Values<typeof rnn.state>;
  return <Y>(
    cells: Cell<typeof rnn.params, typeof rnn.state, Value, Y>,
    params: P,
    carry: S,
    ids: Value,
    key?: Value,
  ): readonly [S, Y] => {
    const x = embed ? embed.apply(params.embed!, ids) : oneHot(ids, symbols, "f32");
    if (boundary === undefined) return unroll(cells, params.rnn, carry, x, { key });
    return unroll(resettable(cells), params.rnn, carry, { x, fresh: equal(ids, boundary) }, { key });
  };
}

/** Nothing for one-hot symbols. A table that also decodes is drawn as a decoder's weights are. */
function embeddingOf(options: ModelOptions, symbols: number) {
  const { embedding: size, tied, initRange } = options;
  if (size === 0) return undefined;
  if (tied)
    return embedding(symbols, size, { init: uniform(1 / Math.sqrt(size)), ...weightsOfDecoder(options) });
  return embedding(symbols, size, initRange === undefined ? {} : { init: uniform(initRange) });
}

function stackOf(options: ModelOptions, symbols: number): Cell<readonly unknown[], readonly unknown[]> {
  const { layers, size, dropout, dropoutKind } = options;
  const weights = weightsOfCells(options);
  const kind = cells[options.cell];
  const stack = Array.from({ length: layers }, (_, i) => {
    const inputs = i > 0 ? size : options.embedding || symbols;
    return layerOf(kind, { inputs, size, weights, isLowest: i === 0 }, options);
  });
  // The mask on the way into the next layer is that layer's; nothing lies above the last one.
  const top = dropout > 0 && dropoutKind !== "plain" ? [maskedOutput(size, dropout)] : [];
  return stackCells(...stack, ...top);
}

/** A linear layer, whose weights may be those of the embedding. */
function decoderOf(options: ModelOptions, symbols: number) {
  const { size, tied, embedding } = options;
  if (tied && embedding !== size) {
    throw new OptionError(
      `--tied: an embedding of ${embedding} can't decode ${size} units. Give --embedding ${size}.`,
    );
  }
  const { params } = linear(size, symbols, weightsOfDecoder(options));
  return tied ? { w: undefined, b: param([symbols], zeros) } : { w: params.w, b: params.b! };
}
