/**
 * Where the first bytes that form no character begin, or -1 when all is well.
 *
 * Source: The Unicode Standard 16.0, 2024, table 3-7.
 */
export function invalidUtf8(bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length;) {
    const lead = bytes[i]!;
    const length = lengthAfter(lead);
    if (length === 0 || i + length > bytes.length) return i;
    for (let k = 1; k < length; k++) {
      const [low, high] = k === 1 ? secondByte(lead) : [0x80, 0xbf];
      if (bytes[i + k]! < low || bytes[i + k]! > high) return i;
    }
    i += length;
  }
  return -1;
}

/** Bytes of the character that begins with `lead`; 0 when none does. */
function lengthAfter(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** Narrower where there would be overlong forms, surrogates, or code points beyond the last. */
function secondByte(lead: number): readonly [number, number] {
  if (lead === 0xe0) return [0xa0, 0xbf];
  if (lead === 0xed) return [0x80, 0x9f];
  if (lead === 0xf0) return [0x90, 0xbf];
  if (lead === 0xf4) return [0x80, 0x8f];
  return [0x80, 0xbf];
}
