import { DataError } from "../error.ts";

/** The share of a text that each part gets. They sum to 1. */
export interface Fractions {
  readonly train: number;
  /** 0 by default. */
  readonly validation?: number;
  /** 0 by default. */
  readonly test?: number;
}

/** A text in three parts that follow one another. */
export interface Partition {
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

/**
 * Cut a text into training, validation and test parts, in this order. Each is one contiguous piece and every symbol is
 * in exactly one, so no stream of one part sees another. The parts are views: nothing is copied.
 *
 *     const { train, validation, test } = partition(ids, { train: 0.9, validation: 0.05, test: 0.05 });
 *
 * Throws: DataError when a fraction is not within 0 and 1, when they do not sum to 1, and when a part that should get
 * something would be empty.
 */
export function partition(ids: Int32Array, { train, validation = 0, test = 0 }: Fractions): Partition {
  const fractions = Object.entries({ train, validation, test });
  for (const [name, fraction] of fractions) {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new DataError(`partition: ${name} is ${fraction}: it must be within 0 and 1.`);
    }
  }
  const sum = train + validation + test;
  if (Math.abs(sum - 1) > 1e-12) {
    const given = fractions.map(([name, fraction]) => `${name} ${fraction}`).join(", ");
    throw new DataError(
      `partition: ${given}: the fractions sum to ${Number(sum.toPrecision(12))}, not to 1.`,
    );
  }
  const trainEnd = Math.round(train * ids.length);
  const validationEnd = Math.round((train + validation) * ids.length);
  const parts = {
    train: ids.subarray(0, trainEnd),
    validation: ids.subarray(trainEnd, validationEnd),
    test: ids.subarray(validationEnd),
  };
  for (const [name, fraction] of fractions) {
    if (fraction > 0 && parts[name as keyof Partition].length === 0) {
      throw new DataError(
        `partition: ${name} is empty: ${fraction} of ${ids.length} symbols is less than one.`,
      );
    }
  }
  return parts;
}
