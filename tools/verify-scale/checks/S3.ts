import type { ScaleCheck } from "../check.ts";
import { Fleet } from "../serving/fleet.ts";
import { load, quantile, statuses } from "../serving/load.ts";

export const check: ScaleCheck = {
  name: "S3",
  title: "40 clients share 6 places without an error, and replicas share the work evenly",
  async run() {
    await using fleet = await Fleet.start({ places: 2 });
    const outcomes = await load({
      url: fleet.url,
      clients: 40,
      requests: 200,
      upload: 200_000,
    });
    const shares = await fleet.shares();
    const ratio = Math.max(...shares) / Math.min(...shares);
    const areRight = outcomes.length === 200 && outcomes.every(({ isRight }) => isRight);
    const p95 = quantile(
      outcomes.map(({ milliseconds }) => milliseconds),
      0.95,
    );
    const figures = [
      statuses(outcomes),
      `shares ${shares.join(", ")}: ratio ${ratio.toFixed(2)}`,
      `p95 ${(p95 / 1000).toFixed(1)} s`,
      `proxy ${fleet.proxyMegabytes.toFixed(0)} MB`,
    ];
    return { passed: areRight && ratio <= 1.5, figures: figures.join("; ") };
  },
};
