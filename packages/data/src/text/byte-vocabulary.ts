import { DataError } from "../error.ts";
import { checkWellFormed, noId, unknownSymbol, type EncodeOptions, type Vocabulary } from "./vocabulary.ts";

/** A vocabulary of bytes. A text is its UTF-8 bytes. */
export interface ByteVocabulary extends Vocabulary {
  readonly kind: "bytes";
  readonly unknown: undefined;
  encode(text: string | Uint8Array, options?: EncodeOptions): Int32Array<ArrayBuffer>;
}

const everyByte: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => byte);

/**
 * The distinct bytes of a text in rising order, or all 256, which leave nothing unknown.
 *
 * Decoding is from UTF-8: bytes that form no character become U+FFFD.
 *
 * Throws: DataError when the text is empty.
 */
export function byteVocabulary(text: string | Uint8Array = everyByte): ByteVocabulary {
  const distinct = new Set(bytesOf("byteVocabulary", text));
  if (distinct.size === 0) throw new DataError("byteVocabulary: the text is empty.");
  return vocabularyOfBytes([...distinct].sort((a, b) => a - b));
}

/** The vocabulary in which the byte at each position has that position as its id. */
export function vocabularyOfBytes(symbols: readonly number[]): ByteVocabulary {
  const ids = new Int32Array(256).fill(-1);
  symbols.forEach((byte, id) => (ids[byte] = id));
  const byteOf = (id: number): number => symbols[id] ?? raise(noId(id, symbols.length));
  // A byte order mark is a symbol of the text like any other.
  const utf8 = (): TextDecoder => new TextDecoder("utf-8", { ignoreBOM: true });
  return {
    kind: "bytes",
    size: symbols.length,
    unknown: undefined,
    encode(text, options = {}) {
      const bytes = bytesOf("encode", text);
      const encoded = Int32Array.from(bytes, (byte) => ids[byte]!);
      if (options.unknown === "skip") return encoded.filter((id) => id >= 0);
      const position = encoded.indexOf(-1);
      if (position < 0) return encoded;
      throw unknownSymbol(`byte 0x${bytes[position]!.toString(16).padStart(2, "0")}`, position);
    },
    decode: (encoded) => utf8().decode(Uint8Array.from(encoded, byteOf)),
    decoder() {
      const decoder = utf8();
      return {
        push: (id) => decoder.decode(Uint8Array.of(byteOf(id)), { stream: true }),
        end: () => decoder.decode(),
      };
    },
    toJSON: () => ({ kind: "bytes", symbols }),
  };
}

function bytesOf(op: string, text: string | Uint8Array): Uint8Array {
  if (typeof text !== "string") return text;
  checkWellFormed(op, text);
  return new TextEncoder().encode(text);
}

function raise(error: Error): never {
  throw error;
}
