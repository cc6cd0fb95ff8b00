/** Servers of bun-asr that share the work, and the proxy before them. */
export interface ProxyPlan {
  /** Where the proxy listens; clients come there. */
  front: Place;
  /** The same for Wyoming, where that is served. */
  wyoming: Place | undefined;
  replicas: readonly Replica[];
  /** Recordings that a replica transcribes at once, and live sessions that it takes. */
  places: number;
  sockets: number;
  /** Most bytes of an upload. */
  maxUploadBytes: number;
  /** How long an upload may be silent, in seconds. */
  maxUploadSilence: number;
}

/** An address; IPv6 without brackets. */
export interface Place {
  host: string;
  port: number;
}

/** One of the servers. */
export interface Replica extends Place {
  wyomingPort: number | undefined;
  /** The command line that starts it. */
  start: string;
}

/** Where the proxy tells Prometheus what it does, on this machine alone. */
export const metricsPlace: Place = { host: "127.0.0.1", port: 8405 };

/**
 * A configuration of HAProxy, 2.4 or later. Recordings wait in the proxy until a replica has a
 * place; one that was sent to a replica which then breaks off goes to another if it fits into a
 * buffer. Live sessions take no places, as in the server.
 */
export function haproxyConfig(plan: ProxyPlan): string {
  const { replicas, wyoming } = plan;
  const parts = [
    header(replicas),
    globals,
    defaults(plan),
    frontend(plan),
    recordings(plan),
    live(plan),
    other(replicas),
    ...(wyoming === undefined ? [] : [wyomingPart(wyoming, replicas)]),
    metrics,
  ];
  return parts.join("\n");
}

function header(replicas: readonly Replica[]): string {
  const what = replicas.length === 1 ? "a server" : `${replicas.length} servers`;
  const starts = replicas.map(({ start }, index) => `#   replica${index + 1}: ${start}\n`);
  return `\
# HAProxy before ${what} of bun-asr, printed by bun-asr serve --print-haproxy.
#   haproxy -c -f haproxy.cfg    checks it
#   haproxy -W -f haproxy.cfg    runs it; SIGUSR2 to the first process has it read again
# These are started beforehand:
${starts.join("")}`;
}

const globals = `\
global
  log stderr format raw local0 notice
  maxconn 2000
  # A request that fits in here, as 16 s of WAV do, is sent again, to another replica, when its own
  # breaks off. Each client that waits takes as much memory; each request is copied for it.
  tune.bufsize 524288
  # Where root starts it, as in Debian's service, these take root's rights away:
  # user haproxy
  # group haproxy
`;

function defaults({ maxUploadSilence }: ProxyPlan): string {
  return `\
defaults
  mode http
  log global
  timeout connect 5s
  # Silence in the midst of an upload, and the time that its first 512 KiB may take.
  timeout client ${maxUploadSilence}s
  timeout http-request 2m
  # Recordings of hours are silent until they are written.
  timeout server 1h
  timeout queue 60s
  # A machine that is gone says nothing more: its connections end after 30 s.
  option srvtcpka
  srvtcpka-idle 15s
  srvtcpka-intvl 5s
  srvtcpka-cnt 3
  # Whoever leaves frees their place.
  option abortonclose
  option http-server-close
  balance leastconn
  retries 3
  option redispatch 1
  retry-on conn-failure empty-response 503
${problems.map(httpError).join("")}`;
}

/** What the proxy itself answers, in the form of the server's errors. */
const problems = [
  {
    status: 502,
    code: "bad_gateway",
    message: "the server broke off before it answered: send the request again",
    retryAfter: "1",
  },
  {
    status: 503,
    code: "unavailable",
    message: "no server could take the request in time: come again later",
    // Those who were refused together do not come again together.
    retryAfter: "%[rand(10),add(5)]",
  },
  {
    status: 504,
    code: "server_timeout",
    message: "the server did not answer in time",
    retryAfter: "1",
  },
] as const;

function httpError({ status, code, message, retryAfter }: (typeof problems)[number]): string {
  const body = errorBody(message, "server_error", code);
  const answer = `http-error status ${status} content-type application/json string ${body}`;
  return `  ${answer} hdr retry-after "${retryAfter}"\n`;
}

/** A quoted body as the server has it; no message has quotes in it. */
function errorBody(message: string, type: string, code: string): string {
  return `'${JSON.stringify({ error: { message, type, param: null, code } })}'`;
}

function frontend({ front, maxUploadBytes }: ProxyPlan): string {
  const large = `the upload is larger than ${maxUploadBytes} bytes, the most that are taken`;
  const tooLarge = errorBody(large, "invalid_request_error", "file_too_large");
  const ofEach = "each server has metrics of its own, the proxy has those of all";
  const noMetrics = errorBody(ofEach, "invalid_request_error", "unknown_url");
  const json = "content-type application/json";
  return `\
frontend clients
  bind ${written(front)}
  http-request return status 413 ${json} hdr x-should-retry false string ${tooLarge} if { \
req.hdr_val(content-length) gt ${maxUploadBytes} }
  http-request return status 404 ${json} string ${noMetrics} if { path_end /metrics }
  use_backend live if { hdr(upgrade) -i websocket }
  use_backend recordings if METH_POST
  default_backend other
`;
}

function recordings({ replicas, places }: ProxyPlan): string {
  return `\
# Transcriptions: as many at once as each replica has places for, the others wait here in order.
backend recordings
  option http-buffer-request
  option httpchk
  http-check send meth GET uri /health ver HTTP/1.1 hdr host localhost
  http-check expect status 200
  timeout check 3s
  # A replica that ends says so for 5 s (--drain-delay); it gets nothing more within 3. What cannot
  # be reached gets nothing at once: it has the fewest connections, and would be sent everything.
  default-server check inter 1s fastinter 500ms fall 3 rise 1
  default-server observe layer4 error-limit 1 on-error mark-down
  default-server maxconn ${places}
${servers(replicas, ({ host, port }) => written({ host, port }))}`;
}

function live({ replicas, sockets }: ProxyPlan): string {
  return `\
# WebSockets: they take no places and last for a day at most, silent or not.
backend live
  timeout queue 5s
  timeout tunnel 24h
  default-server maxconn ${sockets}
${tracking(replicas, ({ port }) => port)}`;
}

function other(replicas: readonly Replica[]): string {
  return `\
# The page, lists of models, health: they wait for no place.
backend other
${tracking(replicas, ({ port }) => port)}`;
}

function wyomingPart(front: Place, replicas: readonly Replica[]): string {
  return `\
# Home Assistant's Wyoming, which is plain TCP.
listen wyoming
  mode tcp
  bind ${written(front)}
  timeout client 1h
  retry-on conn-failure
${tracking(replicas, ({ wyomingPort }) => wyomingPort ?? 0)}`;
}

const metrics = `\
# For Prometheus: what waits (haproxy_backend_current_queue), who is up (haproxy_server_status).
frontend metrics
  bind ${written(metricsPlace)}
  http-request use-service prometheus-exporter if { path /metrics }
  http-request return status 404 content-type text/plain string "see /metrics"
`;

/** Servers whose health is that of the same replica for recordings. */
function tracking(replicas: readonly Replica[], portOf: (replica: Replica) => number): string {
  const place = (replica: Replica, name: string) =>
    `${written({ host: replica.host, port: portOf(replica) })} track recordings/${name}`;
  return servers(replicas, place);
}

function servers(
  replicas: readonly Replica[],
  rest: (replica: Replica, name: string) => string,
): string {
  const lines = replicas.map((replica, index) => {
    const name = `replica${index + 1}`;
    return `  server ${name} ${rest(replica, name)}\n`;
  });
  return lines.join("");
}

function written({ host, port }: Place): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
