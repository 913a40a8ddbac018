/** A cell of one's own: drawn, checked against finite differences, and trained. */
import {
  constant,
  evaluate,
  graph,
  input,
  print,
  randomKey,
  randomNormal,
  toDot,
  UnrollError,
} from "@unroll/core";
import type { Graph, Value, Values } from "@unroll/core";
import { writeDrawing } from "@unroll/inspect/node";
import { init, initialState, unroll } from "@unroll/layers";
import { checkGradient } from "@unroll/testing";
import { twoClocks } from "./cell.ts";
import { trainerOf } from "./latch.ts";
import { isMistake, make } from "./mistakes.ts";

const usage = `main.ts                              prints the cell, checks its gradient, trains it
main.ts --draw cell.svg              draws the cell; cell.html is a page to click on
main.ts --dot                        the same as text for Graphviz: | dot -Tsvg > cell.svg
main.ts --mistake size|state|unused  shows what is said about a mistake`;

/** One step of a cell with two units. A graph is closed by naming its ends. */
function oneStep(): Graph {
  const symbol = (name: string, ...shape: readonly number[]): Value => input({ dtype: "f32", shape }, name);
  const [x, fast, slow] = [symbol("x", 1, 1), symbol("fast", 1, 2), symbol("slow", 1, 2)];
  const [wx, wh, b, rate] = [symbol("wx", 1, 4), symbol("wh", 2, 4), symbol("b", 4), symbol("rate", 2)];
  const [next] = twoClocks(1, 2).step({ wx, wh, b, rate }, { fast, slow }, x);
  return graph([x, fast, slow, wx, wh, b, rate], [next.fast, next.slow]);
}

/** Compare the gradient through six steps, and the gradient of the gradient, with finite differences. */
function checkThroughTime(): void {
  const rnn = twoClocks(2, 5);
  const along = (params: Values<typeof rnn.params>, start: Values<typeof rnn.state>, xs: Value) =>
    unroll(rnn, params, start, xs);
  const start = evaluate(initialState(rnn.state, { batch: 3, dtype: "f32" }));
  const xs = evaluate(randomNormal(constant(randomKey(1)), { dtype: "f32", shape: [6, 3, 2] }));
  for (const { order, pullback, difference } of checkGradient(along, [init(rnn.params, 1), start, xs], {
    order: 2,
  }))
    console.log(
      `order ${order}: ${pullback.toFixed(6)} by pullback, ${difference.toFixed(6)} by differences`,
    );
}

function learn(): void {
  const units = 8;
  const trainer = trainerOf(twoClocks(1, units), units);
  for (let step = 1; step <= 120; step++) {
    const loss = trainer.step().loss.data[0]!;
    if (step === 1 || step % 20 === 0) console.log(`step ${step}: loss ${loss.toFixed(4)}`);
  }
}

const [flag, name = ""] = process.argv.slice(2);
if (flag === undefined) {
  console.log(`One step:\n${print(oneStep())}\n\nGradient, along a random direction:`);
  checkThroughTime();
  console.log("\nTraining (guessing costs 0.6931 nats):");
  learn();
} else if (flag === "--dot") {
  console.log(toDot(oneStep()));
} else if (flag === "--draw" && /\.(svg|html|dot)$/.test(name)) {
  const parameters = Object.keys(twoClocks(1, 2).params);
  writeDrawing(name, oneStep(), { isParameter: (label) => parameters.includes(label) });
} else if (flag === "--mistake" && isMistake(name)) {
  try {
    make(name);
  } catch (error) {
    if (!(error instanceof UnrollError)) throw error;
    console.log(`${error.name}: ${error.message}`);
  }
} else {
  console.error(usage);
  process.exitCode = 2;
}
