import { readdirSync, readFileSync } from "node:fs";
import type { ScaleCheck } from "../check.ts";
import { PlayedArchive } from "../played.ts";

/** 127.0.0.1, as the kernel writes it, and as an address of IPv6. */
const loopback = ["0100007F", "0000000000000000FFFF00000100007F"];

// With a stand-in for the worker.
export const check: ScaleCheck = {
  name: "B8",
  title: "nothing listens but on loopback, nothing is left",
  async run() {
    using archive = new PlayedArchive();
    await archive.plan(Array.from({ length: 60 }, () => "ok"));
    const { listeners, suspects, status } = (await archive.run({ seconds: 0.1 }))!;
    await Bun.sleep(3000);
    const left = processesWith(archive.log).length;
    const places = listeners.map((one) => (loopback.includes(one) ? "loopback" : one));
    return {
      passed:
        status === 0 &&
        listeners.every((one) => loopback.includes(one)) &&
        suspects.length === 0 &&
        left === 0,
      figures:
        `listening on ${[...new Set(places)].join()}, ` +
        `${suspects.length} processes of usage statistics, ` +
        `${left} left`,
    };
  },
};

/** Processes whose environment names this archive. */
function processesWith(log: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/environ`, "utf8").includes(`DUMMY_LOG=${log}\0`);
    } catch {
      // It has ended, or is another user's.
      return false;
    }
  });
}
