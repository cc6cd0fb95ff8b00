import { audioTracks } from "../../audio/audio-tracks.ts";
import type { AudioTrack } from "../../audio/tracks/tracks.ts";
import { AsrError } from "../../contract/errors.ts";
import type { Input } from "../files/inputs.ts";
import { readSource } from "../files/source.ts";
import { exitCodes } from "../terminal/exit-codes.ts";
import { printable } from "../terminal/printable.ts";
import type { Terminal } from "../terminal/terminal.ts";

/**
 * Writes the audio tracks of each input: a table, or with `json` a line. Returns the exit status:
 * that of what cannot be read.
 */
export async function listTracks(
  inputs: readonly Input[],
  json: boolean,
  terminal: Terminal,
): Promise<number> {
  let status = 0;
  for (const [index, input] of inputs.entries()) {
    if (!json && inputs.length > 1) {
      terminal.out(`${index > 0 ? "\n" : ""}==> ${printable(input.path)} <==\n`);
    }
    try {
      if (input.problem !== undefined) throw input.problem;
      for await (const tracks of readSource(input, tracksOf)) {
        terminal.out(json ? jsonLine(input, tracks) : table(tracks));
      }
    } catch (error) {
      if (!(error instanceof AsrError)) throw error;
      const { code, message, hint } = error;
      if (json) terminal.out(line({ path: input.path, ok: false, error: { code, message, hint } }));
      terminal.note(`error: ${error.oneLine}\n`);
      status = exitCodes[code];
    }
  }
  return status;
}

async function* tracksOf(source: string): AsyncGenerator<AudioTrack[]> {
  yield await audioTracks(source);
}

function jsonLine({ path }: Input, tracks: readonly AudioTrack[]): string {
  return line({ path, ok: true, tracks });
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

const head = ["track", "language", "codec", "channels", "rate", "default", "title"];

function table(tracks: readonly AudioTrack[]): string {
  const rows = tracks.map((track) => [
    `${track.number}`,
    track.language ?? "-",
    track.codec,
    `${track.channels ?? "-"}`,
    track.sampleRate === undefined ? "-" : `${track.sampleRate} Hz`,
    track.isDefault ? "yes" : "-",
    track.title ?? "",
  ]);
  const all = [head, ...rows.map((row) => row.map(printable))];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const text = all.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join("  ")
      .trimEnd(),
  );
  return `${text.join("\n")}\n`;
}
