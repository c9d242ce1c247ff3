import type { SelfTest } from "../compute/device/self-test.js";
import { type ExaminedDevice, examineDevice } from "../engine/device.js";
import type { Probe, ProbeResult } from "./machine-probes.js";
import { byteText, pluralText } from "./quantities.js";

/** Seconds that each device computes in its self-test. */
const SELF_TEST_SECONDS = 2;

/** What stages can compute on here, each with its limits, its speed and whether it computes what it should. */
export function deviceProbes(): readonly Probe[] {
  return [deviceProbe("reference"), deviceProbe("cpu"), gpuProbe];
}

function deviceProbe(name: string): Probe {
  return { name: "device", run: async () => deviceResult(await examineDevice(name, SELF_TEST_SECONDS)) };
}

/** A gpu is not needed: that there is none is said, with the reason, and is no fault. */
const gpuProbe: Probe = {
  name: "device",
  async run() {
    const { gpuReasons, listAdapters } = await import("../compute/gpu/adapters.js");
    const reasons = await gpuReasons();
    if (reasons === "") return deviceResult(await examineDevice("gpu", SELF_TEST_SECONDS));
    const { adapters } = await listAdapters();
    const software = adapters[0];
    if (software === undefined) return { status: "ok", detail: `gpu: none (not needed): ${reasons}` };
    const word = software.name.split(" ")[0] as string;
    const result = deviceResult(await examineDevice(`gpu:${word}`, SELF_TEST_SECONDS));
    return { ...result, detail: `${result.detail}; ${reasons}` };
  },
};

/** One line of a device, and whether its results agree with the definitions. */
export function deviceResult({ description, tests }: ExaminedDevice): Omit<ProbeResult, "name"> {
  const { name, kind, adapter, driver, software, threads, limits } = description;
  const what = [
    ...(adapter === undefined ? [] : [`${adapter}${driver === undefined ? "" : `, ${driver}`}`]),
    ...(software ? ["emulated in software"] : []),
    ...(kind === "cpu" ? [`${pluralText(threads, "thread")} in this test`] : []),
    ...limitTexts(limits),
    ...tests.map(speedText),
  ];
  const wrong = tests.filter(({ difference }) => !difference.ok);
  const detail = `${name}: ${what.join("; ")}`;
  if (wrong.length === 0) return { status: "ok", detail };
  const floats = wrong.map(({ float, difference }) => `${float} by ${difference.worst.toPrecision(2)}`).join(", ");
  return {
    status: "fail",
    detail: `${detail}; results are wrong: ${floats}`,
    wayOut: "do not use this device; --device cpu and --device reference need no driver",
  };
}

function limitTexts(limits: Readonly<Record<string, number>>): string[] {
  const named = [
    ["memory", limits.memory],
    ["buffer", limits.maxBufferSize],
    ["binding", limits.maxStorageBufferBindingSize],
  ] as const;
  const known = named.flatMap(([what, bytes]) => (bytes === undefined ? [] : [`${what} ${byteText(bytes)}`]));
  return known.length === 0 ? [] : [`at most ${known.join(", ")}`];
}

function speedText({ float, gigaflops, gigabytesPerSecond, difference }: SelfTest): string {
  const agrees = difference.ok ? `agrees with the definitions to ${difference.worst.toPrecision(2)}` : "differs";
  return `${float} ${gigaflops.toPrecision(2)} GFLOP/s, MTTKRP ${gigabytesPerSecond.toPrecision(2)} GB/s, ${agrees}`;
}
