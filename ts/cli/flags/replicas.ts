import { isIP } from "node:net";
import { AsrError } from "../../contract/errors.ts";
import type { FlagName } from "./flags.ts";
import type { serveFlags } from "./serve-flags.ts";

/** Servers of which several stand behind one proxy. */
export interface GivenReplicas {
  /** How many there are on each host. */
  onEach: number;
  /** Names or addresses, IPv6 without brackets. */
  hosts: readonly string[];
  /** The flags that all of them are started with, besides where they listen and how they end. */
  flags: readonly string[];
}

/** The flags that say something of the proxy, or that each server has its own of. */
export const ofProxy: readonly FlagName<typeof serveFlags>[] = [
  "print-haproxy",
  "replica-host",
  "host",
  "port",
  "wyoming",
  "drain-delay",
];

/** Where the servers are: on this machine, where nothing is said. Throws AsrError `usage`. */
export function replicaHosts(given: readonly string[]): string[] {
  if (given.length === 0) return ["127.0.0.1"];
  const hosts = given.map((text) => text.replace(/^\[(.*)\]$/, "$1"));
  for (const [index, host] of hosts.entries()) {
    if (isIP(host) === 0 && !/^[a-z\d](?:[a-z\d._-]*[a-z\d])?$/i.test(host)) {
      const hint = "give a name or an address; ports follow from --port";
      throw new AsrError("usage", `--replica-host ${given[index]}: is no name of a host`, hint);
    }
    if (hosts.indexOf(host) < index) {
      const hint = "the number of --print-haproxy is that on each host";
      throw new AsrError("usage", `--replica-host ${given[index]} is there twice`, hint);
    }
  }
  return hosts;
}
