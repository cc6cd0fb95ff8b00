import { isIP } from "node:net";
import { hostname } from "node:os";

/**
 * Whether a request that came to this name is meant for this server. A page of a stranger can give
 * its own name the address of this machine, and then read what the server answers; it cannot do so
 * for an address, nor for the names that this machine has.
 */
export function isOwnHost(name: string, allowed: readonly string[]): boolean {
  const plain = name.toLowerCase().replace(/\.$/, "");
  if (isIP(plain.replace(/^\[(.*)\]$/, "$1")) !== 0) return true;
  if (plain === "localhost" || plain.endsWith(".localhost")) return true;
  const own = hostname().toLowerCase();
  const names = [own, `${own.split(".")[0]}.local`, ...allowed.map((one) => one.toLowerCase())];
  return names.includes(plain) || names.includes("*");
}

/** The name in what stands in a header `Host`, without its port. */
export function hostName(host: string): string {
  return host.replace(/:\d*$/, "");
}
