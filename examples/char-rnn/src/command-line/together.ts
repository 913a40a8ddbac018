/** Options that mean something only together with others. */
import { OptionError, type Said } from "./option.ts";
import type { pace, sampling, shape } from "./options.ts";

/** Throws: OptionError for an option of training that would do nothing. */
export function checkTraining(options: Said<typeof shape & typeof pace>): void {
  if (options.validateEvery === undefined) {
    if (options.patience !== undefined) throw needs("--patience", "--validate-every");
    if (options.schedule === "plateau") throw needs("--schedule plateau", "--validate-every");
  }
  if (options.init !== "uniform" && options.initRange !== undefined)
    throw new OptionError(`--init ${options.init}: it does nothing with --init-range.`);
  if (options.dropoutKind !== "plain" && options.dropout === 0)
    throw needs(`--dropout-kind ${options.dropoutKind}`, "--dropout");
}

/** Throws: OptionError for an option of sampling that would do nothing. */
export function checkSampling({ beam, lengthPenalty }: Said<typeof sampling>): void {
  if (lengthPenalty > 0 && beam === undefined) throw needs("--length-penalty", "--beam");
}

const needs = (flag: string, other: string): OptionError =>
  new OptionError(`${flag}: it does nothing without ${other}.`);
