import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectAsrError } from "../../testing/expect-error.ts";
import { devices, microphone } from "./microphone.ts";
import { alsaDevices, avfoundationDevices, pulseDevices } from "./recorders.ts";

const folder = mkdtempSync(join(tmpdir(), "bun-asr-microphone-"));
afterAll(() => rmSync(folder, { recursive: true }));

let systems = 0;

/** A Linux with nothing but these shell scripts. */
function system(programs: Record<string, string>) {
  const path = join(folder, String(systems++));
  mkdirSync(path);
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(path, name), 0o755);
  }
  return { platform: "linux" as const, path };
}

async function heard(stream: AsyncIterable<Uint8Array>): Promise<string> {
  return new TextDecoder().decode(Buffer.concat(await Array.fromAsync(stream)));
}

describe("lists of devices", () => {
  test("of avfoundation", () => {
    const text = `[AVFoundation indev @ 0x7f8] AVFoundation video devices:
[AVFoundation indev @ 0x7f8] [0] FaceTime HD Camera
[AVFoundation indev @ 0x7f8] AVFoundation audio devices:
[AVFoundation indev @ 0x7f8] [0] MacBook Pro Microphone
[AVFoundation indev @ 0x7f8] [1] USB [Rode] NT
: Input/output error`;
    expect(avfoundationDevices(text)).toEqual([
      { id: "0", name: "MacBook Pro Microphone" },
      { id: "1", name: "USB [Rode] NT" },
    ]);
    expect(avfoundationDevices("")).toEqual([]);
  });

  test("of PulseAudio, microphones before what loudspeakers play", () => {
    const source = (number: number, name: string, description: string) =>
      `Source #${number}\n\tState: SUSPENDED\n\tName: ${name}\n\tDescription: ${description}\n`;
    const text =
      source(0, "alsa_output.pci.monitor", "Monitor of Speakers") +
      source(12, "alsa_input.usb-Blue", "Blue Yeti: Analog Stereo");
    expect(pulseDevices(text)).toEqual([
      { id: "alsa_input.usb-Blue", name: "Blue Yeti: Analog Stereo" },
      { id: "alsa_output.pci.monitor", name: "Monitor of Speakers" },
    ]);
  });

  test("of ALSA", () => {
    const text = `**** List of CAPTURE Hardware Devices ****
card 1: PCH [HDA Intel PCH], device 0: ALC257 Analog [ALC257 Analog]
  Subdevices: 1/1
  Subdevice #0: subdevice #0
card 2: Headset [USB Headset], device 3: USB Audio [USB Audio]`;
    expect(alsaDevices(text)).toEqual([
      { id: "plughw:1,0", name: "HDA Intel PCH, ALC257 Analog" },
      { id: "plughw:2,3", name: "USB Headset, USB Audio" },
    ]);
  });

  test("come from the first program that knows one", async () => {
    const line = "card 0: A [B], device 0: C [D]";
    const machine = system({
      parec: "exit 1",
      pactl: "echo Connection refused >&2; exit 1",
      arecord: `echo '${line}'`,
    });
    expect(await devices(machine)).toEqual([{ id: "plughw:0,0", name: "B, D" }]);
  });
});

describe("a microphone", () => {
  test("is recorded by parec", async () => {
    const { stream, sampleRate } = microphone({}, system({ parec: "printf 'some sound'" }));
    expect(sampleRate).toBe(16_000);
    await expectAsrError(() => heard(stream), "input", "the microphone stopped", "parec");
  });

  test("is recorded by what works, from the device that was chosen", async () => {
    const machine = system({
      parec: "echo no server >&2; exit 1",
      arecord: "echo $*; exec sleep 9",
    });
    const abort = new AbortController();
    const { stream } = microphone({ device: "plughw:1,0", signal: abort.signal }, machine);
    let text = "";
    for await (const part of stream) {
      text += new TextDecoder().decode(part);
      abort.abort();
    }
    expect(text).toContain("-D plughw:1,0");
    expect(text).toContain("S16_LE -r 16000 -c 1");
  });

  test("that does not work is told of with every reason", async () => {
    const machine = system({ parec: "echo no server >&2; exit 1", arecord: "exit 3" });
    const { stream } = microphone({}, machine);
    const error = await expectAsrError(() => heard(stream), "input", "no server", "status 3");
    expect(error.hint).toContain("connect one");
  });

  test("needs a program, and says which", async () => {
    const { stream } = microphone({}, system({}));
    await expectAsrError(() => heard(stream), "native", "apt install pulseaudio-utils");
    const other = { platform: "win32" as const, path: "" };
    await expectAsrError(() => devices(other), "native", "win32");
  });

  test("is closed when nobody listens any more", async () => {
    const mark = join(folder, "alive");
    const script = `trap 'rm -f ${mark}; exit' TERM; touch ${mark}; echo x; sleep 5 & wait`;
    const { stream } = microphone({}, system({ parec: script }));
    for await (const part of stream) {
      expect(part.length).toBeGreaterThan(0);
      break;
    }
    for (let tries = 0; tries < 100 && (await Bun.file(mark).exists()); tries++)
      await Bun.sleep(20);
    expect(await Bun.file(mark).exists()).toBe(false);
  });
});
