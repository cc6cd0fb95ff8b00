import { mkdir, open, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { hasEnded } from "./process-state.ts";
import { pause } from "./retries.ts";

/** Beats without a sign of life after which a holder on this machine that has ended is replaced. */
const beatsOfTheDead = 3;
/** The same for a holder that nobody can ask for: on another machine, or stopped. */
const beatsOfTheSilent = 30;

/** Thrown by `HeldLock.check`: the action begins again when the lock is free. */
class LockLost extends Error {}

/** A lock that this process holds. */
export interface HeldLock {
  /** Throws when another process took the lock, because this one had stopped for long. */
  check(): Promise<void>;
}

interface LockOptions {
  beatMs: number;
  signal: AbortSignal;
  /** Called once when another process holds the lock. */
  onWait?: (() => void) | undefined;
}

/**
 * Runs `action` while no other process holds the lock file. The cache may lie on a network file
 * system, where `flock` often lets everyone in; so the lock is a file that only one process can
 * create, with a beat in its time stamp. `action` may run again from its start, see `HeldLock`.
 */
export async function withCacheLock<T>(
  path: string,
  options: LockOptions,
  action: (lock: HeldLock) => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  for (;;) {
    const mark = await acquire(path, options);
    const beat = setInterval(() => showLife(path, mark), options.beatMs);
    const check = async () => {
      if ((await contentOf(path)) !== mark) throw new LockLost();
    };
    try {
      return await action({ check });
    } catch (error) {
      if (!(error instanceof LockLost)) throw error;
    } finally {
      clearInterval(beat);
      if ((await contentOf(path)) === mark) await rm(path, { force: true });
    }
  }
}

async function showLife(path: string, mark: string): Promise<void> {
  const now = new Date();
  // A beat that fails is a beat that is missed; `check` finds out why.
  if ((await contentOf(path)) === mark) await utimes(path, now, now).catch(() => {});
}

/** Waits for the lock and returns what this process wrote into it. */
async function acquire(path: string, { beatMs, signal, onWait }: LockOptions): Promise<string> {
  const mark = JSON.stringify({ pid: process.pid, host: hostname(), key: crypto.randomUUID() });
  let [seen, since, waited] = ["", 0, false];
  for (;;) {
    signal.throwIfAborted();
    if (await create(path, mark)) return mark;
    if (!waited) onWait?.();
    waited = true;
    // Clocks of machines differ: only changes are looked at, by this one's clock.
    const holder = await contentOf(path);
    const beat = `${await beatOf(path)} ${holder}`;
    if (beat !== seen) [seen, since] = [beat, performance.now()];
    const silentFor = performance.now() - since;
    const patience = (await isDead(holder)) ? beatsOfTheDead : beatsOfTheSilent;
    if (silentFor <= patience * beatMs) await pause(beatMs / 4, signal);
    else if (await succeed(path, mark, holder, beatMs)) return mark;
  }
}

async function create(path: string, mark: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    await file.writeFile(mark);
    await file.close();
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Puts this process in the place of a holder that is gone; false: it is another's. There is a lock
 * at every moment, so nobody who comes just now can create one. Of several that come to this at
 * once the last one has it, and each looks after a beat whether that was itself.
 */
async function succeed(
  path: string,
  mark: string,
  holder: string | undefined,
  beatMs: number,
): Promise<boolean> {
  const own = `${path}.${crypto.randomUUID()}`;
  try {
    await writeFile(own, mark);
    if ((await contentOf(path)) !== holder) return false;
    await rename(own, path);
    // Not cut short by an abort: the lock may be this process's, which alone gives it back.
    await Bun.sleep(beatMs);
    return (await contentOf(path)) === mark;
  } finally {
    await rm(own, { force: true });
  }
}

/** Whether the holder was a process of this machine that is not there any more. */
async function isDead(holder: string | undefined): Promise<boolean> {
  // A process that was killed between creating the file and writing it.
  if (holder === undefined || holder === "") return true;
  try {
    const { pid, host } = JSON.parse(holder);
    return host === hostname() && Number.isInteger(pid) && pid > 0 && (await hasEnded(pid));
  } catch {
    // Another program's text: nobody can be asked.
    return false;
  }
}

async function contentOf(path: string): Promise<string | undefined> {
  return await readFile(path, "utf8").catch(() => undefined);
}

async function beatOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
}
