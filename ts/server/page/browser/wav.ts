/** The header of a WAV of mono 16-bit samples at 16 kHz, before so many bytes of them. */
export function wavHeader(bytes: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(44));
  const text = (at: number, letters: string) => {
    for (const [index, letter] of [...letters].entries())
      view.setUint8(at + index, letter.charCodeAt(0));
  };
  text(0, "RIFF");
  view.setUint32(4, 36 + bytes, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 16_000, true);
  view.setUint32(28, 32_000, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, bytes, true);
  return new Uint8Array(view.buffer);
}

/** How much is kept in memory before the browser is handed it, which puts much on a disk. */
const bytesInMemory = 32_000 * 30;

/** Keeps what a microphone heard, so that it can be played, or transcribed again. */
export class Tape {
  #parts: Blob[] = [];
  #pieces: Uint8Array<ArrayBuffer>[] = [];
  #inMemory = 0;

  push(pcm: Uint8Array<ArrayBuffer>): void {
    this.#pieces.push(pcm);
    this.#inMemory += pcm.length;
    if (this.#inMemory >= bytesInMemory) this.#handOver();
  }

  /** All of it as a file. */
  file(name: string): File {
    this.#handOver();
    const bytes = this.#parts.reduce((sum, { size }) => sum + size, 0);
    return new File([wavHeader(bytes), ...this.#parts], `${name}.wav`, { type: "audio/wav" });
  }

  #handOver(): void {
    this.#parts.push(new Blob(this.#pieces));
    this.#pieces = [];
    this.#inMemory = 0;
  }
}
