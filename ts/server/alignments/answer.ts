import type { Alignment } from "../../contract/alignment.ts";
import { renderAligned } from "../../output/aligned.ts";
import { type Account, accountHeaders, accountOf, modelHeader } from "../transcriptions/account.ts";
import { details } from "../transcriptions/answer.ts";
import { mainLanguage } from "../transcriptions/languages.ts";
import { durationUsage, tokenUsage } from "../transcriptions/usage.ts";
import type { AlignmentFormat, AlignmentRequest } from "./request.ts";

/** Of less than this the text is not that of the recording. */
const minMatched = 0.5;

const types: Readonly<Record<Exclude<AlignmentFormat, "json" | "verbose_json">, string>> = {
  srt: "text/plain",
  vtt: "text/vtt",
  lrc: "text/plain",
  tsv: "text/tab-separated-values",
};

/** The answer that a request asks for. `model` is the one that heard the recording. */
export function answerOf(alignment: Alignment, request: AlignmentRequest, model: string): Response {
  const { format, subtitles, layout } = request;
  const account = accountOf(alignment, model, [...request.notes, ...remarksOn(alignment)]);
  if (format === "json" || format === "verbose_json") {
    const body = jsonOf(alignment, request, account);
    return Response.json(body, { headers: modelHeader(model) });
  }
  const body = renderAligned(format, alignment, subtitles, { path: "file", ...layout });
  const headers = {
    "content-type": `${types[format]}; charset=utf-8`,
    "x-bun-asr-matched": alignment.matched.toFixed(4),
    ...accountHeaders(account),
  };
  return new Response(body, { headers });
}

function remarksOn({ matched }: Alignment): string[] {
  if (matched >= minMatched) return [];
  const share = `${Math.round(100 * matched)} %`;
  return [`only ${share} of the text was heard: is it that of this recording, in its language?`];
}

function jsonOf(alignment: Alignment, request: AlignmentRequest, account: Account): object {
  const { text, duration, matched, unmatched } = alignment;
  const isVerbose = request.format === "verbose_json";
  const everything = {
    hasSegments: true,
    hasLogprobs: false,
    temperature: 0,
    options: { words: "auto" },
  } as const;
  return {
    ...(isVerbose ? { task: "align" } : {}),
    text,
    language: mainLanguage(alignment, request.language),
    duration,
    matched,
    unmatched,
    ...details(alignment, everything),
    usage: isVerbose ? durationUsage(alignment) : tokenUsage(alignment),
    bun_asr: account,
  };
}
