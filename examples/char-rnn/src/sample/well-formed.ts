/** Keeps a model of bytes from writing what is no UTF-8. */
import type { Vocabulary } from "@unroll/data";

/** What may come next: bytes that continue a character, and how many of them are missing; none at its end. */
export interface Pending {
  readonly missing: number;
  readonly low: number;
  readonly high: number;
}

export interface Guard {
  /** Between two characters. */
  readonly start: Pending;
  /** Whether a symbol can come next. */
  allows(pending: Pending, id: number): boolean;
  /** What may come after it. */
  after(pending: Pending, id: number): Pending;
}

const whole: Pending = { missing: 0, low: 0, high: 0xff };

/** Symbols that are whole characters may follow one another as they like. */
const anything: Guard = { start: whole, allows: () => true, after: () => whole };

/**
 * What keeps texts of a vocabulary well-formed. A byte that begins a character is allowed when the vocabulary has one
 * that can follow it. A vocabulary that has no byte to begin with is of no text, and everything is allowed.
 *
 * Source: The Unicode Standard 16.0, 2024, table 3-7.
 */
export function guardOf(vocabulary: Vocabulary): Guard {
  const json = vocabulary.toJSON();
  if (json.kind !== "bytes") return anything;
  const bytes = json.symbols;
  const isThere = ({ low, high }: Pending): boolean => bytes.some((byte) => byte >= low && byte <= high);
  const begins = new Set(bytes.filter((byte) => isLead(byte) && isThere(afterLead(byte))));
  if (begins.size === 0) return anything;
  return {
    start: whole,
    allows({ missing, low, high }, id) {
      const byte = bytes[id]!;
      return missing === 0 ? begins.has(byte) : byte >= low && byte <= high;
    },
    after: ({ missing }, id) =>
      missing > 1
        ? { missing: missing - 1, low: 0x80, high: 0xbf }
        : missing === 1
          ? whole
          : afterLead(bytes[id]!),
  };
}

const isLead = (byte: number): boolean => byte < 0x80 || (byte >= 0xc2 && byte <= 0xf4);

/** Narrower where there would be overlong forms, surrogates, or code points beyond the last. */
function afterLead(lead: number): Pending {
  if (lead < 0xc2 || lead > 0xf4) return whole;
  const missing = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  return { missing, low, high };
}
