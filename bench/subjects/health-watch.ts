import { parentPort } from "node:worker_threads";

// A thread of its own asks for the server's health again and again: who posts many recordings has
// no time to look at the clock. It is sent the address, then anything to end, and replies with the
// milliseconds that each answer took.

const everyMs = 10;
const times: number[] = [];
let url: string | undefined;

parentPort?.on("message", (message: { url: string } | { end: true }) => {
  if ("url" in message) {
    ({ url } = message);
    void watch(message.url);
    return;
  }
  url = undefined;
  parentPort?.postMessage(times);
});

async function watch(address: string): Promise<void> {
  while (url !== undefined) {
    const asked = performance.now();
    await (await fetch(address)).arrayBuffer();
    times.push(performance.now() - asked);
    await Bun.sleep(everyMs);
  }
}
