import type { LookupAddress } from "node:dns";
import { describe, expect, it } from "vitest";
import { checkedLookup, isPublicAddress } from "../../src/base/public-address.js";

describe("isPublicAddress", () => {
  it.each(["8.8.8.8", "185.199.108.133", "172.32.0.1", "2606:50c0:8000::154", "64:ff9b::b9c7:6c85", "::ffff:8.8.8.8"])(
    "takes %s",
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "2002:7f00:1::",
    "2001::1",
    "2001:db8::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
    "example.org",
    "",
  ])("refuses %s", (address) => expect(isPublicAddress(address)).toBe(false));
});

describe("checkedLookup", () => {
  const look = (addresses: LookupAddress[], all: boolean) =>
    new Promise((resolve, reject) => {
      const check = (_host: string, address: string) => {
        if (!isPublicAddress(address)) throw new Error(`refused ${address}`);
      };
      const lookup = checkedLookup(check, async () => addresses);
      lookup("host.test", { all }, (error, address, family) => (error ? reject(error) : resolve([address, family])));
    });
  const good = { address: "8.8.8.8", family: 4 };

  it("gives what Node asks for", async () => {
    expect(await look([good], false)).toEqual(["8.8.8.8", 4]);
    expect(await look([good], true)).toEqual([[good], undefined]);
  });

  it("refuses a name of which one address is not public", async () => {
    await expect(look([good, { address: "10.0.0.1", family: 4 }], true)).rejects.toThrow("refused 10.0.0.1");
    await expect(look([], false)).rejects.toMatchObject({ code: "ENOTFOUND" });
  });
});
