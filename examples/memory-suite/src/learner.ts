/** A recurrent network with a linear answer, which learns one task. */
import {
  and,
  any,
  argmax,
  cast,
  compile,
  crossEntropy,
  div,
  gradient,
  greater,
  mean,
  notEqual,
  oneHot,
  slice,
  square,
  squeeze,
  stateful,
  sub,
  sum,
  type Value,
  type Values,
} from "@unroll/core";
import type { Batch, Problem, SymbolProblem } from "@unroll/data";
import { init, initialState, linear, paramsOf, unroll, type Cell } from "@unroll/layers";
import { adam, applyUpdates, chain, clipNorm, type Memory } from "@unroll/optim";
import type { Score } from "./tasks.ts";

export interface LearnerOptions {
  readonly hidden: number;
  readonly learningRate: number;
  readonly seed: number;
  cell(inputs: number): Cell<unknown, unknown>;
}

/** One network in training. */
export interface Learner {
  /** One step of Adam on a batch; the loss before it. */
  step(batch: Batch): number;
  score(batches: Iterable<Batch>): Score;
  dispose(): void;
}

interface Example {
  readonly x: Value;
  readonly y: Value;
}

const isSymbols = (problem: Problem): problem is SymbolProblem => "size" in problem;

export function learnerOf(problem: Problem | SymbolProblem, options: LearnerOptions): Learner {
  const { hidden, learningRate, seed } = options;
  const symbols = isSymbols(problem) ? problem : undefined;
  const parts = {
    cell: options.cell(symbols?.size ?? 2),
    answer: linear(hidden, symbols?.classes ?? 1),
  };
  const spec = paramsOf(parts);
  type Params = Values<typeof spec>;

  /** What it answers, of the shape of the targets and with an axis for classes: after the last step, or after each. */
  const answers = (params: Params, { x, y }: Example): Value => {
    const seen = symbols ? oneHot(x, symbols.size, "f32") : x;
    const [length, batch] = x.shape as [number, number];
    const isAskedAlways = symbols !== undefined && y.shape.length === 2;
    const start = initialState(parts.cell.state, { batch, dtype: "f32" });
    const [, hs] = unroll(parts.cell, params.cell, start, seen);
    const asked = isAskedAlways ? hs : squeeze(slice(hs, length - 1, length), 0);
    return parts.answer.apply(params.answer, asked);
  };
  const lossOf = (answer: Value, y: Value): Value => {
    if (!symbols) return mean(square(sub(answer, y)));
    return div(sum(crossEntropy(answer, y)), sum(cast(notEqual(y, -1), "f32")));
  };
  /** Which sequences have a mistake, [B]. */
  const mistakes = (answer: Value, y: Value): Value => {
    if (!symbols) return squeeze(greater(square(sub(answer, y)), 0.04), 1);
    const wrong = and(notEqual(y, -1), notEqual(argmax(answer, { axis: -1 }), y));
    return wrong.shape.length === 1 ? wrong : any(wrong, { axis: 0 });
  };

  const optimizer = chain(clipNorm(1), adam({ learningRate }));
  interface Training {
    readonly params: Params;
    readonly memory: Memory;
  }
  const params = init(spec, seed);
  const trainer = stateful(
    ({ params: before, memory }: Training, batch: Example) => {
      const loss = lossOf(answers(before, batch), batch.y);
      const [updates, remembered] = optimizer.update(gradient(loss, before), memory, before);
      return [{ params: applyUpdates(before, updates), memory: remembered }, { loss }] as const;
    },
    { params, memory: optimizer.init(params) },
  );
  const judge = compile((now: Params, batch: Example) => {
    const answer = answers(now, batch);
    return {
      loss: lossOf(answer, batch.y),
      mistaken: mean(cast(mistakes(answer, batch.y), "f32")),
    };
  });
  return {
    step: (batch) => trainer.step(batch).loss.data[0]!,
    score(batches) {
      const scores = Array.from(batches, (batch) => judge(trainer.state.params, batch));
      const meanOf = (name: "loss" | "mistaken"): number =>
        scores.reduce((total, score) => total + score[name].data[0]!, 0) / scores.length;
      return { loss: meanOf("loss"), mistaken: meanOf("mistaken") };
    },
    dispose() {
      trainer.dispose();
      judge.dispose();
    },
  };
}
