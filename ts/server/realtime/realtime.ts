// This folder: live transcription over WebSockets, with OpenAI's realtime events.

import { offeredProtocols } from "../http/keys.ts";
import { Problem } from "../http/problem.ts";
import type { Exchange, Route } from "../http/route.ts";
import type { ServerContext } from "../service/service.ts";
import { Connection } from "./connection.ts";
import { quoted } from "./fields.ts";
import type { Dialect } from "./session-object.ts";

/** The subprotocol of OpenAI's events, and the mark of those that came before today's. */
const protocol = "realtime";
const betaProtocol = "openai-beta.realtime-v1";

/** `GET /v1/realtime`: makes a WebSocket of the request. */
export function realtimeRoute(): Route {
  let sockets = 0;
  const upgrade = ({ request, url, upgrader }: Exchange, server: ServerContext): undefined => {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket" || upgrader === undefined) {
      const headers = { upgrade: "websocket" };
      throw new Problem(426, "this is for WebSockets", { code: "upgrade_required", headers });
    }
    checkIntent(url);
    if (sockets >= server.limits.maxSockets) {
      const message = `${sockets} sockets are open already: come again later`;
      throw new Problem(503, message, {
        code: "too_many_sockets",
        headers: { "retry-after": "10" },
      });
    }
    const offered = offeredProtocols(request);
    const data = new Connection({
      server,
      model: url.searchParams.get("model") ?? undefined,
      dialect: dialectOf(request, offered),
      onClose: () => void sockets--,
    });
    // Whoever offers names and is given none back does not open; keys are never given back.
    const headers = offered.includes(protocol) ? { "sec-websocket-protocol": protocol } : {};
    if (!upgrader.upgrade(request, { data, headers })) {
      throw new Problem(400, "this is not the handshake of a WebSocket", { code: "bad_handshake" });
    }
    sockets++;
  };
  return { path: "/realtime", methods: { GET: upgrade } };
}

function checkIntent({ searchParams }: URL): void {
  const intent = searchParams.get("intent") ?? "transcription";
  if (intent === "transcription") return;
  const message = `this server has the intent "transcription" alone, not ${quoted([intent])}`;
  throw new Problem(400, message, { code: "invalid_value", param: "intent" });
}

function dialectOf({ headers }: Request, offered: readonly string[]): Dialect {
  const beta = headers.get("openai-beta") ?? "";
  return beta.includes("realtime=v1") || offered.includes(betaProtocol) ? "beta" : "current";
}
