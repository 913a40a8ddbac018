import { arithmetic } from "./arithmetic.ts";
import { comparisons } from "./comparisons.ts";
import { constants } from "./constants.ts";
import { convolutions } from "./convolutions.ts";
import { cuts } from "./cuts.ts";
import { functions } from "./functions.ts";
import { indexing } from "./indexing.ts";
import { joins } from "./joins.ts";
import { poolings } from "./poolings.ts";
import { products } from "./products.ts";
import { random } from "./random.ts";
import { reductions } from "./reductions.ts";
import { rounding } from "./rounding.ts";
import type { OpName, Rows } from "./sample.ts";
import { views } from "./views.ts";
import { windowed } from "./windows.ts";

/** A row for every op: one without does not compile. */
export const samples: Rows<OpName> = {
  ...arithmetic,
  ...functions,
  ...comparisons,
  ...views,
  ...cuts,
  ...windowed,
  ...joins,
  ...reductions,
  ...products,
  ...convolutions,
  ...poolings,
  ...indexing,
  ...constants,
  ...random,
  ...rounding,
};
