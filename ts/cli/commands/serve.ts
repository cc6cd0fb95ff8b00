import type { Progress } from "../../contract/options.ts";
import { commandFile } from "../../native/locate.ts";
import { type Server, serve } from "../../serve.ts";
import { type ServeArguments, serveArguments } from "../flags/serve-arguments.ts";
import { serveFlags } from "../flags/serve-flags.ts";
import { DownloadReport } from "../terminal/download-report.ts";
import { haproxyConfig } from "../terminal/haproxy.ts";
import { Interrupt } from "../terminal/interrupt.ts";
import { proxyPlan } from "../terminal/proxy-plan.ts";
import { serverHints } from "../terminal/server-hints.ts";
import { ServerLog } from "../terminal/server-log.ts";
import { unitOf } from "../terminal/service-unit.ts";
import { StatusLine, type Terminal } from "../terminal/terminal.ts";
import { command } from "./command.ts";

/** The command `serve`. */
export const serveCommand = command({
  name: "serve",
  summary: "Serves a model to OpenAI's clients, to browsers and to Home Assistant.",
  synopsis: "",
  takesNames: false,
  description: `\
Answers as OpenAI's API for speech to text does: a client needs no more than this server's address
with /v1 as its base URL. The page at the address itself transcribes files and a microphone. Prints
one line with the address when it is ready, and runs until an interrupt (Ctrl-C) or SIGTERM; then it
finishes what runs.`,
  flags: serveFlags,
  closing: `\
exit status: 0 done, 2 usage, or nothing can listen there, 3 model, 4 native library or platform,
70 a fault of bun-asr itself, 130 or 143 ended at once by a second signal`,
  read: ({ flags }) => serveArguments(flags),
  needs: ({ unit, replicas }) => (unit || replicas ? [] : ["library", "ffmpeg"]),
  async run(given, terminal) {
    const { unit, replicas } = given;
    if (unit !== undefined) {
      terminal.out(unitText(unit, given.delaySeconds + given.drainSeconds));
    } else if (replicas !== undefined) {
      terminal.out(haproxyConfig(proxyPlan(given, replicas)));
    } else return await run(given, terminal);
    return 0;
  },
});

/** How long work may take to end when nobody waits for it any more, in milliseconds. */
const exitMs = 3000;

/** What is taken along into a unit, where it is set: where the library, ffmpeg and models lie. */
const keptVariables = [
  "BUN_ASR_LIBRARY",
  "BUN_ASR_CACHE",
  "FFMPEG",
  "HF_HOME",
  "HF_HUB_CACHE",
  "HF_ENDPOINT",
];

function unitText(
  { manager, flags }: NonNullable<ServeArguments["unit"]>,
  stopSeconds: number,
): string {
  // Service managers have a short PATH, without what is installed for one user.
  const bun = commandFile === process.execPath ? undefined : process.execPath;
  const found = { BUN: bun, FFMPEG: Bun.which("ffmpeg") };
  const own = keptVariables.map((name) => [name, process.env[name]]);
  const given = [...Object.entries(found), ...own].filter(([, value]) => Boolean(value));
  return unitOf(manager, {
    command: [commandFile, "serve", ...flags],
    environment: Object.fromEntries(given) as Record<string, string>,
    stopSeconds: Math.ceil(stopSeconds) + 10,
  });
}

async function run(given: ServeArguments, terminal: Terminal): Promise<number> {
  const log = new ServerLog(terminal, given.verbose);
  const opening = new Opening(terminal, given);
  await using server = serve({
    ...given.server,
    onAnswer: (answered) => log.answered(answered),
    onFault: (fault) => log.fault(fault),
    // What is wrong with the first model ends the program, and is told then.
    onModel: (event) => opening.isOver && log.model(event),
    onProgress: (progress) => opening.progress(progress),
  });
  const stopped = Promise.withResolvers<void>();
  let isStopping = false;
  using interrupt = new Interrupt(() => {
    isStopping = true;
    if (!given.quiet)
      terminal.note("ending: what runs is finished; a second signal ends at once\n");
    stopped.resolve(server.stop(given.drainSeconds, given.delaySeconds));
  });
  interrupt.signal.addEventListener("abort", () => {
    void server.stop(0);
    // What hangs is not waited for.
    setTimeout(() => process.exit(interrupt.status), exitMs).unref();
  });
  try {
    await opening.wait(server);
    terminal.out(`bun-asr serves ${server.models.join(", ")} at ${placesOf(server)}\n`);
    if (terminal.noteIsTty && !given.quiet) {
      const { url, models } = server;
      terminal.note(serverHints({ url, models, host: given.server.host }));
    }
  } catch (error) {
    // Whoever stops it while the model is being opened wants nothing of it.
    if (!isStopping) throw error;
  }
  await stopped.promise;
  return interrupt.status ?? 0;
}

/** As in `http://127.0.0.1:8765 and tcp://127.0.0.1:10300`. */
function placesOf({ url, wyomingUrl }: Server): string {
  const places = [url.origin, ...(wyomingUrl === undefined ? [] : [`tcp://${wyomingUrl.host}`])];
  return places.join(" and ");
}

/** Shows how far the model is that is opened at the start. */
class Opening {
  readonly #status: StatusLine;
  readonly #download: DownloadReport;
  #isHere = false;
  isOver = false;

  constructor(terminal: Terminal, { model, quiet }: ServeArguments) {
    this.#status = new StatusLine(terminal, !quiet);
    this.#download = new DownloadReport(terminal, model, quiet);
  }

  async wait(server: Server): Promise<void> {
    this.#status.show("loading the model");
    try {
      await server.open();
    } finally {
      this.isOver = true;
      if (!this.#isHere) this.#download.end(false);
      this.#status.clear();
    }
  }

  progress(progress: Progress): void {
    if (this.isOver) return;
    if (progress.phase === "download") {
      this.#status.clear();
      this.#download.progress(progress);
      return;
    }
    this.#isHere = true;
    this.#download.end(true);
    this.#status.show("loading the model");
  }
}
