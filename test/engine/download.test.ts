import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sha256 } from "../../src/base/hash.js";
import type { DownloadServices } from "../../src/engine/download.js";
import type { RunOptions } from "../../src/engine/types.js";
import { answer, cutAfter, FileServer, whole } from "../support/file-server.js";
import { lineLoader, ToyProject } from "./toy-project.js";

const one = Buffer.from("one\ntwo\n");
const two = Buffer.from("three\n");

let toy: ToyProject;
let server: FileServer;

beforeAll(async () => {
  server = await FileServer.start();
});
beforeEach(() => {
  toy = new ToyProject();
  server.asked.length = 0;
  server.on("/a/one.txt", whole(one));
  server.on("/a/two.txt", whole(two));
});
afterEach(() => toy.remove());

interface PinText {
  readonly path: string;
  readonly content?: Buffer;
  readonly url?: string;
  readonly more?: string;
}

function pin({ path, content, url = server.url(`/${path}`), more = "" }: PinText): string {
  const known = content === undefined ? "" : `\n  bytes: ${content.length}\n  sha256: ${sha256(content)}`;
  return `- path: ${path}${known}\n  licence: CC0-1.0\n  url: ${url}\n${more}`;
}

function write(
  pins: string,
  sources: string,
  steps = `a: { load: ${lineLoader}, source: a, into: item_record }`,
): void {
  toy.write("datasets/toy/sources.yaml", pins);
  toy.write("pipelines/toy.yaml", `pipeline: toy\ndataset: toy\nsources:\n  ${sources}\nsteps:\n  ${steps}\n`);
}

const bothPins = () => pin({ path: "a/one.txt", content: one }) + pin({ path: "a/two.txt", content: two });
const both = () => write(bothPins(), `a: { files: "a/*.txt" }`);

const allowed: DownloadServices = { loopback: true, timing: { backOff: 1, longestWait: 10 } };
const run = (options: Partial<RunOptions> = {}, download: DownloadServices = allowed) =>
  toy.run({ download: true, ...options, services: { download } });
const downloaded = (path: string) => join(toy.folder, "home", "downloads", path);
const temporaries = () => readdirSync(join(toy.folder, "home", "tmp")).filter((name) => name.includes("download"));

describe("run --download", () => {
  it("fetches what a pattern stands for, and uses it as the last of the mirrors", async () => {
    both();
    const summary = await run();
    expect(summary).toMatchObject({ ok: true, missing: 0 });
    expect(summary.steps[0]).toMatchObject({ status: "ran", rows: 3 });
    const mirror = join(toy.folder, "home", "downloads");
    expect(summary.files).toEqual([
      { path: "a/one.txt", mirror, sha256: sha256(one), pinned: "match" },
      { path: "a/two.txt", mirror, sha256: sha256(two), pinned: "match" },
    ]);
    expect(summary.downloads?.map(({ path, bytes }) => [path, bytes])).toEqual([
      ["a/one.txt", 8],
      ["a/two.txt", 6],
    ]);
    expect(readFileSync(downloaded("a/one.txt"))).toEqual(one);
    expect(temporaries()).toEqual([]);
    const kinds = toy.events.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "download-finished")).toHaveLength(2);
    expect(kinds.lastIndexOf("download-finished")).toBeLessThan(kinds.indexOf("run-started"));

    const again = await toy.run();
    expect(again.steps[0]).toMatchObject({ status: "cached" });
    expect(again.files).toEqual(summary.files);
    expect(again.downloads).toBeUndefined();
    expect((await run()).downloads).toEqual([]);
    expect(server.asked).toHaveLength(2);
  });

  it("asks nobody without the option", async () => {
    both();
    const summary = await toy.run({ services: { download: allowed } });
    expect(summary).toMatchObject({ ok: false, exitCode: 1 });
    expect(summary.steps[0]?.error?.wayOut).toContain("--download");
    expect(server.asked).toEqual([]);
    expect(existsSync(downloaded(""))).toBe(false);
  });

  it("leaves alone what a mirror holds, also where it is not as pinned, and what no step reads", async () => {
    write(bothPins(), `a: { files: a/one.txt }\n  b: { files: a/two.txt }`);
    toy.write("raw/a/one.txt", "mine\n");
    const summary = await run();
    expect(summary).toMatchObject({ ok: true, downloads: [] });
    expect(summary.files[0]).toMatchObject({ mirror: toy.mirror, pinned: "differs" });
    expect(server.asked).toEqual([]);
  });

  it("gives the same tables from a download as from a mirror", async () => {
    both();
    const fetched = await run();
    rmSync(downloaded(""), { recursive: true });
    toy.write("raw/a/one.txt", one.toString());
    toy.write("raw/a/two.txt", two.toString());
    const mirrored = await toy.run();
    expect(mirrored.steps[0]).toMatchObject({ status: "cached", tableHash: fetched.steps[0]?.tableHash });
  });

  it("fetches a source that the pipeline pins itself", async () => {
    const own = `url: "${server.url("/a/one.txt")}", sha256: ${sha256(one)}, bytes: ${one.length}`;
    write("", `a: { files: own/data.txt, ${own} }`);
    expect(await run()).toMatchObject({ ok: true, downloads: [{ path: "own/data.txt" }] });
  });

  it("says why a source stays missing", async () => {
    write(pin({ path: "a/one.txt" }), `a: { files: a/one.txt, optional: true }`);
    toy.write("raw/b/x.txt", "x\n");
    const pipeline = `pipeline: toy\ndataset: toy\nsources:
  a: { files: a/one.txt, optional: true }
  b: { files: "b/*.txt" }
  c: { files: "c/*.txt", optional: true }
  d: { files: d.txt, optional: true, sha256: ${sha256(one)} }
steps:
${["a", "b", "c", "d"].map((name) => `  ${name}: { load: ${lineLoader}, source: ${name}, into: item_record }`).join("\n")}\n`;
    toy.write("pipelines/toy.yaml", pipeline);
    const { missingSources, exitCode } = await run();
    expect(exitCode).toBe(0);
    expect(missingSources.map(({ source, reason }) => [source, reason])).toEqual([
      ["a", "cannot be downloaded: no sha256 of a/one.txt is pinned"],
      ["c", "cannot be downloaded: no pinned file matches"],
      ["d", "cannot be downloaded: no address of d.txt is pinned"],
    ]);
    expect(server.asked).toEqual([]);
  });

  it("refuses another content than the pinned one, keeps nothing of it, and says so with exit code 5", async () => {
    const forged = Buffer.from("won\ntoo\n");
    server.on("/a/one.txt", whole(forged));
    both();
    const summary = await run();
    expect(summary).toMatchObject({ ok: false, exitCode: 5, generation: null });
    expect(summary.steps[0]).toMatchObject({ status: "failed" });
    expect(summary.steps[0]?.error).toMatchObject({
      tag: "network/hash-differs",
      fields: { host: `127.0.0.1:${server.port}`, path: "/a/one.txt", found: sha256(forged), expected: sha256(one) },
    });
    expect(existsSync(downloaded("a/one.txt"))).toBe(false);
    expect(temporaries()).toEqual([]);
  });

  it("does not take half of a pattern for the whole", async () => {
    server.on("/a/two.txt", answer(404, {}));
    write(bothPins(), `a: { files: "a/*.txt", optional: true }\n  b: { files: "b.txt" }`);
    toy.write("raw/b.txt", "");
    expect(await run()).toMatchObject({ exitCode: 5, downloads: [{ path: "a/one.txt" }] });
    const later = await toy.run();
    expect(later.missingSources).toMatchObject([{ reason: "only 1 of 2 pinned files are downloaded" }]);
    server.on("/a/two.txt", whole(two));
    expect(await run()).toMatchObject({ ok: true, downloads: [{ path: "a/two.txt" }] });
    expect(server.countOf("/a/one.txt")).toBe(1);
  });

  it("lets what does not need a failed download go on", async () => {
    server.on("/a/one.txt", answer(403, {}));
    const steps = ["a", "b"].map((name) => `${name}: { load: ${lineLoader}, source: ${name}, into: item_record }`);
    write(bothPins(), `a: { files: a/one.txt }\n  b: { files: a/two.txt }`, steps.join("\n  "));
    const summary = await run();
    expect(summary.exitCode).toBe(5);
    expect(summary.steps.map(({ status }) => status)).toEqual(["failed", "ran"]);
  });

  it("refuses a downloaded file that is no longer as pinned, and fetches it again", async () => {
    write(pin({ path: "a/one.txt", content: one }), "a: { files: a/one.txt }");
    await run();
    writeFileSync(downloaded("a/one.txt"), "tampered\n");
    const summary = await toy.run();
    expect(summary.steps[0]?.error).toMatchObject({ tag: "load/not-as-pinned", exitCode: 1 });
    expect(await run()).toMatchObject({ ok: true, downloads: [{ path: "a/one.txt" }] });
    expect(readFileSync(downloaded("a/one.txt"))).toEqual(one);
  });

  it("survives servers that are busy, cut, and change the file under way", async () => {
    const large = Buffer.from("line\n".repeat(40_000));
    const other = Buffer.from("line!".repeat(40_000));
    // Without a version to compare, the second piece is of another file: only the hash tells.
    server.on(
      "/a/one.txt",
      answer(429, { "retry-after": "0" }),
      cutAfter(other, 100_000, "W/weak"),
      whole(large, "W/weak"),
      whole(large),
    );
    write(pin({ path: "a/one.txt", content: large }), "a: { files: a/one.txt }");
    expect(await run()).toMatchObject({ ok: true });
    expect(server.countOf("/a/one.txt")).toBe(4);
    expect(server.asked.at(-1)?.headers.range).toBeUndefined();
    expect(readFileSync(downloaded("a/one.txt")).equals(large)).toBe(true);
  });

  it("asks a host that is not reached no further", async () => {
    const url = "https://nowhere.test/x";
    write(
      ["a/one.txt", "a/two.txt", "a/three.txt", "a/four.txt"].map((path) => pin({ path, content: one, url })).join(""),
      `a: { files: "a/*.txt" }`,
    );
    let looked = 0;
    const resolve = async () => {
      looked += 1;
      throw Object.assign(new Error("unknown"), { code: "ENOTFOUND" });
    };
    const summary = await run({}, { resolve });
    expect(summary.steps[0]?.error).toMatchObject({ tag: "network/unreachable", fields: { host: "nowhere.test" } });
    expect(looked).toBeLessThanOrEqual(2);
    const failures = toy.events.flatMap((event) => (event.kind === "download-finished" ? [event.error?.message] : []));
    expect(failures).toHaveLength(4);
    expect(failures[3]).toContain("was not asked for, as its host was not reached");
  });

  it("stops when it is interrupted, and runs nothing", async () => {
    const stop = new AbortController();
    server.on("/a/one.txt", () => stop.abort());
    both();
    const summary = await run({ signal: stop.signal });
    expect(summary).toMatchObject({ exitCode: 130, generation: null });
    expect(summary.steps[0]).toMatchObject({ status: "skipped", reason: "interrupted" });
    expect(temporaries()).toEqual([]);
  });
});

describe("what a download may ask", () => {
  const single = (url: string) => write(pin({ path: "a/one.txt", content: one, url }), "a: { files: a/one.txt }");
  const errorOf = async (url: string, download: DownloadServices) => {
    single(url);
    return (await run({}, download)).steps[0]?.error;
  };

  it.each([
    ["plain HTTP", "http://example.org/x", "network/not-https"],
    ["a file", "file:///etc/passwd", "network/not-https"],
    ["this machine", "https://127.0.0.1/x", "network/private-address"],
    ["this machine in disguise", "https://0x7f.1/x", "network/private-address"],
    ["this machine over IPv6", "https://[::ffff:127.0.0.1]/x", "network/private-address"],
    ["the metadata service of a cloud", "https://169.254.169.254/latest", "network/private-address"],
    ["a name and password", "https://me:secret@example.org/x", "network/credentials"],
  ])("is not %s", async (_what, url, tag) => {
    const error = await errorOf(url, { resolve: async () => Promise.reject(new Error("nothing is looked up")) });
    expect(error).toMatchObject({ tag, exitCode: 5 });
    expect(error?.message).not.toContain("secret");
  });

  it("is not a name that leads to a private address", async () => {
    for (const address of ["10.0.0.5", "192.168.1.1", "fd00::1", "127.0.0.1"]) {
      const resolve = async () => [{ address, family: address.includes(":") ? 6 : 4 }];
      const error = await errorOf(`https://rebound.test:${server.port}/x`, { resolve });
      expect(error).toMatchObject({ tag: "network/private-address", fields: { address } });
    }
    expect(server.asked).toEqual([]);
  });

  it("is not a host that only a redirect names", async () => {
    server.on("/moved", answer(302, { location: `http://localhost:${server.port}/a/one.txt` }));
    expect(await errorOf(server.url("/moved"), allowed)).toMatchObject({ tag: "network/not-https" });
    server.on("/moved", answer(302, { location: "https://elsewhere.test/x" }));
    expect(await errorOf(server.url("/moved"), allowed)).toMatchObject({
      tag: "network/host-not-allowed",
      fields: { host: "elsewhere.test", allowed: [`127.0.0.1:${server.port}`] },
    });
    server.on("/moved", answer(302, { location: `http://127.0.0.1:${server.port + 1}/a/one.txt` }));
    expect(await errorOf(server.url("/moved"), allowed)).toMatchObject({ tag: "network/host-not-allowed" });
    expect(server.countOf("/a/one.txt")).toBe(0);
  });

  it("is a host that another pin names, and the hosts of one publisher", async () => {
    server.on("/moved", answer(302, { location: "https://other.test/x" }));
    const pins = pin({ path: "a/one.txt", content: one, url: server.url("/moved") });
    const asked: string[] = [];
    const resolve = async (name: string) => {
      asked.push(name);
      return [{ address: "10.0.0.1", family: 4 }];
    };
    write(pins + pin({ path: "z.txt", content: two, url: "https://other.test/z" }), "a: { files: a/one.txt }");
    await run({}, { ...allowed, resolve });
    server.on("/moved", answer(302, { location: "https://raw.githubusercontent.com/x" }));
    write(pins + pin({ path: "z.txt", content: two, url: "https://github.com/z" }), "a: { files: a/one.txt }");
    await run({}, { ...allowed, resolve });
    expect(asked).toEqual(["other.test", "raw.githubusercontent.com"]);
  });

  it("is the place in a repository that a pin names", async () => {
    const upstream = "  upstream: { repo: owner/name, commit: 0123abc, path: data/SI 5 ä.txt }\n";
    const text = `- path: a/one.txt\n  sha256: ${sha256(one)}\n${upstream}`;
    write(text, "a: { files: a/one.txt }");
    const { downloads } = await toy.plan({ download: true });
    expect(downloads?.[0]?.url).toBe("https://raw.githubusercontent.com/owner/name/0123abc/data/SI%205%20%C3%A4.txt");
    for (const wrong of ["owner/..", "https://host/owner", "owner/name/more", "owner"]) {
      write(text.replace("owner/name", wrong), "a: { files: a/one.txt }");
      expect((await toy.plan({ download: true })).downloads).toEqual([]);
    }
    write(`${text}  derived: true\n`, "a: { files: a/one.txt }");
    const derived = await toy.plan({ download: true });
    expect(derived.downloads).toEqual([]);
    expect(derived.missing[0]?.reason).toBe("cannot be downloaded: a/one.txt is derived from published files");
    write(text.replace("data/SI", "../SI"), "a: { files: a/one.txt }");
    expect((await toy.plan({ download: true })).downloads).toEqual([]);
  });

  it.each(["../out.txt", "/etc/out.txt", "a/../../out.txt", "C:/out.txt", "a\\out.txt", "a//b.txt"])(
    "puts no file at %s",
    async (path) => {
      write(pin({ path: JSON.stringify(path), content: one }), "a: { files: a/one.txt }");
      await expect(run()).rejects.toMatchObject({ tag: "config/sources-invalid", exitCode: 3 });
    },
  );
});

describe("plan --download", () => {
  it("says what would be fetched and run, and fetches nothing", async () => {
    both();
    const without = await toy.plan();
    expect(without.downloads).toBeUndefined();
    expect(without.missing).toMatchObject([{ source: "a", downloadable: true }]);
    const plan = await toy.plan({ download: true });
    expect(plan.downloads).toEqual([
      { pipeline: "toy", source: "a", path: "a/one.txt", url: server.url("/a/one.txt"), sha256: sha256(one), bytes: 8 },
      { pipeline: "toy", source: "a", path: "a/two.txt", url: server.url("/a/two.txt"), sha256: sha256(two), bytes: 6 },
    ]);
    expect(plan.units.map(({ partition, action }) => [partition, action])).toEqual([
      ["a/one.txt", "run"],
      ["a/two.txt", "run"],
    ]);
    expect(server.asked).toEqual([]);
  });

  it("knows the keys of what it has not seen", async () => {
    both();
    await run();
    rmSync(downloaded(""), { recursive: true });
    expect((await toy.plan({ download: true })).counts).toMatchObject({ cached: 2, run: 0 });
  });
});
