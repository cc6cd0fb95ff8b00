/** What a word can mean within a spoken number. */
export type NumberWord =
  /** "oh": a digit that is always written behind what came before. */
  | { kind: "zero" }
  /** "seven", "sixty", and with a suffix "seventh", "sixties". */
  | { kind: "addend"; value: bigint; suffix?: string }
  /** "hundred", and with a suffix "hundreds", "hundredth". */
  | { kind: "multiplier"; value: bigint; suffix?: string }
  /** "minus": a sign before the number. */
  | { kind: "sign"; sign: string }
  /** "euros": written before the number, said after it. */
  | { kind: "currency"; sign: string }
  /** "percent", or "per" with the word that must follow. */
  | { kind: "percent"; follower?: string }
  /** "double" and "triple": how often the next digit is written. */
  | { kind: "repeat"; times: number }
  | { kind: "and" }
  | { kind: "point" };

const small = (
  "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen " +
  "sixteen seventeen eighteen nineteen"
).split(" ");
const tens = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const powers = (
  "million billion trillion quadrillion quintillion sextillion septillion octillion nonillion " +
  "decillion"
).split(" ");

/** Ordinals that are not the number and "th". Whisper's table has "nineth" and no "ninth". */
const irregular: Readonly<Record<string, string>> = {
  one: "first:st",
  two: "second:nd",
  three: "third:rd",
  five: "fifth:th",
  eight: "eighth:th",
  twelve: "twelfth:th",
};

function ordinal(name: string): [string, string] {
  const [word, suffix] = (irregular[name] ?? `${name}th:th`).split(":");
  return [word!, suffix!];
}

function* smallNumbers(): Generator<[string, NumberWord]> {
  for (const [index, name] of small.entries()) {
    const value = BigInt(index + 1);
    const [word, suffix] = ordinal(name);
    yield [name, { kind: "addend", value }];
    yield [name === "six" ? "sixes" : `${name}s`, { kind: "addend", value, suffix: "s" }];
    yield [word, { kind: "addend", value, suffix }];
  }
  yield ["zeroth", { kind: "addend", value: 0n, suffix: "th" }];
}

function* roundNumbers(): Generator<[string, NumberWord]> {
  for (const [index, name] of tens.entries()) {
    const value = BigInt(index * 10 + 20);
    const stem = name.slice(0, -1);
    yield [name, { kind: "addend", value }];
    yield [`${stem}ies`, { kind: "addend", value, suffix: "s" }];
    yield [`${stem}ieth`, { kind: "addend", value, suffix: "th" }];
  }
}

function* multipliers(): Generator<[string, NumberWord]> {
  const values: [string, bigint][] = powers.map((name, index) => [
    name,
    1000n ** BigInt(index + 2),
  ]);
  for (const [name, value] of [["hundred", 100n], ["thousand", 1000n], ...values] as const) {
    yield [name, { kind: "multiplier", value }];
    yield [`${name}s`, { kind: "multiplier", value, suffix: "s" }];
    yield [`${name}th`, { kind: "multiplier", value, suffix: "th" }];
  }
}

function signs(kind: "sign" | "currency", table: Record<string, string>): [string, NumberWord][] {
  return Object.entries(table).map(([word, sign]) => [word, { kind, sign }]);
}

/** The words of spoken numbers. */
export const numberWords: ReadonlyMap<string, NumberWord> = new Map<string, NumberWord>([
  ...["o", "oh", "zero"].map((word): [string, NumberWord] => [word, { kind: "zero" }]),
  ...smallNumbers(),
  ...roundNumbers(),
  ...multipliers(),
  ...signs("sign", { minus: "-", negative: "-", plus: "+", positive: "+" }),
  ...signs("currency", { pound: "£", pounds: "£", euro: "€", euros: "€" }),
  ...signs("currency", { dollar: "$", dollars: "$", cent: "¢", cents: "¢" }),
  ["per", { kind: "percent", follower: "cent" }],
  ["percent", { kind: "percent" }],
  ["double", { kind: "repeat", times: 2 }],
  ["triple", { kind: "repeat", times: 3 }],
  ["and", { kind: "and" }],
  ["point", { kind: "point" }],
]);

/** The word's value when it is a plain "one" to "ninety". */
export function addendOf(word: string | undefined): bigint | undefined {
  const meaning = numberWords.get(word ?? "");
  return meaning?.kind === "addend" && meaning.suffix === undefined ? meaning.value : undefined;
}

/** Whether the word is a plain "hundred", "thousand" and so on. */
export function isMultiplier(word: string | undefined): boolean {
  const meaning = numberWords.get(word ?? "");
  return meaning?.kind === "multiplier" && meaning.suffix === undefined;
}

/** Whether the word can stand behind a decimal point. */
export function isDecimal(word: string | undefined): boolean {
  return addendOf(word) !== undefined || numberWords.get(word ?? "")?.kind === "zero";
}
