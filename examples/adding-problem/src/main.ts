/** The adding problem: how far back does a tanh network remember, and how far an LSTM? */
import { parseArgs } from "node:util";
import { addingProblem } from "@unroll/data";
import { learnerOf } from "./model.ts";

const standard = { length: "60", steps: "2000", size: "16", batch: "16", rate: "0.01", seed: "1" } as const;

type Flags = Readonly<Record<keyof typeof standard, number>>;

const usage = `main.ts [options]
  --length T      numbers in a sequence (${standard.length})
  --steps N       sequences are drawn anew at each (${standard.steps})
  --size H        units of the networks (${standard.size})
  --batch B       sequences in a step (${standard.batch})
  --rate R        learning rate of Adam (${standard.rate})
  --seed S        of weights and data (${standard.seed})`;

/** Numbers by flag; undefined when the reader needs to be told how. */
function readFlags(): Flags | undefined {
  try {
    const options = Object.fromEntries(
      Object.keys(standard).map((name) => [name, { type: "string" as const }]),
    );
    const { values } = parseArgs({ options });
    const numbers = Object.entries({ ...standard, ...values }).map(
      ([name, text]) => [name, Number(text)] as const,
    );
    const legal = numbers.every(([name, n]) =>
      name === "rate" ? n > 0 && n < Infinity : Number.isSafeInteger(n) && n > 0,
    );
    return legal ? (Object.fromEntries(numbers) as Flags) : undefined;
  } catch {
    return undefined;
  }
}

/** Trains both on the same sequences and prints the error of every tenth part of the steps. */
function compare({ length, steps, size, batch, rate, seed }: Flags): void {
  const problem = addingProblem({ length, batch, seed });
  console.log(`T = ${length}. Answering 1 whatever comes has an error of ${problem.baseline.toFixed(4)}.\n`);
  const names = ["rnn", "lstm"] as const;
  const learners = names.map((name) => learnerOf(name, { size, batch, learningRate: rate, seed }));
  console.log(["step", ...names].map((name) => name.padStart(8)).join(""));
  const part = Math.max(1, Math.floor(steps / 10));
  let sums = names.map(() => 0);
  for (let step = 1; step <= steps; step++) {
    const drawn = problem.at(step - 1);
    learners.forEach((learner, i) => (sums[i]! += learner.step(drawn).loss.data[0]!));
    if (step % part > 0) continue;
    console.log(
      [String(step), ...sums.map((sum) => (sum / part).toFixed(4))].map((cell) => cell.padStart(8)).join(""),
    );
    sums = names.map(() => 0);
  }
}

const flags = readFlags();
if (flags) compare(flags);
else {
  console.error(usage);
  process.exitCode = 2;
}
