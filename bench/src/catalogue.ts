/** The workloads under the names by which they are quoted. */
import { sizes } from "./sizes.ts";
import { trainStep } from "./workloads/char-rnn.ts";
import { product } from "./workloads/product.ts";
import { sampling } from "./workloads/sampling.ts";
import { customCell, normedCell } from "./workloads/sequence.ts";
import type { Workload } from "./workload.ts";

const w1 = trainStep(sizes.W1);

export interface Entry {
  readonly about: string;
  /** By what tells them apart. The first one's figures are those of the workload. */
  readonly cases: ReadonlyMap<string, Workload>;
  /** `warm`: time of a step. `cold`: time of a whole process up to the end of its first step. */
  readonly figure: "warm" | "cold";
  /** Whether the time to build graph and program is measured too, in processes of its own. */
  readonly compiling?: boolean;
}

const one = (workload: Workload): Entry => ({
  about: workload.about,
  cases: new Map([["", workload]]),
  figure: "warm",
});

export type Name = "W1" | "W2" | "W3" | "W4" | "W5" | "W6" | "W7" | "W8";

export const catalogue: Readonly<Record<Name, Entry>> = {
  W1: one(w1),
  W2: one(trainStep(sizes.W2)),
  W3: one(normedCell(sizes.W3)),
  W4: one(customCell(sizes.W4)),
  W5: {
    about: "float32 matrix product",
    cases: new Map(sizes.W5.map((mkn) => [mkn.join("x"), product(...mkn)] as const)),
    figure: "warm",
  },
  W6: {
    about: "from the start of a process to the end of its first step of W1",
    cases: new Map([["", w1]]),
    figure: "cold",
  },
  W7: {
    about: "the cell of W4 at growing lengths",
    cases: new Map(sizes.W7.map((length) => [`T=${length}`, customCell({ ...sizes.W4, length })] as const)),
    figure: "warm",
    compiling: true,
  },
  W8: one(sampling(sizes.W1.symbols, sizes.W1.size)),
};

export const names = Object.keys(catalogue) as readonly Name[];
