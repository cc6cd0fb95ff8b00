import { join } from "node:path";
import { root } from "../../folders.ts";
import type { ScaleCheck } from "../check.ts";
import { Fleet } from "../serving/fleet.ts";
import { load, statuses } from "../serving/load.ts";
import { RestartDoor } from "../serving/restart-door.ts";

const script = join(root, "deploy/rolling-restart.sh");

export const check: ScaleCheck = {
  name: "S4",
  title: "a rolling restart under load is seen by nobody",
  async run() {
    await using fleet = await Fleet.start({ places: 2 });
    await using door = new RestartDoor(fleet);
    const ports = fleet.replicas.map(({ port }) => `${port}`);
    const restart = Bun.spawn([script, ...ports], {
      env: { ...process.env, RESTART: door.command },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    const notes = restart.stderr.text();
    const requests = () => restart.exitCode !== null;
    // What does not fit into the proxy's buffer cannot be sent to another replica.
    const [small, large] = await Promise.all([
      load({ url: fleet.url, clients: 6, requests, upload: 200_000 }),
      load({ url: fleet.url, clients: 2, requests, upload: 5_000_000 }),
    ]);
    const outcomes = [...small, ...large];
    const isDone = (await restart.exited) === 0;
    const figures = [
      `200 kB: ${statuses(small)}; 5 MB: ${statuses(large)}`,
      (await notes).trim().split("\n").at(-1),
      `proxy ${fleet.proxyMegabytes.toFixed(0)} MB`,
    ];
    const areRight = small.length > 0 && large.length > 0 && outcomes.every((one) => one.isRight);
    return { passed: isDone && areRight, figures: figures.join("; ") };
  },
};
