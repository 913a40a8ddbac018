import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { existsSync } from "node:fs";
import { UnsupportedError } from "@unroll/core";
import type { Target } from "../print/target.ts";

/** A compiler of C, and what it makes code for. */
export interface Compiler {
  readonly command: string;
  readonly flags: readonly string[];
  /** The version of the compiler and all that it says of the processor: what its code depends on besides the source. */
  readonly identity: string;
  /** Vectors and registers of the processor. */
  readonly machine: Omit<Target, "fused">;
  /** Whether the processor multiplies and adds in one instruction. */
  readonly canFuse: boolean;
  /** Whether its code is watched by sanitizers, which see the ends of arrays. */
  readonly isWatched: boolean;
}

/**
 * Why each is safe is told in docs/native.md. None of them lets the compiler change what a program computes: no
 * `-ffast-math` and nothing that it stands for but the two that say that nobody looks at errno and at the flags of
 * floating-point exceptions.
 */
const flags: readonly string[] = [
  "-std=gnu11",
  "-O2",
  "-ftree-vectorize",
  "-fopenmp-simd",
  "-ffp-contract=off",
  "-fno-math-errno",
  "-fno-trapping-math",
  "-fno-semantic-interposition",
  "-fvisibility=default",
  "-fPIC",
  "-shared",
  "-w",
];

/** What only gcc knows, which at -O2 makes vectors of few loops otherwise. */
const flagsOfGcc: readonly string[] = ["-fvect-cost-model=dynamic"];

/** Flags that ask for the processor that the compiler runs on; the first that it takes. */
const native: readonly (readonly string[])[] = [["-march=native"], ["-mcpu=native"], []];

/** Words of a command that ask for a processor. */
const asksForProcessor = /^-m(arch|cpu)=/;

/** Those that are tried when nobody names one. */
const commands: readonly string[] = ["cc", "gcc", "clang"];

/** The compiler by this name, or else the one that `CC` names, or the first that is there. */
export function findCompiler(command: string | undefined): Compiler {
  const asked = command ?? (process.env["CC"] || undefined);
  const found = (asked === undefined ? commands : [asked])
    .map(probe)
    .find((compiler) => compiler !== undefined);
  if (found) return found;
  throw new UnsupportedError(
    asked === undefined
      ? `native: there is no C compiler: ${commands.join(", ")} do not run.`
      : `native: the C compiler ${asked} does not run.`,
    "Install gcc or clang, name one by the option `compiler`, or use the WebAssembly engine.",
  );
}

/** What scripts/sanitize.ts asks for. The process must have been started with the library of the sanitizer. */
function sanitizers(): readonly string[] {
  const asked = process.env["UNROLL_NATIVE_SANITIZE"];
  return asked ? [`-fsanitize=${asked}`, "-fno-sanitize-recover=all", "-fno-omit-frame-pointer", "-g"] : [];
}

const known = new Map<string, Compiler | undefined>();

/** What a command says of itself, asked once. */
function probe(command: string): Compiler | undefined {
  if (!known.has(command)) known.set(command, ask(command));
  return known.get(command);
}

/** A command may have words, as `CC` has them for make. A file whose path has blanks is a command all the same. */
function start(command: string, flags: readonly string[], input: string): SpawnSyncReturns<string> {
  const [file, ...words] = wordsOf(command);
  return spawnSync(file!, [...words, ...flags], { input, encoding: "utf8" });
}

const wordsOf = (command: string): readonly string[] =>
  existsSync(command) ? [command] : command.trim().split(/\s+/);

function ask(command: string): Compiler | undefined {
  const isAsked = wordsOf(command).some((word) => asksForProcessor.test(word));
  for (const processor of isAsked ? [[]] : native) {
    const { status, stdout } = start(command, [...processor, "-dM", "-E", "-x", "c", "-"], "");
    if (status === 0) return described(command, processor, stdout);
  }
  return undefined;
}

/** A compiler by the macros that it defines. */
function described(command: string, processor: readonly string[], macros: string): Compiler {
  const has = (macro: string): boolean => macros.includes(`#define ${macro} `);
  const wide = has("__AVX512F__") && has("__AVX512DQ__") && has("__AVX512BW__");
  const vector = wide ? 64 : has("__AVX2__") ? 32 : 16;
  const width = wide ? ["-mprefer-vector-width=512"] : [];
  return {
    command,
    flags: [...flags, ...(has("__clang__") ? [] : flagsOfGcc), ...processor, ...width, ...sanitizers()],
    identity: macros,
    machine: { vector, registers: wide || has("__aarch64__") ? 32 : 16 },
    canFuse: has("__FMA__") || has("__ARM_FEATURE_FMA"),
    isWatched: sanitizers().length > 0,
  };
}

/** Compile a source to a library. Throws: UnsupportedError with what the compiler says. */
export function compileSource({ command, flags }: Compiler, source: string, library: string): void {
  const words = [...flags, "-x", "c", "-", "-o", library, "-lm", "-lpthread"];
  const { status, signal, error, stderr } = start(command, words, source);
  if (status === 0) return;
  // One that ends before it has read all of the source has an error of the pipe as well, which says nothing.
  const said = stderr?.trim().split("\n").slice(0, 5).join("\n");
  throw new UnsupportedError(
    `native: ${command} did not compile the program: ${said || (error?.message ?? signal)}.`,
    "Name another compiler by the option `compiler`, or use the WebAssembly engine.",
  );
}
