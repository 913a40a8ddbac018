/** `eval`, `novelty`, `inspect` and `neurons`: what a model has learned. */
import { writeFileSync } from "node:fs";
import { OptionError, type Said } from "../command-line/option.ts";
import type { comparing, judging, looking, writing } from "../command-line/options.ts";
import { baselines, type Baselines } from "../evaluate/baseline.ts";
import { judgeDynamically } from "../evaluate/dynamic.ts";
import { judge, scorerOf, type Judged } from "../evaluate/evaluate.ts";
import { inspect } from "../evaluate/inspect.ts";
import { noveltyOf } from "../evaluate/novelty.ts";
import { neuronsPage } from "../neurons/neurons.ts";
import { readTensors } from "../run/checkpoint.ts";
import type { Trained } from "../run/run.ts";
import { write } from "../sample/write.ts";
import { judged, openText, readSource, titleOf } from "../text/text.ts";
import { idsOf, textOf, unitOf } from "../text/tokens.ts";
import { readLog } from "../train/log.ts";
import { bits, n } from "./say.ts";

/** A text that is looked at. */
interface Chosen {
  readonly ids: Int32Array;
  readonly title: string;
  /** Symbols of it that the vocabulary lacks, which are left out. */
  readonly unknown: number;
  /** What was trained on, when it had to be read anyhow. */
  readonly train?: Int32Array;
}

/** A part of the run's text, or another text. */
function choose(
  { options, vocabulary, notes }: Trained,
  { split, text }: Pick<Said<typeof judging>, "split" | "text">,
): Chosen {
  if (text === undefined) {
    const { parts } = openText(options, notes);
    if (parts[split].length === 0)
      throw new OptionError(`--split ${split}: the run keeps no such part. One is made by train --test.`);
    return { ids: parts[split], title: `${titleOf(options)}, ${split}`, unknown: 0, train: parts.train };
  }
  const source = readSource(text, options);
  // A word that is not known is foretold as such; what nothing stands for is left out.
  if (vocabulary.unknown !== undefined) return { ids: idsOf(source, vocabulary), title: text, unknown: 0 };
  const ids = idsOf(source, vocabulary, "skip");
  const all = vocabulary.kind === "bytes" ? Buffer.byteLength(source) : [...textOf(source)].length;
  return { ids, title: text, unknown: all - ids.length };
}

export function evaluate(trained: Trained, said: Said<typeof judging>): string {
  const { model, params, options } = trained;
  const { ids, title, unknown, train } = choose(trained, said);
  const stream = judged(ids, options, said.rows);
  const { one, many } = unitOf[options.tokens];
  const { loss, symbols } =
    said.dynamic === undefined
      ? plainly(trained, stream)
      : judgeDynamically(model, params, stream, { ...options, rate: said.dynamic });
  return [
    `Text:        ${title}: ${n(symbols)} ${many} foretold`,
    ...(unknown > 0 ? [`Left out:    ${n(unknown)} ${many} that the model has never seen`] : []),
    ...(said.dynamic === undefined ? [] : [`Learning:    by gradient descent with the rate ${said.dynamic}`]),
    `Loss:        ${loss.toFixed(4)} nats/${one}, ${bits(loss)} bits`,
    `Perplexity:  ${Math.exp(loss).toFixed(3)}`,
    ...(train ? [countedLine(baselines(train, ids, trained.vocabulary.size))] : []),
  ].join("\n");
}

const countedLine = ({ single, pairs }: Baselines): string =>
  `By counts:   ${single.toFixed(4)} nats of symbols, ${pairs.toFixed(4)} of pairs: ${bits(pairs)} bits`;

function plainly({ model, params }: Trained, stream: ReturnType<typeof judged>): Judged {
  const score = scorerOf(model);
  const found = judge(model, score, params, stream);
  score.dispose();
  return found;
}

export function novelty(trained: Trained, said: Said<typeof comparing>, how: Said<typeof writing>): string {
  const { options, notes, vocabulary } = trained;
  const known = vocabulary.decode(openText(options, notes).parts.train);
  const source = said.text === undefined ? [...write(trained, how)].join("") : readSource(said.text, options);
  const text = textOf(source);
  return [
    `${n([...text].length)} characters, beside ${n([...known].length)} that were trained on`,
    "length   novel",
    ...noveltyOf(text, known, said.longest).map(
      ({ length, substrings, novel }) =>
        `${String(length).padStart(6)}   ${((100 * novel) / substrings).toFixed(1).padStart(5)} %`,
    ),
  ].join("\n");
}

export const inspectRun = ({ folder, file, notes }: Trained): string =>
  inspect(notes, readTensors(file, "last"), readLog(folder));

/** Write the page, and say where it is. */
export function neurons(trained: Trained, said: Said<typeof looking>): string {
  const { model, params, vocabulary } = trained;
  const { ids, title } = choose(trained, said);
  const page = neuronsPage(model, params, vocabulary, ids, { ...said, title: `What its cells do: ${title}` });
  writeFileSync(said.page, page);
  return `${said.page} shows ${n(Math.min(ids.length, said.symbols))} symbols of ${title}`;
}
