import { isIP } from "node:net";
import { type HttpRules, networkError } from "../base/http-exchange.js";
import { checkedLookup, isLoopbackAddress, isPublicAddress, type ResolveName } from "../base/public-address.js";

/** What tests may change about the network. */
export interface DownloadAllowance {
  /** Allows plain HTTP, and addresses of this machine's loopback. */
  readonly loopback?: boolean;
  readonly resolve?: ResolveName;
}

/** Hosts of one publisher that hand over to each other: what is pinned at one may come from the others. */
const PUBLISHERS: readonly (readonly string[])[] = [
  ["github.com", "raw.githubusercontent.com", "media.githubusercontent.com", "objects.githubusercontent.com"],
];

/**
 * Which machines a download may ask: over HTTPS, hosts (with port) that a pinned URL names and those of the same
 * publisher, at public addresses only. Holds for each redirect as for the first URL.
 */
export function downloadRules(urls: Iterable<URL>, allowance: DownloadAllowance = {}): HttpRules {
  const hosts = new Set([...urls].map(({ host }) => host));
  for (const publisher of PUBLISHERS) {
    if (publisher.some((host) => hosts.has(host))) for (const host of publisher) hosts.add(host);
  }
  const loopback = allowance.loopback ?? false;
  const checkAddress = (url: URL, address: string) => {
    if (isPublicAddress(address) || (loopback && isLoopbackAddress(address))) return;
    throw networkError("private-address", url, `leads to the address ${address}, which is not public`, {
      fields: { address },
      wayOut: "Files of your own network are read from a sources folder: copy it there.",
    });
  };
  return {
    check(url) {
      const address = url.hostname.replace(/^\[(.*)\]$/, "$1");
      const plain = url.protocol === "http:" && loopback && isLoopbackAddress(address);
      if (url.protocol !== "https:" && !plain) {
        throw networkError("not-https", url, `is asked for over ${url.protocol.slice(0, -1)}: only https is allowed`, {
          fields: { protocol: url.protocol },
          wayOut: "Pin an address that begins with https://, or put the file into a sources folder.",
        });
      }
      if (url.username !== "" || url.password !== "") {
        throw networkError("credentials", url, "holds a name or password: none is ever sent", {
          wayOut: "Pin a public address, or put the file into a sources folder.",
        });
      }
      if (!hosts.has(url.host)) {
        throw networkError("host-not-allowed", url, "is on a host that no pinned address names", {
          fields: { allowed: [...hosts].sort() },
          wayOut: `The server redirects there. If you trust ${url.host}, pin the address it leads to.`,
        });
      }
      if (isIP(address) !== 0) checkAddress(url, address);
    },
    lookup: checkedLookup(
      (hostname, address) => checkAddress(new URL(`https://${hostname}/`), address),
      allowance.resolve,
    ),
  };
}
