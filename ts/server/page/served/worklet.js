// ts/audio/samples/recording.ts
var sampleRate2 = 16000;

// ts/audio/samples/resampler.ts
var passband = 0.91;
var attenuation = 96;

class Resampler {
  #up;
  #down;
  #phases;
  #history;
  #middle;
  #next;
  #owed = 0;
  constructor(rate) {
    const divisor = greatestDivisor(rate, sampleRate2);
    this.#up = sampleRate2 / divisor;
    this.#down = rate / divisor;
    const filter = lowPass(rate * this.#up, Math.min(rate, sampleRate2) / 2);
    const taps = Math.ceil(filter.length / this.#up);
    this.#phases = Array.from({ length: this.#up }, (_, phase) => Float32Array.from({ length: taps }, (_, tap) => (filter[phase + tap * this.#up] ?? 0) * this.#up));
    this.#history = new Float32Array(taps - 1);
    this.#middle = (filter.length - 1) / 2;
    this.#next = this.#middle;
  }
  push(input) {
    const before = this.#history.length;
    const samples = new Float32Array(before + input.length);
    samples.set(this.#history);
    samples.set(input, before);
    const end = input.length * this.#up;
    const output = new Float32Array(Math.max(0, Math.ceil((end - this.#next) / this.#down)));
    for (let i = 0;i < output.length; i++) {
      const taps = this.#phases[this.#next % this.#up];
      let at = before + Math.floor(this.#next / this.#up);
      let sum = 0;
      for (let tap = 0;tap < taps.length; tap++)
        sum += taps[tap] * samples[at--];
      output[i] = sum;
      this.#next += this.#down;
    }
    this.#next -= end;
    this.#owed += end - output.length * this.#down;
    this.#history = samples.slice(input.length);
    return output;
  }
  flush() {
    const count = Math.ceil(this.#owed / this.#down);
    const rest = this.push(new Float32Array(Math.ceil(this.#middle / this.#up))).slice(0, count);
    this.#history.fill(0);
    this.#next = this.#middle;
    this.#owed = 0;
    return rest;
  }
}
function lowPass(rate, nyquist) {
  const width = (1 - passband) * nyquist * 2 * Math.PI / rate;
  const beta = 0.1102 * (attenuation - 8.7);
  const length = 2 * Math.ceil((attenuation - 8) / (2.285 * width) / 2) + 1;
  const middle = (length - 1) / 2;
  const cutoff = (1 + passband) / 2 * (nyquist / rate);
  return Float64Array.from({ length }, (_, index) => {
    const from = index - middle;
    const sinc = from === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * from) / (Math.PI * from);
    return sinc * bessel(beta * Math.sqrt(1 - (from / middle) ** 2)) / bessel(beta);
  });
}
function bessel(x) {
  let [sum, term] = [1, 1];
  for (let k = 1;term > 0.000000000001 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
function greatestDivisor(a, b) {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

// ts/server/page/browser/pcm16.ts
function pcm16(samples) {
  const view = new DataView(new ArrayBuffer(2 * samples.length));
  for (const [index, sample] of samples.entries()) {
    const scaled = Math.max(-1, Math.min(1, sample)) * (sample < 0 ? 32768 : 32767);
    view.setInt16(2 * index, Math.round(scaled), true);
  }
  return new Uint8Array(view.buffer);
}

// ts/server/page/browser/worklet.ts
var pieceLength = 1600;

class Tap extends AudioWorkletProcessor {
  #resampler = new Resampler(sampleRate);
  #piece = new Float32Array(pieceLength);
  #filled = 0;
  #ended = false;
  constructor() {
    super();
    this.port.onmessage = () => {
      this.#take(this.#resampler.flush());
      this.#post();
      this.port.postMessage("end");
      this.#ended = true;
    };
  }
  process(inputs) {
    const channels = inputs[0] ?? [];
    if (!this.#ended && channels.length > 0)
      this.#take(this.#resampler.push(mean(channels)));
    return !this.#ended;
  }
  #take(samples) {
    for (let at = 0;at < samples.length; ) {
      const part = samples.subarray(at, at + pieceLength - this.#filled);
      this.#piece.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === pieceLength)
        this.#post();
    }
  }
  #post() {
    if (this.#filled === 0)
      return;
    const samples = this.#piece.subarray(0, this.#filled);
    const peak = samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
    const piece = { pcm: pcm16(samples), peak };
    this.port.postMessage(piece, [piece.pcm.buffer]);
    this.#filled = 0;
  }
}
function mean(channels) {
  const [first, ...others] = channels;
  if (first === undefined || others.length === 0)
    return first ?? new Float32Array;
  return first.map((sample, index) => {
    const sum = others.reduce((total, channel) => total + (channel[index] ?? 0), sample);
    return sum / channels.length;
  });
}
registerProcessor("tap", Tap);
