/**
 * Whether two outputs are the same but for what differs a little between processors, which sum in
 * other orders: times by up to 20 ms, probabilities by up to 0.02.
 */
export function isLikeShown(output: string, shown: string): boolean {
  const [ours, theirs] = [numbersOf(output), numbersOf(shown)];
  if (ours.rest !== theirs.rest) return false;
  return ours.numbers.every((number, index) => Math.abs(number - theirs.numbers[index]!) < 0.0205);
}

/** `01:02.345`, `00:01:02,345`; a row's times in milliseconds; a probability. */
const pattern = /\b(?:\d+:)?\d+:\d\d[.,]\d{2,3}\b|^\d+\t\d+\b|\b[01]\.\d{3,}\b/gm;

/** The numbers in a text, in seconds where they are times, and the text without them. */
function numbersOf(text: string): { numbers: number[]; rest: string } {
  const numbers = Array.from(text.matchAll(pattern), ([found]) => {
    if (found.includes("\t")) return found.split("\t").map((ms) => Number(ms) / 1000);
    const parts = found.replace(",", ".").split(":").map(Number);
    return [parts.reduce((sum, part) => sum * 60 + part, 0)];
  });
  return { numbers: numbers.flat(), rest: text.replaceAll(pattern, "#") };
}
