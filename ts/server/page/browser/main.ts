// This folder: the script of the page, for browsers: microphone, files, player, transcript.

import { Desk } from "./desk.ts";
import { announce, byId, clockText, make } from "./dom.ts";
import { FileQueue } from "./file-queue.ts";
import { Listening } from "./listening.ts";
import { Meter } from "./meter.ts";
import { piecesOfTurns, piecesOnce } from "./paragraphs.ts";
import { Player } from "./player.ts";
import { keepInView, showSheet } from "./scrolling.ts";
import { models } from "./service.ts";
import { Take } from "./take.ts";
import { stateText, TakesView } from "./takes-view.ts";
import { Tools } from "./tools.ts";
import { TranscriptView } from "./transcript-view.ts";
import { TroubleView } from "./trouble-view.ts";
import { type Trouble, TroubleError } from "./troubles.ts";

/** Puts the parts of the page together. */
class Page {
  readonly #desk = new Desk();
  readonly #tools = new Tools();
  readonly #meter = new Meter(byId("level", HTMLCanvasElement));
  readonly #microphone = byId("microphone", HTMLButtonElement);
  readonly #elapsed = byId("elapsed", HTMLSpanElement);
  readonly #takes: Take[] = [];
  readonly #takesView = new TakesView(byId("takes", HTMLOListElement), {
    chosen: (take) => {
      this.#choose(take);
      showSheet();
    },
    cancelled: (take) => this.#files.cancel(take),
    again: (take) => this.#again([take]),
    removed: (take, next) => this.#remove(take, next),
  });
  readonly #player = new Player(byId("player", HTMLDivElement), {
    at: (seconds) => this.#light(seconds),
    ready: () => this.#draw(),
  });
  readonly #transcript = new TranscriptView(byId("transcript", HTMLDivElement), (seconds) =>
    this.#player.seek(seconds),
  );
  readonly #files = new FileQueue(() => this.#desk.settings, {
    changed: () => this.#draw(),
    done: (take) => announce(`${take.name}: transcribed.`),
    trouble: (trouble) => this.#tell(trouble, () => this.#againAfter(trouble)),
  });
  readonly #troubles = new TroubleView();
  #listening: Listening | undefined;
  #current: Take | undefined;
  #isDrawing = false;

  constructor() {
    this.#microphone.onclick = () => void this.#toggle();
    const files = byId("files", HTMLInputElement);
    byId("choose", HTMLButtonElement).onclick = () => files.click();
    files.onchange = () => {
      this.#add([...(files.files ?? [])]);
      // So that the same file can be chosen again.
      files.value = "";
    };
    this.#acceptDrops();
    // What is not yet written would be lost.
    window.addEventListener("beforeunload", (event) => {
      if (this.#takes.some(({ isUnderWay }) => isUnderWay)) event.preventDefault();
    });
    void this.#greet();
  }

  /** Asks the server for its models, and so whether it is there and wants a key. */
  async #greet(then = () => {}): Promise<void> {
    const server = byId("server", HTMLParagraphElement);
    try {
      const offered = await models();
      this.#desk.offer(offered);
      server.textContent = offered.length === 1 ? `Model ${offered[0]!.name}` : "";
      then();
    } catch (thrown) {
      server.textContent = "";
      this.#tell(troubleIn(thrown), () => void this.#greet(then));
    }
  }

  #tell(trouble: Trouble, retry?: () => void): void {
    const again = trouble.kind !== "key" || retry === undefined ? retry : () => this.#greet(retry);
    this.#troubles.show(trouble, again);
  }

  /** A button that is disabled loses the focus: one press too many does nothing instead. */
  async #toggle(): Promise<void> {
    if (this.#listening === undefined) await this.#listen();
    else await this.#listening.stop();
  }

  async #listen(): Promise<void> {
    const take = new Take(nameNow());
    const listening = new Listening(take, {
      changed: () => this.#draw(),
      level: (peak) => {
        this.#meter.push(peak);
        this.#draw();
      },
      settled: speak,
      trouble: (trouble) => this.#tell(trouble),
      ended: () => this.#unplug(take),
    });
    this.#listening = listening;
    this.#troubles.hide();
    try {
      await listening.start(this.#desk.settings);
      this.#takes.push(take);
      this.#choose(take);
      this.#meter.start();
      byId("spoken", HTMLDivElement).replaceChildren();
      announce("Listening.");
    } catch (thrown) {
      this.#listening = undefined;
      this.#tell(troubleIn(thrown), () => void this.#listen());
    }
  }

  #unplug(take: Take): void {
    this.#listening = undefined;
    if (take === this.#current) this.#player.open(take.file);
    this.#meter.stop();
    announce("The microphone is off.");
  }

  #add(files: readonly File[]): void {
    const takes = files.map((file) => new Take(file.name, file));
    const [first] = takes;
    if (first === undefined) return;
    this.#takes.push(...takes);
    this.#troubles.hide();
    // What is heard right now stays in view.
    if (this.#listening === undefined) this.#choose(first);
    this.#files.add(takes);
    this.#draw();
  }

  #again(takes: readonly Take[]): void {
    const [first] = takes;
    if (first === undefined) return;
    for (const take of takes) take.renew();
    this.#troubles.hide();
    this.#choose(first);
    this.#files.add(takes);
  }

  /** One cure helps all files that failed for the same reason. */
  #againAfter({ kind }: Trouble): void {
    this.#again(this.#takes.filter(({ isLive, trouble }) => !isLive && trouble?.kind === kind));
  }

  #choose(take: Take): void {
    this.#current = take;
    this.#player.open(take.file);
    this.#draw();
  }

  /** Takes one out of the list, and shows another in its place. Returns whether it is gone. */
  #remove(take: Take, next: Take | undefined): boolean {
    if (take.isPrecious && !confirm(`Remove ${take.name}? No one else keeps it.`)) return false;
    this.#takes.splice(this.#takes.indexOf(take), 1);
    if (take === this.#current) {
      this.#current = next;
      this.#player.open(next?.file);
    }
    announce(`${take.name}: removed.`);
    this.#draw();
    return true;
  }

  #light(seconds: number): void {
    const sentence = this.#transcript.light(seconds);
    if (sentence !== undefined) keepInView(sentence);
  }

  /** Shows how things are, once before the screen is drawn next. */
  #draw(): void {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      this.#drawNow();
    });
  }

  #drawNow(): void {
    const take = this.#current;
    this.#takesView.show(this.#takes, take);
    this.#tools.show(take);
    this.#drawMicrophone();
    byId("empty", HTMLDivElement).hidden = take !== undefined;
    if (take === undefined) {
      this.#clearSheet();
      return;
    }
    const isLive = take.turns.length > 0;
    const pieces = isLive ? piecesOfTurns(take.turns) : piecesOnce(take.result);
    const root = byId("transcript", HTMLDivElement);
    const isEndSeen = bottomOf(root) <= innerHeight;
    this.#transcript.show(pieces, this.#player.canPlay, take.result.language);
    if (take.state === "listening" && isEndSeen && bottomOf(root) > innerHeight)
      scrollBy({ top: bottomOf(root) - innerHeight + endMargin });
    byId("sheet-title", HTMLHeadingElement).textContent = take.name;
    const nothing = byId("nothing", HTMLParagraphElement);
    nothing.hidden = pieces.length > 0;
    nothing.textContent = nothingText(take);
    const notes = [...take.result.notes];
    // The text is then only that of the part before.
    if (take.trouble !== undefined && pieces.length > 0) notes.push(take.trouble.text);
    if (this.#player.canPlay && take.result.segments.length > 0)
      notes.push(seekingText(take.result.segments.some(({ words }) => words !== undefined)));
    const footnote = byId("footnote", HTMLParagraphElement);
    footnote.hidden = notes.length === 0;
    footnote.textContent = notes.join("\n");
  }

  #clearSheet(): void {
    this.#transcript.show([], false, "");
    byId("sheet-title", HTMLHeadingElement).textContent = "Transcript";
    for (const id of ["nothing", "footnote"]) byId(id, HTMLParagraphElement).hidden = true;
  }

  #drawMicrophone(): void {
    const state = this.#listening?.state;
    const isOn = state === "listening";
    this.#microphone.toggleAttribute("data-on", isOn);
    const label = isOn ? "Stop" : state === "ending" ? "Writing the last words" : "Start listening";
    byId("microphone-label", HTMLSpanElement).textContent = label;
    this.#elapsed.hidden = !isOn;
    this.#elapsed.textContent = clockText(this.#listening?.seconds ?? 0);
  }

  #acceptDrops(): void {
    const { body } = document;
    const hasFiles = ({ dataTransfer }: DragEvent) =>
      dataTransfer?.types.includes("Files") === true;
    document.addEventListener("dragover", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      body.classList.add("dropping");
    });
    document.addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null) body.classList.remove("dropping");
    });
    document.addEventListener("drop", (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      body.classList.remove("dropping");
      this.#add([...(event.dataTransfer?.files ?? [])]);
    });
  }
}

/** Has sentences read out by what reads the page aloud. */
function speak(text: string, language: string): void {
  const log = byId("spoken", HTMLDivElement);
  const paragraph = make("p", "", text);
  paragraph.lang = language;
  log.append(paragraph);
  // It was read long ago, and stands in the transcript.
  if (log.children.length > maxSpoken) log.firstElementChild?.remove();
}

const maxSpoken = 20;

function troubleIn(thrown: unknown): Trouble {
  if (thrown instanceof TroubleError) return thrown.trouble;
  return { kind: "fault", text: `This page has a fault: ${thrown}` };
}

function nothingText(take: Take): string {
  if (take.state === "listening") return "Speak: what is said appears here.";
  if (take.state === "done") return "No speech was found in it.";
  if (take.isUnderWay) return `${stateText(take)}…`;
  return take.trouble?.text ?? "Nothing was written.";
}

function seekingText(hasWords: boolean): string {
  const hasKeyboard = matchMedia("(any-hover: hover)").matches;
  const press = hasWords ? "Press a word to play from there" : "Press a sentence to play it";
  return hasKeyboard ? `${press}; the arrow keys go from sentence to sentence.` : `${press}.`;
}

/** The time as the name of what is heard from now on. */
function nameNow(): string {
  const now = new Date();
  const two = (number: number) => String(number).padStart(2, "0");
  const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `Captions ${date} ${two(now.getHours())}.${two(now.getMinutes())}`;
}

/** Room for the next line below the newest one, in pixels. */
const endMargin = 48;

function bottomOf(element: HTMLElement): number {
  return element.getBoundingClientRect().bottom;
}

new Page();
