import { BlockList, isIP, isIPv4, isIPv6 } from "node:net";

/**
 * Returns a function that tells whether an address is in one of the networks. An IPv4-mapped address (::ffff:10.0.0.1)
 * counts as its IPv4 address. A network of one family holds no address of the other: "::/0" is not all of IPv4.
 *
 * @param cidrs as in `["10.1.0.0/16", "::1/128"]`
 * @throws Error for a CIDR that cannot be read
 */
export function createNetworks(cidrs: readonly string[]): (address: string) => boolean {
  const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const cidr of cidrs) {
    const [, network = "", bits = ""] = /^([^/%]+)\/(\d{1,3})$/.exec(cidr) ?? [];
    if (isIP(network) === 0 || Number(bits) > (isIPv4(network) ? 32 : 128)) {
      throw new Error(`Cannot read the network "${cidr}": not a CIDR`);
    }
    const family = familyOf(network);
    lists[family].addSubnet(network, Number(bits), family);
  }
  return (address) => {
    if (isIP(address) === 0) return false;
    const plain = unmapped(address);
    const family = familyOf(plain);
    return lists[family].check(plain, family);
  };
}

// Not hosts on the public internet: the IANA special-purpose registries (RFC 6890) and multicast. The IPv6 ones outside
// of 2000::/3 need no entry.
const isSpecial = createNetworks([
  ..."0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24".split(" "),
  ..."192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15".split(" "),
  ..."198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4".split(" "),
  ..."2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20".split(" "),
]);

/** Returns true if an address is on the public internet. So must be the IPv4 addresses that an IPv6 address contains. */
export function isGlobal(address: string): boolean {
  if (isIP(address) === 0) return false;
  const plain = unmapped(address);
  if (isIPv4(plain)) return !isSpecial(plain);
  const groups = groupsOf(plain);
  const inner = embeddedIn(groups);
  if (inner.length > 0) return inner.every((one) => !isSpecial(one));
  // 2000::/3 is all that IANA has assigned.
  return (groups[0] ?? 0) >> 13 === 1 && !isSpecial(plain);
}

/** Returns an address's network, /24 of IPv4 or /64 of IPv6: about one household. Empty if it is not an IP address. */
export function networkOf(address: string): string {
  if (isIPv4(address)) return `${address.slice(0, address.lastIndexOf("."))}.0/24`;
  if (!isIPv6(address)) return "";
  const groups = groupsOf(address).slice(0, 4);
  return `${groups.map((group) => group.toString(16)).join(":")}::/64`;
}

/** Returns the IPv4 addresses that packets to an IPv6 address may reach. */
function embeddedIn([a = 0, b = 0, c, d, e, f, g = 0, h = 0]: number[]): string[] {
  // NAT64, RFC 6052: 64:ff9b::/96
  if (a === 0x64 && b === 0xff9b && c === 0 && d === 0 && e === 0 && f === 0) return [toIPv4(g, h)];
  // 6to4, RFC 3056: 2002::/16
  if (a === 0x2002) return [toIPv4(b, c ?? 0)];
  // Teredo, RFC 4380: 2001::/32, the server and then the client with its bits inverted
  if (a === 0x2001 && b === 0) return [toIPv4(c ?? 0, d ?? 0), toIPv4(g ^ 0xffff, h ^ 0xffff)];
  return [];
}

/** Returns the IPv4 address of an IPv4-mapped one, ::ffff:0:0/96 (RFC 4291 2.5.5.2), and any other as it is. */
function unmapped(address: string): string {
  // Far cheaper than reading the address, and few others have such a group.
  if (!/ffff/i.test(address)) return address;
  const groups = groupsOf(address);
  const isMapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  return isMapped ? toIPv4(groups[6] ?? 0, groups[7] ?? 0) : address;
}

function toIPv4(high: number, low: number): string {
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
}

/** Reads the eight groups of an IPv6 address. "::" stands for zeroes, a dotted end for two groups (RFC 4291 2.2). */
function groupsOf(address: string): number[] {
  const [head = [], tail] = address
    .replace(/%.*/s, "")
    .split("::")
    .map((part) => readGroups(part));
  const zeroes = Array.from({ length: Math.max(0, 8 - head.length - (tail?.length ?? 0)) }, () => 0);
  return tail === undefined ? head : [...head, ...zeroes, ...tail];
}

function readGroups(text: string): number[] {
  return text === "" ? [] : text.split(":").flatMap(readGroup);
}

function readGroup(group: string): number[] {
  if (!group.includes(".")) return [Number.parseInt(group, 16)];
  const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
  return [(a << 8) | b, (c << 8) | d];
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}
