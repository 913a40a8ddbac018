import { InternalError } from "../../../tensor/error.ts";
import { byteSize } from "../../../tensor/type.ts";
import type { ContractKernel, Dimension } from "../../../ir/kernel.ts";
import type { Local } from "../encode/code.ts";
import { byteStrides, type Frame } from "../kernel/frame.ts";
import type { Lanes } from "../kernel/lanes.ts";
import type { Span } from "../kernel/nest.ts";

/** The places of a product's operands: in the moves of its loops, and among the addresses they move. */
export const A = 0;
export const B = 1;
export const INIT = 2;
export const OUT = 3;

/**
 * Products of matrices: out = init + a b. Vectors run along the columns, which are those of b. Loops move a, b, init
 * and out, in this order.
 */
export interface Product {
  readonly dtype: "f32" | "f64" | "i32";
  readonly lanes: Lanes;
  /** Absent: sums start from zero. */
  readonly hasInit: boolean;
  /** Products of their own. */
  readonly batch: readonly Span[];
  /** Stripes of columns. */
  readonly stripes: readonly Span[];
  readonly rows: Span;
  readonly columns: Span;
  /** What is summed over, outer loops first. */
  readonly depth: readonly Span[];
}

/** A contraction as a product, and the addresses of its operands. Either side of it can be the columns. */
export function productOf(
  { f, dtypes, lanes }: Frame,
  kernel: ContractKernel,
  isFlipped: boolean,
): { readonly product: Product; readonly addresses: readonly Local[] } {
  const dtype = dtypes[0]!;
  if (dtype === "bool") throw new InternalError("wasm: a contraction is not defined on bool");
  const hasInit = kernel.init === "operand";
  const out = dtypes.length - 1;
  const roles = [isFlipped ? 1 : 0, isFlipped ? 0 : 1, hasInit ? 2 : out, out];
  const span = (dimension: Dimension): Span => {
    const strides = byteStrides(dimension, dtypes);
    const moves = roles.map((operand) => strides[operand]!);
    // Without an operand to start from, its place is taken by one that moves anyhow.
    return { size: dimension.size, moves: hasInit ? moves : moves.with(INIT, 0) };
  };
  const [m, n] = (isFlipped ? [kernel.n, kernel.m] : [kernel.m, kernel.n]).map((side) => side.map(span)) as [
    Span[],
    Span[],
  ];
  const rows = largest(m);
  const columns = n.findLast(({ moves }) => moves[B] === byteSize(dtype)) ?? largest(n);
  const product: Product = {
    dtype,
    lanes,
    hasInit,
    batch: [...kernel.batch.map(span), ...m.filter((other) => other !== rows)],
    stripes: n.filter((other) => other !== columns),
    rows: rows ?? single,
    columns: columns ?? single,
    depth: kernel.k.map(span),
  };
  return { product, addresses: roles.map((operand) => f.parameters[operand]!) };
}

const single: Span = { size: 1, moves: [0, 0, 0, 0] };

const largest = (spans: readonly Span[]): Span | undefined =>
  spans.reduce<Span | undefined>((best, span) => (span.size > (best?.size ?? 0) ? span : best), undefined);

/** How often all loops together turn. */
export const turnsOf = (spans: readonly Span[]): number =>
  spans.reduce((product, { size }) => product * size, 1);

/** Bytes from which on rows of b are far apart: of a page of memory, a stripe of columns then has two steps at most. */
const far = 2 ** 11;

/** Rows of a from which on copying a far b pays. */
export const worthCopying = 96;

/** Which sides have something between one step of the depth and the next that makes reading them slow. */
export function apart({ depth, columns, dtype }: Product): { readonly a: boolean; readonly b: boolean } {
  const size = byteSize(dtype);
  const inner = depth.at(-1)?.moves ?? [];
  const isPanel = columns.moves[B] === size && inner[B] === columns.size * size && inner[B] < far;
  return { a: inner[A] !== size, b: !isPanel };
}

const page = 2 ** 12;

/**
 * How much longer it takes to read both sides where they lie, rather than copies of what lies apart: measured on Zen 4.
 * `isDeep` sums are done in several goes.
 */
export function fartherAway(product: Product, isDeep: boolean): number {
  const { a, b } = apart(product);
  return 1 + (a && isDeep ? 0.06 : 0) + (b ? detourOfB(product, isDeep) : 0);
}

function detourOfB({ rows, depth }: Product, isDeep: boolean): number {
  // So few rows are never computed from copies of b: other ways are compared as they were measured.
  if (rows.size < worthCopying) return isDeep ? 0.06 : 0;
  const stride = Math.abs(depth.at(-1)?.moves[B] ?? 0);
  // Rows that are whole pages apart push each other out of the caches.
  if (stride > 0 && stride % page === 0) return 0.25;
  return isDeep ? 0.12 : 0.08;
}
