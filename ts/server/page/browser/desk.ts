import { byId, make } from "./dom.ts";
import type { Settings } from "./service.ts";

/** The fields of what a transcription may know beforehand. */
export class Desk {
  readonly #model = byId("model", HTMLSelectElement);
  readonly #language = byId("language", HTMLSelectElement);
  readonly #keywords = byId("keywords", HTMLInputElement);
  readonly #prompt = byId("prompt", HTMLTextAreaElement);

  constructor() {
    // Enter in a field is no reason to load the page again.
    byId("settings", HTMLFormElement).onsubmit = (event) => event.preventDefault();
  }

  get settings(): Settings {
    return {
      model: this.#model.value,
      language: this.#language.value,
      keywords: keywordsIn(this.#keywords.value),
      prompt: this.#prompt.value.trim(),
    };
  }

  /** Offers the models where there is a choice, and says which one it is where there is none. */
  offer(models: readonly string[]): void {
    const kept = this.#model.value;
    this.#model.replaceChildren(...models.map((name) => make("option", "", name)));
    if (models.includes(kept)) this.#model.value = kept;
    byId("model-field", HTMLLabelElement).hidden = models.length < 2;
  }
}

/** Words as people list them: commas, semicolons and lines part them. */
export function keywordsIn(text: string): string[] {
  const words = text.split(/[,;，；、،؛\n]/u).map((word) => word.trim());
  return [...new Set(words.filter((word) => word !== ""))];
}
