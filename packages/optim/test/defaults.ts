import type { Transform } from "../src/index.ts";
import * as optim from "../src/index.ts";

/** An option: our default, and what Torch7 and PyTorch have in its place. Undefined: they have no such number. */
export interface Default {
  readonly option: string;
  readonly ours: number;
  readonly torch7?: number | string;
  /** PyTorch's class, parameter, and position where that is a pair. */
  readonly pytorch?: readonly [parameter: string, position?: number];
}

/** A method and its options; rates are told in all three, so they are compared as well. */
export interface MethodDefaults {
  readonly method: string;
  readonly pytorchClass?: string;
  readonly options: readonly Default[];
  /** With options that make the one in question matter. */
  make(options: Readonly<Record<string, number>>): Transform;
}

const rate = { learningRate: 0.1 };

/** Torch7's are those of its sources; PyTorch's are recorded in pytorch.json. */
export const defaults: readonly MethodDefaults[] = [
  {
    method: "sgd",
    pytorchClass: "SGD",
    make: (options) =>
      optim.sgd({ ...rate, ...("dampening" in options ? { momentum: 0.9 } : {}), ...options }),
    options: [
      { option: "momentum", ours: 0, torch7: 0, pytorch: ["momentum"] },
      { option: "dampening", ours: 0, torch7: "the momentum", pytorch: ["dampening"] },
    ],
  },
  {
    method: "asgd",
    pytorchClass: "ASGD",
    make: (options) => optim.asgd({ ...rate, ...options }),
    options: [
      { option: "lambda", ours: 1e-4, torch7: 1e-4, pytorch: ["lambd"] },
      { option: "alpha", ours: 0.75, torch7: 0.75, pytorch: ["alpha"] },
      { option: "averageAfter", ours: 1e6, torch7: 1e6, pytorch: ["t0"] },
    ],
  },
  {
    method: "adagrad",
    pytorchClass: "Adagrad",
    make: (options) => optim.adagrad({ ...rate, ...options }),
    options: [
      { option: "epsilon", ours: 1e-10, torch7: 1e-10, pytorch: ["eps"] },
      { option: "start", ours: 0, pytorch: ["initial_accumulator_value"] },
    ],
  },
  {
    method: "adadelta",
    pytorchClass: "Adadelta",
    make: (options) => optim.adadelta(options),
    options: [
      { option: "learningRate", ours: 1, pytorch: ["lr"] },
      { option: "decay", ours: 0.9, torch7: 0.9, pytorch: ["rho"] },
      { option: "epsilon", ours: 1e-6, torch7: 1e-6, pytorch: ["eps"] },
    ],
  },
  {
    method: "adam",
    pytorchClass: "Adam",
    make: (options) => optim.adam({ ...rate, ...options }),
    options: [
      { option: "beta1", ours: 0.9, torch7: 0.9, pytorch: ["betas", 0] },
      { option: "beta2", ours: 0.999, torch7: 0.999, pytorch: ["betas", 1] },
      { option: "epsilon", ours: 1e-8, torch7: "1e-8, in the biased root", pytorch: ["eps"] },
    ],
  },
  {
    method: "adamw",
    pytorchClass: "AdamW",
    make: (options) => optim.adamw({ ...rate, ...options }),
    options: [{ option: "weightDecay", ours: 0.01, pytorch: ["weight_decay"] }],
  },
  {
    method: "adamax",
    pytorchClass: "Adamax",
    make: (options) => optim.adamax({ ...rate, ...options }),
    options: [
      { option: "beta1", ours: 0.9, torch7: 0.9, pytorch: ["betas", 0] },
      { option: "beta2", ours: 0.999, torch7: 0.999, pytorch: ["betas", 1] },
      { option: "epsilon", ours: 1e-8, torch7: 1e-38, pytorch: ["eps"] },
    ],
  },
  {
    method: "nadam",
    pytorchClass: "NAdam",
    make: (options) => optim.nadam({ ...rate, ...options }),
    options: [
      { option: "beta1", ours: 0.9, pytorch: ["betas", 0] },
      { option: "beta2", ours: 0.999, pytorch: ["betas", 1] },
      { option: "epsilon", ours: 1e-8, pytorch: ["eps"] },
      { option: "momentumDecay", ours: 4e-3, pytorch: ["momentum_decay"] },
    ],
  },
  {
    method: "radam",
    pytorchClass: "RAdam",
    make: (options) => optim.radam({ ...rate, ...options }),
    options: [
      { option: "beta1", ours: 0.9, pytorch: ["betas", 0] },
      { option: "beta2", ours: 0.999, pytorch: ["betas", 1] },
      { option: "epsilon", ours: 1e-8, pytorch: ["eps"] },
      { option: "rectifiedAbove", ours: 5 },
    ],
  },
  {
    method: "rmsprop",
    pytorchClass: "RMSprop",
    make: (options) => optim.rmsprop({ ...rate, ...options }),
    options: [
      { option: "decay", ours: 0.99, torch7: 0.99, pytorch: ["alpha"] },
      { option: "epsilon", ours: 1e-8, torch7: 1e-8, pytorch: ["eps"] },
      { option: "momentum", ours: 0, pytorch: ["momentum"] },
      { option: "start", ours: 0, torch7: 0 },
    ],
  },
  {
    method: "rprop",
    pytorchClass: "Rprop",
    make: (options) => optim.rprop(options),
    options: [
      { option: "stepSize", ours: 0.1, torch7: 0.1, pytorch: ["lr"] },
      { option: "growth", ours: 1.2, torch7: 1.2, pytorch: ["etas", 1] },
      { option: "shrinkage", ours: 0.5, torch7: 0.5, pytorch: ["etas", 0] },
      { option: "largest", ours: 50, torch7: 50, pytorch: ["step_sizes", 1] },
      { option: "smallest", ours: 1e-6, torch7: 1e-6, pytorch: ["step_sizes", 0] },
    ],
  },
  {
    method: "lion",
    make: (options) => optim.lion({ ...rate, ...options }),
    options: [
      { option: "beta1", ours: 0.9 },
      { option: "beta2", ours: 0.99 },
      { option: "weightDecay", ours: 0 },
    ],
  },
  {
    method: "lamb",
    make: (options) => optim.lamb({ ...rate, ...options }),
    options: [
      { option: "beta1", ours: 0.9 },
      { option: "beta2", ours: 0.999 },
      { option: "epsilon", ours: 1e-6 },
      { option: "weightDecay", ours: 0.01 },
    ],
  },
  {
    method: "adafactor",
    pytorchClass: "Adafactor",
    make: (options) => optim.adafactor(options),
    options: [
      { option: "learningRate", ours: 0.01, pytorch: ["lr"] },
      { option: "decay", ours: 0.8, pytorch: ["beta2_decay"] },
      { option: "leastScale", ours: 1e-3, pytorch: ["eps", 1] },
      { option: "clip", ours: 1, pytorch: ["d"] },
    ],
  },
  {
    method: "lookahead",
    make: (options) => optim.lookahead(optim.sgd(rate), options),
    options: [
      { option: "every", ours: 5 },
      { option: "share", ours: 0.5 },
    ],
  },
];

type Recorded = Readonly<Record<string, Readonly<Record<string, number | readonly number[]>>>>;

/** The table as the page shows it. */
export function defaultsTable(recorded: Recorded): string {
  const show = (n: number | string | undefined): string =>
    n === undefined ? "" : typeof n === "number" && n !== 0 && n < 1e-3 ? n.toExponential() : String(n);
  const rows = defaults.flatMap(({ method, pytorchClass, options }) =>
    options.map(({ option, ours, torch7, pytorch }) => {
      const found = pytorch && recorded[pytorchClass!]![pytorch[0]];
      const theirs = typeof found === "object" ? found[pytorch![1]!] : found;
      return `| \`${method}\` | \`${option}\` | ${show(ours)} | ${show(torch7)} | ${show(theirs)} |`;
    }),
  );
  return ["| method | option | here | Torch7 | PyTorch |", "| --- | --- | --- | --- | --- |", ...rows].join(
    "\n",
  );
}
