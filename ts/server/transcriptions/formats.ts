/** What an answer may be. */
export const responseFormats = [
  "json",
  "text",
  "srt",
  "vtt",
  "verbose_json",
  "diarized_json",
] as const;

export type ResponseFormat = (typeof responseFormats)[number];
