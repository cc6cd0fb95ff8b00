import { AsrError } from "../../contract/errors.ts";
import { findFfmpeg } from "../ffmpeg/program.ts";

/** A microphone or another source of sound. */
export interface Device {
  /** What `microphone({ device })` takes. */
  id: string;
  /** What a person calls it. */
  name: string;
}

/** Where programs are looked for. */
export interface System {
  platform: NodeJS.Platform;
  /** Folders with programs, as in $PATH. */
  path: string | undefined;
}

/** What this process sees. */
export const thisSystem = (): System => ({
  platform: process.platform,
  path: process.env["PATH"],
});

/** A program that records mono samples at 16 kHz, 16 bits, to its standard output. */
export interface Recorder {
  name: string;
  command(device: string | undefined): string[];
  /** The command that lists devices, and how to read what it writes. */
  list: { command: string[]; read: (text: string) => Device[] };
}

const rate = 16_000;

/** The recorders of a system, the best first. Throws AsrError `native` where there is none. */
export async function recordersOf({ platform, path }: System): Promise<Recorder[]> {
  if (platform === "darwin") return [avfoundation(await findFfmpeg())];
  if (platform !== "linux") {
    throw new AsrError("native", `microphones are not known on ${platform}`, "record to a file");
  }
  const find = (name: string) => Bun.which(name, path === undefined ? {} : { PATH: path });
  const [parec, pactl, arecord] = [find("parec"), find("pactl"), find("arecord")];
  const recorders: Recorder[] = [];
  if (parec !== null) recorders.push(pulse(parec, pactl ?? "pactl"));
  if (arecord !== null) recorders.push(alsa(arecord));
  if (recorders.length > 0) return recorders;
  const hint = "install parec (Debian: apt install pulseaudio-utils) or arecord (alsa-utils)";
  throw new AsrError("native", "no program that records from a microphone is installed", hint);
}

function avfoundation(ffmpeg: string): Recorder {
  const input = ["-hide_banner", "-f", "avfoundation"];
  const output = ["-f", "s16le", "-ac", "1", "-ar", String(rate), "-flush_packets", "1", "pipe:1"];
  return {
    name: "ffmpeg",
    command: (device = "default") => [
      ffmpeg,
      "-nostdin",
      "-v",
      "error",
      ...input,
      "-i",
      `:${device}`,
      ...output,
    ],
    list: {
      command: [ffmpeg, ...input, "-list_devices", "true", "-i", ""],
      read: avfoundationDevices,
    },
  };
}

function pulse(parec: string, pactl: string): Recorder {
  const format = ["--raw", "--format=s16le", `--rate=${rate}`, "--channels=1"];
  return {
    name: "parec",
    command: (device) => [
      parec,
      ...format,
      "--latency-msec=100",
      "--client-name=bun-asr",
      ...(device === undefined ? [] : [`--device=${device}`]),
    ],
    list: { command: [pactl, "list", "sources"], read: pulseDevices },
  };
}

function alsa(arecord: string): Recorder {
  const format = ["-q", "-t", "raw", "-f", "S16_LE", "-r", String(rate), "-c", "1"];
  return {
    name: "arecord",
    command: (device = "default") => [arecord, ...format, "-D", device],
    list: { command: [arecord, "-l"], read: alsaDevices },
  };
}

/** What `ffmpeg -f avfoundation -list_devices true` writes: cameras, then microphones. */
export function avfoundationDevices(text: string): Device[] {
  const [, microphones = ""] = text.split(/AVFoundation audio devices:/i);
  return [...microphones.matchAll(/\[(\d+)\] (.+)/g)].map(([, id = "", name = ""]) => ({
    id,
    name: name.trim(),
  }));
}

/** What `pactl list sources` writes. A monitor is what a loudspeaker plays: it comes last. */
export function pulseDevices(text: string): Device[] {
  const devices = text.split(/^Source #\d+$/m).flatMap((part) => {
    const id = /^\s*Name: (.+)$/m.exec(part)?.[1];
    const name = /^\s*Description: (.+)$/m.exec(part)?.[1];
    return id === undefined ? [] : [{ id, name: name ?? id }];
  });
  const isMonitor = ({ id }: Device) => id.endsWith(".monitor");
  return [...devices.filter((device) => !isMonitor(device)), ...devices.filter(isMonitor)];
}

/** What `arecord -l` writes. */
export function alsaDevices(text: string): Device[] {
  const lines = text.matchAll(/^card (\d+): .*?\[(.*?)\], device (\d+): .*?\[(.*?)\]/gm);
  return [...lines].map(([, card, cardName, device, name]) => ({
    id: `plughw:${card},${device}`,
    name: `${cardName}, ${name}`,
  }));
}
