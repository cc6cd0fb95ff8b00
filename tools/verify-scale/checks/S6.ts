import type { ScaleCheck } from "../check.ts";
import { Fleet } from "../serving/fleet.ts";
import { load, quantile, recording } from "../serving/load.ts";

/** How often the way through the proxy and the direct one are taken, in turns. */
const turns = 100;

export const check: ScaleCheck = {
  name: "S6",
  title: "the proxy takes less than 64 MB and less than 5 ms",
  async run() {
    await using fleet = await Fleet.start({ places: 8 });
    const [direct] = fleet.replicas;
    const ways = { direct: direct!.url, proxied: fleet.url };
    const models = await inTurns(ways, turns, async (url) => {
      await (await fetch(`${url}/v1/models`, { keepalive: false })).text();
    });
    // Silence, whose transcription takes next to no time.
    const upload = recording(200_000).fill(0, 44);
    const uploads = await inTurns(ways, turns, async (url) => {
      await load({ url, clients: 1, requests: 1, upload });
    });
    await load({ url: fleet.url, clients: 40, requests: 120, upload: 200_000 });
    const megabytes = fleet.proxyMegabytes;
    const added = [models, uploads].map(({ direct, proxied }) => proxied - direct);
    const [ofList = Number.NaN, ofUpload = Number.NaN] = added;
    const figures = [
      `p50 ${models.direct.toFixed(1)} ms and ${ofList.toFixed(1)} ms more for a list`,
      `${uploads.direct.toFixed(1)} ms and ${ofUpload.toFixed(1)} ms more for 200 kB`,
      `at most ${megabytes.toFixed(0)} MB with 40 clients`,
    ];
    const passed = megabytes < 64 && ofList < 5 && ofUpload < 5;
    return { passed, figures: figures.join("; ") };
  },
};

/** The median time of both ways, in milliseconds, taken one after the other again and again. */
async function inTurns(
  ways: { direct: string; proxied: string },
  times: number,
  go: (url: string) => Promise<void>,
): Promise<{ direct: number; proxied: number }> {
  const timed = async (url: string) => {
    const before = performance.now();
    await go(url);
    return performance.now() - before;
  };
  const [direct, proxied]: [number[], number[]] = [[], []];
  for (let index = 0; index < times; index++) {
    direct.push(await timed(ways.direct));
    proxied.push(await timed(ways.proxied));
  }
  return { direct: quantile(direct, 0.5), proxied: quantile(proxied, 0.5) };
}
