import type { ScaleCheck } from "../check.ts";
import { Fleet } from "../serving/fleet.ts";
import { load, statuses } from "../serving/load.ts";

const places = 4;

export const check: ScaleCheck = {
  name: "S2",
  title: "of 200 uploads of 5 MB only those on a killed replica are sent again by their clients",
  async run() {
    await using fleet = await Fleet.start({ places });
    let killed: Promise<void> | undefined;
    const outcomes = await load({
      url: fleet.url,
      clients: 12,
      requests: 200,
      upload: 5_000_000,
      retries: 2,
      onAnswer: (answered) => {
        if (answered >= 60) killed ??= fleet.replicas[1]!.kill();
      },
    });
    await killed;
    const again = outcomes.reduce((sum, { attempts }) => sum + attempts - 1, 0);
    const areRight = outcomes.length === 200 && outcomes.every(({ isRight }) => isRight);
    const figures = [
      statuses(outcomes),
      `${again} sent again, of ${places} places that died`,
      `proxy ${fleet.proxyMegabytes.toFixed(0)} MB`,
    ];
    return { passed: areRight && again <= places, figures: figures.join("; ") };
  },
};
