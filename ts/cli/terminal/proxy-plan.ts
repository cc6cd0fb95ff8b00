import { AsrError } from "../../contract/errors.ts";
import { optionTable } from "../../contract/option-table.ts";
import { isLoopback } from "../../server/http/access.ts";
import { defaultLimits } from "../../server/service/settings.ts";
import type { GivenReplicas } from "../flags/replicas.ts";
import type { ServeArguments } from "../flags/serve-arguments.ts";
import { metricsPlace, type ProxyPlan, type Replica } from "./haproxy.ts";

/** How long a server behind a proxy takes requests after it said that it ends, if nobody says. */
const drainDelay = "5s";

/**
 * A proxy that listens where a server would, before servers at the ports after its own. Throws
 * AsrError `usage` where there are no such ports.
 */
export function proxyPlan({ server }: ServeArguments, given: GivenReplicas): ProxyPlan {
  const { host = "127.0.0.1", port = 0, wyoming, models = [], batch, limits } = server;
  const front = { host: host.replace(/^\[(.*)\]$/, "$1"), port };
  const replicas = given.hosts.flatMap((place) =>
    Array.from({ length: given.onEach }, (_, index): Replica => {
      const [own, ofWyoming] = [port + 1 + index, wyoming && wyoming.port + 1 + index];
      const start = startOf(place, own, ofWyoming, given.flags);
      return { host: place, port: own, wyomingPort: ofWyoming, start };
    }),
  );
  const plan = {
    front,
    wyoming: wyoming && { host: wyoming.hostname, port: wyoming.port },
    replicas,
    // Each of a server's models has places of its own.
    places: (batch ?? optionTable.batch.default) * Math.max(1, models.length),
    sockets: defaultLimits.maxSockets,
    maxUploadBytes: limits?.maxUploadBytes ?? defaultLimits.maxUploadBytes,
    maxUploadSilence: defaultLimits.maxUploadSilence,
  };
  checkPorts(plan);
  return plan;
}

/** The command line that starts a server, with where it is done if that is another machine. */
function startOf(
  host: string,
  port: number,
  wyoming: number | undefined,
  flags: readonly string[],
): string {
  const isHere = isLoopback(host);
  const everywhere = host.includes(":") ? "::" : "0.0.0.0";
  const address = isHere ? (host === "127.0.0.1" ? undefined : host) : everywhere;
  const own = [
    ...(address === undefined ? [] : [`--host=${address}`]),
    `--port=${port}`,
    ...(wyoming === undefined ? [] : [`--wyoming=${address ?? "127.0.0.1"}:${wyoming}`]),
    `--drain-delay=${drainDelay}`,
  ];
  const words = ["bun-asr", "serve", ...own, ...flags].map(shellWord);
  return `${isHere ? "" : `on ${host}: `}${words.join(" ")}`;
}

/** A word as a shell reads it. Throws AsrError `usage` for what no line of a file can hold. */
function shellWord(word: string): string {
  if (/[\p{Cc}\u2028\u2029]/u.test(word)) {
    throw new AsrError("usage", `${JSON.stringify(word)} cannot be printed in a line`);
  }
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Everything that listens on a machine needs a port of its own. */
function checkPorts({ front, wyoming, replicas }: ProxyPlan): void {
  const [{ host = "" } = {}] = replicas;
  const ofHost = replicas.filter((replica) => replica.host === host);
  const ofReplicas = ofHost.flatMap(({ port, wyomingPort }) => [port, wyomingPort ?? []]).flat();
  const ofProxy = [front.port, wyoming?.port ?? [], metricsPlace.port].flat();
  // Where the servers are elsewhere, the proxy's ports are not in their way.
  const machines = replicas.some((replica) => isLoopback(replica.host))
    ? [[...ofProxy, ...ofReplicas]]
    : [ofProxy, ofReplicas];
  for (const port of machines.flat()) {
    if (port >= 1 && port <= 65_535) continue;
    const hint = "the servers are at the ports after --port and --wyoming";
    throw new AsrError("usage", `--print-haproxy: ${port} is no port`, hint);
  }
  for (const ports of machines) {
    const twice = ports.find((port, index) => ports.indexOf(port) < index);
    if (twice === undefined) continue;
    const message = `--print-haproxy: port ${twice} would be used twice`;
    const hint = "choose another --port or --wyoming; 8405 is that of the proxy's metrics";
    throw new AsrError("usage", message, hint);
  }
}
