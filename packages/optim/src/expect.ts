import { formatType, leaves, ShapeError, TreeError, UnrollError } from "@unroll/core";

const ranges = {
  "[0, 1)": (n: number): boolean => n >= 0 && n < 1,
  "[0, 1]": (n: number): boolean => n >= 0 && n <= 1,
  "(0, 1)": (n: number): boolean => n > 0 && n < 1,
  "(0, 1]": (n: number): boolean => n > 0 && n <= 1,
  "[0, Infinity)": (n: number): boolean => n >= 0 && n < Infinity,
  "(0, Infinity)": (n: number): boolean => n > 0 && n < Infinity,
  "[1, Infinity)": (n: number): boolean => n >= 1 && n < Infinity,
  "[4, Infinity)": (n: number): boolean => n >= 4 && n < Infinity,
  "(1, Infinity)": (n: number): boolean => n > 1 && n < Infinity,
  "(0, Infinity]": (n: number): boolean => n > 0,
};

/** Throws: UnrollError naming the option whose number lies outside of the range, or that is no number. */
export function expectIn(
  range: keyof typeof ranges,
  op: string,
  options: Readonly<Record<string, number>>,
): void {
  for (const [name, n] of Object.entries(options)) {
    const inside = typeof n === "number" && ranges[range](n);
    if (!inside) throw new UnrollError(`${op}: ${name}: ${String(n)} is not in ${range}.`);
  }
}

/** Throws: UnrollError naming the option that counts nothing. */
export function expectCount(op: string, options: Readonly<Record<string, number>>): void {
  for (const [name, n] of Object.entries(options)) {
    const counts = Number.isSafeInteger(n) && n > 0;
    if (!counts) throw new UnrollError(`${op}: ${name}: ${String(n)} is not a whole number above 0.`);
  }
}

/** Throws: TreeError when a memory does not consist of the parts that the transform remembers. */
export function expectParts(op: string, memory: object, parts: readonly string[]): void {
  const found = Object.keys(memory);
  if (found.length === parts.length && parts.every((part) => found.includes(part))) return;
  const outline = (keys: readonly string[]): string => (keys.length === 0 ? "{}" : `{ ${keys.join(", ")} }`);
  throw new TreeError(
    `${op}: memory is ${outline(found.toSorted())} and should be ${outline(parts.toSorted())}.`,
    "A transform is given the memory that its init made, or that its last update returned.",
  );
}

/** A tree and what messages say before its leaves: `["the gradients have", grads]`. */
type Labelled = readonly [has: string, tree: unknown];

/**
 * Throws: TreeError naming the leaves that one of two trees of values lacks; ShapeError where leaves differ in type.
 */
export function expectSameLeaves(op: string, [aHas, a]: Labelled, [bHas, b]: Labelled): void {
  const [inA, inB] = [typesOf(a), typesOf(b)];
  const onlyA = [...inA.keys()].filter((path) => !inB.has(path));
  const onlyB = [...inB.keys()].filter((path) => !inA.has(path));
  if (onlyA.length > 0 && onlyB.length > 0) {
    throw new TreeError(`${op}: ${aHas} ${list(onlyA)}; ${bHas} ${list(onlyB)}.`);
  }
  if (onlyA.length > 0) throw new TreeError(`${op}: ${aHas} ${list(onlyA)}, which ${bHas} not.`);
  if (onlyB.length > 0) throw new TreeError(`${op}: ${bHas} ${list(onlyB)}, which ${aHas} not.`);
  const different = [...inA.keys()].find((path) => inA.get(path) !== inB.get(path));
  if (different === undefined) return;
  const name = different || "the leaf";
  throw new ShapeError(`${op}: ${aHas} ${name} ${inA.get(different)}; ${bHas} ${inB.get(different)} there.`);
}

const typesOf = (tree: unknown): ReadonlyMap<string, string> =>
  new Map(leaves(tree).map(({ path, leaf }) => [path, formatType(leaf.type)]));

const shown = 5;

function list(paths: readonly string[]): string {
  const names = paths.slice(0, shown).map((path) => path || "a single leaf");
  return names.join(", ") + (paths.length > shown ? ` (and ${paths.length - shown} more)` : "");
}

/** Throws: UnrollError unless there are steps and each is later than the one before. */
export function expectRising(op: string, name: string, steps: readonly number[]): void {
  const rises = steps.every((n, i) => Number.isSafeInteger(n) && n > (steps[i - 1] ?? 0));
  if (steps.length > 0 && rises) return;
  throw new UnrollError(`${op}: ${name}: [${steps.join(", ")}] is no list of rising whole numbers above 0.`);
}
