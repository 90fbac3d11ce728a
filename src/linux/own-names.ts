import { hostname, networkInterfaces } from "node:os";

/** Domains that home networks append to a machine's name (RFC 6762, RFC 8375, ICANN's .internal). */
const domains = ["local", "lan", "home.arpa", "internal"];

/** Whether home networks give that name to a machine. `machine`: its own name, with or without its domain. Both in lower case. */
export function isNameOf(name: string, machine: string): boolean {
  const [short = ""] = machine.split(".");
  if (short === "") return false;
  // Tailscale's names contain the network's name.
  const isTailscale =
    name.startsWith(`${short}.`) && name.endsWith(".ts.net") && name.split(".").length === 4;
  return (
    name === machine ||
    name === short ||
    isTailscale ||
    domains.some((domain) => name === `${short}.${domain}`)
  );
}

/** Whether a host, in lower case and as URL writes it without brackets, is an address of an interface of this machine, or its name. */
export function isOwnHost(host: string, readInterfaces = networkInterfaces): boolean {
  return isNameOf(host, hostname().toLowerCase()) || isOwnAddress(host, readInterfaces);
}

/** Where the kernel may not be asked, as in a service without AF_NETLINK in its RestrictAddressFamilies, no address is known. */
function isOwnAddress(host: string, readInterfaces: typeof networkInterfaces): boolean {
  try {
    return Object.values(readInterfaces()).some((found) => found?.some(({ address }) => address === host));
  } catch {
    return false;
  }
}
