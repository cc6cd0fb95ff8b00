/** What a program makes of an answer. */
export interface Understood {
  text: string;
  /** As its user sees it: a code, a name, or nothing where the program drops it. */
  language?: string;
  duration?: number;
  segments?: readonly { start: number; end: number; text: string }[];
  words?: readonly { word: string; start: number; end: number }[];
}

type Fields = Record<string, unknown>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Fails as a strict parser does where a field has another type than it was written for. */
class Strict {
  readonly #fields: Fields;
  readonly #where: string;

  constructor(value: unknown, where: string) {
    if (!isFields(value)) throw new Error(`${where} is no object`);
    this.#fields = value;
    this.#where = where;
  }

  text(name: string): string {
    return this.#of(name, "string");
  }

  number(name: string): number {
    return this.#of(name, "number");
  }

  /** Undefined where it is absent or null. */
  optional<T>(name: string, read: (name: string) => T): T | undefined {
    return (this.#fields[name] ?? null) === null ? undefined : read.call(this, name);
  }

  /** A number without a fraction: .NET takes no other for its integers. */
  integer(name: string): number {
    const value = this.number(name);
    if (!Number.isInteger(value)) throw new Error(`${this.#where}.${name} is no whole number`);
    return value;
  }

  numbers(name: string): number[] {
    const value = this.#fields[name];
    const isList = Array.isArray(value) && value.every((one) => typeof one === "number");
    if (!isList) throw new Error(`${this.#where}.${name} is no list of numbers`);
    return value;
  }

  list<T>(name: string, read: (item: Strict) => T): T[] {
    const value = this.#fields[name];
    if (!Array.isArray(value)) throw new Error(`${this.#where}.${name} is no list`);
    return value.map((item, i) => read(new Strict(item, `${this.#where}.${name}[${i}]`)));
  }

  within(name: string): Strict {
    return new Strict(this.#fields[name], `${this.#where}.${name}`);
  }

  #of(name: string, type: "string"): string;
  #of(name: string, type: "number"): number;
  #of(name: string, type: string): unknown {
    const value = this.#fields[name];
    if (typeof value !== type) throw new Error(`${this.#where}.${name} is no ${type}`);
    return value;
  }
}

async function json(answer: Response): Promise<Strict> {
  if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
  return new Strict(await answer.json(), "answer");
}

const spanOf = (item: Strict) => ({ start: item.number("start"), end: item.number("end") });

const wordOf = (item: Strict) => ({ word: item.text("word"), ...spanOf(item) });

/** Programs that want the text and nothing else. */
export async function readText(answer: Response): Promise<Understood> {
  return { text: (await json(answer)).text("text") };
}

/** Names of languages that the AI SDK knows, of those that the model writes. */
const aiSdkLanguages: Readonly<Record<string, string>> = {
  english: "en",
  german: "de",
  chinese: "zh",
  french: "fr",
};

/** The AI SDK drops an answer with one segment that lacks one of ten fields, or has null there. */
export async function readAsAiSdk(answer: Response): Promise<Understood> {
  const body = await json(answer);
  const text = body.text("text");
  if (text === "") throw new Error("no transcript was generated");
  const language = body.optional("language", body.text);
  const segments = body.optional("segments", (name) =>
    body.list(name, (item) => {
      for (const field of ["id", "seek", "temperature", "avg_logprob"]) item.number(field);
      for (const field of ["compression_ratio", "no_speech_prob"]) item.number(field);
      item.numbers("tokens");
      return { ...spanOf(item), text: item.text("text") };
    }),
  );
  const words = body.optional("words", (name) => body.list(name, wordOf));
  const duration = body.optional("duration", body.number);
  const code = aiSdkLanguages[language ?? ""];
  return {
    text,
    ...(code === undefined ? {} : { language: code }),
    ...(duration === undefined ? {} : { duration }),
    ...(segments === undefined ? {} : { segments }),
    ...(words === undefined ? {} : { words }),
  };
}

/** A segment as Subtitle Edit holds it: its numbers are whole where .NET's are. */
function subtitleEditSegment(item: Strict) {
  item.integer("id");
  item.optional("seek", item.integer);
  item.optional("tokens", item.numbers)?.forEach((token) => {
    if (!Number.isInteger(token)) throw new Error("a token is no whole number");
  });
  for (const field of ["avg_logprob", "no_speech_prob"]) item.optional(field, item.number);
  return { ...spanOf(item), text: item.text("text") };
}

/** Subtitle Edit without streaming. */
export async function readAsSubtitleEdit(answer: Response): Promise<Understood> {
  const body = await json(answer);
  return {
    text: body.text("text"),
    words: body.list("words", wordOf),
    segments: body.list("segments", subtitleEditSegment),
    duration: body.number("duration"),
  };
}

/**
 * Subtitle Edit while it streams: it sees only data below a line `event:`, drops a delta whose
 * `segment_id` is no number, and takes segments from `segment` within their events, or else from
 * the last one.
 */
export async function readAsSubtitleEditStream(answer: Response): Promise<Understood> {
  if (!answer.headers.get("content-type")?.startsWith("text/event-stream"))
    throw new Error(`no stream: ${answer.status} ${await answer.text()}`);
  let text = "";
  const segments: ReturnType<typeof subtitleEditSegment>[] = [];
  for (const { event, data } of eventsOf(await answer.text())) {
    if (event === "" || data === "[DONE]") continue;
    const fields = new Strict(JSON.parse(data), event);
    if (event === "transcript.text.delta") {
      fields.optional("segment_id", fields.integer);
      text += fields.text("delta");
    } else if (event === "transcript.text.segment") {
      segments.push(subtitleEditSegment(fields.within("segment")));
    } else if (event === "transcript.text.done" && segments.length === 0) {
      segments.push(
        ...(fields.optional("segments", (name) => fields.list(name, subtitleEditSegment)) ?? []),
      );
    }
  }
  return { text: text.trim(), segments };
}

/** openai-node: any event with `error` fails, what comes after `[DONE]` is not read. */
export async function readAsOpenAiNodeStream(answer: Response): Promise<Understood> {
  let joined = "";
  let done: string | undefined;
  for (const { data } of eventsOf(await answer.text())) {
    if (data === "[DONE]") {
      if (done !== joined) throw new Error(`"${joined}" came, and then "${done}"`);
      return { text: joined };
    }
    const fields = new Strict(JSON.parse(data), "event");
    fields.optional("error", () => {
      throw new Error(data);
    });
    const type = fields.text("type");
    if (type === "transcript.text.delta") joined += fields.text("delta");
    if (type !== "transcript.text.done") continue;
    if (done !== undefined) throw new Error("two events say that the transcript is done");
    done = fields.text("text");
    const usage = fields.within("usage");
    if (usage.text("type") === "tokens") usage.integer("total_tokens");
    else usage.number("seconds");
  }
  throw new Error("the stream ended without [DONE]");
}

/** TypeWhisper: silence is where every segment says so. */
export async function readAsTypeWhisper(answer: Response): Promise<Understood> {
  const body = await json(answer);
  return {
    text: body.text("text"),
    language: body.text("language"),
    duration: body.number("duration"),
    segments: body.list("segments", (item) => {
      const probability = item.number("no_speech_prob");
      if (probability < 0 || probability > 1) throw new Error("no_speech_prob is no probability");
      return { ...spanOf(item), text: item.text("text") };
    }),
  };
}

/** Events of a stream that is complete, by the rules of its field. */
export function eventsOf(stream: string): { event: string; data: string }[] {
  return stream
    .split("\n\n")
    .map((block) => block.split("\n"))
    .map((lines) => {
      const valuesOf = (name: string) =>
        lines
          .filter((line) => line.startsWith(`${name}:`))
          .map((line) => line.slice(name.length + 1).replace(/^ /, ""));
      return { event: valuesOf("event").at(-1) ?? "", data: valuesOf("data").join("\n") };
    })
    .filter(({ data }) => data !== "");
}
