import { dtypesOf, type Instruction, type Reference, type Unary } from "../ir/instruction.ts";
import type { Kernel, ReduceKernel } from "../ir/kernel.ts";
import { Scalar, type Expr } from "../ir/scalar.ts";
import type { Results } from "../ir/space.ts";
import type { DType } from "../tensor/type.ts";
import { exp, expm1, sigmoid } from "./expand/exponential.ts";
import { log, log1p } from "./expand/logarithm.ts";
import type { Expansion } from "./expand/polynomial.ts";
import { tanh } from "./expand/tanh.ts";

const expansions: Readonly<Partial<Record<Unary, Expansion>>> = {
  exp,
  expm1,
  log,
  log1p,
  tanh,
  sigmoid,
};

/**
 * A kernel whose named functions are written in simple instructions, so that every printer gives the same numbers.
 * Instructions that nothing needs are left out.
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
    const expr = made.get(at) ?? rewrite(s, body[at]!, dtypes[at]!, exprAt);
    made.set(at, expr);
    return expr;
  };
  const moved = results.map((at) => exprAt(at).at);
  return { body: s.body, results: moved };
}

/** An instruction in another body; `at` gives the scalars there that it takes. */
function rewrite(s: Scalar, i: Instruction, dtype: DType, at: (x: Reference) => Expr): Expr {
  switch (i.op) {
    case "read":
      return s.read(i.operand, dtype);
    case "readAt":
      return s.readAt(i.operand, dtype, at(i.index), i);
    case "index":
      return s.index(i.dimension);
    case "constant":
      return s.constant(dtype, i.value);
    case "accumulator":
      return s.accumulator(i.which, dtype);
    case "cast":
      return s.cast(at(i.x), i.to);
    case "exponent":
      return s.exponent(at(i.x));
    case "scale":
      return s.scale(at(i.x), at(i.n));
    case "fma":
      return s.fma(at(i.x), at(i.y), at(i.z));
    case "select":
      return s.select(at(i.when), at(i.x), at(i.y));
    default: {
      if ("y" in i) return s[i.op](at(i.x), at(i.y));
      const expansion = expansions[i.op];
      return expansion ? expansion(s, at(i.x)) : s[i.op](at(i.x));
    }
  }
}
