import { existsSync, readFileSync } from "node:fs";
import { availableParallelism, type CpuInfo, cpus, release, totalmem, type } from "node:os";

/** The machine that a result was measured on. */
export interface Machine {
  cpu: string;
  /** Physical cores, and the threads that programs may use. */
  cores: number;
  threads: number;
  /** Instruction sets that the kernels choose from. */
  instructions: string[];
  memoryGB: number;
  os: string;
}

export function machine(): Machine {
  const info = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "";
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: physicalCores(info) ?? cpus().length,
    threads: availableParallelism(),
    instructions: instructionSets(info),
    memoryGB: Math.round(totalmem() / 2 ** 30),
    os: `${distribution() ?? type()}, ${type()} ${release()}`,
  };
}

/** One line: what a person says of a machine, and of the kernels that ran on it. */
export function machineText({ cpu, cores, threads, memoryGB, os }: Machine, kernels: string) {
  const parts = [cpu, `${cores} cores`, `${threads} threads`, `${memoryGB} GB`, os];
  return [...parts, `${kernels} kernels`].join(", ");
}

/** The share of all processors that is in use, over half a second in which this program waits. */
export async function busyShare(): Promise<number> {
  const sum = (of: (times: CpuInfo["times"]) => number) =>
    cpus().reduce((total, { times }) => total + of(times), 0);
  const all = () => sum(({ user, nice, sys, idle, irq }) => user + nice + sys + idle + irq);
  const [idleBefore, allBefore] = [sum(({ idle }) => idle), all()];
  await Bun.sleep(500);
  const [idle, whole] = [sum(({ idle }) => idle) - idleBefore, all() - allBefore];
  return whole === 0 ? 0 : 1 - idle / whole;
}

/** Pairs of socket and core that differ; undefined where the system does not list them. */
function physicalCores(info: string): number | undefined {
  const pairs = [...info.matchAll(/^physical id\s*: (\d+)[\s\S]*?^core id\s*: (\d+)/gm)];
  if (pairs.length === 0) return undefined;
  return new Set(pairs.map(([, socket, core]) => `${socket} ${core}`)).size;
}

function instructionSets(info: string): string[] {
  const listed = /^(?:flags|Features)\s*: (.*)$/m.exec(info)?.[1]?.split(" ") ?? [];
  const known =
    /^(avx2|fma|f16c|avx_vnni|avx512(f|_vnni|_bf16)|amx_(tile|int8|bf16)|asimd|asimddp|i8mm|bf16)$/;
  return listed.filter((name) => known.test(name));
}

function distribution(): string | undefined {
  if (!existsSync("/etc/os-release")) return undefined;
  return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1];
}
