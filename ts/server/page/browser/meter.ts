/** How wide a bar of the meter is with the gap beside it, in CSS pixels. */
const barPitch = 5;
const barWidth = 3;

/** Below this level, in dB, the meter shows nothing. */
const floor = -54;

/** Draws how loud it has been in the last seconds; where motion is unwelcome, how loud it is. */
export class Meter {
  readonly #canvas: HTMLCanvasElement;
  readonly #isStill = matchMedia("(prefers-reduced-motion: reduce)");
  #levels: number[] = [];

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas;
  }

  start(): void {
    this.#levels = [];
    this.#canvas.hidden = false;
    this.#draw();
  }

  stop(): void {
    this.#canvas.hidden = true;
  }

  /** The next tenth of a second had this peak, from 0 to 1. */
  push(peak: number): void {
    this.#levels.push(heightOf(peak));
    this.#draw();
  }

  #draw(): void {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const context = this.#canvas.getContext("2d");
    if (context === null || width === 0) return;
    this.#canvas.width = width * devicePixelRatio;
    this.#canvas.height = height * devicePixelRatio;
    context.scale(devicePixelRatio, devicePixelRatio);
    context.fillStyle = getComputedStyle(this.#canvas).color;
    if (this.#isStill.matches) {
      const level = this.#levels.at(-1) ?? 0;
      context.fillRect(0, height / 2 - 3, Math.max(2, level * width), 6);
      return;
    }
    const count = Math.floor(width / barPitch);
    this.#levels = this.#levels.slice(-count);
    for (let bar = 0; bar < count; bar++) {
      const level = this.#levels[this.#levels.length - count + bar] ?? 0;
      const tall = Math.max(2, level * height);
      context.globalAlpha = level === 0 ? 0.35 : 1;
      context.beginPath();
      context.roundRect(bar * barPitch, (height - tall) / 2, barWidth, tall, barWidth / 2);
      context.fill();
    }
  }
}

/** The height of a bar, from 0 to 1, by the logarithm as ears have it. */
export function heightOf(peak: number): number {
  const level = 20 * Math.log10(Math.max(peak, 1e-6));
  return Math.max(0, Math.min(1, 1 - level / floor));
}
