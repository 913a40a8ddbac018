import type { Rule } from "./rule.ts";
import { chunksCarryOn } from "./rules/chunks-carry-on.ts";
import { drawsNothing } from "./rules/draws-nothing.ts";
import { enginesAgree } from "./rules/engines-agree.ts";
import { gradientIsTheSlope } from "./rules/gradient-is-the-slope.ts";
import { hasBatch } from "./rules/has-batch.ts";
import { paddingIsInert } from "./rules/padding-is-inert.ts";
import { rowsAreIndependent } from "./rules/rows-are-independent.ts";
import { runs } from "./rules/runs.ts";
import { staysFinite } from "./rules/stays-finite.ts";
import { stepsAreTheScan } from "./rules/steps-are-the-scan.ts";
import { usesKeysOnce } from "./rules/uses-keys-once.ts";
import { usesParameters } from "./rules/uses-parameters.ts";

/** What everything around a cell counts on. Each rule may take those before it for granted. */
export const rules: readonly Rule[] = [
  runs, // it runs along a sequence
  usesParameters, // every parameter has a part in what it gives
  hasBatch, // the batch is the first axis of states and outputs
  usesKeysOnce, // its keys are used once
  drawsNothing, // without a key it draws nothing
  rowsAreIndependent, // unless the cell says that they are coupled
  stepsAreTheScan, // a scan is a loop of its steps
  gradientIsTheSlope, // by parameters, state and inputs, to second order
  paddingIsInert, // a padded batch is its sequences one by one
  chunksCarryOn, // chunks that carry their state are one long run; truncated ones too
  staysFinite, // for inputs up to 10000 in f32
  enginesAgree, // f32 on a fast engine is f64 up to roundings
];
