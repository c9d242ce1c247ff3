import { describe, expect, it } from "vitest";
import type { Command } from "../../../src/compute/device/command.js";
import type { Device } from "../../../src/compute/device/device.js";
import { openDevice } from "../../../src/compute/device/open-device.js";
import { selfTest } from "../../../src/compute/device/self-test.js";

/** Seconds that pass by one with every look. */
function countingClock(): () => number {
  let seconds = 0;
  return () => seconds++;
}

describe("selfTest", () => {
  it("measures by the clock it is given and finds the reference device right", async () => {
    const device = await openDevice("reference");
    const [found, ...others] = await selfTest(device, { seconds: 0, clock: countingClock() });
    expect(others).toEqual([]);
    expect(found).toMatchObject({ float: "float64", gigaflops: (2 * 512 ** 3) / 1e9, difference: { ok: true } });
    expect(found?.gigabytesPerSecond).toBe((128 ** 3 * 8) / 1e9);
    expect(device.bytesHeld).toBe(0);
    await device.close();
  });

  it.each(["matrixProduct", "mttkrp"])("finds a device wrong whose %s is", async (kind) => {
    const device = await openDevice("reference");
    const broken: Device = {
      description: device.description,
      bytesHeld: 0,
      scope: (body) => device.scope(body),
      close: () => device.close(),
      run: (commands) => device.run(commands.map((command) => (command.kind === kind ? spoilt(command) : command))),
    };
    const [found] = await selfTest(broken, { seconds: 0, clock: countingClock() });
    expect(found?.difference.ok).toBe(false);
    await device.close();
  });
});

/** A product that forgets its last term, an MTTKRP that takes one factor for another. */
function spoilt(command: Command): Command {
  if (command.kind === "matrixProduct") return { ...command, k: command.k - 1 };
  if (command.kind !== "mttkrp") return command;
  const [a, b, c] = command.factors;
  return { ...command, factors: [b, c, a] };
}
