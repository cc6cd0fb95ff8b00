// This folder: what the server can be asked, as programs read it: OpenAPI 3.1.

import packageFile from "../../../package.json";
import type { Route } from "../http/route.ts";
import type { ServerContext } from "../service/service.ts";
import { schemas } from "./components.ts";
import { paths } from "./paths.ts";

/** `GET /openapi.json`. It tells no secret, so that no key is asked for. */
export const openapi: Route = {
  path: "/openapi.json",
  methods: { GET: (_, context) => Response.json(description(context)) },
  isPublic: true,
};

/** The description of a server with these limits and keys. */
export function description(context: ServerContext): Readonly<Record<string, unknown>> {
  const { name: title, version, description: summary } = packageFile;
  const isOpen = context.access.apiKeys.length === 0;
  return {
    openapi: "3.1.0",
    info: {
      title,
      version,
      summary,
      description: "Paths are there with `/v1` and without. Every answer has an x-request-id.",
    },
    servers: [{ url: "/" }],
    security: isOpen ? [] : [{ key: [] }],
    paths: paths(context),
    components: {
      schemas,
      securitySchemes: { key: { type: "http", scheme: "bearer" } },
    },
  };
}
