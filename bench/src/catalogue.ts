/** The workloads under the names by which they are quoted. */
import { trainStep } from "./workloads/char-rnn.ts";
import { product } from "./workloads/product.ts";
import { sampling } from "./workloads/sampling.ts";
import { customCell, normedCell } from "./workloads/sequence.ts";
import type { Workload } from "./workload.ts";

const charRnn = { symbols: 65, size: 128, length: 50, batch: 50 };
const small = { inputs: 32, hidden: 32, batch: 1 };

const w1 = trainStep(charRnn);

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
  W2: one(trainStep({ ...charRnn, size: 512 })),
  W3: one(normedCell({ inputs: 128, hidden: 128, length: 50, batch: 50 })),
  W4: one(customCell({ ...small, length: 25 })),
  W5: {
    about: "float32 matrix product",
    cases: new Map([
      ["512x512x512", product(512, 512, 512)],
      ["50x256x512", product(50, 256, 512)],
    ]),
    figure: "warm",
  },
  W6: {
    about: "from the start of a process to the end of its first step of W1",
    cases: new Map([["", w1]]),
    figure: "cold",
  },
  W7: {
    about: "the cell of W4 at growing lengths",
    cases: new Map(
      [10, 100, 1000, 10_000].map((length) => [`T=${length}`, customCell({ ...small, length })] as const),
    ),
    figure: "warm",
    compiling: true,
  },
  W8: one(sampling(65, 128)),
};

export const names = Object.keys(catalogue) as readonly Name[];
