import { byteText } from "../text/sizes.ts";
import type { Place, Problem, Report, SelfTest } from "./report.ts";

/** The report for a person, a line for each fact. */
export function reportText(report: Report): string {
  const { notes, problems } = report;
  const facts = factsOf(report).filter((row) => row !== undefined);
  const width = Math.max(...facts.map(([name]) => name.length));
  const lines = [
    ...facts.map(([name, text]) => `${name.padEnd(width)}  ${text}`),
    ...notes.map((note) => `note: ${note}`),
    ...problems.map((problem) => `problem: ${problemText(problem)}`),
    ...(problems.length === 0 ? ["all works"] : []),
  ];
  return `${lines.join("\n")}\n`;
}

function problemText({ message, hint }: Problem): string {
  const text = hint === undefined ? message : `${message}; ${hint}`;
  return text.replaceAll(/\s*[\r\n]+\s*/g, " ");
}

type Fact = [name: string, text: string] | undefined;

function factsOf(report: Report): Fact[] {
  const { versions, platform, cpu, kernels, places, models, selfTest } = report;
  const { os, arch, kernel, libc } = platform;
  const { mlx, openBlas, ffmpeg } = versions;
  const blas = openBlas === null ? "" : `, OpenBLAS ${openBlas} for ${cpu.openBlasCore}`;
  const allowed = cpu.allowedCores === null ? "" : `, ${cpu.allowedCores} allowed`;
  const threads = cpu.threads === null ? "" : `, ${cpu.threads} threads`;
  const count = models.length === 1 ? "1 model" : `${models.length} models`;
  return [
    ["bun-asr", `${versions.bunAsr} on Bun ${versions.bun}`],
    ["system", `${os} ${arch}, kernel ${kernel}${libc === null ? "" : `, ${libc}`}`],
    ["processor", `${cpu.model ?? "unknown"}: ${cpu.cores} cores${allowed}${threads}`],
    cpu.features.length === 0 ? undefined : ["features", cpu.features.join(" ")],
    ["memory", memoryText(report.memory)],
    mlx === null ? undefined : ["MLX", `${mlx}${blas}`],
    kernels === null
      ? undefined
      : ["kernels", `${kernels.table}, ${kernels.why}; it has ${kernels.available.join(" ")}`],
    places.library === null
      ? undefined
      : ["library", `${places.library.path} (${sources[places.library.source]})`],
    ffmpeg === null ? undefined : ["ffmpeg", `${ffmpeg}, ${places.ffmpeg}`],
    ["models", `${placeText(places.cache)}, ${count}`],
    ["temporary", placeText(places.temporary)],
    selfTest === null ? undefined : ["self-test", selfTestText(selfTest)],
  ];
}

function selfTestText({ ok, audioSeconds, seconds, loadSeconds }: SelfTest): string {
  const took = `${audioSeconds.toFixed(1)} s of speech in ${seconds.toFixed(2)} s`;
  const verdict = ok ? "right" : "wrong";
  return `the text is ${verdict}: ${took}, opened in ${loadSeconds.toFixed(2)} s`;
}

const sources = {
  variable: "BUN_ASR_LIBRARY",
  program: "carried by this program",
  package: "package of this platform",
  build: "built here",
} as const;

function memoryText({ totalBytes, availableBytes, limitBytes }: Report["memory"]): string {
  const limit = limitBytes === null ? "" : `, ${byteText(limitBytes)} allowed`;
  return `${byteText(totalBytes)}${limit}, ${byteText(availableBytes)} free`;
}

function placeText({ path, writable, freeBytes }: Place): string {
  const free = freeBytes === null ? "" : `, ${byteText(freeBytes)} free`;
  return `${path}${writable ? "" : ", cannot be written"}${free}`;
}
