import { lookup as systemLookup } from "node:dns/promises";
import { BlockList, isIPv4, isIPv6, type LookupFunction } from "node:net";

/** IPv4 ranges that are not the public internet (IANA special-purpose registry), as network and prefix. */
const SPECIAL_IPV4 = [
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
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
] as const;

/** Within 2000::/3, outside of which no IPv6 address is public: protocol assignments, documentation, 6to4. */
const SPECIAL_IPV6 = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const;

const specialIpv4 = blockList(SPECIAL_IPV4, "ipv4");
const specialIpv6 = blockList(SPECIAL_IPV6, "ipv6");
const globalIpv6 = blockList([["2000::", 3]], "ipv6");

function blockList(ranges: readonly (readonly [string, number])[], family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of ranges) list.addSubnet(network, prefix, family);
  return list;
}

/**
 * Whether an IP address belongs to the public internet: neither this machine nor a private, link-local, multicast or
 * reserved range. IPv4 addresses within IPv6 (mapped, and NAT64 of 64:ff9b::/96) count as what they stand for.
 */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !specialIpv4.check(address, "ipv4");
  if (!isIPv6(address)) return false;
  const plain = address.replace(/%.*$/, "");
  const embedded = embeddedIpv4(plain);
  if (embedded !== undefined) return !specialIpv4.check(embedded, "ipv4");
  return globalIpv6.check(plain, "ipv6") && !specialIpv6.check(plain, "ipv6");
}

/** Whether an IP address is one of this machine's loopback. */
export function isLoopbackAddress(address: string): boolean {
  return address === "::1" || (isIPv4(address) && address.startsWith("127."));
}

function embeddedIpv4(address: string): string | undefined {
  // The URL parser writes every spelling of an address in one way.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const match = /^(?:::ffff:|64:ff9b::)(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4})$/.exec(canonical);
  if (match === null) return undefined;
  const [high, low] = [Number.parseInt(match[1] ?? "0", 16), Number.parseInt(match[2] as string, 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a host name. */
export type ResolveName = (hostname: string, options: { readonly all: true }) => Promise<ResolvedAddress[]>;

/**
 * Name resolution for `http.request`: every address of the name passes `check`, which throws, and no other is
 * connected to; a second answer of the name server cannot slip in between.
 */
export function checkedLookup(
  check: (hostname: string, address: string) => void,
  resolve: ResolveName = systemLookup,
): LookupFunction {
  const addressesOf = async (hostname: string, options: object) => {
    const addresses = await resolve(hostname, { ...options, all: true });
    for (const { address } of addresses) check(hostname, address);
    return addresses;
  };
  return (hostname, options, callback) => {
    addressesOf(hostname, options).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined) {
          callback(Object.assign(new Error(`${hostname} has no address`), { code: "ENOTFOUND" }), "");
        } else if (options.all) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ""),
    );
  };
}
