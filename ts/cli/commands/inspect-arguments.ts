/** What is to be looked at. */
export interface InspectArguments {
  model: string;
  audio: string;
  dump: string;
  language: string | undefined;
  context: string | undefined;
  text: string | undefined;
  mel: "exact" | "fft512";
  precision: "full" | "auto";
  maxTokens: number;
  ignoreEos: boolean;
}
