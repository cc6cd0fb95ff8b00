import { join } from "node:path";
import { openAudio } from "../../audio/open.ts";
import { sampleRate } from "../../audio/samples/recording.ts";
import { ChunkStream } from "../../audio/speech/chunk-stream.ts";
import { AsrError } from "../../contract/errors.ts";
import { type Conversion, convertCheckpoint } from "../../convert/convert.ts";
import type { Layout } from "../../convert/output-layout.ts";
import { best, mixed, type Recipe, uniform } from "../../convert/recipe.ts";
import { resolveModel } from "../../hub/resolve.ts";
import { clockText } from "../../text/clock-text.ts";
import { byteText, durationText } from "../../text/sizes.ts";
import { findInputs } from "../files/inputs.ts";
import type { FlagTable, GivenFlags } from "../flags/flags.ts";
import { Interrupt } from "../terminal/interrupt.ts";
import { StatusLine, type Terminal } from "../terminal/terminal.ts";
import { command, exitStatusOf, helpFlag, quietFlag } from "./command.ts";

const widths = { "4": 4, "5": 5, "6": 6, "8": 8, none: "none" } as const;
const groupSizes = { "32": 32, "64": 64, "128": 128 } as const;
const dtypes = { bf16: "BF16", f16: "F16" } as const;

const width = { type: "choice", choices: ["4", "5", "6", "8", "none"] } as const;

const flags = {
  Model: {
    model: {
      short: "m",
      value: "MODEL",
      help: "a float checkpoint: its folder, or org/name of the hub",
    },
    out: { short: "o", value: "DIR", help: "the folder to make" },
    layout: {
      kind: { type: "choice", choices: ["mlx", "official", "transformers"] },
      default: "mlx",
      help:
        "mlx, as mlx-community publishes; official or transformers, whose float weights qwen-asr " +
        "and transformers 5 read",
    },
    overwrite: { help: "replace a model that is at --out" },
  },
  Quantization: {
    bits: {
      kind: width,
      value: "N",
      default: "4, or none in another layout than mlx",
      help:
        "4, 5, 6, 8 or none: decoder and embedding; the encoder stays float, as in the " +
        "checkpoints of mlx-community",
    },
    recipe: {
      kind: { type: "choice", choices: ["best", "mixed"] },
      help:
        "best: 4 bits in the decoder, 8 in its first two layers, in encoder and embedding; " +
        "mixed: 4 in these layers, too. mlx-audio loads both with --encoder-bits none alone",
    },
    quantizer: {
      kind: { type: "choice", choices: ["search", "mlx"] },
      help:
        "search: scales and biases that lose less, in the same format (default of --recipe " +
        "best); mlx: those of MLX, byte for byte (default of all else)",
    },
    calibrate: {
      value: "AUDIO",
      help:
        "a recording of what the model will hear, or a folder of them, with its folders: errors " +
        "count as they weigh there; may be repeated",
    },
    "encoder-bits": { kind: width, value: "N", help: "4, 5, 6, 8 or none" },
    "embedding-bits": { kind: width, value: "N", help: "4, 5, 6, 8 or none" },
    "group-size": {
      kind: { type: "choice", choices: ["32", "64", "128"] },
      default: "64",
      help: "weights that share a scale",
    },
    dtype: {
      kind: { type: "choice", choices: ["bf16", "f16"] },
      default: "as it is",
      help: "type of scales and of what stays float",
    },
  },
  Behaviour: { quiet: quietFlag, help: helpFlag },
} as const satisfies FlagTable;

const recipes = { best, mixed } as const;

interface Arguments {
  model: string;
  out: string;
  recipe: Recipe;
  layout: Layout;
  calibrate: readonly string[];
  overwrite: boolean;
  quiet: boolean;
}

/** The command `convert`. */
export const convertCommand = command({
  name: "convert",
  summary: "Quantizes a checkpoint.",
  synopsis: "--model MODEL --out DIR",
  takesNames: false,
  description: `\
Converts a float Qwen3-ASR checkpoint, or its aligner, and quantizes it. Writes the SHA-256 of each
file of weights to standard output, for sha256sum -c.`,
  flags,
  closing: `\
exit status: 0 done, 1 a recording for --calibrate failed, 2 usage or no room, 3 model, 4 native
library or platform, 130 interrupted`,
  read: ({ flags: given }) => argumentsOf(given),
  needs: ({ calibrate }) => (calibrate.length === 0 ? ["library"] : ["library", "ffmpeg"]),
  async run(given, terminal) {
    using interrupt = new Interrupt(undefined, "nothing was written");
    const status = await exitStatusOf(terminal, () => convert(given, terminal, interrupt.signal));
    return interrupt.status ?? status;
  },
});

function argumentsOf(given: GivenFlags<typeof flags>): Arguments {
  const [model, out] = [given.text("model"), given.text("out")];
  if (model === undefined) throw missing("--model MODEL");
  if (out === undefined) throw missing("--out DIR");
  const [recipe, bits] = [given.value("recipe"), given.value("bits")];
  if (recipe !== undefined && bits !== undefined) {
    throw new AsrError("usage", "--recipe and --bits are two ways to say the same", "give one");
  }
  const layout = given.value("layout") ?? "mlx";
  const usual = layout === "mlx" ? "4" : "none";
  const start = recipe === undefined ? uniform(widths[bits ?? usual]) : recipes[recipe];
  const calibrate = given.list("calibrate");
  const isSearched = recipe === "best" || calibrate.length > 0;
  const quantizer = given.value("quantizer") ?? (isSearched ? "search" : "mlx");
  if (quantizer === "mlx" && calibrate.length > 0) {
    throw new AsrError("usage", "--calibrate is for --quantizer search", "give one of both");
  }
  const bitsOf = (flag: "encoder-bits" | "embedding-bits") => {
    const choice = given.value(flag);
    return choice === undefined ? undefined : widths[choice];
  };
  const dtype = given.value("dtype");
  return {
    model,
    out,
    recipe: {
      bits: {
        ...start,
        encoder: bitsOf("encoder-bits") ?? start.encoder,
        embedding: bitsOf("embedding-bits") ?? start.embedding,
      },
      groupSize: groupSizes[given.value("group-size") ?? "64"],
      quantizer,
      ...(dtype === undefined ? {} : { dtype: dtypes[dtype] }),
    },
    layout,
    calibrate,
    overwrite: given.has("overwrite"),
    quiet: given.has("quiet"),
  };
}

function missing(flag: string): AsrError {
  return new AsrError("usage", `${flag} is missing`, "see --help");
}

async function convert(
  { model, out, recipe, layout, calibrate, overwrite, quiet }: Arguments,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const status = new StatusLine(terminal, !quiet);
  if (!quiet && !terminal.noteIsTty) terminal.note(`converting ${model} to ${out}\n`);
  try {
    const folder = await resolveModel(model, {
      kind: "any",
      signal,
      onProgress: ({ done, total, note }) => {
        if (total !== undefined)
          status.show(`downloading: ${byteText(done)} of ${byteText(total)}`);
        if (note !== undefined && !quiet) terminal.note(`${note}\n`);
      },
    });
    const started = performance.now();
    let begun: number | undefined;
    const calibration = calibrate.length === 0 ? undefined : heard(calibrate, status, terminal);
    const conversion = await convertCheckpoint(folder, out, {
      recipe,
      layout,
      calibration,
      overwrite,
      signal,
      onProgress: (share) => {
        begun ??= performance.now();
        status.show(`converting: ${Math.floor(100 * share)} %${timeLeft(share, begun)}`);
      },
    });
    status.clear();
    for (const { name, sha256 } of conversion.files) {
      terminal.out(`${sha256}  ${join(out, name)}\n`);
    }
    if (!quiet) for (const note of notes(conversion, started)) terminal.note(`${note}\n`);
    return 0;
  } finally {
    status.clear();
  }
}

/**
 * The recordings in parts that are transcribed on their own. Throws what is wrong with one, and
 * warns of what is missing in one.
 */
async function* heard(
  names: readonly string[],
  status: StatusLine,
  terminal: Terminal,
): AsyncGenerator<Float32Array> {
  let seconds = 0;
  for (const { path, source = path, problem } of await findInputs(names, { recursive: true })) {
    if (problem !== undefined) throw problem;
    const stream = await openAudio(source);
    const chunks = new ChunkStream(stream, { chunkSeconds: 30, pauseSeconds: 60 });
    for await (const { samples, isSilent } of chunks) {
      if (isSilent) continue;
      status.show(`calibrating: ${clockText(seconds)} heard of ${path}`);
      yield samples;
      seconds += samples.length / sampleRate;
    }
    status.clear();
    for (const loss of stream.remarks.losses) terminal.note(`warning: ${path}: ${loss}\n`);
  }
}

function timeLeft(share: number, started: number): string {
  const seconds = (performance.now() - started) / 1000;
  return share > 0.02 ? `, ${durationText(seconds * (1 / share - 1))} left` : "";
}

function notes({ sourceBytes, bytes, leftFloat, raised }: Conversion, started: number): string[] {
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const lines = [`${byteText(sourceBytes)} became ${byteText(bytes)} in ${seconds} s`];
  if (leftFloat.length > 0) {
    const [first] = leftFloat;
    const more = leftFloat.length > 1 ? ` and ${leftFloat.length - 1} more` : "";
    lines.push(`note: ${first}${more}: the rows are no whole groups, so they stay float`);
  }
  if (raised.length > 0) {
    lines.push(`note: ${raised.join(" and ")}: 8 bits, as the times of an aligner need them`);
  }
  return lines;
}
