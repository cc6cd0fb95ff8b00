import type { ScaleCheck } from "../check.ts";
import { Fleet } from "../serving/fleet.ts";
import { load, statuses } from "../serving/load.ts";

export const check: ScaleCheck = {
  name: "S1",
  title: "a replica killed among 200 uploads of 200 kB is seen by nobody",
  async run() {
    await using fleet = await Fleet.start({ places: 8 });
    let killed: Promise<void> | undefined;
    const outcomes = await load({
      url: fleet.url,
      clients: 18,
      requests: 200,
      upload: 200_000,
      onAnswer: (answered) => {
        if (answered >= 60) killed ??= fleet.replicas[1]!.kill();
      },
    });
    await killed;
    const passed = outcomes.length === 200 && outcomes.every(({ isRight }) => isRight);
    return {
      passed,
      figures: `${statuses(outcomes)}; proxy ${fleet.proxyMegabytes.toFixed(0)} MB`,
    };
  },
};
