import { basename, dirname, resolve } from "node:path";
import { displayName, parseModelName, shortNames } from "../../hub/names.ts";

/** Names of OpenAI's models for speech to text: clients have them built in or as their default. */
export const openAiNames: readonly string[] = [
  "whisper-1",
  "gpt-transcribe",
  "gpt-4o-transcribe",
  "gpt-4o-mini-transcribe",
  "gpt-4o-transcribe-diarize",
  "gpt-realtime-whisper",
  "gpt-live-transcribe",
];

/** A model as whoever starts a server names it, and as its clients see it. */
export interface NamedModel {
  /** What opens it: `demo`, a short name, an id of the hub, a folder. */
  model: string;
  /** What clients see: the same, but of a folder its own name alone. */
  name: string;
  /** What clients may call it, too, in lower case. */
  synonyms: readonly string[];
}

/**
 * Names for clients, each once. Two folders of the same name are told apart by those above them.
 * Throws AsrError `usage` for what is no name of a model.
 */
export function namedModels(models: readonly string[]): NamedModel[] {
  const named = new Map<string, NamedModel>();
  const folders = new Set<string>();
  for (const model of models) {
    const meant = parseModelName(model);
    if (!("folder" in meant)) {
      const name = shortNames.has(model.toLowerCase()) ? model.toLowerCase() : displayName(meant);
      if (!named.has(name)) named.set(name, { model, name, synonyms: synonymsOf(meant.id) });
      continue;
    }
    const folder = resolve(meant.folder);
    if (folders.has(folder)) continue;
    folders.add(folder);
    const name = model === "demo" ? model : freeName(folder, named);
    named.set(name, { model, name, synonyms: [basename(folder).toLowerCase()] });
  }
  return [...named.values()];
}

/** An id of the hub, and the checkpoint's own name, which other servers use alone. */
function synonymsOf(id: string): string[] {
  const lower = id.toLowerCase();
  return [lower, lower.slice(lower.indexOf("/") + 1)];
}

/** As few of a path's last parts as are needed. */
function freeName(folder: string, taken: ReadonlyMap<string, unknown>): string {
  let [name, above] = [basename(folder), dirname(folder)];
  while (taken.has(name) && basename(above) !== "") {
    name = `${basename(above)}/${name}`;
    above = dirname(above);
  }
  return name;
}

/** The served name that a word means; undefined for one that nobody knows. */
export function findName(models: readonly NamedModel[], asked: string): string | undefined {
  const word = asked.trim().toLowerCase();
  const found =
    models.find(({ name }) => name.toLowerCase() === word) ??
    models.find(({ synonyms }) => synonyms.includes(word));
  if (found !== undefined) return found.name;
  // OpenAI's names may end with a date.
  const isOpenAi = openAiNames.some((name) => word === name || word.startsWith(`${name}-20`));
  return isOpenAi ? models[0]?.name : undefined;
}
