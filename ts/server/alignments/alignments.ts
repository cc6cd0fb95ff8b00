// This folder: when a text that a client sends was said in its recording.

import type { Route } from "../http/route.ts";
import type { ServerContext } from "../service/service.ts";
import { readForm } from "../upload/form.ts";
import { alignedFile } from "./aligned-file.ts";
import { answerOf } from "./answer.ts";
import { readAlignment } from "./request.ts";

/** Aligns the text of a form with its recording. */
export const alignments: Route = {
  path: "/audio/alignments",
  methods: { POST: ({ request }, context) => align(request, context) },
};

async function align(request: Request, context: ServerContext): Promise<Response> {
  const { limits, models, metrics, closing } = context;
  models.checkRoom();
  await using form = await readForm(request, limits, closing);
  const asked = readAlignment(form.fields, context);
  const signal = AbortSignal.any([request.signal, closing]);
  using loan = await models.borrow(asked.model, signal);
  const options = { ...asked.options, maxSeconds: limits.maxSeconds, signal };
  const alignment = await alignedFile(loan.recognizer, form.file, asked.text, options);
  metrics.transcribed(loan.name, alignment);
  return answerOf(alignment, asked, loan.name);
}
