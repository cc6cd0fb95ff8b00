import type { Route } from "./http/route.ts";
import { operationRoutes } from "./operation/routes.ts";
import { page } from "./page/page.ts";
import { realtimeRoute } from "./realtime/realtime.ts";
import { transcriptions } from "./transcriptions/transcriptions.ts";

/** All that a server answers. */
export function allRoutes(): Route[] {
  return [transcriptions, realtimeRoute(), ...page, ...operationRoutes];
}
