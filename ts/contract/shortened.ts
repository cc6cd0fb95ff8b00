/** A text as messages show it: what is longer than `max` characters ends with `…`. */
export function shortened(text: string, max = 80): string {
  // Twice as many code units hold all that can be shown.
  const characters = [...text.slice(0, 2 * max + 2)];
  return characters.length > max ? `${characters.slice(0, max).join("")}…` : text;
}
