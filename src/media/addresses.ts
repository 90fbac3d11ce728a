import { BlockList, isIP } from "node:net";

/** IPv4 networks without public hosts (IANA, "IPv4 Special-Purpose Address Registry"), and multicast. */
const special4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

/** IPv6: all but the public part of the space, and networks within it that lead elsewhere or embed an IPv4 address. */
const special6: readonly (readonly [string, number])[] = [
  ["::", 3],
  ["4000::", 2],
  ["8000::", 1],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

// Apart: a list finds an IPv4 address in an IPv6 network too, as ::ffff:0:0/96, which `::/3` contains.
const list4 = new BlockList();
const list6 = new BlockList();
for (const [network, bits] of special4) list4.addSubnet(network, bits, "ipv4");
for (const [network, bits] of special6) list6.addSubnet(network, bits, "ipv6");

/** Whether an IP address is on the public internet, rather than this machine, its network or a reserved range. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !list4.check(address, "ipv4");
  return version === 6 && !list6.check(address, "ipv6");
}
