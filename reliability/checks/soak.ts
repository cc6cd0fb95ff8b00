import { randomBytes } from "node:crypto";
import type { Check, Random, Trials } from "../check.ts";
import { withoutProc } from "../children.ts";
import { pick } from "../random.ts";
import { type Holdings, Served, sampleText } from "../served.ts";

export const check: Check = {
  number: 29,
  title: "a server that is used for long",
  tries:
    "1,000 requests, ten an input, one in 20 broken and one in 20 given up; the last ones while " +
    "it is told to end: right texts, errors for what is broken, memory, descriptors and threads " +
    "as at first, no temporary file, and exit status 0 when all is answered",
  inputs: 100,
  inputsOfTest: 1,
  notRun: withoutProc,
};

const requestsOfInput = 10;
/**
 * How far the medians of memory after the first and after the last requests may lie apart. The
 * collector alone moves them by some 20 MB; 30 kB that each request left behind would show.
 */
const maxGrowthMb = 30;
const compared = 100;
/** Bun keeps some sockets and its pool some threads for later. */
const maxMore = 8;

type Kind = "json" | "srt" | "verbose_json" | "stream" | "broken" | "given up";

interface Round {
  kinds: Kind[];
  /** After how many milliseconds those that are given up are. */
  patienceMs: number[];
  isLast: boolean;
}

/** Uses one server for all inputs. */
export async function open(folder: string): Promise<Trials<Round>> {
  let server = await Served.start(folder);
  const found: Holdings[] = [];

  async function judge({ kinds, patienceMs, isLast }: Round): Promise<string | undefined> {
    const sent = kinds.map(async (kind, i) => {
      const why = await one(server, kind, patienceMs[i]!);
      if (!isLast) found.push(server.holdings());
      return why;
    });
    // Requests that have arrived are answered, those that come later may be refused.
    if (isLast) await Bun.sleep(100);
    const ended = isLast ? server.end() : undefined;
    const wrong = (await Promise.all(sent)).find((why) => why !== undefined);
    if (wrong !== undefined) return wrong;
    if (ended !== undefined) return await afterEnd(await ended);
    return (await server.idleAfter(2000)) === undefined ? "something is still at work" : undefined;
  }

  /** What is wrong with a server that has ended. */
  async function afterEnd(status: number): Promise<string | undefined> {
    const why = grown(found);
    server = await Served.start(folder);
    if (status !== 0) return `it ended with ${status}`;
    const { temporaryFiles } = server.holdings();
    return temporaryFiles > 0 ? `${temporaryFiles} temporary files stay` : why;
  }

  function input(random: Random, index: number): Round {
    const kinds = Array.from({ length: requestsOfInput }, (_, i): Kind => {
      const request = index * requestsOfInput + i;
      if (request % 20 === 7) return "broken";
      if (request % 20 === 13) return "given up";
      return pick(random, ["json", "srt", "verbose_json", "stream"]);
    });
    const patienceMs = kinds.map(() => random() * 150);
    return { kinds, patienceMs, isLast: index % check.inputs === check.inputs - 1 };
  }

  return { input, judge, figures: () => figuresOf(found), close: async () => void server.end() };
}

/** Sends a request; what is wrong with what came of it. */
async function one(server: Served, kind: Kind, patienceMs: number): Promise<string | undefined> {
  switch (kind) {
    case "broken": {
      const answer = await server.send({}, { file: new Blob([randomBytes(50_000)]) });
      const body = await answer.text();
      return answer.status === 400 ? undefined : `broken: ${answer.status} ${body}`;
    }
    case "given up":
      await server
        .send({ stream: "true" }, { signal: AbortSignal.timeout(patienceMs) })
        .then((answer) => answer.text())
        .catch(() => {});
      return undefined;
    case "stream": {
      const text = await (await server.send({ stream: "true" })).text();
      const isWhole = text.includes(JSON.stringify(sampleText)) && text.endsWith("[DONE]\n\n");
      return isWhole ? undefined : `a stream ends with ${text.slice(-200)}`;
    }
    default: {
      const answer = await server.send({ response_format: kind });
      const text = await answer.text();
      const isRight = answer.status === 200 && text.includes("Turn on the light");
      return isRight ? undefined : `${kind}: ${answer.status} ${text}`;
    }
  }
}

/** What became more from the first to the last requests. */
function grown(found: readonly Holdings[]): string | undefined {
  const [first, last] = endsOf(found);
  const memory = last.residentMb - first.residentMb;
  if (memory > maxGrowthMb) return `memory grew by ${memory.toFixed(1)} MB`;
  for (const what of ["descriptors", "threads"] as const) {
    const more = last[what] - first[what];
    if (more > maxMore) return `${more} more ${what}`;
  }
  return undefined;
}

function figuresOf(found: readonly Holdings[]): string[] {
  if (found.length === 0) return [];
  const [first, last] = endsOf(found);
  const change = (key: keyof Holdings, unit: string) =>
    `${first[key].toFixed(0)} to ${last[key].toFixed(0)} ${unit}`;
  return [
    change("residentMb", "MB"),
    change("descriptors", "descriptors"),
    change("threads", "threads"),
  ];
}

/** Medians of the first and of the last requests. */
function endsOf(found: readonly Holdings[]): [Holdings, Holdings] {
  return [medianOf(found.slice(0, compared)), medianOf(found.slice(-compared))];
}

function medianOf(found: readonly Holdings[]): Holdings {
  const median = (key: keyof Holdings) =>
    found.map((one) => one[key]).sort((a, b) => a - b)[Math.floor(found.length / 2)] ?? 0;
  return {
    residentMb: median("residentMb"),
    descriptors: median("descriptors"),
    threads: median("threads"),
    temporaryFiles: median("temporaryFiles"),
  };
}
