import { byId } from "./dom.ts";
import { key } from "./service.ts";
import type { Trouble } from "./troubles.ts";

/** Tells of a failure where nobody overlooks it, and asks for the key where that is the cure. */
export class TroubleView {
  readonly #box = byId("trouble", HTMLDivElement);
  readonly #text = byId("trouble-text", HTMLParagraphElement);
  readonly #retry = byId("retry", HTMLButtonElement);
  readonly #form = byId("key", HTMLFormElement);
  readonly #field = byId("key-field", HTMLInputElement);
  readonly #hint = byId("key-hint", HTMLParagraphElement);
  #again: (() => void) | undefined;

  constructor() {
    byId("dismiss", HTMLButtonElement).onclick = () => this.hide();
    this.#retry.onclick = () => this.#tryAgain();
    this.#form.onsubmit = (event) => {
      event.preventDefault();
      key.value = this.#field.value.trim();
      this.#form.hidden = true;
      this.#field.value = "";
      this.#tryAgain();
    };
  }

  /** `again` tries once more what failed. */
  show(trouble: Trouble, again?: () => void): void {
    this.#again = again;
    if (trouble.kind === "key") {
      this.hide();
      this.#askForKey();
      return;
    }
    this.#box.hidden = false;
    this.#text.textContent = trouble.text;
    // What was refused would be refused again.
    this.#retry.hidden = again === undefined || trouble.kind === "refused";
  }

  hide(): void {
    this.#box.hidden = true;
    this.#text.textContent = "";
  }

  #askForKey(): void {
    this.#hint.textContent =
      key.value === ""
        ? "One of those that the server was started with. This tab keeps it until it is closed."
        : "The server does not know that key. See how it was started, and try another.";
    this.#form.hidden = false;
    this.#field.focus();
  }

  #tryAgain(): void {
    const again = this.#again;
    this.#again = undefined;
    this.hide();
    again?.();
  }
}
