// GPT-2's alphabet: a printable character for each byte, so that tokens are texts in files.

/** The character of each byte: itself when printable, else one from U+0100 on. */
export const byteCharacters: readonly string[] = (() => {
  const printable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let spare = 256;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(printable(byte) ? byte : spare++),
  );
})();

/** The byte of each character of the alphabet by its code point; -1 where there is none. */
export const characterBytes: Int16Array = (() => {
  const bytes = new Int16Array(0x800).fill(-1);
  for (const [byte, character] of byteCharacters.entries()) bytes[character.charCodeAt(0)] = byte;
  return bytes;
})();

/** The bytes that a token of a file stands for; undefined when it is not of the alphabet. */
export function tokenBytes(token: string): Uint8Array | undefined {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = characterBytes[token.charCodeAt(i)] ?? -1;
    if (byte < 0) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}

/** The text of a file that stands for these bytes. */
export function tokenText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byteCharacters[byte]!).join("");
}

/**
 * The byte of the character that UTF-8 has at `at`; -1 when it is none of the alphabet. Those take
 * one byte below 0x80 and two above.
 */
export function byteAt(utf8: Uint8Array, at: number): number {
  const first = utf8[at]!;
  if (first < 0x80) return characterBytes[first]!;
  const second = utf8[at + 1]!;
  const isPair = first >= 0xc2 && first < 0xe0 && (second & 0xc0) === 0x80;
  return isPair ? characterBytes[((first & 0x1f) << 6) | (second & 0x3f)]! : -1;
}
