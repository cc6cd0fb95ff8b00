import { Problem } from "../http/problem.ts";
import type { Exchange } from "../http/route.ts";
import type { ServerContext } from "../service/service.ts";

/** A model as OpenAI's API describes it. */
interface ListedModel {
  id: string;
  object: "model";
  /** In Unix time. */
  created: number;
  owned_by: string;
  /** The model that answers, where this is another name for it. */
  alias_of?: string;
  /** Codes of the languages that it knows, where the checkpoint told them. */
  languages?: readonly string[];
  /** The forced aligner that times its words, where whoever runs the server named one. */
  aligner?: string;
}

/**
 * All models, then OpenAI's names: clients check that the name which they will send is there, and
 * many of them know no other.
 */
export function listModels(_: Exchange, context: ServerContext): Response {
  const { names, aliases } = context.models;
  const data = [...names, ...aliases].map((id) => listed(id, context));
  return Response.json({ object: "list", data });
}

/** One model by its name, which may have slashes. Throws `Problem` 404. */
export function retrieveModel({ url }: Exchange, context: ServerContext): Response {
  const { models } = context;
  const asked = decoded(url.pathname.replace(/^.*?\/models\//, "").replace(/\/+$/, ""));
  const found = models.find(asked);
  if (found === undefined) {
    const served = models.names.join(", ");
    const message = `there is no model "${asked.slice(0, 80)}"; served: ${served}`;
    throw new Problem(404, message, { code: "model_not_found", param: "model" });
  }
  return Response.json(listed(models.aliases.includes(asked) ? asked : found, context));
}

function listed(id: string, { models, aligner }: ServerContext): ListedModel {
  const created = Math.floor(performance.timeOrigin / 1000);
  const name = models.nameOf(id);
  const { languages } = models.status().find((status) => status.name === name) ?? {};
  return {
    id,
    object: "model",
    created,
    owned_by: "bun-asr",
    ...(name === id ? {} : { alias_of: name }),
    ...(languages === undefined ? {} : { languages }),
    ...(aligner === undefined ? {} : { aligner }),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
