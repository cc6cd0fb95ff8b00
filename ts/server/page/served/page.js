// ts/server/page/browser/dom.ts
function byId(id, kind) {
  const found = document.getElementById(id);
  if (found instanceof kind)
    return found;
  throw new Error(`the page has no ${kind.name} with the id ${id}`);
}
function make(name, className = "", text = "") {
  const element = document.createElement(name);
  if (className !== "")
    element.className = className;
  if (text !== "")
    element.textContent = text;
  return element;
}
function announce(text) {
  byId("status", HTMLParagraphElement).textContent = text;
}
function clockText(seconds) {
  const whole = Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = String(whole % 60).padStart(2, "0");
  if (hours === 0)
    return `${minutes}:${rest}`;
  return `${hours}:${String(minutes).padStart(2, "0")}:${rest}`;
}

// ts/server/page/browser/desk.ts
class Desk {
  #model = byId("model", HTMLSelectElement);
  #language = byId("language", HTMLSelectElement);
  #keywords = byId("keywords", HTMLInputElement);
  #prompt = byId("prompt", HTMLTextAreaElement);
  #languages = [...this.#language.options];
  #models = [];
  constructor() {
    this.#model.onchange = () => this.#offerLanguages();
    byId("settings", HTMLFormElement).onsubmit = (event) => event.preventDefault();
  }
  get settings() {
    return {
      model: this.#model.value,
      language: this.#language.value,
      keywords: keywordsIn(this.#keywords.value),
      prompt: this.#prompt.value.trim()
    };
  }
  offer(models) {
    const kept = this.#model.value;
    this.#models = models;
    this.#model.replaceChildren(...models.map(({ name }) => make("option", "", name)));
    if (models.some(({ name }) => name === kept))
      this.#model.value = kept;
    byId("model-field", HTMLLabelElement).hidden = models.length < 2;
    this.#offerLanguages();
  }
  #offerLanguages() {
    const kept = this.#language.value;
    const { languages } = this.#models.find(({ name }) => name === this.#model.value) ?? {};
    const known = this.#languages.filter(({ value }) => value === "" || languages === undefined || languages.includes(value));
    this.#language.replaceChildren(...known);
    this.#language.value = known.some(({ value }) => value === kept) ? kept : "";
  }
}
function keywordsIn(text) {
  const words = text.split(/[,;，；、،؛\n]/u).map((word) => word.trim());
  return [...new Set(words.filter((word) => word !== ""))];
}

// ts/server/page/browser/player.ts
class Player {
  #root;
  #events;
  #media;
  #file;
  constructor(root, events) {
    this.#root = root;
    this.#events = events;
  }
  open(file) {
    if (file === this.#file)
      return;
    this.#close();
    this.#file = file;
    if (file === undefined)
      return;
    const media = make(isVideo(file) ? "video" : "audio");
    media.controls = true;
    media.preload = "metadata";
    if (media instanceof HTMLVideoElement)
      media.playsInline = true;
    media.setAttribute("aria-label", `Player of ${file.name}`);
    media.onloadedmetadata = () => this.#events.ready();
    media.onerror = () => {
      if (this.#media === media)
        this.#close();
      this.#events.ready();
    };
    media.onplay = () => this.#follow(media);
    media.ontimeupdate = () => this.#events.at(media.currentTime);
    media.src = URL.createObjectURL(file);
    this.#media = media;
    this.#root.replaceChildren(media);
    this.#root.hidden = false;
  }
  get canPlay() {
    return this.#media !== undefined;
  }
  seek(seconds) {
    const media = this.#media;
    if (media === undefined)
      return;
    media.currentTime = seconds;
    media.play().catch(() => {});
  }
  #follow(media) {
    if (media !== this.#media)
      return;
    this.#events.at(media.currentTime);
    if (!media.paused)
      requestAnimationFrame(() => this.#follow(media));
  }
  #close() {
    const media = this.#media;
    this.#media = undefined;
    this.#root.replaceChildren();
    this.#root.hidden = true;
    if (media === undefined)
      return;
    media.pause();
    URL.revokeObjectURL(media.src);
  }
}
async function durationOf(file) {
  const media = make("audio");
  media.preload = "metadata";
  const told = Promise.withResolvers();
  media.onloadedmetadata = () => told.resolve(media.duration);
  media.onerror = () => told.resolve(undefined);
  media.src = URL.createObjectURL(file);
  const duration = await told.promise;
  URL.revokeObjectURL(media.src);
  return Number.isFinite(duration) ? duration : undefined;
}
function isVideo({ type, name }) {
  return type.startsWith("video/") || type === "" && /\.(?:mp4|m4v|mov|webm|mkv|ogv)$/i.test(name);
}

// ts/server/page/browser/records.ts
function isRecord(value) {
  return typeof value === "object" && value !== null;
}
function recordIn(text) {
  try {
    const value = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return;
  }
}
function recordsIn(value) {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

// ts/server/page/browser/troubles.ts
class TroubleError extends Error {
  trouble;
  constructor(trouble) {
    super(trouble.text);
    this.trouble = trouble;
  }
}
var away = {
  kind: "away",
  text: "The server does not answer. See whether bun-asr serve is still running, then try again."
};
var notConnected = {
  kind: "away",
  text: "The server opened no connection for captions. It may have too many of them, or a proxy " + "before it passes no WebSockets on. Try again in a while."
};
var busyText = "The server is busy with other recordings.";
function troubleOf(status, body, retryAfter) {
  if (status === 0)
    return away;
  const said = messageIn(body);
  if (status === 401)
    return { kind: "key", text: "This server asks for a key." };
  if (status === 503 || status === 429) {
    const seconds = Number.parseInt(retryAfter ?? "", 10);
    return { kind: "busy", text: busyText, retryAfter: Number.isNaN(seconds) ? 5 : seconds };
  }
  if (status === 413) {
    const what = said ?? "The recording is larger than this server takes.";
    return { kind: "refused", text: `${sentence(what)} Cut it into parts, or compress it.` };
  }
  if (status === 403) {
    return { kind: "refused", text: sentence(said ?? "The server does not let this page in.") };
  }
  if (status >= 500) {
    return { kind: "fault", text: `The server failed: ${sentence(said ?? `status ${status}.`)}` };
  }
  return { kind: "refused", text: sentence(said ?? `The server refused this: status ${status}.`) };
}
function messageIn(body) {
  const error = recordIn(body)?.["error"];
  const message = isRecord(error) ? error["message"] : undefined;
  return typeof message === "string" && message !== "" ? message : undefined;
}
function sentence(message) {
  const first = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?。]$/.test(first) ? first : `${first}.`;
}
function microphoneTrouble(thrown) {
  const name = thrown instanceof Error ? thrown.name : "";
  const text = microphoneTexts[name] ?? "The microphone could not be opened. Try it again.";
  return { kind: "microphone", text };
}
var microphoneTexts = {
  NotAllowedError: "This page may not use the microphone. Allow it beside the address of the page, then start " + "again.",
  NotFoundError: "No microphone was found. Connect one, then start again.",
  OverconstrainedError: "No microphone was found. Connect one, then start again.",
  NotReadableError: "The microphone is in use by another program, or its driver failed. Close that program, then " + "start again.",
  SecurityError: "This page may not use the microphone here."
};
var noSound = {
  kind: "microphone",
  text: "The browser gives no sound of the microphone. See whether the sound of this machine works, " + "then start again."
};
var insecureOrigin = {
  kind: "microphone",
  text: "Browsers give the microphone to pages of this machine and over HTTPS only. Open the page as " + "http://localhost on the machine of the server, or put HTTPS before it. Files work here, too."
};

// ts/text/joining.ts
function separator(before, after) {
  if (before === "" || after === "" || /\s$/u.test(before) || /^\s/u.test(after))
    return "";
  const glued = wideStop.test(before) || wideStart.test(after) || unspacedEnd.test(before) && unspacedStart.test(after);
  return glued ? "" : " ";
}
function joinTexts(before, after) {
  const [left, right] = [before.trimEnd(), after.trimStart()];
  return left + separator(left, right) + right;
}
var wide = "[\\u3000-\\u303f\\uff01-\\uff0f\\uff1a-\\uff20\\uff3b-\\uff40\\uff5b-\\uff65]";
var unspaced = "[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}ー" + "\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}]";
var wideStop = new RegExp(`${wide}["'”’]*$`, "u");
var wideStart = new RegExp(`^${wide}`, "u");
var unspacedEnd = new RegExp(`${unspaced}["'”’]*$`, "u");
var unspacedStart = new RegExp(`^["'“‘]*${unspaced}`, "u");

// ts/output/cues/layout.ts
var defaultLimits = {
  maxLineWidth: 42,
  maxLineCount: 2,
  maxWordsPerCue: Number.POSITIVE_INFINITY
};
var defaultLayout = { ...defaultLimits, rtlMarks: false, highlightWords: false };

// ts/text/controls.ts
var spaces = /(?![\t\n\r])(?=\p{Cc})\p{White_Space}/gu;
var controls = /(?![\t\n\r])\p{Cc}/gu;
function withoutControls(text) {
  return text.replaceAll(spaces, " ").replaceAll(controls, "");
}

// ts/output/printable.ts
function printableSegment(segment) {
  const text = withoutControls(segment.text);
  if (segment.words === undefined)
    return { ...segment, text };
  const words = segment.words.map((word) => ({ ...word, text: withoutControls(word.text) }));
  return { ...segment, text, words: words.filter((word) => word.text !== "") };
}

// ts/output/clock.ts
function clock(ms, decimalSign) {
  const [seconds, rest] = [Math.floor(ms / 1000), ms % 1000];
  const hours = padded(seconds / 3600, 2);
  const minutes = padded(seconds / 60 % 60, 2);
  return `${hours}:${minutes}:${padded(seconds % 60, 2)}${decimalSign}${padded(rest, 3)}`;
}
function padded(value, digits) {
  return String(Math.floor(value)).padStart(digits, "0");
}

// ts/segments/speaking-time.ts
function speakingTime(text) {
  let sum = 0;
  for (const character of text)
    sum += syllables(character);
  return sum;
}
var slowestSyllable = 0.7;
var minLongest = 7;
function longestTime(text) {
  return Math.max(minLongest, slowestSyllable * speakingTime(text));
}
var classes = [
  [/\p{Nd}/u, 1.3],
  [/[%$€£¥₹°&@+=#×÷]/u, 1.8],
  [/\p{Script=Han}/u, 1],
  [/\p{Script=Hangul}/u, 0.9],
  [/[ぁぃぅぇぉゃゅょゎァィゥェォャュョヮ]/u, 0.1],
  [/[\p{Script=Hiragana}\p{Script=Katakana}ー]/u, 0.75],
  [/[\p{Script=Arabic}\p{Script=Hebrew}]/u, 0.55],
  [/\p{L}/u, 0.38],
  [/\p{Mc}/u, 0.3]
];
var known = new Map;
function syllables(character) {
  let count = known.get(character);
  if (count === undefined) {
    count = classes.find(([pattern]) => pattern.test(character))?.[1] ?? 0;
    known.set(character, count);
  }
  return count;
}

// ts/output/cues/cue.ts
var maxCueSeconds = 7;
var minCueSeconds = 1;
function toMs(seconds) {
  return Math.round(seconds * 1000);
}

// ts/contract/language-names.ts
var names = {
  zh: "Chinese",
  en: "English",
  yue: "Cantonese",
  ar: "Arabic",
  de: "German",
  fr: "French",
  es: "Spanish",
  pt: "Portuguese",
  id: "Indonesian",
  it: "Italian",
  ko: "Korean",
  ru: "Russian",
  th: "Thai",
  vi: "Vietnamese",
  ja: "Japanese",
  tr: "Turkish",
  hi: "Hindi",
  ms: "Malay",
  nl: "Dutch",
  sv: "Swedish",
  da: "Danish",
  fi: "Finnish",
  pl: "Polish",
  cs: "Czech",
  fil: "Filipino",
  fa: "Persian",
  el: "Greek",
  ro: "Romanian",
  hu: "Hungarian",
  mk: "Macedonian"
};
var languages = names;
var alignerLanguages = new Set([
  "Chinese",
  "English",
  "Cantonese",
  "French",
  "German",
  "Italian",
  "Japanese",
  "Korean",
  "Portuguese",
  "Russian",
  "Spanish"
]);

// ts/contract/languages.ts
function languageCode(name) {
  return Object.keys(languages).find((code) => languages[code] === name);
}

// ts/text/columns.ts
function columns(text) {
  if (plain.test(text))
    return text.length;
  if (!pictured.test(text))
    return sumOf(text);
  let sum = 0;
  for (const { segment } of graphemes.segment(text))
    sum += picture.test(segment) ? 2 : sumOf(segment);
  return sum;
}
function sumOf(text) {
  let sum = 0;
  for (const character of text) {
    if (none.some((set) => set.test(character)))
      continue;
    sum += wide2.some((set) => set.test(character)) ? 2 : 1;
  }
  return sum;
}
var graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });
var plain = /^[\x20-\x7e]*$/;
var pictured = /\p{RI}|\p{Emoji_Presentation}|\ufe0f|\u20e3/u;
var picture = /\p{RI}\p{RI}|(?!\p{RI})\p{Emoji_Presentation}|\p{Emoji}(?:\ufe0f|\u20e3)/u;
var none = [
  /[\p{Mn}\p{Me}\p{Cc}\xad\u0600-\u0605\u061c\u06dd\u070f\u08e2\u180e\ufeff]/u,
  /[\u200b-\u200f\u202a-\u202e\u2060-\u206f\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}]/u,
  /(?![\u0903\u094e\u094f\u0983\u0a03\u0a83\u0b03])[\u0900-\u0bff](?<=\p{Mc})/u,
  /(?![\u0c03\u0c83\u0cf3\u0d03\u0d57])[\u0c00-\u0d7f](?<=\p{Mc})/u,
  /[\u0980\u0c80\u0d3a\u1160-\u11ff\ud7b0-\ud7fb]/u
];
var wide2 = [
  /[\u1100-\u115f\u2329\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u303e\u3041-\u3247\u3250-\ua4cf]/u,
  /[\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6]/u,
  /[\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1d300}-\u{1d376}\u{1f200}-\u{1f265}]/u,
  /[\u{20000}-\u{3fffd}]/u
];

// ts/output/cues/line-breaks.ts
var badnessAfter = {
  sentence: 0,
  clause: 1,
  word: 3,
  unspacedWord: 4,
  character: 8,
  forced: 20
};
function atomsOf(text, language, maxWidth) {
  const clean = cleanText(text);
  const wordEnds = wordEndsOf(clean, language);
  const atoms = [];
  let atom = "";
  let last = "";
  const end = (spaced, badness) => {
    if (atom !== "")
      atoms.push(...pieces({ ...measured(atom), spaced, badness }, maxWidth));
    atom = "";
    last = "";
  };
  const characters = [...graphemes2.segment(clean)];
  for (const [at, { segment, index }] of characters.entries()) {
    const next = characters[at + 1]?.segment;
    if (segment === " ") {
      if (next !== undefined && mayDivide(last, next))
        end(true, spaceBadness(atom));
      else
        atom += " ";
      continue;
    }
    atom += segment;
    last = segment;
    if (next === undefined || next === " " || !mayDivide(last, next))
      continue;
    const badness = unspacedBadness(segment, next, wordEnds.has(index + segment.length));
    if (badness !== undefined)
      end(false, badness);
  }
  end(false, badnessAfter.sentence);
  return atoms;
}
function cleanText(text) {
  return text.replaceAll(/(?:[^\S\u00a0\u202f]|\p{Cc})+/gu, " ").trim();
}
function measured(text) {
  return { text, width: columns(text) };
}
var graphemes2 = new Intl.Segmenter("und", { granularity: "grapheme" });
function wordEndsOf(text, language) {
  const words = new Intl.Segmenter(languageCode(language) ?? "und", { granularity: "word" });
  return new Set(Array.from(words.segment(text), ({ index, segment }) => index + segment.length));
}
var notAtStart = /^[\p{Pe}\p{Pf}!%),.:;?¢°’”‰′″℃、。，．：；？！・･ー々ゝゞヽヾ〜～…‥％ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ।؟،؛]/u;
var notAtEnd = /[\p{Ps}\p{Pi}($£¥€¿¡]$/u;
function mayDivide(before, next) {
  return !notAtStart.test(next) && !notAtEnd.test(before);
}
function spaceBadness(before) {
  if (/[.!?…؟।]["'\p{Pe}\p{Pf}]*$/u.test(before))
    return badnessAfter.sentence;
  return /[,;:،؛—–]["'\p{Pe}\p{Pf}]*$/u.test(before) ? badnessAfter.clause : badnessAfter.word;
}
var ideographic = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff01-\uff60]/u;
var southEastAsian = /[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
function unspacedBadness(before, next, wordEnd) {
  if (/[。！？]/.test(before))
    return badnessAfter.sentence;
  if (/[、，；：—]/.test(before))
    return badnessAfter.clause;
  if (ideographic.test(before) || ideographic.test(next)) {
    return wordEnd ? badnessAfter.unspacedWord : badnessAfter.character;
  }
  const thai = southEastAsian.test(before) && southEastAsian.test(next);
  return thai && wordEnd ? badnessAfter.unspacedWord : undefined;
}
function pieces(atom, maxWidth) {
  if (atom.width <= maxWidth)
    return [atom];
  const result = [];
  let text = "";
  for (const { segment } of graphemes2.segment(atom.text)) {
    if (text !== "" && columns(text + segment) > maxWidth) {
      result.push({ ...measured(text), spaced: false, badness: badnessAfter.forced });
      text = "";
    }
    text += segment;
  }
  return [...result, { ...atom, ...measured(text) }];
}

// ts/output/cues/lines.ts
function lineWidth(atoms, from, to) {
  let width = 0;
  for (let index = from;index < to; index++) {
    const { width: own, spaced } = atoms[index];
    width += own + (spaced && index + 1 < to ? 1 : 0);
  }
  return width;
}
function fill(atoms, from, limits) {
  let at = from;
  for (let line = 0;line < limits.maxLineCount && at < atoms.length; line++) {
    const start = at++;
    while (at < atoms.length && lineWidth(atoms, start, at + 1) <= limits.maxLineWidth)
      at++;
  }
  return at;
}
function linesOf(atoms, from, to, limits) {
  const ends = lineEnds(atoms, from, to, limits);
  return ends.map((end, index) => textOf(atoms, index === 0 ? from : ends[index - 1], end));
}
function lineEnds(atoms, from, to, limits) {
  let count = 1;
  while (fill(atoms, from, { ...limits, maxLineCount: count }) < to)
    count++;
  return [...cheapest(atoms, from, to, count, limits.maxLineWidth).breaks, to];
}
function cheapest(atoms, from, to, count, maxWidth) {
  const mean = lineWidth(atoms, from, to) / count;
  const lineCost = (start, end) => {
    const width = lineWidth(atoms, start, end);
    const unbalanced = 12 * ((width - mean) / maxWidth) ** 2;
    return width > maxWidth ? Number.POSITIVE_INFINITY : unbalanced;
  };
  let best = new Map([[from, { breaks: [], cost: 0 }]]);
  for (let line = 1;line <= count; line++) {
    const reached = new Map;
    for (const [start, { breaks, cost }] of best) {
      const first = line === count ? to : start + 1;
      for (let end = first;end <= to; end++) {
        const own = lineCost(start, end);
        if (own === Number.POSITIVE_INFINITY)
          break;
        const badness = end === to ? 0 : atoms[end - 1].badness;
        const total = cost + own + badness;
        if (total >= (reached.get(end)?.cost ?? Number.POSITIVE_INFINITY))
          continue;
        reached.set(end, { breaks: line === count ? breaks : [...breaks, end], cost: total });
      }
    }
    best = reached;
  }
  return best.get(to);
}
function textOf(atoms, from, to) {
  return atoms.slice(from, to).map(({ text, spaced }, index, all) => spaced && index + 1 < all.length ? `${text} ` : text).join("");
}

// ts/output/cues/estimated-cues.ts
function estimatedCues(segments, limits) {
  return timed(joinShort(segments, limits).flatMap((segment) => cut(segment, limits)));
}
function joinShort(segments, limits) {
  const result = [];
  for (const segment of segments) {
    const last = result.at(-1);
    const short = last !== undefined && Math.min(last.end - last.start, segment.end - segment.start) < minCueSeconds && segment.start - last.end < minCueSeconds / 2 && segment.end - last.start <= maxCueSeconds;
    const text = short ? joinTexts(last.text, segment.text) : segment.text;
    const atoms = short ? atomsOf(text, segment.language, limits.maxLineWidth) : [];
    if (last === undefined || !short || fill(atoms, 0, limits) < atoms.length)
      result.push(segment);
    else
      result[result.length - 1] = { ...last, text, end: segment.end };
  }
  return result;
}
function cut({ text, language, start, end }, limits) {
  const atoms = atomsOf(text, language, limits.maxLineWidth);
  const times = atomTimes(atoms, text, { start, end });
  const borders = cueBorders(atoms, times, limits);
  return borders.slice(1).map((to, index) => {
    const from = borders[index];
    return { start: times[from], end: times[to], lines: linesOf(atoms, from, to, limits) };
  });
}
function atomTimes(atoms, text, { start, end }) {
  const length = Math.min(end, start + longestTime(text)) - start;
  const said = [0];
  for (const atom of atoms)
    said.push(said.at(-1) + Math.max(0.05, speakingTime(atom.text)));
  return said.map((sum) => start + length * sum / said.at(-1));
}
function cueBorders(atoms, times, limits) {
  const capacity = limits.maxLineWidth * limits.maxLineCount;
  const width = lineWidth(atoms, 0, atoms.length);
  const seconds = times.at(-1) - times[0];
  const share = width / Math.ceil(Math.max(seconds / maxCueSeconds, width / capacity));
  const best = [{ cost: 0, from: 0 }];
  for (let from = 0;from < atoms.length; from++) {
    const max = fill(atoms, from, limits);
    for (let to = from + 1;to <= max; to++) {
      const lasts = times[to] - times[from];
      if (lasts > maxCueSeconds && to > from + 1)
        break;
      const cost = best[from].cost + 10 + (to < atoms.length ? atoms[to - 1].badness : 0) + 20 * Math.max(0, minCueSeconds - lasts) + 4 * (lineWidth(atoms, from, to) / share - 1) ** 2;
      if (cost < (best[to]?.cost ?? Number.POSITIVE_INFINITY))
        best[to] = { cost, from };
    }
  }
  const borders = [];
  for (let at = atoms.length;at > 0; at = best[at].from)
    borders.unshift(at);
  return [0, ...borders];
}
function timed(rough) {
  const cues = [];
  let last = 0;
  for (const [index, { start, end, lines }] of rough.entries()) {
    const next = rough[index + 1]?.start ?? Number.POSITIVE_INFINITY;
    const startMs = Math.max(last, toMs(start));
    const wanted = Math.max(toMs(end), Math.min(startMs + toMs(minCueSeconds), toMs(next)));
    const endMs = Math.min(startMs + toMs(maxCueSeconds), Math.max(startMs + 1, wanted));
    cues.push({ startMs, endMs, lines });
    last = endMs;
  }
  return cues;
}

// ts/output/cues/placed-words.ts
function placeWords(text, words) {
  const placed = [];
  let at = 0;
  for (const { text: letters, start, end } of words) {
    let from;
    for (const letter of letters) {
      if (unseen.test(letter))
        continue;
      at = afterUnseen(text, at);
      if (!text.startsWith(letter, at))
        return;
      from ??= at;
      at += letter.length;
    }
    if (from !== undefined)
      placed.push({ from, to: at, start, end });
  }
  return afterUnseen(text, at) === text.length ? placed : undefined;
}
var unseen = /[\s\p{Cc}]/u;
function afterUnseen(text, from) {
  let at = from;
  while (at < text.length && unseen.test(text[at]))
    at++;
  return at;
}

// ts/output/cues/spoken-text.ts
class SpokenText {
  text;
  atoms;
  #words;
  #said = new Map;
  constructor(segments, text, limits) {
    const owns = segments.map((segment) => cleanText(segment.text));
    const gaps = gapsBefore(owns, cleanText(text));
    const atoms = [];
    const words = [];
    const texts = [];
    let length = 0;
    for (const [index, segment] of segments.entries()) {
      const [own, gap] = [owns[index], gaps[index]];
      if (own === "")
        continue;
      if (atoms.length > 0)
        atoms[atoms.length - 1].spaced = gap !== "";
      const offset = length + gap.length;
      texts.push(gap, own);
      length = offset + own.length;
      const whole = placeAtoms(atomsOf(own, segment.language, limits.maxLineWidth));
      const ownWords = wordsOf(own, whole, segment);
      for (const atom of whole.flatMap((one) => cutAtWords(one, ownWords, limits))) {
        atoms.push({ ...atom, from: atom.from + offset, to: atom.to + offset, segment: index });
      }
      for (const word of ownWords) {
        words.push({ ...word, from: word.from + offset, to: word.to + offset });
      }
    }
    this.text = texts.join("");
    this.#words = words;
    this.atoms = atoms.map((atom) => {
      const start = this.#start(this.#firstFrom(atom.from), atom.from);
      const end = this.#end(this.#lastBefore(atom.to), atom.to);
      return { ...atom, start, end: Math.max(start, end) };
    });
  }
  wordCount(from, to) {
    return this.#lastBefore(to) - this.#firstFrom(from) + 1;
  }
  heardWords(from, to) {
    const [first, last] = [this.#firstFrom(from), this.#lastBefore(to)];
    return this.#words.slice(first, last + 1).flatMap((word, index) => {
      const begin = Math.max(word.from, from);
      const part = this.text.slice(begin, Math.min(word.to, to));
      const [left, right] = [part.trimStart(), part.trimEnd()];
      if (!word.isHeard || left === "")
        return [];
      const [start, end] = [begin + part.length - left.length, begin + right.length];
      return {
        from: start,
        to: end,
        start: this.#start(first + index, start),
        end: this.#end(first + index, end)
      };
    });
  }
  #at(index, place) {
    const { from, to, start, end } = this.#words[index];
    const said = this.#saidOf(index);
    const weight = (length) => weightOf(said[length], length);
    return start + (end - start) * (weight(place - from) / weight(to - from));
  }
  #saidOf(index) {
    const { from, to } = this.#words[index];
    const known = this.#said.get(index);
    if (known !== undefined)
      return known;
    const said = new Float64Array(to - from + 1);
    let at = 0;
    for (const character of this.text.slice(from, to)) {
      const sum = said[at] + speakingTime(character);
      said.fill(sum, at + 1, at + character.length + 1);
      at += character.length;
    }
    this.#said.set(index, said);
    return said;
  }
  #start(index, place) {
    const { from, start } = this.#words[index];
    return place <= from ? start : this.#at(index, place);
  }
  #end(index, place) {
    const { to, end } = this.#words[index];
    return place >= to ? end : this.#at(index, place);
  }
  #firstFrom(place) {
    return firstIndex(this.#words, ({ to }) => to > place);
  }
  #lastBefore(place) {
    return firstIndex(this.#words, ({ from }) => from >= place) - 1;
  }
}
function gapsBefore(texts, whole) {
  let [before, at] = ["", 0];
  return texts.map((text) => {
    const found = at < 0 ? -1 : whole.indexOf(text, at);
    const between = found < 0 || before === "" ? undefined : whole.slice(at, found).trim();
    const gap = between === "" ? found > at ? " " : "" : separator(before, text);
    at = found < 0 ? -1 : found + text.length;
    if (text !== "")
      before = text;
    return gap;
  });
}
function firstIndex(items, holds) {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = low + high >> 1;
    if (holds(items[middle]))
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}
function weightOf(said, length) {
  return said + 0.05 * length;
}
function placeAtoms(atoms) {
  let next = 0;
  return atoms.map((atom) => {
    const from = next;
    const to = from + atom.text.length;
    next = to + (atom.spaced ? 1 : 0);
    return { ...atom, from, to };
  });
}
function wordsOf(text, atoms, segment) {
  const heard = segment.words && placeWords(text, segment.words);
  if (heard !== undefined)
    return heard.map((word) => ({ ...word, isHeard: true }));
  const times = atomTimes(atoms, text, segment);
  return atoms.map(({ from, to }, index) => {
    return { from, to, start: times[index], end: times[index + 1], isHeard: false };
  });
}
function cutAtWords(atom, words, { maxWordsPerCue }) {
  const first = firstIndex(words, ({ to }) => to > atom.from);
  const next = firstIndex(words, ({ from }) => from >= atom.to);
  if (next - first <= maxWordsPerCue)
    return [atom];
  const inside = words.slice(first, next);
  const starts = [atom.from, ...inside.slice(1).map(({ from }) => from)];
  return starts.map((from, index) => {
    const to = starts[index + 1];
    if (to === undefined)
      return { ...atom, ...part(atom, from, atom.to) };
    const spaced = atom.text[to - 1 - atom.from] === " ";
    return {
      ...atom,
      ...part(atom, from, spaced ? to - 1 : to),
      spaced,
      badness: badnessAfter.word
    };
  });
}
function part(atom, from, to) {
  const text = atom.text.slice(from - atom.from, to - atom.from);
  return { text, width: columns(text), from, to };
}

// ts/output/cues/word-cues.ts
var maxReadingSpeed = 20;
var longPause = 1;
var shortPause = 0.2;
var quickWord = 0.25;
function wordCues(segments, text, limits) {
  const spoken = new SpokenText(segments, text, limits);
  const borders = new Cutting(spoken, limits).borders();
  const cues = [];
  let last = 0;
  for (const [index, from] of borders.slice(0, -1).entries()) {
    const to = borders[index + 1];
    const { start, end } = timeOf(spoken.atoms, from, to);
    const startMs = Math.max(last, toMs(start));
    const endMs = Math.min(startMs + toMs(maxCueSeconds), Math.max(startMs + 1, toMs(end)));
    cues.push(cueOf(spoken, from, to, { startMs, endMs }, limits));
    last = endMs;
  }
  return cues;
}
function timeOf(atoms, from, to) {
  const { start } = atoms[from];
  const { end } = atoms[to - 1];
  const next = atoms[to]?.start ?? Number.POSITIVE_INFINITY;
  return { start, end: Math.max(end, Math.min(start + readingTime(atoms, from, to), next)) };
}
function readingTime(atoms, from, to) {
  return Math.max(minCueSeconds, lineWidth(atoms, from, to) / maxReadingSpeed);
}
function cueOf(spoken, from, to, times, limits) {
  const lines = [];
  const words = [];
  const within = (seconds) => Math.min(times.endMs, Math.max(times.startMs, toMs(seconds)));
  let first = from;
  for (const [line, end] of lineEnds(spoken.atoms, from, to, limits).entries()) {
    const begin = spoken.atoms[first].from;
    const until = spoken.atoms[end - 1].to;
    lines.push(spoken.text.slice(begin, until));
    for (const word of spoken.heardWords(begin, until)) {
      const [startMs, endMs] = [within(word.start), within(word.end)];
      words.push({ line, from: word.from - begin, to: word.to - begin, startMs, endMs });
    }
    first = end;
  }
  return { ...times, lines, ...words.length > 0 ? { words } : {} };
}

class Cutting {
  #spoken;
  #atoms;
  #limits;
  #minSeconds;
  #inside;
  #shares;
  constructor(spoken, limits) {
    this.#spoken = spoken;
    this.#atoms = spoken.atoms;
    this.#limits = limits;
    this.#minSeconds = Math.min(minCueSeconds, quickWord * limits.maxWordsPerCue);
    const inside = [0];
    for (const index of this.#atoms.keys())
      inside.push(inside.at(-1) + this.#costAfter(index));
    this.#inside = inside;
    this.#shares = this.#sharesOfSegments();
  }
  borders() {
    const { length } = this.#atoms;
    const best = [{ cost: 0, from: 0 }];
    for (let from = 0;from < length; from++) {
      const max = fill(this.#atoms, from, this.#limits);
      for (let to = from + 1;to <= max; to++) {
        if (to > from + 1 && !this.#fits(from, to))
          break;
        const cost = best[from].cost + this.#cost(from, to);
        if (cost < (best[to]?.cost ?? Number.POSITIVE_INFINITY))
          best[to] = { cost, from };
      }
    }
    const borders = [];
    for (let at = length;at > 0; at = best[at].from)
      borders.unshift(at);
    return [0, ...borders];
  }
  #fits(from, to) {
    const [first, last] = [this.#atoms[from], this.#atoms[to - 1]];
    return toMs(this.#pauseAfter(to - 2)) < toMs(longPause) && last.end - first.start <= maxCueSeconds && this.#spoken.wordCount(first.from, last.to) <= this.#limits.maxWordsPerCue;
  }
  #cost(from, to) {
    const { start, end } = timeOf(this.#atoms, from, to);
    const shown = Math.min(end - start, maxCueSeconds);
    const width = lineWidth(this.#atoms, from, to);
    const last = this.#atoms[to - 1];
    const isInOne = this.#atoms[from].segment === last.segment;
    const endsSegment = this.#atoms[to]?.segment !== last.segment;
    const rest = Math.max(0, 1 - this.#pauseAfter(to - 1) / (2 * shortPause));
    return 10 + (endsSegment ? 0 : last.badness * rest) + 20 * Math.max(0, this.#minSeconds - shown) + 15 * Math.max(0, width / maxReadingSpeed - shown) + (isInOne ? 4 * (width / this.#shares[last.segment] - 1) ** 2 : 0) + (this.#inside[to - 1] - this.#inside[from]);
  }
  #costAfter(index) {
    const next = this.#atoms[index + 1];
    if (next === undefined)
      return 0;
    const newSegment = next.segment === this.#atoms[index].segment ? 0 : 16;
    return newSegment + 12 * Math.max(0, this.#pauseAfter(index) - shortPause);
  }
  #pauseAfter(index) {
    const next = this.#atoms[index + 1];
    return next === undefined ? Number.POSITIVE_INFINITY : next.start - this.#atoms[index].end;
  }
  #sharesOfSegments() {
    const capacity = this.#limits.maxLineWidth * this.#limits.maxLineCount;
    const shares = [];
    for (const [segment, atoms] of Map.groupBy(this.#atoms, ({ segment }) => segment)) {
      const width = lineWidth(atoms, 0, atoms.length);
      const seconds = atoms.at(-1).end - atoms[0].start;
      const words = this.#spoken.wordCount(atoms[0].from, atoms.at(-1).to);
      const count = Math.max(seconds / maxCueSeconds, width / capacity, words / this.#limits.maxWordsPerCue);
      shares[segment] = width / Math.ceil(count);
    }
    return shares;
  }
}

// ts/output/cues/cues.ts
function cuesOf({ text, segments }, limits = defaultLimits) {
  const isTimed = segments.some(({ words }) => words !== undefined);
  const hasCount = limits.maxWordsPerCue < Number.POSITIVE_INFINITY;
  const channels = [...Map.groupBy(segments, ({ channel }) => channel)];
  return channels.flatMap(([channel, own]) => {
    const cues = isTimed || hasCount ? wordCues(own, text, limits) : estimatedCues(own, limits);
    return channel === undefined ? cues : cues.map((cue) => ({ ...cue, channel }));
  }).sort((a, b) => a.startMs - b.startMs);
}

// ts/output/highlight.ts
var pauseMs = 300;
function framesOf({ startMs, endMs, words = [] }) {
  const frames = [];
  let at = startMs;
  const add = (until, word) => {
    if (until <= at)
      return;
    frames.push({ startMs: at, endMs: until, ...word === undefined ? {} : { word } });
    at = until;
  };
  const first = words[0]?.startMs ?? endMs;
  if (first - at >= pauseMs || words.length === 0)
    add(first);
  for (const [index, word] of words.entries()) {
    const next = words[index + 1]?.startMs ?? endMs;
    const isPause = next - word.endMs >= pauseMs;
    add(isPause ? word.endMs : next, word);
    if (isPause)
      add(next);
  }
  return frames;
}

// ts/output/rtl-marks.ts
var [embed, end] = ["‫", "‬"];
var letter = /\p{L}/gu;
var rightToLeft = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/gu;
var minShare = 1 / 3;
function rtlMarks(text) {
  const count = (pattern) => text.match(pattern)?.length ?? 0;
  const share = count(rightToLeft) / Math.max(1, count(letter));
  return share < minShare ? ["", ""] : [embed, end];
}

// ts/output/voices.ts
function voiceName(channel) {
  return `Channel ${channel}`;
}
function voiceLabels(items) {
  return items.map(({ channel }, index) => channel === undefined || channel === items[index - 1]?.channel ? "" : `${voiceName(channel)}: `);
}

// ts/output/word-marks.ts
function markedLines({ lines, words = [] }, { plain, before = nothing, after = nothing }) {
  const byLine = Map.groupBy(words, ({ line }) => line);
  return lines.map((line, index) => {
    let [marked, at] = ["", 0];
    for (const word of byLine.get(index) ?? []) {
      marked += plain(line.slice(at, word.from)) + before(word);
      marked += plain(line.slice(word.from, word.to)) + after(word);
      at = word.to;
    }
    return marked + plain(line.slice(at));
  });
}
var nothing = () => "";

// ts/output/srt.ts
function srt(transcript, layout) {
  const { limits, end } = roomForLabels(transcript.segments, layout);
  const cues = cuesOf(transcript, limits);
  const labels = voiceLabels(cues);
  return cues.flatMap((cue, index) => {
    const label = labels[index].replace(/ $/, end);
    const frames = layout.highlightWords ? framesOf(cue) : [cue];
    return frames.map((frame) => ({ ...frame, text: textOf2(cue, frame, label, layout) }));
  }).sort((a, b) => a.startMs - b.startMs).map(({ startMs, endMs, text }, index) => {
    return `${index + 1}
${clock(startMs, ",")} --> ${clock(endMs, ",")}
${text}
`;
  }).join(`
`);
}
function textOf2(cue, { word: lit }, label, layout) {
  const lines = markedLines(cue, {
    plain: (text) => text,
    before: (word) => word === lit ? "<u>" : "",
    after: (word) => word === lit ? "</u>" : ""
  });
  const text = `${label}${lines.join(`
`).replaceAll("-->", "->")}`;
  const [start, end] = layout.rtlMarks ? rtlMarks(label + cue.lines.join(`
`)) : ["", ""];
  return text.split(`
`).map((line) => start + line + end).join(`
`);
}
var minLineWidth = 20;
function roomForLabels(segments, limits) {
  const labels = Math.max(0, ...voiceLabels(segments).map(({ length }) => length));
  if (labels === 0)
    return { limits, end: " " };
  const width = limits.maxLineWidth - labels;
  if (width >= minLineWidth)
    return { limits: { ...limits, maxLineWidth: width }, end: " " };
  return { limits: { ...limits, maxLineCount: Math.max(1, limits.maxLineCount - 1) }, end: `
` };
}

// ts/output/txt.ts
var longPause2 = 2;
var longParagraph = 60;
function txt({ text, segments }) {
  const paragraphs = [];
  const voices = voiceLabels(segments);
  let [started, ended] = [0, Number.NEGATIVE_INFINITY];
  for (const [index, { start, end, text: sentence, channel }] of segments.entries()) {
    const isTurn = voices[index] !== "";
    if (isTurn || start - ended >= longPause2 || start - started >= longParagraph) {
      const voice = channel === undefined ? "" : `${voiceName(channel)}: `;
      paragraphs.push(voice + sentence);
      started = start;
    } else
      paragraphs.push(joinTexts(paragraphs.pop() ?? "", sentence));
    ended = end;
  }
  return [...paragraphs.length > 0 ? paragraphs : [text], ""].join(`
`);
}

// ts/output/vtt.ts
function vtt(transcript, layout) {
  const cues = cuesOf(transcript, layout).flatMap((cue) => layout.highlightWords ? highlighted(cue) : [{ ...cue, marking: withTimes(cue) }]);
  const blocks = cues.sort((a, b) => a.startMs - b.startMs).map((cue) => {
    const times = `${clock(cue.startMs, ".")} --> ${clock(cue.endMs, ".")}`;
    const voice = cue.channel === undefined ? "" : `<v ${voiceName(cue.channel)}>`;
    const [start, end] = layout.rtlMarks ? rtlMarks(cue.lines.join(`
`)) : ["", ""];
    const lines = markedLines(cue, cue.marking).map((line) => start + line + end);
    return `
${times}
${voice}${lines.join(`
`)}
`;
  });
  return `WEBVTT
${blocks.join("")}`;
}
function highlighted(cue) {
  return framesOf(cue).map(({ startMs, endMs, word: lit }) => {
    const before = (word) => word === lit ? "<u>" : "";
    const after = (word) => word === lit ? "</u>" : "";
    return { ...cue, startMs, endMs, marking: { plain: escaped, before, after } };
  });
}
function withTimes({ startMs, endMs, words = [] }) {
  const times = new Map;
  let last = startMs;
  for (const word of words) {
    if (word.startMs <= last || word.startMs >= endMs)
      continue;
    times.set(word, `<${clock(word.startMs, ".")}>`);
    last = word.startMs;
  }
  const before = (word) => `${times.get(word) ?? ""}<c>`;
  return { plain: escaped, before, after: () => "</c>" };
}
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

// ts/server/page/browser/result.ts
function emptyResult() {
  return { text: "", language: "", duration: undefined, segments: [], notes: [] };
}
var mediaTypes = {
  txt: "text/plain",
  srt: "application/x-subrip",
  vtt: "text/vtt",
  json: "application/json"
};
function download(format, result) {
  if (format === "json") {
    const { text, language, duration } = result;
    const segments = result.segments.map(({ id, start, end, text }) => ({ id, start, end, text }));
    const words = result.segments.flatMap((segment) => segment.words ?? []);
    const timed = words.length > 0 ? { words: words.map(openAiWord) } : {};
    return `${JSON.stringify({ text, language, duration, segments, ...timed }, null, 2)}
`;
  }
  const shown = {
    text: withoutControls(result.text),
    segments: result.segments.map(printableSegment)
  };
  if (format === "txt")
    return txt(shown);
  return format === "srt" ? srt(shown, defaultLayout) : vtt(shown, defaultLayout);
}
function segmentIn(value, id) {
  const { start, end, text, avg_logprob: logprob } = value;
  const words = wordsIn(value["words"]);
  if (typeof start !== "number" || typeof end !== "number" || typeof text !== "string")
    return;
  return {
    id,
    start,
    end,
    text: text.trim(),
    language: "",
    estimated: words.length === 0 || words.some(({ estimated }) => estimated),
    avgLogprob: typeof logprob === "number" ? logprob : 0,
    lowConfidence: false,
    ...words.length > 0 ? { words } : {}
  };
}
function segmentsIn(value) {
  return recordsIn(value).flatMap((one, id) => segmentIn(one, id) ?? []);
}
function wordsIn(value) {
  return recordsIn(value).flatMap(({ word: text, start, end, probability, estimated }) => typeof text === "string" && typeof start === "number" && typeof end === "number" ? [
    {
      text,
      start,
      end,
      probability: Number(probability ?? 1),
      estimated: estimated !== false
    }
  ] : []);
}
function openAiWord({ text: word, start, end, probability, estimated }) {
  return { word, start, end, probability, estimated };
}
function withWords(segments, words) {
  let next = 0;
  return segments.map((segment) => {
    const first = next;
    while (next < words.length && words[next].start < segment.end)
      next++;
    return next === first ? segment : { ...segment, words: words.slice(first, next) };
  });
}

// ts/server/page/browser/captions.ts
var prefix = "conversation.item.input_audio_transcription.";

class Captions {
  #turns = new Map;
  get turns() {
    return [...this.#turns.values()];
  }
  take(event) {
    const { type, item_id: id } = event;
    if (typeof type !== "string" || typeof id !== "string")
      return;
    const turn = this.#turn(id);
    switch (type) {
      case "input_audio_buffer.speech_started":
        turn.start = secondsIn(event["audio_start_ms"]);
        break;
      case "input_audio_buffer.speech_stopped":
        turn.end = secondsIn(event["audio_end_ms"]);
        break;
      case `${prefix}delta`:
        turn.settled += textIn(event["delta"]);
        turn.provisional = "";
        break;
      case `${prefix}provisional`:
        turn.provisional = textIn(event["text"]);
        break;
      case `${prefix}words`:
        turn.words = [...turn.words, ...wordsIn(event["words"])];
        break;
      case `${prefix}segment`: {
        const segment = segmentIn(event, turn.segments.length);
        if (segment !== undefined)
          turn.segments = [...turn.segments, segment];
        break;
      }
      case `${prefix}completed`:
        turn.settled = textIn(event["transcript"]);
        turn.provisional = "";
        turn.language = languageIn(event["languages"]) ?? "";
        turn.isFinished = true;
        break;
      case `${prefix}failed`:
        settle(turn);
        break;
    }
    return turn;
  }
  #turn(id) {
    const known = this.#turns.get(id);
    if (known !== undefined)
      return known;
    const turn = {
      id,
      start: undefined,
      end: undefined,
      settled: "",
      provisional: "",
      language: "",
      segments: [],
      words: [],
      isFinished: false
    };
    this.#turns.set(id, turn);
    return turn;
  }
  get areOpen() {
    return this.turns.some(({ isFinished }) => !isFinished);
  }
  result(duration) {
    for (const turn of this.#turns.values())
      if (!turn.isFinished)
        settle(turn);
    const turns = this.turns.filter(({ settled }) => settled.trim() !== "");
    const segments = turns.flatMap(segmentsOf);
    return {
      ...emptyResult(),
      text: turns.reduce((text, { settled }) => joinTexts(text, settled), ""),
      language: turns.find(({ language }) => language !== "")?.language ?? "",
      duration,
      segments: segments.map((segment, id) => ({ ...segment, id }))
    };
  }
}
function segmentsOf({ segments, settled, words }) {
  const [first, last] = [words[0], words.at(-1)];
  if (segments.length > 0 || first === undefined || last === undefined)
    return segments;
  const place = { start: first.start, end: last.end };
  const told = { language: "", estimated: true, avgLogprob: 0, lowConfidence: false };
  return [{ id: 0, ...place, text: settled.trim(), ...told, words: [...words] }];
}
function settle(turn) {
  turn.settled += turn.provisional;
  turn.provisional = "";
  turn.isFinished = true;
}
function secondsIn(milliseconds) {
  return typeof milliseconds === "number" ? milliseconds / 1000 : undefined;
}
function textIn(value) {
  return typeof value === "string" ? value : "";
}
function languageIn(value) {
  const first = Array.isArray(value) ? value[0] : undefined;
  const code = isRecord(first) ? first["code"] : undefined;
  return typeof code === "string" ? code : undefined;
}

// ts/server/page/browser/event-lines.ts
class EventLines {
  #line = "";
  #data = [];
  push(piece) {
    const events = [];
    const lines = (this.#line + piece).split(`
`);
    this.#line = lines.pop() ?? "";
    for (const ended of lines) {
      const line = ended.endsWith("\r") ? ended.slice(0, -1) : ended;
      if (line === "") {
        if (this.#data.length > 0)
          events.push(this.#data.join(`
`));
        this.#data = [];
      } else if (line.startsWith("data:"))
        this.#data.push(line.slice(5).replace(/^ /, ""));
    }
    return events;
  }
}

// ts/server/page/browser/service.ts
var storedAs = "bun-asr key";
var key = {
  get value() {
    return sessionStorage.getItem(storedAs) ?? "";
  },
  set value(given) {
    if (given === "")
      sessionStorage.removeItem(storedAs);
    else
      sessionStorage.setItem(storedAs, given);
  }
};
function address(path) {
  return new URL(path, document.baseURI);
}
function authorization() {
  return key.value === "" ? {} : { Authorization: `Bearer ${key.value}` };
}
async function models() {
  const response = await fetch(address("v1/models"), { headers: authorization() }).catch(() => {
    throw new TroubleError(away);
  });
  const body = await response.text();
  if (!response.ok)
    throw new TroubleError(troubleOf(response.status, body, response.headers.get("retry-after")));
  const list = recordIn(body)?.["data"];
  return recordsIn(list).flatMap(({ id: name, alias_of: alias, languages }) => typeof name === "string" && alias === undefined ? [{ name, languages: textsIn(languages) }] : []);
}
function textsIn(value) {
  return Array.isArray(value) ? value.map(String) : undefined;
}
function errorIn(event) {
  const { error } = event;
  if (!isRecord(error))
    return;
  return typeof error["message"] === "string" ? error["message"] : "the server failed";
}

// ts/server/page/browser/upload.ts
function transcribeFile(file, settings, signal, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest;
    const answer = new Answer(progress);
    request.open("POST", address("v1/audio/transcriptions"));
    for (const [name, value] of Object.entries(authorization()))
      request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => progress.sent(loaded / Math.max(1, total));
    request.upload.onload = () => progress.sent(1);
    const read = () => {
      if (request.status === 200)
        answer.read(request.responseText);
    };
    request.onprogress = read;
    request.onload = () => {
      const { status, responseText } = request;
      if (status !== 200) {
        const retryAfter = request.getResponseHeader("retry-after");
        reject(new TroubleError(troubleOf(status, responseText, retryAfter)));
        return;
      }
      read();
      const { result, error } = answer;
      if (result !== undefined)
        resolve(result);
      else
        reject(new TroubleError(brokenOff(error)));
    };
    request.onerror = () => reject(new TroubleError(troubleOf(request.status, "", null)));
    request.onabort = () => reject(signal.reason);
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(formOf(file, settings));
  });
}
function brokenOff(error) {
  const text = error ?? "The answer broke off. Try again; what has come so far is kept";
  return { kind: "fault", text: sentence(text) };
}
function formOf(file, { model, language, keywords, prompt }) {
  const form = new FormData;
  form.append("response_format", "json");
  form.append("stream", "true");
  form.append("timestamp_granularities[]", "segment");
  form.append("timestamp_granularities[]", "word");
  if (model !== "")
    form.append("model", model);
  if (language !== "")
    form.append("language", language);
  for (const word of keywords)
    form.append("keywords[]", word);
  if (prompt !== "")
    form.append("prompt", prompt);
  form.append("file", file);
  return form;
}

class Answer {
  result;
  error;
  #lines = new EventLines;
  #progress;
  #text = "";
  #segments = [];
  #seen = 0;
  constructor(progress) {
    this.#progress = progress;
  }
  read(text) {
    const piece = text.slice(this.#seen);
    this.#seen = text.length;
    for (const data of this.#lines.push(piece))
      this.#take(recordIn(data) ?? {});
    this.#progress.written(this.#text, this.#segments);
  }
  #take(event) {
    this.error ??= errorIn(event);
    const { type, delta } = event;
    if (type === "transcript.text.delta" && typeof delta === "string")
      this.#text += delta;
    if (type === "transcript.text.segment") {
      const segment = segmentIn(event, this.#segments.length);
      if (segment !== undefined)
        this.#segments = [...this.#segments, segment];
    }
    if (type === "transcript.text.done")
      this.result = this.#resultOf(event);
  }
  #resultOf(event) {
    const { text, duration, languages, segments, words } = event;
    const own = segmentsIn(segments);
    const told = own.length > 0 ? own : this.#segments;
    const timed = wordsIn(words);
    return {
      ...emptyResult(),
      text: typeof text === "string" ? text : this.#text,
      language: languageIn(languages) ?? "",
      duration: typeof duration === "number" ? duration : undefined,
      segments: timed.length > 0 ? withWords(told, timed) : told,
      notes: notesIn(event["bun_asr"])
    };
  }
}
function notesIn(account) {
  if (!isRecord(account) || account["truncated"] !== true)
    return [];
  const { warnings } = account;
  const told = Array.isArray(warnings) ? warnings.map(String) : [];
  return ["some of the text may be missing", ...told].map(sentence);
}

// ts/server/page/browser/file-queue.ts
class FileQueue {
  #settings;
  #events;
  #waiting = [];
  #isRunning = false;
  constructor(settings, events) {
    this.#settings = settings;
    this.#events = events;
  }
  add(takes) {
    this.#waiting.push(...takes);
    if (!this.#isRunning)
      this.#run();
  }
  cancel(take) {
    take.state = "stopped";
    take.cancel();
    this.#events.changed(take);
  }
  async#run() {
    this.#isRunning = true;
    for (let take = this.#waiting.shift();take !== undefined; take = this.#waiting.shift())
      if (take.isUnderWay)
        await this.#transcribe(take);
    this.#isRunning = false;
  }
  async#transcribe(take) {
    try {
      take.result = await this.#patiently(take);
      take.state = "done";
      this.#events.done(take);
    } catch (thrown) {
      if (take.signal.aborted)
        return;
      const trouble = thrown instanceof TroubleError ? thrown.trouble : faultOf(thrown);
      take.fail(trouble);
      this.#events.trouble(trouble);
    } finally {
      this.#events.changed(take);
    }
  }
  async#patiently(take) {
    for (;; ) {
      try {
        return await this.#once(take);
      } catch (thrown) {
        const trouble = thrown instanceof TroubleError ? thrown.trouble : undefined;
        if (trouble?.kind !== "busy")
          throw thrown;
        take.state = "busy";
        take.share = undefined;
        this.#events.changed(take);
        await pause((trouble.retryAfter ?? 5) * 1000, take.signal);
      }
    }
  }
  async#once(take) {
    const { file } = take;
    if (file === undefined)
      throw new Error("a take of the queue has a file");
    take.state = "sending";
    take.share = 0;
    this.#events.changed(take);
    durationOf(file).then((duration) => {
      take.duration ??= duration;
    });
    return await transcribeFile(file, this.#settings(), take.signal, {
      sent: (share) => {
        take.state = share < 1 ? "sending" : "hearing";
        take.share = share < 1 ? share : undefined;
        this.#events.changed(take);
      },
      written: (text, segments) => {
        const { duration } = take;
        const heard = segments.at(-1)?.end;
        take.state = "hearing";
        take.share = heard === undefined || !duration ? undefined : Math.min(1, heard / duration);
        take.result = { ...take.result, text, segments: [...segments] };
        this.#events.changed(take);
      }
    });
  }
}
function faultOf(thrown) {
  return troubleOf(500, JSON.stringify({ error: { message: `in this page, ${thrown}` } }), null);
}
function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

// ts/server/page/browser/microphone.ts
var constraints = {
  audio: {
    channelCount: 1,
    echoCancellation: false,
    noiseSuppression: false,
    autoGainControl: true
  }
};
var [beginMs, endMs] = [5000, 500];
async function isBefore(event, milliseconds) {
  const timeout = new Promise((done) => setTimeout(() => done(false), milliseconds));
  return await Promise.race([event.then(() => true), timeout]);
}
async function openMicrophone(events) {
  if (navigator.mediaDevices === undefined || typeof AudioWorkletNode === "undefined")
    throw new TroubleError(insecureOrigin);
  const stream = await navigator.mediaDevices.getUserMedia(constraints).catch((thrown) => {
    throw new TroubleError(microphoneTrouble(thrown));
  });
  const context = new AudioContext({ latencyHint: "interactive" });
  const close = async () => {
    for (const track of stream.getTracks())
      track.stop();
    await context.close();
  };
  try {
    await context.audioWorklet.addModule(address("worklet.js"));
    const tap = new AudioWorkletNode(context, "tap", { numberOfOutputs: 0 });
    const [begun, ended] = [Promise.withResolvers(), Promise.withResolvers()];
    tap.port.onmessage = ({ data }) => {
      begun.resolve();
      if (data === "end")
        ended.resolve();
      else
        events.piece(data);
    };
    context.createMediaStreamSource(stream).connect(tap);
    for (const track of stream.getTracks())
      track.onended = () => events.lost();
    context.resume();
    if (!await isBefore(begun.promise, beginMs))
      throw new TroubleError(noSound);
    const lock = await navigator.wakeLock?.request("screen").catch(() => {
      return;
    });
    return {
      async stop() {
        tap.port.postMessage("end");
        await isBefore(ended.promise, endMs);
        await Promise.all([close(), lock?.release()]);
      }
    };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

// ts/server/page/browser/session.ts
class Session {
  #socket;
  #events;
  #waiting = [];
  isOpen = false;
  constructor(settings, events) {
    const url = address("v1/realtime?intent=transcription");
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const secret = key.value === "" ? [] : [`openai-insecure-api-key.${key.value}`];
    this.#socket = new WebSocket(url, ["realtime", ...secret]);
    this.#events = events;
    this.#socket.onmessage = ({ data }) => this.#take(String(data), settings);
    this.#socket.onclose = () => events.lost();
  }
  append(pcm) {
    const binary = Array.from(pcm, (byte) => String.fromCharCode(byte)).join("");
    this.#send({ type: "input_audio_buffer.append", audio: btoa(binary) });
  }
  commit() {
    this.#send({ type: "input_audio_buffer.commit" });
  }
  close() {
    this.#socket.onclose = null;
    this.#socket.onmessage = null;
    this.#socket.close();
  }
  #take(data, settings) {
    const event = recordIn(data) ?? {};
    if (event["type"] === "session.created") {
      this.#socket.send(JSON.stringify({ type: "session.update", session: sessionOf(settings) }));
    } else if (event["type"] === "session.updated" && !this.isOpen) {
      this.isOpen = true;
      for (const message of this.#waiting)
        this.#socket.send(message);
      this.#waiting = [];
    } else if (event["type"] === "error") {
      const { code } = Object(event["error"]);
      this.#events.error(errorIn(event) ?? "the server failed", String(code));
    }
    this.#events.event(event);
  }
  #send(event) {
    const message = JSON.stringify(event);
    if (this.isOpen)
      this.#socket.send(message);
    else
      this.#waiting.push(message);
  }
}
function sessionOf({ model, language, keywords, prompt }) {
  const transcription = {
    ...model === "" ? {} : { model },
    ...language === "" ? {} : { language },
    ...keywords.length === 0 ? {} : { keywords },
    ...prompt === "" ? {} : { prompt },
    delay: "minimal"
  };
  const format = { type: "audio/pcm", rate: 16000 };
  return {
    type: "transcription",
    audio: { input: { format, transcription, turn_detection: { type: "server_vad" } } },
    include: ["provisional", "segments", "words"].map((name) => `item.input_audio_transcription.${name}`)
  };
}

// ts/server/page/browser/spoken.ts
var sentences = /^[\s\S]*(?:[.!?…؟।](?=\s|$)|[。！？])/;

class Spoken {
  #read = new Map;
  fresh({ id, settled, isFinished }) {
    const read = this.#read.get(id) ?? 0;
    const rest = settled.slice(read);
    const text = isFinished ? rest : sentences.exec(rest)?.[0] ?? "";
    this.#read.set(id, read + text.length);
    return text.trim();
  }
}

// ts/server/page/browser/wav.ts
function wavHeader(bytes) {
  const view = new DataView(new ArrayBuffer(44));
  const text = (at, letters) => {
    for (const [index, letter] of [...letters].entries())
      view.setUint8(at + index, letter.charCodeAt(0));
  };
  text(0, "RIFF");
  view.setUint32(4, 36 + bytes, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 16000, true);
  view.setUint32(28, 32000, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, bytes, true);
  return new Uint8Array(view.buffer);
}
var bytesInMemory = 32000 * 30;

class Tape {
  #parts = [];
  #pieces = [];
  #inMemory = 0;
  push(pcm) {
    this.#pieces.push(pcm);
    this.#inMemory += pcm.length;
    if (this.#inMemory >= bytesInMemory)
      this.#handOver();
  }
  file(name) {
    this.#handOver();
    const bytes = this.#parts.reduce((sum, { size }) => sum + size, 0);
    return new File([wavHeader(bytes), ...this.#parts], `${name}.wav`, { type: "audio/wav" });
  }
  #handOver() {
    this.#parts.push(new Blob(this.#pieces));
    this.#pieces = [];
    this.#inMemory = 0;
  }
}

// ts/server/page/browser/listening.ts
var patienceMs = 60000;
var nothingSaid = "input_audio_buffer_commit_empty";

class Listening {
  #take;
  #events;
  #captions = new Captions;
  #spoken = new Spoken;
  #tape = new Tape;
  #ended = Promise.withResolvers();
  #session;
  #early = [];
  #microphone;
  #isCommitted = false;
  #trouble;
  #timer;
  constructor(take, events) {
    this.#take = take;
    this.#events = events;
  }
  get state() {
    return this.#take.state;
  }
  get seconds() {
    return this.#take.duration ?? 0;
  }
  async start(settings) {
    await models();
    this.#microphone = await openMicrophone({
      piece: ({ pcm, peak }) => {
        this.#take.duration = (this.#take.duration ?? 0) + pcm.length / 32000;
        this.#tape.push(pcm);
        if (this.#session === undefined)
          this.#early.push(pcm);
        else
          this.#session.append(pcm);
        this.#events.level(peak);
      },
      lost: () => this.#fail({ kind: "microphone", text: "The microphone is gone. What it heard is kept." })
    });
    try {
      this.#session = new Session(settings, {
        event: (event) => this.#onEvent(event),
        error: (message, code) => this.#onError(message, code),
        lost: () => this.#onLost()
      });
    } catch {
      await this.#microphone.stop();
      const text = "This key has characters that browsers cannot send with live captions.";
      throw new TroubleError({ kind: "key", text });
    }
    for (const pcm of this.#early)
      this.#session.append(pcm);
    this.#early = [];
    this.#take.state = "listening";
    this.#events.changed();
  }
  async stop() {
    if (this.#take.state !== "listening")
      return;
    this.#take.state = "ending";
    this.#events.changed();
    await this.#microphone?.stop();
    this.#session?.commit();
    this.#wait();
    await this.#ended.promise;
    clearTimeout(this.#timer);
    this.#finish();
  }
  #wait() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end(away), patienceMs);
  }
  #end(trouble) {
    this.#trouble = trouble;
    this.#events.trouble(trouble);
    this.#ended.resolve();
  }
  #onEvent(event) {
    if (this.#take.state === "ending")
      this.#wait();
    if (event["type"] === "input_audio_buffer.committed" && this.#take.state === "ending")
      this.#isCommitted = true;
    const failure = errorIn(event);
    if (failure !== undefined && event["type"] !== "error") {
      this.#trouble = { kind: "fault", text: sentence(failure) };
      this.#events.trouble(this.#trouble);
    }
    const turn = this.#captions.take(event);
    if (turn === undefined)
      return;
    this.#take.turns = this.#captions.turns;
    const fresh = this.#spoken.fresh(turn);
    if (fresh !== "")
      this.#events.settled(fresh, turn.language);
    this.#events.changed();
    this.#endIfQuiet();
  }
  #endIfQuiet() {
    if (this.#isCommitted && !this.#captions.areOpen)
      this.#ended.resolve();
  }
  #onError(message, code) {
    if (code === nothingSaid) {
      this.#isCommitted = true;
      this.#endIfQuiet();
    } else
      this.#events.trouble({ kind: "refused", text: sentence(message) });
  }
  #onLost() {
    if (this.#take.state === "ending")
      this.#end(away);
    else
      this.#fail(this.#session?.isOpen === false ? notConnected : away);
  }
  #fail(trouble) {
    this.#microphone?.stop();
    this.#trouble = trouble;
    this.#finish();
    this.#events.trouble(trouble);
  }
  #finish() {
    this.#session?.close();
    this.#take.result = this.#captions.result(this.#take.duration ?? 0);
    this.#take.turns = [];
    if (this.#take.duration !== undefined)
      this.#take.file = this.#tape.file(this.#take.name);
    if (this.#trouble === undefined)
      this.#take.state = "done";
    else
      this.#take.fail(this.#trouble);
    this.#events.ended();
    this.#events.changed();
  }
}

// ts/server/page/browser/meter.ts
var barPitch = 5;
var barWidth = 3;
var floor = -54;

class Meter {
  #canvas;
  #isStill = matchMedia("(prefers-reduced-motion: reduce)");
  #levels = [];
  constructor(canvas) {
    this.#canvas = canvas;
  }
  start() {
    this.#levels = [];
    this.#canvas.hidden = false;
    this.#draw();
  }
  stop() {
    this.#canvas.hidden = true;
  }
  push(peak) {
    this.#levels.push(heightOf(peak));
    this.#draw();
  }
  #draw() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const context = this.#canvas.getContext("2d");
    if (context === null || width === 0)
      return;
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
    for (let bar = 0;bar < count; bar++) {
      const level = this.#levels[this.#levels.length - count + bar] ?? 0;
      const tall = Math.max(2, level * height);
      context.globalAlpha = level === 0 ? 0.35 : 1;
      context.beginPath();
      context.roundRect(bar * barPitch, (height - tall) / 2, barWidth, tall, barWidth / 2);
      context.fill();
    }
  }
}
function heightOf(peak) {
  const level = 20 * Math.log10(Math.max(peak, 0.000001));
  return Math.max(0, Math.min(1, 1 - level / floor));
}

// ts/server/page/browser/paragraphs.ts
var longPause3 = 2;
var longParagraph2 = 60;
function piecesOf({ text, segments }) {
  let [at, before] = [0, ""];
  const pieces = segments.map((segment) => {
    const found = text.indexOf(segment.text, at);
    if (found >= 0)
      at = found + segment.text.length;
    const { id, start, end, words = [] } = segment;
    const gap = separator(before, segment.text);
    before = segment.text;
    return { ...untimed, key: `s${id}`, text: segment.text, gap, start, end, words };
  });
  const rest = text.slice(at).trim();
  if (rest === "")
    return pieces;
  return [...pieces, { ...untimed, key: "rest", text: rest, gap: separator(before, rest) }];
}
var last;
function piecesOnce(result) {
  if (last?.result !== result)
    last = { result, pieces: piecesOf(result) };
  return last.pieces;
}
var untimed = { isNew: false, isProvisional: false, start: undefined, end: undefined, words: [] };
var longParts = /[\s\S]{800,}?(?:[.!?…؟।](?=\s)|[。！？])|[\s\S]+$/g;
function piecesOfTurns(turns) {
  let before = "";
  return turns.flatMap(({ id, settled, provisional, start, end }) => {
    const told = { ...untimed, start, end };
    const parts = settled.trim().match(longParts) ?? [];
    const rest = provisional.trim();
    const inner = /^\s/.test(provisional) || /\s$/.test(settled) ? " " : "";
    const pieces = [
      ...parts.map((part, index) => {
        const text = part.trim();
        return {
          ...told,
          key: `${id} ${index}`,
          text,
          gap: separator(before, text),
          isNew: index > 0
        };
      }),
      {
        ...told,
        key: `${id} provisional`,
        text: rest,
        gap: parts.length === 0 ? separator(before, rest) : inner,
        isProvisional: true
      }
    ].filter(({ text }) => text !== "");
    before = pieces.at(-1)?.text ?? before;
    return pieces;
  });
}
function paragraphsOf(pieces) {
  const paragraphs = [];
  let [began, ended] = [0, Number.POSITIVE_INFINITY];
  for (const piece of pieces) {
    const { start, end } = piece;
    const last = paragraphs.at(-1);
    const isLate = start !== undefined && (start - ended >= longPause3 || start - began >= longParagraph2);
    if (last === undefined || isLate || piece.isNew) {
      paragraphs.push([piece]);
      began = start ?? began;
    } else
      last.push(piece);
    ended = end ?? ended;
  }
  return paragraphs;
}
function wordParts(text, words) {
  const parts = [];
  let at = 0;
  for (const word of words) {
    const wanted = word.text.trim();
    const found = wanted === "" ? -1 : text.indexOf(wanted, at);
    if (found < 0)
      continue;
    if (found > at)
      parts.push({ text: text.slice(at, found), word: undefined });
    parts.push({ text: wanted, word });
    at = found + wanted.length;
  }
  if (at < text.length)
    parts.push({ text: text.slice(at), word: undefined });
  return parts;
}

// ts/server/page/browser/scrolling.ts
var sheetMargin = 16;
function showSheet() {
  const { top } = byId("sheet", HTMLElement).getBoundingClientRect();
  if (isWide() || top < innerHeight / 2)
    return;
  scrollBy({ top: top - coveredHeight() - sheetMargin, behavior: behavior() });
}
function keepInView(element) {
  const { top, bottom } = element.getBoundingClientRect();
  const covered = isWide() ? 0 : coveredHeight();
  if (top >= covered && bottom <= innerHeight)
    return;
  element.scrollIntoView({ block: "center", behavior: behavior() });
}
function isWide() {
  return matchMedia("(min-width: 56rem)").matches;
}
function coveredHeight() {
  return byId("player", HTMLDivElement).getBoundingClientRect().height;
}
function behavior() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}

// ts/server/page/browser/take.ts
class Take {
  name;
  file;
  isLive;
  state = "waiting";
  share;
  result = emptyResult();
  trouble;
  turns = [];
  duration;
  #controller = new AbortController;
  constructor(name, file) {
    this.name = name;
    this.file = file;
    this.isLive = file === undefined;
  }
  get signal() {
    return this.#controller.signal;
  }
  get isUnderWay() {
    return !["done", "failed", "stopped"].includes(this.state);
  }
  get isPrecious() {
    return this.isLive && (this.file !== undefined || this.result.text !== "");
  }
  fail(trouble) {
    this.state = "failed";
    this.trouble = trouble;
  }
  cancel() {
    this.#controller.abort();
  }
  renew() {
    this.#controller = new AbortController;
    this.state = "waiting";
    this.share = undefined;
    this.trouble = undefined;
    this.result = emptyResult();
  }
  get stem() {
    return this.isLive ? this.name : this.name.replace(/\.[^.]+$/, "");
  }
}

// ts/server/page/browser/takes-view.ts
class TakesView {
  #root;
  #events;
  #rows = new Map;
  constructor(root, events) {
    this.#root = root;
    this.#events = events;
  }
  show(takes, current) {
    this.#root.hidden = takes.length === 0;
    for (const [take, row] of this.#rows)
      if (!takes.includes(take)) {
        row.element.remove();
        this.#rows.delete(take);
      }
    for (const take of takes) {
      let row = this.#rows.get(take);
      if (row === undefined) {
        row = new Row(take, this.#events, () => this.#remove(take));
        this.#rows.set(take, row);
        this.#root.append(row.element);
      }
      row.show(take === current);
    }
  }
  #remove(take) {
    const takes = [...this.#rows.keys()];
    const index = takes.indexOf(take);
    const next = takes[index + 1] ?? takes[index - 1];
    if (!this.#events.removed(take, next))
      return;
    if (next === undefined)
      byId("choose", HTMLButtonElement).focus();
    else
      this.#rows.get(next)?.focus();
  }
}

class Row {
  element = make("li", "take");
  #take;
  #name = make("button", "take-name");
  #state = make("span", "take-state");
  #act = make("button", "take-act");
  #remove = make("button", "take-remove", "×");
  #progress = make("progress");
  constructor(take, events, remove) {
    this.#take = take;
    this.#name.type = "button";
    this.#name.append(make("span", "", take.name), this.#state);
    this.#name.onclick = () => events.chosen(take);
    this.#act.type = "button";
    this.#act.onclick = () => take.isUnderWay ? events.cancelled(take) : events.again(take);
    this.#remove.type = "button";
    this.#remove.setAttribute("aria-label", `Remove: ${take.name}`);
    this.#remove.onclick = remove;
    this.#progress.setAttribute("aria-label", `Progress of ${take.name}`);
    this.element.append(this.#name, this.#act, this.#remove, this.#progress);
  }
  focus() {
    this.#name.focus();
  }
  show(isCurrent) {
    const { state, share, file, name } = this.#take;
    const { isUnderWay } = this.#take;
    this.#name.setAttribute("aria-current", String(isCurrent));
    const text = stateText(this.#take);
    if (this.#state.textContent !== text)
      this.#state.textContent = text;
    const again = file !== undefined && (state === "failed" || state === "stopped");
    const label = isUnderWay ? "Cancel" : "Again";
    this.#act.hidden = file === undefined || !(isUnderWay || again);
    if (this.#act.textContent !== label) {
      this.#act.textContent = label;
      this.#act.setAttribute("aria-label", `${label}: ${name}`);
    }
    this.#remove.hidden = isUnderWay;
    this.#progress.hidden = !isUnderWay || state === "listening" || state === "waiting";
    if (share === undefined)
      this.#progress.removeAttribute("value");
    else
      this.#progress.value = share;
  }
}
var states = {
  waiting: "Waits for its turn",
  busy: "The server is busy; it is tried again soon",
  sending: "Sending",
  hearing: "Transcribing",
  listening: "Listening",
  ending: "Writing the last words",
  done: "Done",
  failed: "Failed",
  stopped: "Cancelled"
};
function stateText({ state, share, duration, result }) {
  const word = states[state];
  if (state === "sending" && share !== undefined)
    return `${word}, ${Math.floor(share * 100)} %`;
  if (state === "hearing" && share !== undefined && duration !== undefined)
    return `${word}, ${clockText(share * duration)} of ${clockText(duration)}`;
  const length = result.duration ?? duration;
  return state === "done" && length !== undefined ? clockText(length) : word;
}

// ts/server/page/browser/tools.ts
class Tools {
  #root = byId("tools", HTMLFieldSetElement);
  #take;
  constructor() {
    const copy = byId("copy", HTMLButtonElement);
    copy.onclick = async () => {
      const isCopied = await copied(this.#take?.result.text ?? "");
      copy.textContent = isCopied ? "Copied" : "Not copied";
      announce(isCopied ? "The transcript is copied." : "The browser did not let it be copied.");
      setTimeout(() => {
        copy.textContent = "Copy";
      }, 2000);
    };
    for (const format of Object.keys(mediaTypes)) {
      const button = this.#root.querySelector(`[data-format="${format}"]`);
      button?.addEventListener("click", () => this.#save(format));
    }
  }
  show(take) {
    this.#take = take;
    const { result, isUnderWay } = take ?? {};
    this.#root.hidden = isUnderWay !== false || result === undefined || result.text === "";
  }
  #save(format) {
    const take = this.#take;
    if (take === undefined)
      return;
    const type = `${mediaTypes[format]};charset=utf-8`;
    const url = URL.createObjectURL(new Blob([download(format, take.result)], { type }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `${take.stem}.${format}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 1e4);
  }
}
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "spoken";
    document.body.append(field);
    field.select();
    const isCopied = document.execCommand("copy");
    field.remove();
    return isCopied;
  }
}

// ts/server/page/browser/transcript-view.ts
class TranscriptView {
  #root;
  #seek;
  #pieces;
  #canSeek = false;
  #shown = [];
  #sentences = [];
  #words = [];
  #lit;
  #litWord;
  constructor(root, seek) {
    this.#root = root;
    this.#seek = seek;
    root.addEventListener("click", (event) => this.#onClick(event));
    root.addEventListener("keydown", (event) => this.#onKey(event));
  }
  show(pieces, canSeek, language) {
    if (this.#root.lang !== language)
      this.#root.lang = language;
    if (pieces === this.#pieces && canSeek === this.#canSeek)
      return;
    this.#pieces = pieces;
    this.#canSeek = canSeek;
    const paragraphs = paragraphsOf(pieces);
    const wanted = paragraphs.map((paragraph) => JSON.stringify([canSeek, paragraph]));
    for (const [index, paragraph] of paragraphs.entries()) {
      if (this.#shown[index] === wanted[index])
        continue;
      const made = paragraphElement(paragraph, canSeek);
      const old = this.#root.children[index];
      if (old === undefined)
        this.#root.append(made);
      else
        replaceKeepingFocus(old, made);
    }
    while (this.#root.children.length > paragraphs.length)
      this.#root.lastElementChild?.remove();
    if (this.#shown.join() === wanted.join())
      return;
    this.#shown = wanted;
    this.#sentences = timesOf(this.#root, ".sentence[data-start]");
    this.#words = joined(timesOf(this.#root, ".word"));
    this.#keepOneTabStop();
  }
  light(seconds) {
    const sentence = at(this.#sentences, seconds);
    const word = at(this.#words, seconds);
    if (word !== this.#litWord) {
      this.#litWord?.classList.remove("lit");
      word?.classList.add("lit");
      this.#litWord = word;
    }
    if (sentence === this.#lit)
      return;
    this.#lit?.removeAttribute("aria-current");
    sentence?.setAttribute("aria-current", "true");
    this.#lit = sentence;
    return sentence;
  }
  #onClick(event) {
    if (!(event.target instanceof Element))
      return;
    const link = event.target.closest("a.sentence");
    if (!(link instanceof HTMLAnchorElement))
      return;
    event.preventDefault();
    if (event.detail > 0 && getSelection()?.isCollapsed === false)
      return;
    const from = event.target.closest("[data-start]") ?? link;
    if (from instanceof HTMLElement)
      this.#seek(Number(from.dataset["start"]));
    this.#focusable(link);
  }
  #onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey)
      return;
    const links = this.#links();
    const { activeElement } = document;
    if (!(activeElement instanceof HTMLAnchorElement))
      return;
    const index = links.indexOf(activeElement);
    if (index < 0)
      return;
    const last = links.length - 1;
    const steps = {
      ArrowDown: Math.min(last, index + 1),
      ArrowRight: Math.min(last, index + 1),
      ArrowUp: Math.max(0, index - 1),
      ArrowLeft: Math.max(0, index - 1),
      Home: 0,
      End: last
    };
    const next = links[steps[event.key] ?? -1];
    if (next === undefined)
      return;
    event.preventDefault();
    this.#focusable(next);
    next.focus();
  }
  #links() {
    return [...this.#root.querySelectorAll("a.sentence")];
  }
  #focusable(link) {
    for (const other of this.#root.querySelectorAll("a.sentence[tabindex='0']"))
      other.setAttribute("tabindex", "-1");
    link.tabIndex = 0;
  }
  #keepOneTabStop() {
    const links = this.#links();
    const first = links.find((link) => link.tabIndex === 0) ?? links[0];
    if (first !== undefined)
      this.#focusable(first);
  }
}
function paragraphElement(pieces, canSeek) {
  const paragraph = make("p");
  paragraph.dir = "auto";
  for (const [index, piece] of pieces.entries())
    paragraph.append(index === 0 ? "" : piece.gap, pieceElement(piece, canSeek));
  return paragraph;
}
function pieceElement({ key, text, start, end, words, ...piece }, canSeek) {
  if (piece.isProvisional)
    return make("span", "provisional", text);
  const isLink = canSeek && start !== undefined;
  const element = make(isLink ? "a" : "span", "sentence");
  element.dataset["key"] = key;
  if (start !== undefined)
    element.dataset["start"] = String(start);
  if (end !== undefined)
    element.dataset["end"] = String(end);
  if (element instanceof HTMLAnchorElement) {
    element.href = `#t=${start}`;
    element.draggable = false;
    element.tabIndex = -1;
  }
  for (const part of wordParts(text, words)) {
    if (part.word === undefined)
      element.append(part.text);
    else {
      const word = make("span", "word", part.text);
      word.dataset["start"] = String(part.word.start);
      word.dataset["end"] = String(part.word.end);
      element.append(word);
    }
  }
  return element;
}
function replaceKeepingFocus(old, made) {
  const focused = document.activeElement;
  const key = focused instanceof HTMLElement && old.contains(focused) ? focused.dataset["key"] : "";
  old.replaceWith(made);
  if (key === undefined || key === "")
    return;
  for (const link of made.querySelectorAll("a.sentence"))
    if (link.dataset["key"] === key) {
      link.tabIndex = 0;
      link.focus();
    }
}
function timesOf(root, selector) {
  return [...root.querySelectorAll(selector)].map((element) => ({
    element,
    start: Number(element.dataset["start"]),
    end: Number(element.dataset["end"] ?? Number.POSITIVE_INFINITY)
  }));
}
var shortPause2 = 0.3;
function joined(words) {
  return words.map((word, index) => {
    const next = words[index + 1]?.start ?? word.end;
    return next > word.end && next - word.end < shortPause2 ? { ...word, end: next } : word;
  });
}
function at(all, seconds) {
  if (seconds === undefined)
    return;
  let [low, high] = [0, all.length];
  while (low < high) {
    const middle = low + high >> 1;
    if (all[middle].start <= seconds + 0.01)
      low = middle + 1;
    else
      high = middle;
  }
  const found = all[low - 1];
  return found !== undefined && seconds < found.end ? found.element : undefined;
}

// ts/server/page/browser/trouble-view.ts
class TroubleView {
  #box = byId("trouble", HTMLDivElement);
  #text = byId("trouble-text", HTMLParagraphElement);
  #retry = byId("retry", HTMLButtonElement);
  #form = byId("key", HTMLFormElement);
  #field = byId("key-field", HTMLInputElement);
  #hint = byId("key-hint", HTMLParagraphElement);
  #again;
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
  show(trouble, again) {
    this.#again = again;
    if (trouble.kind === "key") {
      this.hide();
      this.#askForKey();
      return;
    }
    this.#box.hidden = false;
    this.#text.textContent = trouble.text;
    this.#retry.hidden = again === undefined || trouble.kind === "refused";
  }
  hide() {
    this.#box.hidden = true;
    this.#text.textContent = "";
  }
  #askForKey() {
    this.#hint.textContent = key.value === "" ? "One of those that the server was started with. This tab keeps it until it is closed." : "The server does not know that key. See how it was started, and try another.";
    this.#form.hidden = false;
    this.#field.focus();
  }
  #tryAgain() {
    const again = this.#again;
    this.#again = undefined;
    this.hide();
    again?.();
  }
}

// ts/server/page/browser/main.ts
class Page {
  #desk = new Desk;
  #tools = new Tools;
  #meter = new Meter(byId("level", HTMLCanvasElement));
  #microphone = byId("microphone", HTMLButtonElement);
  #elapsed = byId("elapsed", HTMLSpanElement);
  #takes = [];
  #takesView = new TakesView(byId("takes", HTMLOListElement), {
    chosen: (take) => {
      this.#choose(take);
      showSheet();
    },
    cancelled: (take) => this.#files.cancel(take),
    again: (take) => this.#again([take]),
    removed: (take, next) => this.#remove(take, next)
  });
  #player = new Player(byId("player", HTMLDivElement), {
    at: (seconds) => this.#light(seconds),
    ready: () => this.#draw()
  });
  #transcript = new TranscriptView(byId("transcript", HTMLDivElement), (seconds) => this.#player.seek(seconds));
  #files = new FileQueue(() => this.#desk.settings, {
    changed: () => this.#draw(),
    done: (take) => announce(`${take.name}: transcribed.`),
    trouble: (trouble) => this.#tell(trouble, () => this.#againAfter(trouble))
  });
  #troubles = new TroubleView;
  #listening;
  #current;
  #isDrawing = false;
  constructor() {
    this.#microphone.onclick = () => void this.#toggle();
    const files = byId("files", HTMLInputElement);
    byId("choose", HTMLButtonElement).onclick = () => files.click();
    files.onchange = () => {
      this.#add([...files.files ?? []]);
      files.value = "";
    };
    this.#acceptDrops();
    window.addEventListener("beforeunload", (event) => {
      if (this.#takes.some(({ isUnderWay }) => isUnderWay))
        event.preventDefault();
    });
    this.#greet();
  }
  async#greet(then = () => {}) {
    const server = byId("server", HTMLParagraphElement);
    try {
      const offered = await models();
      this.#desk.offer(offered);
      server.textContent = offered.length === 1 ? `Model ${offered[0].name}` : "";
      then();
    } catch (thrown) {
      server.textContent = "";
      this.#tell(troubleIn(thrown), () => void this.#greet(then));
    }
  }
  #tell(trouble, retry) {
    const again = trouble.kind !== "key" || retry === undefined ? retry : () => this.#greet(retry);
    this.#troubles.show(trouble, again);
  }
  async#toggle() {
    if (this.#listening === undefined)
      await this.#listen();
    else
      await this.#listening.stop();
  }
  async#listen() {
    const take = new Take(nameNow());
    const listening = new Listening(take, {
      changed: () => this.#draw(),
      level: (peak) => {
        this.#meter.push(peak);
        this.#draw();
      },
      settled: speak,
      trouble: (trouble) => this.#tell(trouble),
      ended: () => this.#unplug(take)
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
  #unplug(take) {
    this.#listening = undefined;
    if (take === this.#current)
      this.#player.open(take.file);
    this.#meter.stop();
    announce("The microphone is off.");
  }
  #add(files) {
    const takes = files.map((file) => new Take(file.name, file));
    const [first] = takes;
    if (first === undefined)
      return;
    this.#takes.push(...takes);
    this.#troubles.hide();
    if (this.#listening === undefined)
      this.#choose(first);
    this.#files.add(takes);
    this.#draw();
  }
  #again(takes) {
    const [first] = takes;
    if (first === undefined)
      return;
    for (const take of takes)
      take.renew();
    this.#troubles.hide();
    this.#choose(first);
    this.#files.add(takes);
  }
  #againAfter({ kind }) {
    this.#again(this.#takes.filter(({ isLive, trouble }) => !isLive && trouble?.kind === kind));
  }
  #choose(take) {
    this.#current = take;
    this.#player.open(take.file);
    this.#draw();
  }
  #remove(take, next) {
    if (take.isPrecious && !confirm(`Remove ${take.name}? No one else keeps it.`))
      return false;
    this.#takes.splice(this.#takes.indexOf(take), 1);
    if (take === this.#current) {
      this.#current = next;
      this.#player.open(next?.file);
    }
    announce(`${take.name}: removed.`);
    this.#draw();
    return true;
  }
  #light(seconds) {
    const sentence = this.#transcript.light(seconds);
    if (sentence !== undefined)
      keepInView(sentence);
  }
  #draw() {
    if (this.#isDrawing)
      return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      this.#drawNow();
    });
  }
  #drawNow() {
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
    if (take.trouble !== undefined && pieces.length > 0)
      notes.push(take.trouble.text);
    if (this.#player.canPlay && take.result.segments.length > 0)
      notes.push(seekingText(take.result.segments.some(({ words }) => words !== undefined)));
    const footnote = byId("footnote", HTMLParagraphElement);
    footnote.hidden = notes.length === 0;
    footnote.textContent = notes.join(`
`);
  }
  #clearSheet() {
    this.#transcript.show([], false, "");
    byId("sheet-title", HTMLHeadingElement).textContent = "Transcript";
    for (const id of ["nothing", "footnote"])
      byId(id, HTMLParagraphElement).hidden = true;
  }
  #drawMicrophone() {
    const state = this.#listening?.state;
    const isOn = state === "listening";
    this.#microphone.toggleAttribute("data-on", isOn);
    const label = isOn ? "Stop" : state === "ending" ? "Writing the last words" : "Start listening";
    byId("microphone-label", HTMLSpanElement).textContent = label;
    this.#elapsed.hidden = !isOn;
    this.#elapsed.textContent = clockText(this.#listening?.seconds ?? 0);
  }
  #acceptDrops() {
    const { body } = document;
    const hasFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files") === true;
    document.addEventListener("dragover", (event) => {
      if (!hasFiles(event))
        return;
      event.preventDefault();
      body.classList.add("dropping");
    });
    document.addEventListener("dragleave", (event) => {
      if (event.relatedTarget === null)
        body.classList.remove("dropping");
    });
    document.addEventListener("drop", (event) => {
      if (!hasFiles(event))
        return;
      event.preventDefault();
      body.classList.remove("dropping");
      this.#add([...event.dataTransfer?.files ?? []]);
    });
  }
}
function speak(text, language) {
  const log = byId("spoken", HTMLDivElement);
  const paragraph = make("p", "", text);
  paragraph.lang = language;
  log.append(paragraph);
  if (log.children.length > maxSpoken)
    log.firstElementChild?.remove();
}
var maxSpoken = 20;
function troubleIn(thrown) {
  if (thrown instanceof TroubleError)
    return thrown.trouble;
  return { kind: "fault", text: `This page has a fault: ${thrown}` };
}
function nothingText(take) {
  if (take.state === "listening")
    return "Speak: what is said appears here.";
  if (take.state === "done")
    return "No speech was found in it.";
  if (take.isUnderWay)
    return `${stateText(take)}…`;
  return take.trouble?.text ?? "Nothing was written.";
}
function seekingText(hasWords) {
  const hasKeyboard = matchMedia("(any-hover: hover)").matches;
  const press = hasWords ? "Press a word to play from there" : "Press a sentence to play it";
  return hasKeyboard ? `${press}; the arrow keys go from sentence to sentence.` : `${press}.`;
}
function nameNow() {
  const now = new Date;
  const two = (number) => String(number).padStart(2, "0");
  const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  return `Captions ${date} ${two(now.getHours())}.${two(now.getMinutes())}`;
}
var endMargin = 48;
function bottomOf(element) {
  return element.getBoundingClientRect().bottom;
}
new Page;
