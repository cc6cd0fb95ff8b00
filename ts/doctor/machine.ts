import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import type { Libc } from "../native/system.ts";
import type { Report } from "./report.ts";

/** Instructions by which kernels are chosen, here and in OpenBLAS, as Linux names them. */
const telling = [
  ...["sse4_2", "avx", "avx2", "fma", "f16c", "avx_vnni"],
  ...["avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_vnni"],
  ...["asimd", "asimddp"],
];

/** The system under this process. */
export function platformOf(libc: Libc | undefined): Report["platform"] {
  return {
    os: process.platform,
    arch: process.arch,
    kernel: release(),
    libc: libc === undefined ? null : [libc.name, libc.version].filter(Boolean).join(" "),
  };
}

/** The processor, as far as the system alone tells. */
export function processor(
  cpuinfo: string = textOf("/proc/cpuinfo"),
): Pick<Report["cpu"], "model" | "features" | "cores"> {
  const all = cpus();
  // On arm64 the word is another one.
  const flags = /^(?:flags|Features)\s*: (.*)$/m.exec(cpuinfo)?.[1]?.split(" ") ?? [];
  const name = all[0]?.model.trim();
  return {
    model: name === undefined || name === "" || name === "unknown" ? null : name,
    features: telling.filter((feature) => flags.includes(feature)),
    cores: all.length,
  };
}

/** Memory of the machine, and what of it this process may take. */
export function memory(
  total: number = totalmem(),
  constrained: number = process.constrainedMemory(),
): Report["memory"] {
  const isLimited = constrained > 0 && constrained < total;
  return {
    totalBytes: total,
    availableBytes: process.availableMemory(),
    limitBytes: isLimited ? constrained : null,
  };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Only Linux has it.
    return "";
  }
}
