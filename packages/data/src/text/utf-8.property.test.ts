import fc from "fast-check";
import { expect, test } from "vitest";
import { invalidUtf8 } from "./utf-8.ts";

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** The bytes at which the rules for UTF-8 change. */
const edges = [
  0x00, 0x61, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee,
  0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
];
const bytes = fc.array(fc.constantFrom(...edges), { maxLength: 8 }).map((list) => Uint8Array.from(list));

test("a text is refused exactly when the platform's decoder refuses it", () => {
  fc.assert(
    fc.property(bytes, (x) => {
      expect(invalidUtf8(x) < 0).toBe(isUtf8(x));
    }),
  );
});

test("everything before the position is UTF-8, and no character begins there", () => {
  fc.assert(
    fc.property(bytes, (x) => {
      const position = invalidUtf8(x);
      fc.pre(position >= 0);
      expect(isUtf8(x.subarray(0, position))).toBe(true);
      for (let length = 1; length <= 4; length++) {
        if (position + length <= x.length)
          expect(isUtf8(x.subarray(position, position + length))).toBe(false);
      }
    }),
  );
});

test("every code point is UTF-8", () => {
  const encoder = new TextEncoder();
  for (let code = 0; code <= 0x10ffff; code += 37) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    if (invalidUtf8(encoder.encode(String.fromCodePoint(code))) >= 0) expect.fail(`U+${code.toString(16)}`);
  }
});
