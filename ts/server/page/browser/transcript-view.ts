import { make } from "./dom.ts";
import { type Piece, paragraphsOf, wordParts } from "./paragraphs.ts";

/** A stretch of time on the page that lights up while it plays. */
interface Lightable {
  element: HTMLElement;
  start: number;
  end: number;
}

/** What stands on the sheet: paragraphs of sentences, which are links into the recording. */
export class TranscriptView {
  readonly #root: HTMLElement;
  readonly #seek: (seconds: number) => void;
  #pieces: readonly Piece[] | undefined;
  #canSeek = false;
  /** What each paragraph shows, so that only what changed is made again. */
  #shown: string[] = [];
  #sentences: Lightable[] = [];
  #words: Lightable[] = [];
  #lit: HTMLElement | undefined;
  #litWord: HTMLElement | undefined;

  constructor(root: HTMLElement, seek: (seconds: number) => void) {
    this.#root = root;
    this.#seek = seek;
    root.addEventListener("click", (event) => this.#onClick(event));
    root.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** Shows pieces, which do not change any more; `canSeek` where there is a player to seek in. */
  show(pieces: readonly Piece[], canSeek: boolean, language: string): void {
    // Browsers style all of the text anew when this is set, also to what it is.
    if (this.#root.lang !== language) this.#root.lang = language;
    if (pieces === this.#pieces && canSeek === this.#canSeek) return;
    this.#pieces = pieces;
    this.#canSeek = canSeek;
    const paragraphs = paragraphsOf(pieces);
    const wanted = paragraphs.map((paragraph) => JSON.stringify([canSeek, paragraph]));
    for (const [index, paragraph] of paragraphs.entries()) {
      if (this.#shown[index] === wanted[index]) continue;
      const made = paragraphElement(paragraph, canSeek);
      const old = this.#root.children[index];
      if (old === undefined) this.#root.append(made);
      else replaceKeepingFocus(old, made);
    }
    while (this.#root.children.length > paragraphs.length) this.#root.lastElementChild?.remove();
    if (this.#shown.join() === wanted.join()) return;
    this.#shown = wanted;
    this.#sentences = timesOf(this.#root, ".sentence[data-start]");
    this.#words = joined(timesOf(this.#root, ".word"));
    this.#keepOneTabStop();
  }

  /** Lights what is said at a time; undefined: nothing. Returns the sentence where it changed. */
  light(seconds: number | undefined): HTMLElement | undefined {
    const sentence = at(this.#sentences, seconds);
    const word = at(this.#words, seconds);
    if (word !== this.#litWord) {
      this.#litWord?.classList.remove("lit");
      word?.classList.add("lit");
      this.#litWord = word;
    }
    if (sentence === this.#lit) return undefined;
    this.#lit?.removeAttribute("aria-current");
    sentence?.setAttribute("aria-current", "true");
    this.#lit = sentence;
    return sentence;
  }

  #onClick(event: MouseEvent): void {
    if (!(event.target instanceof Element)) return;
    const link = event.target.closest("a.sentence");
    if (!(link instanceof HTMLAnchorElement)) return;
    event.preventDefault();
    // Whoever marked some text does not want to go anywhere.
    if (event.detail > 0 && getSelection()?.isCollapsed === false) return;
    const from = event.target.closest("[data-start]") ?? link;
    if (from instanceof HTMLElement) this.#seek(Number(from.dataset["start"]));
    this.#focusable(link);
  }

  /** One sentence is a stop of the tab key; arrows go from one to the next. */
  #onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const links = this.#links();
    const { activeElement } = document;
    if (!(activeElement instanceof HTMLAnchorElement)) return;
    const index = links.indexOf(activeElement);
    if (index < 0) return;
    const last = links.length - 1;
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: Math.min(last, index + 1),
      ArrowRight: Math.min(last, index + 1),
      ArrowUp: Math.max(0, index - 1),
      ArrowLeft: Math.max(0, index - 1),
      Home: 0,
      End: last,
    };
    const next = links[steps[event.key] ?? -1];
    if (next === undefined) return;
    event.preventDefault();
    this.#focusable(next);
    next.focus();
  }

  #links(): HTMLAnchorElement[] {
    return [...this.#root.querySelectorAll<HTMLAnchorElement>("a.sentence")];
  }

  #focusable(link: HTMLAnchorElement): void {
    for (const other of this.#root.querySelectorAll("a.sentence[tabindex='0']"))
      other.setAttribute("tabindex", "-1");
    link.tabIndex = 0;
  }

  #keepOneTabStop(): void {
    const links = this.#links();
    const first = links.find((link) => link.tabIndex === 0) ?? links[0];
    if (first !== undefined) this.#focusable(first);
  }
}

function paragraphElement(pieces: readonly Piece[], canSeek: boolean): HTMLElement {
  const paragraph = make("p");
  paragraph.dir = "auto";
  for (const [index, piece] of pieces.entries())
    paragraph.append(index === 0 ? "" : piece.gap, pieceElement(piece, canSeek));
  return paragraph;
}

function pieceElement({ key, text, start, end, words, ...piece }: Piece, canSeek: boolean) {
  if (piece.isProvisional) return make("span", "provisional", text);
  const isLink = canSeek && start !== undefined;
  const element = make(isLink ? "a" : "span", "sentence");
  element.dataset["key"] = key;
  if (start !== undefined) element.dataset["start"] = String(start);
  if (end !== undefined) element.dataset["end"] = String(end);
  if (element instanceof HTMLAnchorElement) {
    element.href = `#t=${start}`;
    element.draggable = false;
    element.tabIndex = -1;
  }
  for (const part of wordParts(text, words)) {
    if (part.word === undefined) element.append(part.text);
    else {
      const word = make("span", "word", part.text);
      word.dataset["start"] = String(part.word.start);
      word.dataset["end"] = String(part.word.end);
      element.append(word);
    }
  }
  return element;
}

function replaceKeepingFocus(old: Element, made: HTMLElement): void {
  const focused = document.activeElement;
  const key = focused instanceof HTMLElement && old.contains(focused) ? focused.dataset["key"] : "";
  old.replaceWith(made);
  if (key === undefined || key === "") return;
  for (const link of made.querySelectorAll<HTMLElement>("a.sentence"))
    if (link.dataset["key"] === key) {
      link.tabIndex = 0;
      link.focus();
    }
}

function timesOf(root: HTMLElement, selector: string): Lightable[] {
  return [...root.querySelectorAll<HTMLElement>(selector)].map((element) => ({
    element,
    start: Number(element.dataset["start"]),
    end: Number(element.dataset["end"] ?? Number.POSITIVE_INFINITY),
  }));
}

/** Between words that are no further apart the light does not go out, in seconds. */
const shortPause = 0.3;

/** Words, each lit until the next one begins where that is soon. */
function joined(words: readonly Lightable[]): Lightable[] {
  return words.map((word, index) => {
    const next = words[index + 1]?.start ?? word.end;
    return next > word.end && next - word.end < shortPause ? { ...word, end: next } : word;
  });
}

/** The last that began, unless it ended; seekers land on the very start of one. */
function at(all: readonly Lightable[], seconds: number | undefined): HTMLElement | undefined {
  if (seconds === undefined) return undefined;
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (all[middle]!.start <= seconds + 0.01) low = middle + 1;
    else high = middle;
  }
  const found = all[low - 1];
  return found !== undefined && seconds < found.end ? found.element : undefined;
}
