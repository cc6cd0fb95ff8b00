/**
 * A text whose control characters are written out, as `\x1b`: names of files, tensors and models
 * come from anywhere, and a terminal obeys what is in them. Line ends and tabs stay.
 */
export function printable(text: string): string {
  return text.replaceAll(controls, (control) => {
    const code = control.charCodeAt(0).toString(16).padStart(2, "0");
    return `\\x${code}`;
  });
}

const controls = /(?![\n\t])\p{Cc}/gu;
