import { alignments } from "./alignments/alignments.ts";
import type { Route } from "./http/route.ts";
import { openapi } from "./openapi/openapi.ts";
import { operationRoutes } from "./operation/routes.ts";
import { page } from "./page/page.ts";
import { realtimeRoute } from "./realtime/realtime.ts";
import { transcriptions } from "./transcriptions/transcriptions.ts";
import { translations } from "./transcriptions/translations.ts";

/** All that a server answers. */
export function allRoutes(): Route[] {
  return [
    transcriptions,
    translations,
    alignments,
    realtimeRoute(),
    ...page,
    ...operationRoutes,
    openapi,
  ];
}
