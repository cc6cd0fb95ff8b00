/** Levels of objects and arrays that a file of a checkpoint may have. */
const maxDepth = 64;

/** In valid JSON: strings, and what opens, closes and separates. */
const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/g;

/**
 * Parses JSON that can be read in one way only. Readers differ in what they make of a name that
 * stands twice in an object, and of half a surrogate pair, so such a text is refused at every
 * level, as is one that is nested deeper than 64 levels. Throws an Error that says what is wrong.
 */
export function parseStrictJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // The names of each object that is open; null for an array.
  const open: (Set<string> | null)[] = [];
  let previous = "";
  for (const [found] of text.matchAll(token)) {
    if (found.includes("\\u") && !(JSON.parse(found) as string).isWellFormed()) {
      throw new Error(`${found} holds half a surrogate pair`);
    }
    if (found === "{" || found === "[") {
      open.push(found === "{" ? new Set() : null);
      if (open.length > maxDepth) throw new Error(`nested deeper than ${maxDepth} levels`);
    } else if (found === "}" || found === "]") {
      open.pop();
    } else if (found === ":") {
      const name: string = JSON.parse(previous);
      if (open.at(-1)?.has(name)) throw new Error(`the name ${name} stands twice`);
      open.at(-1)?.add(name);
    }
    previous = found;
  }
  return value;
}
