import { tmpdir } from "node:os";
import packageFile from "../../package.json";
import { findFfmpeg, startFfmpeg } from "../audio/ffmpeg/program.ts";
import { AsrError } from "../contract/errors.ts";
import { cachedCommits, stateText } from "../hub/inventory.ts";
import { hubSettings } from "../hub/settings.ts";
import { type PlatformInfo, platformInfo } from "../native/platform.ts";
import { program } from "../native/program.ts";
import { libcOf } from "../native/system.ts";
import { Findings } from "./findings.ts";
import { memory, platformOf, processor } from "./machine.ts";
import { foundLibrary, placeOf } from "./places.ts";
import type { Kernels, Place, Report } from "./report.ts";
import { selfTest } from "./self-test.ts";

/** What a long recording may take of a disk while it is read, in bytes. */
const leastRoom = 200e6;

/** Finds out what works on this machine, and transcribes the demo's sample: about a second. */
export async function examine(): Promise<Report> {
  const found = new Findings();
  const native = await found.attempt(platformInfo);
  const library = foundLibrary();
  const kernels = native === null ? null : kernelsOf(native, found);
  const ffmpeg = await found.attempt(ffmpegVersion);
  const places = {
    library,
    ffmpeg: ffmpeg?.path ?? null,
    ...(await writtenTo(found)),
  };
  const models = (await found.attempt(() => modelsIn(places.cache.path, found))) ?? [];
  const tested = kernels === null ? null : await found.attempt(selfTest);
  if (tested !== null && !tested.ok) {
    found.problems.push({
      code: "native",
      message: `the demo model hears "${tested.text}" where "${tested.expected}" is said`,
      hint: "please report it with all that stands here",
    });
  }
  const { model, features, cores } = processor();
  return {
    ok: found.problems.length === 0,
    versions: {
      bunAsr: packageFile.version,
      bun: Bun.version,
      mlx: native?.mlx ?? null,
      openBlas: /OpenBLAS (\S+)/.exec(native?.blas ?? "")?.[1] ?? null,
      ffmpeg: ffmpeg?.version ?? null,
    },
    platform: platformOf(libcOf()),
    cpu: {
      model,
      features,
      cores,
      allowedCores: native?.cores ?? null,
      threads: native?.threads ?? null,
      openBlasCore: native?.blasCore ?? null,
    },
    kernels,
    memory: memory(),
    places,
    models,
    selfTest: tested,
    notes: found.notes,
    problems: found.problems,
  };
}

/** The kernel table in use, with notes where another machine or setting would be faster. */
export function kernelsOf(
  { kernels, problem, tables }: Pick<PlatformInfo, "kernels" | "problem" | "tables">,
  { notes, problems }: Pick<Findings, "notes" | "problems">,
  arch: string = process.arch,
  wish: string | undefined = process.env["BUN_ASR_KERNELS"],
): Kernels | null {
  const [best] = tables;
  if (kernels === undefined) {
    const hint = "unset BUN_ASR_KERNELS, or set it to one of these";
    problems.push({ code: "native", message: problem ?? "nothing can compute", hint });
    return null;
  }
  if (best === "scalar" && arch === "x64") {
    notes.push("this processor, or what emulates it, has no AVX2: plain loops compute, slowly");
  } else if (wish && kernels !== best) {
    notes.push(`BUN_ASR_KERNELS=${wish} is slower than ${best}, which this machine can run`);
  }
  const why = wish ? "as BUN_ASR_KERNELS asks of this machine" : "the best of this machine";
  return { table: kernels, why, available: tables };
}

async function ffmpegVersion(): Promise<{ path: string; version: string }> {
  const path = await findFfmpeg();
  const child = startFfmpeg(path, ["-version"], false);
  const said = await child.stdout.text();
  const version = /^ffmpeg version (\S+)/m.exec(said)?.[1];
  if (version !== undefined) return { path, version };
  const hint = "set FFMPEG to a working ffmpeg, or unset it";
  throw new AsrError("native", `${path}: does not say its version, as ffmpeg does`, hint);
}

async function writtenTo(found: Findings): Promise<{ cache: Place; temporary: Place }> {
  const settings = await found.attempt(() => hubSettings());
  const cache = await placeOf(settings?.cacheFolder ?? "");
  const temporary = await placeOf(tmpdir());
  if (settings !== null && !cache.writable) {
    const message = `${cache.path}: the cache of models cannot be written`;
    const hint = "set HF_HUB_CACHE to a folder that can; the demo needs none";
    found.problems.push({ code: "model", message, hint });
  }
  if (!temporary.writable) {
    const message = `${temporary.path}: no temporary folder can be made there`;
    const hint = "set TMPDIR to a folder that can be written to";
    found.problems.push({ code: "input", message, hint });
  } else if (temporary.freeBytes !== null && temporary.freeBytes < leastRoom) {
    const hint = "make room, or set TMPDIR to a folder on another disk";
    const message = `${temporary.path}: the disk for temporary files is full`;
    found.problems.push({ code: "input", message, hint });
  }
  return { cache, temporary };
}

async function modelsIn(folder: string, found: Findings): Promise<Report["models"]> {
  const commits = await cachedCommits(folder);
  for (const commit of commits) {
    const state = stateText(commit);
    if (state === "complete") continue;
    const hint = `fetch it again: ${program} models pull ${commit.id}`;
    found.problems.push({ code: "model", message: `${commit.id} is ${state}`, hint });
  }
  return commits.map(({ id, commit, bytes, missing, deadLinks }) => {
    return { id, commit, bytes, complete: missing === null && deadLinks.length === 0 };
  });
}
