import type { Turn } from "./turn.ts";

/** Writes the turns of a session one after the other, so that their texts come in order. */
export class Transcriber {
  readonly #turns: Turn[] = [];
  #running: Promise<void> | undefined;

  add(turn: Turn): void {
    this.#turns.push(turn);
    this.#running ??= this.#run();
  }

  /** Takes back a turn that the client threw away. */
  drop(turn: Turn): void {
    turn.drop();
    const index = this.#turns.indexOf(turn);
    if (index > 0) this.#turns.splice(index, 1);
  }

  /** Resolves when all turns are written. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let turn = this.#turns[0]; turn !== undefined; turn = this.#turns[0]) {
      await turn.transcribe();
      this.#turns.shift();
    }
    this.#running = undefined;
  }
}
