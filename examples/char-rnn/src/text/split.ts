/** The parts of a text, and its documents. */
import { UnrollError } from "@unroll/core";
import { partition, type Partition, type Vocabulary } from "@unroll/data";

export interface DocumentOptions {
  readonly documents: "none" | "line" | "file";
}

export interface SplitOptions {
  /** The share that is validated with. */
  readonly heldOut: number;
  /** The share behind it that is kept for a test. */
  readonly test: number;
}

export type Split = Partition;

/** Stands between two files: ASCII's record separator, which no text of characters has. */
export const separator = "\x1e";

/**
 * The symbol that begins a document: the end of the line before it, or what stands between two files.
 *
 * Throws: UnrollError when the text has none.
 */
export function boundaryOf(
  documents: DocumentOptions["documents"],
  vocabulary: Vocabulary,
): number | undefined {
  if (documents === "none") return undefined;
  const [id] = vocabulary.encode(documents === "line" ? "\n" : separator, { unknown: "skip" });
  if (id !== undefined && id !== vocabulary.unknown) return id;
  throw new UnrollError(
    `text: there is one ${documents} only, so there are no documents.`,
    documents === "file" ? "Name a folder of files: --data FOLDER." : "Leave out --documents line.",
  );
}

/**
 * The parts for training, validation and test, in this order: each symbol is in one of them. With documents each is
 * whole: a part begins where a document does.
 *
 * Throws: DataError when a part would be empty; UnrollError when a document has no end in its part.
 */
export function splitText(ids: Int32Array, { heldOut, test }: SplitOptions, boundary?: number): Split {
  const parts = partition(ids, { train: 1 - heldOut - test, validation: heldOut, test });
  if (boundary === undefined) return parts;
  const cuts = [parts.train.length, parts.train.length + parts.validation.length].map((cut) =>
    cut === ids.length ? cut : ids.indexOf(boundary, cut),
  );
  const [first = -1, second = -1] = cuts;
  if (first < 0 || second < 0 || (first === second && heldOut > 0)) {
    throw new UnrollError(
      "text: a document is longer than the part that it is in.",
      "Hold more of the text out (--held-out, --test), or leave out --documents.",
    );
  }
  return {
    train: ids.subarray(0, first),
    validation: ids.subarray(first, second),
    test: ids.subarray(second),
  };
}
