/** How one class was predicted, each as a share of 1. NaN where there is nothing to divide by. */
export interface ClassMeasures {
  readonly name: string;
  /** How many examples have it as their target. */
  readonly count: number;
  /** The share of all examples that were rightly said to be of it, or not to be. */
  readonly accuracy: number;
  /** Of the predictions of it, the share that is right. */
  readonly precision: number;
  /**
   * Of its examples, the share that is found: Torch7's row accuracy. One less this is the share of false rejections.
   */
  readonly recall: number;
  /** The harmonic mean of precision and recall. */
  readonly f1: number;
  /** Right ones over all that are of it or were said to be: Torch7's union accuracy, the measure of PASCAL VOC. */
  readonly overlap: number;
  /** Of the examples of other classes, the share that was said to be of it. */
  readonly falseAcceptance: number;
}

type Share = "accuracy" | "precision" | "recall" | "f1" | "overlap" | "falseAcceptance";

/** Measures of all classes together. */
export interface Averages {
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly overlap: number;
  readonly falseAcceptance: number;
}

/** How well all classes were predicted, and each. */
export interface Measures {
  /** How many examples were counted. */
  readonly total: number;
  /** The share of examples whose class was predicted: Torch7's global accuracy. */
  readonly accuracy: number;
  readonly classes: readonly ClassMeasures[];
  /** Means over the classes for which a measure is defined. */
  readonly macro: Averages;
  /** The same, each class by its count. */
  readonly weighted: Averages;
}

/** Measures of counts, whose rows are targets and whose columns predictions. */
export function measuresOf(names: readonly string[], counts: readonly (readonly number[])[]): Measures {
  const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);
  const total = sum(counts.map(sum));
  const classes = names.map((name, k): ClassMeasures => {
    const right = counts[k]![k]!;
    const count = sum(counts[k]!);
    const predicted = sum(counts.map((row) => row[k]!));
    return {
      name,
      count,
      accuracy: (total - count - predicted + 2 * right) / total,
      precision: right / predicted,
      recall: right / count,
      f1: (2 * right) / (count + predicted),
      overlap: right / (count + predicted - right),
      falseAcceptance: (predicted - right) / (total - count),
    };
  });
  const accuracy = sum(counts.map((row, k) => row[k]!)) / total;
  return {
    total,
    accuracy,
    classes,
    macro: averaged(classes, () => 1),
    weighted: averaged(classes, ({ count }) => count),
  };
}

function averaged(classes: readonly ClassMeasures[], weightOf: (one: ClassMeasures) => number): Averages {
  const mean = (share: Share): number => {
    const defined = classes.filter((one) => !Number.isNaN(one[share]));
    const weight = defined.reduce((sum, one) => sum + weightOf(one), 0);
    return defined.reduce((sum, one) => sum + weightOf(one) * one[share], 0) / weight;
  };
  return {
    accuracy: mean("accuracy"),
    precision: mean("precision"),
    recall: mean("recall"),
    f1: mean("f1"),
    overlap: mean("overlap"),
    falseAcceptance: mean("falseAcceptance"),
  };
}
