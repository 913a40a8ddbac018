import { powerOfTwo } from "./exponential.ts";
import { constantsOf, polynomial, tableFor, type Expansion, type PerFloat } from "./numbers.ts";

interface ErrorFunction {
  /** Where the second fit begins, and where erf is 1. */
  readonly range: readonly [least: number, most: number];
  /** erf(x) / x as a polynomial in x^2, below the range. */
  readonly small: readonly number[];
  /** log2(1 - erf(x)) on the range. */
  readonly large: readonly number[];
}

// Minimax fits by the Remez exchange. That of the logarithm has the weight with which its error shows in
// erf, which falls so fast that one polynomial does for the whole range.
const errorFunctions: PerFloat<ErrorFunction> = {
  f32: {
    range: [0.5, 4],
    small: [
      1.1283791065216064, -0.37612608075141907, 0.11282822489738464, -0.02675718441605568,
      0.0047179898247122765,
    ],
    large: [
      5.252270420896821e-5, -1.6283963918685913, -0.9165092706680298, -0.15255609154701233,
      0.033427465707063675, -0.004757675342261791, 0.0003227883717045188,
    ],
  },
  f64: {
    range: [0.9, 6],
    small: [
      1.1283791670955126, -0.37612638903183726, 0.11283791670953704, -0.026866170644806658,
      0.005223977621603439, -0.0008548326754931687, 0.00012055321042605304, -1.4925299748500621e-5,
      1.645521405934868e-6, -1.6275477241901783e-7, 1.404605298695529e-8, -8.481862451565954e-10,
    ],
    large: [
      -9.798798504213642e-8, -1.6279059874087114, -0.9184532669039749, -0.14825455594125433,
      0.027567135899598617, 0.0003411313692988726, -0.0024808157007796478, 0.00086258163884559,
      -2.145153852497679e-5, -0.00012533704139619552, 7.545505129206009e-5, -2.7496004078040635e-5,
      7.2591300060166555e-6, -1.4465376138494754e-6, 2.174649317380491e-7, -2.4031591224579237e-8,
      1.8465826175645964e-9, -8.821910972855416e-11, 1.9735918639395165e-12,
    ],
  },
};

/** The error function, never beyond 1. Within 2.6 ulp. */
export const erf: Expansion = (s, x) => {
  const { range, small, large } = tableFor(x, errorFunctions);
  const constant = constantsOf(s, x);
  const size = s.abs(x);
  const rest = powerOfTwo(s, polynomial(s, s.min(size, constant(range[1])), large));
  const [one, isNegative] = [constant(1), s.less(x, constant(0))];
  const far = s.select(isNegative, s.subtract(rest, one), s.subtract(one, rest));
  const near = s.multiply(x, polynomial(s, s.multiply(x, x), small));
  return s.select(s.less(size, constant(range[0])), near, far);
};
