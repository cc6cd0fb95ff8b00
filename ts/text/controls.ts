/** White space that is written as a control character, but for tabs and ends of lines. */
const spaces = /(?![\t\n\r])(?=\p{Cc})\p{White_Space}/gu;
const controls = /(?![\t\n\r])\p{Cc}/gu;

/** A text without control characters, which no format can show; tabs and ends of lines stay. */
export function withoutControls(text: string): string {
  return text.replaceAll(spaces, " ").replaceAll(controls, "");
}
