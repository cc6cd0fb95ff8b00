import { Problem } from "../http/problem.ts";
import type { Route } from "../http/route.ts";

/** Says that nothing is translated here, which an answer in another language would not say. */
export const translations: Route = {
  path: "/audio/translations",
  methods: {
    POST: () => {
      const message = "this server writes what is said in the language in which it is said";
      const hint = "send the recording to /v1/audio/transcriptions";
      const code = "translation_not_supported";
      throw new Problem(400, `${message} and translates nothing; ${hint}`, { code });
    },
  },
};
