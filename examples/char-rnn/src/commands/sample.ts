/** `sample`: text from a model that has been trained. */
import type { Vocabulary } from "@unroll/data";
import { OptionError, type Said } from "../command-line/option.ts";
import type { sampling, writing } from "../command-line/options.ts";
import { checkSampling } from "../command-line/together.ts";
import type { Run, Trained } from "../run/run.ts";
import { beamSearch } from "../sample/beam.ts";
import { known } from "../sample/known.ts";
import { write, writeStreams, type Writer } from "../sample/write.ts";
import { pour, say } from "./say.ts";

type Options = Said<typeof writing & typeof sampling>;

export async function sample(trained: Trained, said: Options): Promise<void> {
  checkSampling(said);
  const stop = said.stop?.replaceAll("\\n", "\n");
  const options = {
    ...said,
    stop,
    characters: said.endless ? Infinity : said.characters,
    goesOn: said.endless,
  };
  warnOfMissing(trained.vocabulary, options.prime);
  if (options.beam !== undefined) return say(searched(trained, { ...options, beam: options.beam }));
  if (options.streams > 1) return say(sideBySide(trained, options));
  await pour(write(trained, options));
  say("");
}

/** Several texts, one below the other, when all are there. */
export function sideBySide(trained: Trained, options: Options): string {
  if (options.endless) throw new OptionError("--endless: several streams would never be shown.");
  const texts = Array<string>(options.streams).fill("");
  for (const pieces of writeStreams(trained, options, options.streams))
    pieces.forEach((piece, i) => (texts[i] += piece));
  return texts.map((text, i) => `--- ${i + 1} ---\n${text}`).join("\n\n");
}

/** The text that beam search finds, behind the prime text. */
export function searched(trained: Trained, options: Options & { readonly beam: number }): string {
  const { vocabulary, boundary } = trained;
  if (options.endless || options.streams > 1)
    throw new OptionError("--beam: it looks for one text, which has an end.");
  for (const name of ["topK", "topP"] as const)
    if (options[name] !== undefined)
      throw new OptionError("--beam: nothing is drawn, so no --top-k and no --top-p.");
  const ids = options.stop === undefined ? undefined : known(vocabulary, options.stop).ids;
  if (ids && ids.length !== 1) throw new OptionError("--stop: with --beam it must be a single symbol.");
  const found = beamSearch(trained, { ...options, stop: ids?.[0] });
  const kept = found.ids.filter((id) => id !== boundary);
  return (options.prime ?? "") + vocabulary.decode(kept);
}

/** Say which characters of a prime text the model can't read. */
export function warnOfMissing(vocabulary: Vocabulary, prime: string | undefined): void {
  const { missing } = known(vocabulary, prime ?? "");
  if (missing.length === 0) return;
  const list = missing.map((character) => JSON.stringify(character)).join(", ");
  console.error(`The text that the model was trained on lacks ${list}: left out of the prime text.`);
}

/** A run as one that writes. */
export const writerOf = ({ model, trainer, text: { vocabulary, boundary } }: Run): Writer => ({
  model,
  params: trainer.state.params,
  vocabulary,
  boundary,
});
