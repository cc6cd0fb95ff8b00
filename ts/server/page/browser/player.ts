import { make } from "./dom.ts";

/** What is told of a player. */
export interface PlayerEvents {
  /** Where it plays, in seconds; as often as the screen is drawn while it plays. */
  at(seconds: number): void;
  /** The browser found that it can play the recording, or that it cannot. */
  ready(): void;
}

/** Plays one file at a time with the browser's own controls. */
export class Player {
  readonly #root: HTMLElement;
  readonly #events: PlayerEvents;
  #media: HTMLMediaElement | undefined;
  #file: File | undefined;

  constructor(root: HTMLElement, events: PlayerEvents) {
    this.#root = root;
    this.#events = events;
  }

  /** Shows a file; undefined: none. */
  open(file: File | undefined): void {
    if (file === this.#file) return;
    this.#close();
    this.#file = file;
    if (file === undefined) return;
    const media = make(isVideo(file) ? "video" : "audio");
    media.controls = true;
    media.preload = "metadata";
    if (media instanceof HTMLVideoElement) media.playsInline = true;
    media.setAttribute("aria-label", `Player of ${file.name}`);
    media.onloadedmetadata = () => this.#events.ready();
    media.onerror = () => {
      if (this.#media === media) this.#close();
      this.#events.ready();
    };
    media.onplay = () => this.#follow(media);
    media.ontimeupdate = () => this.#events.at(media.currentTime);
    media.src = URL.createObjectURL(file);
    this.#media = media;
    this.#root.replaceChildren(media);
    this.#root.hidden = false;
  }

  get canPlay(): boolean {
    return this.#media !== undefined;
  }

  /** Plays from there. */
  seek(seconds: number): void {
    const media = this.#media;
    if (media === undefined) return;
    media.currentTime = seconds;
    // A browser that wants to be asked first leaves it at the place, ready to play.
    media.play().catch(() => {});
  }

  #follow(media: HTMLMediaElement): void {
    if (media !== this.#media) return;
    this.#events.at(media.currentTime);
    if (!media.paused) requestAnimationFrame(() => this.#follow(media));
  }

  #close(): void {
    const media = this.#media;
    this.#media = undefined;
    this.#root.replaceChildren();
    this.#root.hidden = true;
    if (media === undefined) return;
    media.pause();
    URL.revokeObjectURL(media.src);
  }
}

/** How long a recording is, in seconds; undefined where the browser cannot tell. */
export async function durationOf(file: File): Promise<number | undefined> {
  const media = make("audio");
  media.preload = "metadata";
  const told = Promise.withResolvers<number | undefined>();
  media.onloadedmetadata = () => told.resolve(media.duration);
  media.onerror = () => told.resolve(undefined);
  media.src = URL.createObjectURL(file);
  const duration = await told.promise;
  URL.revokeObjectURL(media.src);
  return Number.isFinite(duration) ? duration : undefined;
}

/** Some systems know no type for a file that their browser plays. */
function isVideo({ type, name }: File): boolean {
  return (
    type.startsWith("video/") || (type === "" && /\.(?:mp4|m4v|mov|webm|mkv|ogv)$/i.test(name))
  );
}
