import { watchedHealth } from "../../bench/subjects/watched-health.ts";
import { centile } from "../centile.ts";
import type { Check, Random, Trials } from "../check.ts";
import { withoutProc } from "../children.ts";
import { pick } from "../random.ts";
import { Served, sampleText } from "../served.ts";

export const check: Check = {
  number: 25,
  title: "many clients at once",
  tries:
    "64 uploads at once to a server where 16 may wait, and health asked all the time: " +
    "each is transcribed, at once or when it comes again after as long as it was told, and " +
    "health is answered within 100 ms in 99 of 100 cases",
  inputs: 10,
  inputsOfTest: 1,
  notRun: withoutProc,
};

const clients = 64;
const maxHealthMs = 100;

type Format = "json" | "text" | "verbose_json";

/** Lets crowds come to one server. */
export async function open(folder: string): Promise<Trials<Format[]>> {
  const server = await Served.start(folder);
  // From then on it knows how long recordings take, and so what to tell those whom it refuses.
  await (await server.send()).text();
  const health: number[] = [];
  let refused = 0;

  async function judge(formats: Format[], index: number): Promise<string | undefined> {
    let answers: (string | undefined)[] = [];
    const times = await watchedHealth(server.url, async () => {
      answers = await Promise.all(formats.map(answered));
    });
    health.push(...times);
    const wrong = answers.find((why) => why !== undefined);
    if (wrong !== undefined) return wrong;
    if ((await server.idleAfter(2000)) === undefined) return "something is still at work";
    // One crowd alone says more about what else the machine does.
    const isLast = index === check.inputs - 1;
    const slow = centile(health, 99);
    return isLast && slow > maxHealthMs ? `health took ${slow.toFixed(0)} ms` : undefined;
  }

  /** A client that comes again when it is told to; what is wrong with what it gets. */
  async function answered(format: Format): Promise<string | undefined> {
    for (;;) {
      const answer = await server.send({ response_format: format });
      const text = await answer.text();
      if (answer.status === 200) return text.includes(sampleText) ? undefined : text;
      const after = answer.headers.get("retry-after");
      if (answer.status !== 503 || after === null) return `${answer.status} ${text}`;
      refused++;
      await Bun.sleep(Number(after) * 1000);
    }
  }

  function input(random: Random): Format[] {
    return Array.from({ length: clients }, () => pick(random, ["json", "text", "verbose_json"]));
  }

  const figures = () => [
    `${refused} times somebody was told to come again`,
    `health p99 ${centile(health, 99).toFixed(1)} ms, max ${Math.max(...health).toFixed(1)} ms`,
  ];
  return { input, judge, figures, close: async () => void (await server.end()) };
}
