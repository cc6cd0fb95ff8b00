import { byId, make } from "./dom.ts";
import type { OfferedModel, Settings } from "./service.ts";

/** The fields of what a transcription may know beforehand. */
export class Desk {
  readonly #model = byId("model", HTMLSelectElement);
  readonly #language = byId("language", HTMLSelectElement);
  readonly #keywords = byId("keywords", HTMLInputElement);
  readonly #prompt = byId("prompt", HTMLTextAreaElement);
  /** To detect it, and every language that there is a model for. */
  readonly #languages = [...this.#language.options];
  #models: readonly OfferedModel[] = [];

  constructor() {
    this.#model.onchange = () => this.#offerLanguages();
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
  offer(models: readonly OfferedModel[]): void {
    const kept = this.#model.value;
    this.#models = models;
    this.#model.replaceChildren(...models.map(({ name }) => make("option", "", name)));
    if (models.some(({ name }) => name === kept)) this.#model.value = kept;
    byId("model-field", HTMLLabelElement).hidden = models.length < 2;
    this.#offerLanguages();
  }

  /** Offers the languages that the chosen model knows. */
  #offerLanguages(): void {
    const kept = this.#language.value;
    const { languages } = this.#models.find(({ name }) => name === this.#model.value) ?? {};
    const known = this.#languages.filter(
      ({ value }) => value === "" || languages === undefined || languages.includes(value),
    );
    this.#language.replaceChildren(...known);
    this.#language.value = known.some(({ value }) => value === kept) ? kept : "";
  }
}

/** Words as people list them: commas, semicolons and lines part them. */
export function keywordsIn(text: string): string[] {
  const words = text.split(/[,;，；、،؛\n]/u).map((word) => word.trim());
  return [...new Set(words.filter((word) => word !== ""))];
}
