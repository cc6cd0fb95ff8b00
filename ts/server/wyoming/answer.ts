import { languageCode } from "../../contract/languages.ts";
import type { Transcript } from "../../contract/transcript.ts";

/** Sends an event to the client. */
export type Send = (type: string, data?: Readonly<Record<string, unknown>>) => void;

/** Tells a transcript: when it starts, its text as it is written, the whole of it, and its end. */
export class Answer {
  readonly #send: Send;
  #isStarted = false;
  #hasText = false;

  constructor(send: Send) {
    this.#send = send;
  }

  /** Text that goes on where the last one ended; `language` by its name, where it is known. */
  chunk(text: string, language?: string): void {
    this.#start(language);
    this.#hasText = true;
    this.#send("transcript-chunk", { text });
  }

  /** The whole, of which all chunks joined are the text. */
  end(transcript: Transcript): void {
    const { text, truncated, finishReason, warnings } = transcript;
    const [language = ""] = transcript.language.split(",");
    if (!this.#hasText && text !== "") this.chunk(text, language);
    this.#start(language);
    this.#send("transcript", {
      text,
      ...codeOf(language),
      // The protocol has no word for it, and nobody should miss it.
      ...(truncated ? { truncated, finish_reason: finishReason, warnings } : {}),
    });
    this.#send("transcript-stop");
  }

  /** Says that nothing was said, as nothing was sent. */
  silence(): void {
    this.#start();
    this.#send("transcript", { text: "" });
    this.#send("transcript-stop");
  }

  #start(language?: string): void {
    if (!this.#isStarted) this.#send("transcript-start", codeOf(language));
    this.#isStarted = true;
  }
}

function codeOf(language = ""): { language?: string } {
  const code = languageCode(language);
  return code === undefined ? {} : { language: code };
}
