import type { Transcript } from "../../contract/transcript.ts";
import { render } from "../../output/formats.ts";
import { accountHeaders, accountOf, modelHeader } from "./account.ts";
import { diarizedSegment } from "./diarized.ts";
import { languageCodes, mainLanguage } from "./languages.ts";
import { logprobsOf } from "./logprobs.ts";
import type { TranscriptionRequest } from "./request.ts";
import { verboseSegments } from "./segments.ts";
import { durationUsage, tokenUsage } from "./usage.ts";
import { wordTimes } from "./words.ts";

/** The answer that a request asks for. `model` is the one that made the transcript. */
export function answerOf(
  transcript: Transcript,
  request: TranscriptionRequest,
  model: string,
): Response {
  const { format, layout } = request;
  switch (format) {
    case "text":
    case "srt":
    case "vtt": {
      const account = accountOf(transcript, model, request.notes);
      const type = format === "vtt" ? "text/vtt" : "text/plain";
      const headers = { "content-type": `${type}; charset=utf-8`, ...accountHeaders(account) };
      return new Response(textOf(transcript, format, layout), { headers });
    }
    default: {
      const body = jsonOf(transcript, request, model);
      return Response.json(body, { headers: modelHeader(model) });
    }
  }
}

/** The text as it is, or subtitles as the command line writes them. */
function textOf(
  transcript: Transcript,
  format: "text" | "srt" | "vtt",
  layout: TranscriptionRequest["layout"],
): string {
  if (format === "text") return `${transcript.text}\n`;
  return render(format, transcript, { path: "file", ...layout });
}

function jsonOf(transcript: Transcript, request: TranscriptionRequest, model: string): object {
  const { text, duration, segments } = transcript;
  const { format } = request;
  const account = accountOf(transcript, model, request.notes);
  if (format === "diarized_json") {
    const usage = durationUsage(transcript);
    const spoken = segments.map(diarizedSegment);
    return { task: "transcribe", duration, text, segments: spoken, usage, bun_asr: account };
  }
  const isVerbose = format === "verbose_json";
  return {
    ...(isVerbose ? { task: "transcribe" } : {}),
    text,
    language: mainLanguage(transcript, request.language),
    duration,
    ...details(transcript, request),
    usage: isVerbose ? durationUsage(transcript) : tokenUsage(transcript),
    bun_asr: account,
  };
}

/** What answers and the last event of a stream have in common, where it is asked for. */
export function details(
  transcript: Transcript,
  request: Pick<TranscriptionRequest, "hasSegments" | "hasLogprobs" | "temperature" | "options">,
): object {
  const { text, segments } = transcript;
  const tokens = segments.flatMap((segment) => segment.tokens ?? []);
  const words = segments.flatMap((segment) => segment.words ?? []);
  // Of silence there are none, and of a recording in which nothing could time them no list.
  const hasWords = request.options.words !== undefined && (words.length > 0 || text === "");
  return {
    languages: languageCodes(transcript),
    ...(request.hasSegments ? { segments: verboseSegments(transcript, request.temperature) } : {}),
    ...(hasWords ? { words: wordTimes(words) } : {}),
    ...(request.hasLogprobs ? { logprobs: logprobsOf(tokens) } : {}),
  };
}
