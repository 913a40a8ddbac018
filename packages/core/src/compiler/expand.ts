import { dtypesOf, type Body, type Reference, type Unary } from "../ir/instruction.ts";
import type { Kernel, ReduceKernel } from "../ir/kernel.ts";
import { Scalar, type Expr } from "../ir/scalar.ts";
import type { Results } from "../ir/space.ts";
import type { DType } from "../tensor/type.ts";
import { constantPower } from "./expand/constant-power.ts";
import { erf } from "./expand/erf.ts";
import { exp, expm1, sigmoid } from "./expand/exponential.ts";
import { log, log1p } from "./expand/logarithm.ts";
import type { Expansion } from "./expand/numbers.ts";
import { pow } from "./expand/power.ts";
import { cos, sin } from "./expand/sine.ts";
import { tanh } from "./expand/tanh.ts";

const expansions: Readonly<Partial<Record<Unary, Expansion>>> = {
  exp,
  expm1,
  log,
  log1p,
  tanh,
  sigmoid,
  erf,
  sin,
  cos,
};

/**
 * A kernel whose named functions are written in simple instructions, so that every printer gives the same
 * numbers. Instructions that nothing needs are left out.
 */
export function expandKernel(kernel: Kernel): Kernel {
  switch (kernel.form) {
    case "map": {
      const { body, results } = expand({ body: kernel.body, results: kernel.writes }, kernel.dtypes);
      return { ...kernel, body, writes: results };
    }
    case "reduce":
      return expandReduce(kernel);
    default:
      return kernel;
  }
}

function expandReduce(kernel: ReduceKernel): ReduceKernel {
  const { dtypes, accumulators } = kernel;
  const given = dtypesOf(kernel.body, dtypes);
  const accumulated = accumulators.map(({ combine, of }) => (combine.startsWith("arg") ? "i32" : given[of]!));
  const { body, results } = expand({ body: kernel.body, results: accumulators.map(({ of }) => of) }, dtypes);
  const epilogue = expand({ body: kernel.epilogue, results: kernel.writes }, dtypes, accumulated);
  return {
    ...kernel,
    body,
    accumulators: accumulators.map(({ combine }, i) => ({ combine, of: results[i]! })),
    epilogue: epilogue.body,
    writes: epilogue.results,
  };
}

/** A body without named functions, and where its results are now. */
export function expand(
  { body, results }: Results,
  operands: readonly DType[],
  accumulators: readonly DType[] = [],
): Results {
  const s = new Scalar();
  const dtypes = dtypesOf(body, operands, accumulators);
  const made = new Map<Reference, Expr>();
  const exprAt = (at: Reference): Expr => {
    const expr = made.get(at) ?? rewrite(s, at, { body, dtypes, exprAt });
    made.set(at, expr);
    return expr;
  };
  return { results: results.map((at) => exprAt(at).at), body: s.body };
}

/** What an instruction is rewritten from. */
interface From {
  readonly body: Body;
  readonly dtypes: readonly DType[];
  /** What a scalar of that body is now. */
  exprAt(at: Reference): Expr;
}

function rewrite(s: Scalar, at: Reference, from: From): Expr {
  const { exprAt } = from;
  const [i, dtype] = [from.body[at]!, from.dtypes[at]!];
  switch (i.op) {
    case "read":
      return s.read(i.operand, dtype);
    case "readAt":
      return s.readAt(i.operand, dtype, exprAt(i.index), i);
    case "index":
      return s.index(i.dimension);
    case "constant":
      return s.constant(dtype, i.value);
    case "accumulator":
      return s.accumulator(i.which, dtype);
    case "cast":
      return s.cast(exprAt(i.x), i.to);
    case "exponent":
      return s.exponent(exprAt(i.x));
    case "scale":
      return s.scale(exprAt(i.x), exprAt(i.n));
    case "fma":
      return s.fma(exprAt(i.x), exprAt(i.y), exprAt(i.z));
    case "select":
      return s.select(exprAt(i.when), exprAt(i.x), exprAt(i.y));
    case "pow":
      return power(s, exprAt(i.x), i.y, from);
    default: {
      if ("y" in i) return s[i.op](exprAt(i.x), exprAt(i.y));
      const expansion = expansions[i.op];
      return expansion ? expansion(s, exprAt(i.x)) : s[i.op](exprAt(i.x));
    }
  }
}

function power(s: Scalar, x: Expr, exponent: Reference, { body, exprAt }: From): Expr {
  const known = body[exponent]!;
  const simple = known.op === "constant" ? constantPower(s, x, known.value) : undefined;
  return simple ?? pow(s, x, exprAt(exponent));
}
