import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ScaleCheck } from "../check.ts";
import { Fleet } from "../serving/fleet.ts";
import { load, statuses } from "../serving/load.ts";
import { codedSample, slowFfmpeg } from "../serving/slow-ffmpeg.ts";

/** How long the proxy lets wait, instead of 60 s, and how long each place is taken. */
const [queueSeconds, takenSeconds] = [3, 12];

export const check: ScaleCheck = {
  name: "S5",
  title: "who cannot be served in time is told so, and nobody hangs",
  async run() {
    const folder = mkdtempSync(join(tmpdir(), "bun-asr-s5-"));
    try {
      const env = { FFMPEG: await slowFfmpeg(folder, takenSeconds) };
      const upload = await codedSample(folder);
      await using fleet = await Fleet.start({ places: 1, queueSeconds, env });
      const served = load({ url: fleet.url, clients: 3, requests: 3, upload });
      await Bun.sleep(1500);
      const refused = await load({ url: fleet.url, clients: 20, requests: 20, upload });
      const slowest = Math.max(...refused.map(({ milliseconds }) => milliseconds)) / 1000;
      const areTold = refused.every(
        ({ status, retryAfter }) => status === 503 && Number(retryAfter) >= 1,
      );
      const taken = await served;
      const figures = [
        `those with a place ${statuses(taken)}`,
        `those without ${statuses(refused)} after ${slowest.toFixed(1)} s at most`,
        `retry-after ${[...new Set(refused.map(({ retryAfter }) => retryAfter))].sort().join("/")}`,
      ];
      const isInTime = slowest < queueSeconds + 2;
      const areServed = taken.every(({ isRight }) => isRight);
      return { passed: areTold && isInTime && areServed, figures: figures.join("; ") };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
