import { UnrollError } from "@unroll/core";

/** Which labels may begin a sequence, end it, and follow each other. What is left out may. */
export interface CrfConstraints {
  readonly transition?: (from: number, to: number) => boolean;
  readonly start?: (label: number) => boolean;
  readonly end?: (label: number) => boolean;
}

/** A label such as `B-NP`, taken apart; `O` has no type. */
interface Chunk {
  readonly prefix: string;
  readonly type: string;
}

const prefixes = { BIO: ["B", "I", "O"], IOBES: ["B", "I", "O", "E", "S"] } as const;

/**
 * The constraints of labels that mark chunks of words.
 *
 * In BIO, `I-x` follows `B-x` or `I-x` alone. In IOBES a chunk of one word is `S-x`, and a longer one begins with
 * `B-x` and is not over before `E-x`.
 *
 * Throws: UnrollError for a label that the scheme does not know.
 * Source: Ramshaw and Marcus, Text Chunking using Transformation-Based Learning, 1995; the second scheme
 * as in Lample et al., Neural Architectures for Named Entity Recognition, 2016.
 *
 *     const tagger = crf(labels.length, { allowed: chunkConstraints(labels) });
 */
export function chunkConstraints(
  labels: readonly string[],
  scheme: "BIO" | "IOBES" = "BIO",
): Required<CrfConstraints> {
  const chunks = labels.map((label) => parse(label, scheme));
  const closes = scheme === "IOBES";
  /** Whether a chunk is open after a label: in BIO it may go on, in IOBES it must. */
  const opens = ({ prefix }: Chunk): boolean => prefix === "B" || prefix === "I";
  const goesOn = ({ prefix }: Chunk): boolean => prefix === "I" || prefix === "E";
  return {
    start: (label) => !goesOn(chunks[label]!),
    end: (label) => !closes || !opens(chunks[label]!),
    transition(from, to) {
      const [before, after] = [chunks[from]!, chunks[to]!];
      if (goesOn(after)) return opens(before) && before.type === after.type;
      return !closes || !opens(before);
    },
  };
}

function parse(label: string, scheme: "BIO" | "IOBES"): Chunk {
  const known: readonly string[] = prefixes[scheme];
  const [prefix = "", ...rest] = label.split("-");
  const type = rest.join("-");
  if (known.includes(prefix) && (prefix === "O") === (type === "")) return { prefix, type };
  throw new UnrollError(
    `chunkConstraints: ${JSON.stringify(label)} is no label of ${scheme}.`,
    `Labels are O, and ${known.filter((one) => one !== "O").join("-, ")}- before a type.`,
  );
}
