/** The tasks, by the names of the command line. */
import {
  addingProblem,
  copyMemory,
  countingLanguage,
  dyckLanguage,
  multiplicationProblem,
  noiselessMemorization,
  parity,
  randomPermutation,
  temporalOrder,
  type LengthOptions,
  type Problem,
  type SymbolProblem,
} from "@unroll/data";

/** How a trained network did on sequences that it has not seen. */
export interface Score {
  readonly loss: number;
  /**
   * The share of sequences with a mistake: a number that is off by more than 0.2, or any symbol that is not the
   * likeliest.
   */
  readonly mistaken: number;
}

export interface Task {
  readonly about: string;
  /** Sequences of the length T that the command line says. */
  problem(options: LengthOptions): Problem | SymbolProblem;
  /** When the task counts as solved, in words and as a function. */
  readonly threshold: string;
  isSolved(score: Score): boolean;
  /** Whether what is learned at one length holds at every length: then it is tried at twice the length too. */
  readonly anyLength: boolean;
}

/** Pascanu, Mikolov and Bengio, 2013: one sequence of a hundred may be wrong. */
const onePercent = {
  threshold: "99 % of sequences right",
  isSolved: ({ mistaken }: Score): boolean => mistaken < 0.01,
} as const;

const held = { ...onePercent, anyLength: false } as const;
const rule = { ...onePercent, anyLength: true } as const;

export const tasks = {
  adding: {
    about: "the sum of two marked numbers",
    problem: addingProblem,
    threshold: "squared error below 0.001",
    isSolved: ({ loss }) => loss < 1e-3,
    anyLength: false,
  },
  multiplication: { about: "the product of two marked numbers", problem: multiplicationProblem, ...held },
  copy: {
    about: "ten symbols of eight, repeated after T steps",
    problem: ({ length, ...options }) => copyMemory({ ...options, delay: length }),
    ...held,
  },
  "order-2": { about: "the order of two symbols among others", problem: temporalOrder, ...held },
  "order-3": {
    about: "the order of three symbols among others",
    problem: (options) => temporalOrder({ ...options, relevant: 3 }),
    ...held,
  },
  memorization: {
    about: "five bits, repeated after T steps",
    problem: ({ length, ...options }) => noiselessMemorization({ ...options, delay: length }),
    ...held,
  },
  permutation: {
    about: "the first symbol, after T others that never tell",
    problem: randomPermutation,
    ...held,
  },
  parity: { about: "whether the ones so far are odd, at every bit", problem: parity, ...rule },
  dyck: {
    about: "the innermost open bracket of two kinds, at every bracket",
    problem: dyckLanguage,
    ...rule,
  },
  counting: { about: "the end of a^n b^n, at every b", problem: countingLanguage, ...rule },
} as const satisfies Readonly<Record<string, Task>>;

export type TaskName = keyof typeof tasks;

export const taskOf = (name: TaskName): Task => tasks[name];
