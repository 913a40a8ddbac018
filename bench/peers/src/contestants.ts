/** Who is compared, on what, and how each is started. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Command } from "../../src/measured-process.ts";
import { sizes } from "../../src/sizes.ts";
import type { Compared } from "./library.ts";

export interface Contestant {
  readonly name: string;
  readonly workloads: readonly Compared[];
  /** Whether it can make use of so many threads. */
  enters(threads: number): boolean;
  command(workload: Compared, threads: number): Command;
}

export const compared = [
  "W1",
  "W2",
  "W3",
  "W4",
  "W5 512x512x512",
  "W5 50x256x512",
] as const satisfies readonly Compared[];

const products = ["W5 512x512x512", "W5 50x256x512"] as const;

/** What is not even tried. */
export const leftOut: readonly string[] = [
  "TensorFlow.js, W2: a step takes so long that nobody would wait for its repetitions.",
  "ONNX Runtime, W3 and W4: it has no gradients in Node.",
];

/** Libraries from npm, by the program that bundles what users of them would write. */
export const fromNpm = (program: string): readonly Contestant[] => {
  const contestant = (library: string, variant: string, name: string, workloads: readonly Compared[]) => ({
    name,
    workloads,
    enters: (threads: number) => threads === 1 || library === "onnx",
    command: (workload: Compared, threads: number) => ({
      program: process.execPath,
      args: [program, library, variant, workload, String(threads)],
    }),
  });
  return [
    contestant("jax", "jit", "jax-js, jit", compared),
    contestant("tensorflow", "custom", "TensorFlow.js, custom cell", ["W1", "W3", "W4", ...products]),
    contestant("tensorflow", "built-in", "TensorFlow.js, its LSTM layer", ["W1", "W4"]),
    contestant("onnx", "forward only", "ONNX Runtime, forward only", ["W1", "W2", ...products]),
  ];
};

/** PyTorch, if there is a Python that has it: `UNROLL_PYTHON` names one. Else what was tried. */
export function pytorch(): readonly Contestant[] | string {
  const python = process.env["UNROLL_PYTHON"] ?? "python3";
  const answer = spawnSync(python, ["-c", "import torch"], { encoding: "utf8", env: unfettered(1) });
  if (answer.status !== 0) {
    const why = answer.error?.message ?? answer.stderr.trimEnd().split("\n").at(-1);
    return `PyTorch: \`${python} -c "import torch"\` says: ${why}. UNROLL_PYTHON can name another Python.`;
  }
  const script = fileURLToPath(new URL("pytorch.py", import.meta.url));
  const contestants = (variant: string, name: string, workloads: readonly Compared[]): Contestant[] =>
    ways.map(({ about, fewest, own, env }) => ({
      name: `PyTorch, ${name}${about}`,
      workloads,
      enters: (threads) => threads >= fewest,
      command: (workload, threads) => ({
        program: python,
        args: [script, variant, workload, String(own(threads)), JSON.stringify(sizesOf(workload))],
        env: { ...unfettered(threads), ...env },
      }),
    }));
  return [
    ...contestants("custom", "custom cell", compared),
    ...contestants("hoisted", "custom cell, inputs hoisted by hand", ["W1", "W2", "W4"]),
    ...contestants("jit.script", "custom cell, jit.script", ["W1", "W3", "W4"]),
    ...contestants("built-in", "nn.LSTM", ["W1", "W2", "W4"]),
  ];
}

function sizesOf(workload: Compared): unknown {
  if (workload === "W5 512x512x512") return sizes.W5[0];
  return workload === "W5 50x256x512" ? sizes.W5[1] : sizes[workload];
}

/**
 * PyTorch has threads of its own, and those of OpenBLAS. On the same cores they get in each other's way, since either
 * spin while they wait: which way is fastest depends on the program and is seen only by trying.
 */
const ways: readonly {
  readonly about: string;
  /** The way is another one from so many threads on. */
  readonly fewest: number;
  /** Threads of its own. */
  own(threads: number): number;
  readonly env: NodeJS.ProcessEnv;
}[] = [
  { about: "", fewest: 1, own: (threads) => threads, env: {} },
  {
    about: ", waiting without spinning",
    fewest: 2,
    own: (threads) => threads,
    env: { OMP_WAIT_POLICY: "PASSIVE" },
  },
  { about: ", threads in OpenBLAS only", fewest: 2, own: () => 1, env: { OMP_NUM_THREADS: "1" } },
];

/**
 * Some environments tie OpenBLAS to an old processor, with half its speed. And it has threads of its own, of
 * which PyTorch's count says nothing.
 */
function unfettered(threads: number): NodeJS.ProcessEnv {
  const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...env } = process.env;
  return { ...env, OPENBLAS_NUM_THREADS: String(threads), OMP_NUM_THREADS: String(threads) };
}
