import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { NetworkError } from "../../src/base/errors.js";
import { nodeFiles } from "../../src/base/file-operations.js";
import { LockFolder } from "../../src/base/lock.js";
import { runCommandLine } from "../../src/cli/command-line.js";
import type { FetchServices } from "../../src/engine/fetch-archive.js";
import { type FetchEvent, type FetchRequest, fetchMembers, listMembers } from "../../src/engine/fetch-members.js";
import { buildZip, type ZipPart } from "../formats/archive/build-zip.js";
import { faultyFiles } from "../support/faulty-files.js";
import { type Answer, answer, FileServer } from "../support/file-server.js";
import { askedRange, ranged, rangedCut } from "../support/range-answers.js";
import { realData } from "../support/real-data.js";
import { temporaryDirectory } from "../support/temporary-directory.js";
import { fakeTerminal } from "./support/fake-terminal.js";

const folder = temporaryDirectory();
let into: string;
let server: FileServer;
let count = 0;

beforeAll(async () => {
  server = await FileServer.start();
});
beforeEach(() => {
  count += 1;
  into = join(folder, String(count));
  server.asked.length = 0;
});

/** Bytes that do not compress, different for each seed. */
function noise(length: number, seed: number): Buffer {
  let state = seed * 2654435761 + 1;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state >>> 24;
    }),
  );
}

function zarr(name: string, chunks: number, bytes = 200): ZipPart[] {
  return [
    { name: `${name}/.zgroup`, content: '{"zarr_format": 2}' },
    { name: `${name}/volumes/raw/.zarray`, content: `{"shape": [${chunks}]}`.padEnd(100) },
    ...Array.from({ length: chunks }, (_, index) => ({
      name: `${name}/volumes/raw/${index}.0.0`,
      content: noise(bytes, index + name.length),
      method: index % 2 === 0 ? 0 : 8,
    })),
  ];
}

const parts = [
  { name: "completely/readme.txt", content: "read me" },
  ...zarr("completely/test/A.zarr", 30),
  ...zarr("completely/test/BB.zarr", 20),
  ...zarr("completely/val/CCC.zarr", 3),
];
const archive = buildZip(parts);

const services: FetchServices = {
  loopback: true,
  timing: { idle: 5_000, total: 20_000, backOff: 1, longestWait: 50 },
  sizes: { block: 1000, gap: 50 },
};

function request(more: Partial<FetchRequest> = {}): FetchRequest {
  return {
    archive: server.url("/a.zip"),
    members: ["completely/test/A.zarr"],
    into,
    strip: 2,
    services,
    signal: new AbortController().signal,
    ...more,
  };
}

const fetchWith = (more: Partial<FetchRequest> = {}) => fetchMembers(request(more));
const refusal = (work: Promise<unknown>): Promise<NetworkError> =>
  work.then(
    () => {
      throw new Error("it was accepted");
    },
    (error: NetworkError) => error,
  );

/** Contents of all files below a folder, by path. */
function treeOf(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(root, path), readFileSync(path).toString("latin1")]),
  );
}

/** What the parts below a prefix are as a tree. */
function expectedTree(prefix: string, from: readonly ZipPart[] = parts): Record<string, string> {
  return Object.fromEntries(
    from
      .filter(({ name }) => name.startsWith(`${prefix}/`))
      .map(({ name, content }) => [name.slice(prefix.length + 1), Buffer.from(content as Buffer).toString("latin1")]),
  );
}

const visible = () => (existsSync(into) ? readdirSync(into).filter((name) => !name.startsWith(".")) : []);
const hidden = () => (existsSync(into) ? readdirSync(into).filter((name) => name.startsWith(".")) : []);

/** Bytes that were asked for more than once, the directory (read on each opening) left out. */
function askedTwice(path: string, directoryAt: number): number {
  const times = new Uint8Array(directoryAt);
  for (const one of server.asked.filter((asked) => asked.path === path)) {
    const { start, end } = askedRange(one.headers);
    // The first byte asks for the size, and what reaches the end for the directory.
    if (end === 1 || end > directoryAt) continue;
    for (let at = start; at < end; at++) times[at] = (times[at] as number) + 1;
  }
  return times.reduce((sum, time) => sum + Math.max(0, time - 1), 0);
}

/** Where the directory of an archive begins. */
const directoryOf = (zip: Buffer) => zip.readUInt32LE(zip.length - 6);

/** A large archive, whose directory is read apart from its members. */
function padded(some: readonly ZipPart[]): Buffer {
  return buildZip([...some, { name: "padding", content: noise(300_000, 7), method: 0 }]);
}

describe("fetchMembers", () => {
  it("brings a folder of an archive behind a URL, in a few requests", async () => {
    server.on("/a.zip", ranged(archive));
    const events: FetchEvent[] = [];
    const summary = await fetchWith({
      services: { ...services, sizes: undefined as never },
      onEvent: (event) => void events.push(event),
    });
    expect(treeOf(into)).toEqual({
      ...Object.fromEntries(
        Object.entries(expectedTree("completely/test/A.zarr")).map(([path, content]) => [`A.zarr/${path}`, content]),
      ),
    });
    expect(summary).toMatchObject({
      archive: `127.0.0.1:${server.port}/a.zip`,
      into,
      items: [{ path: "A.zarr", files: 32, status: "fetched" }],
      resumedFiles: 0,
      requests: 3,
    });
    expect(server.asked).toHaveLength(3);
    expect(hidden()).toEqual([]);
    expect(events[0]).toMatchObject({ kind: "started", path: "A.zarr", from: `127.0.0.1:${server.port}` });
    const progress = events.flatMap((event) => (event.kind === "progress" ? [event.done / event.total] : []));
    expect(progress.at(-1)).toBe(1);
    expect(events.at(-1)).toMatchObject({ kind: "finished" });
  });

  it("brings the same from disk, with and without the folders above, by prefix or pattern", async () => {
    const path = join(folder, "a.zip");
    writeFileSync(path, archive);
    for (const [index, members] of [
      ["completely"],
      ["completely/**"],
      ["**"],
      ["*"],
      ["**/*"],
      ["completely/", "completely/test"],
      ["*/{test,val}", "**/readme.txt"],
      ["**/*.zarr", "completely/readme.*"],
    ].entries()) {
      const to = join(into, String(index));
      const summary = await fetchWith({ archive: path, members, into: to, strip: 0 });
      expect(treeOf(to)).toEqual(
        expectedTree(
          "",
          parts.map((part) => ({ ...part, name: `/${part.name}` })),
        ),
      );
      expect(summary.items.map((item) => item.path)).toEqual([
        "completely/readme.txt",
        "completely/test/A.zarr",
        "completely/test/BB.zarr",
        "completely/val/CCC.zarr",
      ]);
    }
    await fetchWith({ archive: path, members: ["**/A.zarr/volumes/raw/{.zarray,?.0.0}"], into: join(into, "some") });
    expect(Object.keys(treeOf(join(into, "some"))).sort()).toEqual(
      [".zarray", ...Array.from({ length: 10 }, (_, n) => `${n}.0.0`)].map((name) => `A.zarr/volumes/raw/${name}`),
    );
  });

  it("has nothing to do where the target is whole, and refuses one that is not, unless forced", async () => {
    server.on("/a.zip", ranged(archive));
    await fetchWith();
    const before = server.asked.length;
    const again = await fetchWith();
    expect(again.items).toMatchObject([{ path: "A.zarr", status: "unchanged" }]);
    expect(server.asked.length - before).toBe(2);

    const damaged = join(into, "A.zarr", "volumes", "raw", "3.0.0");
    const whole = readFileSync(damaged);
    writeFileSync(damaged, Buffer.from(whole).reverse());
    const error = await refusal(fetchWith());
    expect(error).toMatchObject({
      tag: "usage/target-exists",
      exitCode: 2,
      wayOut: expect.stringContaining("--force"),
    });
    expect(readFileSync(damaged)).not.toEqual(whole);
    expect((await fetchWith({ force: true })).items).toMatchObject([{ status: "fetched" }]);
    expect(treeOf(join(into, "A.zarr"))).toEqual(expectedTree("completely/test/A.zarr"));
    expect(hidden()).toEqual([]);
  });

  it("names what is not there, and what would be next", async () => {
    server.on("/a.zip", ranged(archive));
    const error = await refusal(fetchWith({ members: ["completely/test", "A.zarr"] }));
    expect(error).toMatchObject({ tag: "usage/no-member", fields: { pattern: "A.zarr" } });
    expect(error.message).toContain('did you mean "completely/test/A.zarr"?');
    expect(existsSync(into)).toBe(false);
    expect(await refusal(fetchWith({ members: ["completely"] }))).toMatchObject({ tag: "usage/strip" });
    expect(await refusal(fetchWith({ archive: join(folder, "none.zip") }))).toMatchObject({ tag: "usage/no-archive" });
    expect(await refusal(fetchWith({ archive: folder }))).toMatchObject({ tag: "usage/no-archive" });
    const braces = "{a,b}".repeat(11);
    expect(await refusal(fetchWith({ members: [braces] }))).toMatchObject({ tag: "usage/pattern" });
    expect(await refusal(fetchWith({ archive: "ftp://host.test/a.zip" }))).toMatchObject({ tag: "usage/archive-url" });
  });

  it("takes a name as it is written for that name, whatever characters it has", async () => {
    const path = join(folder, "brackets.zip");
    writeFileSync(path, buildZip([...zarr("a [1] {x,y}*.zarr", 1), ...zarr("a 1 x.zarr", 1)]));
    await fetchWith({ archive: path, members: ["a [1] {x,y}*.zarr"], strip: 0 });
    expect(visible()).toContain("a [1] {x,y}*.zarr");
  });

  it("refuses two members that would become one", async () => {
    const path = join(folder, "two.zip");
    writeFileSync(path, buildZip([...zarr("a/X.zarr", 1), ...zarr("b/X.zarr", 1)]));
    expect(await refusal(fetchWith({ archive: path, members: ["*"], strip: 1 }))).toMatchObject({ tag: "usage/strip" });
    writeFileSync(
      path,
      buildZip([
        { name: "a", content: "x" },
        { name: "a/b", content: "x" },
      ]),
    );
    expect(await refusal(fetchWith({ archive: path, members: ["a"], strip: 0 }))).toMatchObject({
      tag: "format/zip-invalid",
    });
  });

  it("refuses what the disk has no room for, before it is read", async () => {
    server.on("/a.zip", ranged(archive));
    const error = await refusal(fetchWith({ services: { ...services, freeBytes: async () => 1000 } }));
    expect(error).toMatchObject({ tag: "storage/disk-full", exitCode: 7, fields: { free: 1000 } });
    expect(server.asked).toHaveLength(2);
    expect(hidden()).toEqual([]);
  });

  it("lets one process at a time fetch from an archive into a folder", async () => {
    server.on("/a.zip", ranged(archive));
    const stop = new AbortController();
    await refusal(fetchWith({ signal: stop.signal, onEvent: () => stop.abort() }));
    const [work] = hidden() as [string];
    const lock = new LockFolder({ files: nodeFiles, folder: join(into, work, "lock") }).tryLock({ name: "fetch" });
    expect(await refusal(fetchWith())).toMatchObject({ tag: "locked/held", exitCode: 6 });
    lock?.release();
    expect((await fetchWith()).items).toHaveLength(1);
  });
});

describe("an archive that is hostile", () => {
  it.each<[string, string, readonly ZipPart[]]>([
    ["a path that escapes", "format/unsafe-path", [...parts, { name: "completely/../../x", content: "x" }]],
    ["an absolute path", "format/unsafe-path", [...parts, { name: "/tmp/x", content: "x" }]],
    ["two members of one name", "format/duplicate-entry", [...parts, { name: "completely/readme.txt", content: "x" }]],
    ["a size that lies", "format/lying-size", [{ name: "completely/test/A.zarr/a", content: "xyz", statedBytes: 2 }]],
    ["a wrong CRC", "format/checksum", [{ name: "completely/test/A.zarr/a", content: "xyz", statedChecksum: 2 }]],
    [
      "a bomb",
      "format/compression-ratio",
      [{ name: "completely/test/A.zarr/a", content: "x", statedBytes: 1_000_000 }],
    ],
  ])("leaves nothing that can be seen: %s", async (_name, tag, some) => {
    server.on("/a.zip", ranged(buildZip(some)));
    expect(await refusal(fetchWith())).toMatchObject({ tag, exitCode: 1 });
    expect(visible()).toEqual([]);
  });

  it("keeps what is good of it", async () => {
    const bad = parts.map((part) =>
      part.name.endsWith("A.zarr/volumes/raw/9.0.0") ? { ...part, statedChecksum: 1 } : part,
    );
    server.on("/a.zip", ranged(buildZip(bad)));
    expect(await refusal(fetchWith({ members: ["completely/test"] }))).toMatchObject({ tag: "format/checksum" });
    expect(visible()).toEqual([]);
    expect((await fetchWith({ members: ["**/BB.zarr"] })).items).toHaveLength(1);
    expect(visible()).toEqual(["BB.zarr"]);
  });
});

describe("a fetch that was interrupted", () => {
  const big = padded(zarr("completely/test/A.zarr", 60));
  const directoryAt = directoryOf(big);

  it("goes on where it was: nothing is fetched twice but blocks that were under way", async () => {
    server.on("/a.zip", ranged(big));
    const stop = new AbortController();
    let done = 0;
    const onEvent = (event: FetchEvent) => {
      if (event.kind !== "progress") return;
      done = event.done / event.total;
      if (done > 0.5) stop.abort();
    };
    const error = await refusal(fetchWith({ signal: stop.signal, onEvent }));
    expect(error).toMatchObject({ tag: "interrupted", exitCode: 130, wayOut: expect.stringContaining("goes on") });
    expect(done).toBeLessThan(0.8);
    expect(visible()).toEqual([]);

    const summary = await fetchWith();
    expect(summary.resumedFiles).toBeGreaterThan(25);
    expect(treeOf(into)).toEqual(
      Object.fromEntries(
        Object.entries(expectedTree("completely/test/A.zarr", zarr("completely/test/A.zarr", 60))).map(
          ([path, content]) => [`A.zarr/${path}`, content],
        ),
      ),
    );
    expect(askedTwice("/a.zip", directoryAt)).toBeLessThanOrEqual(4 * 1000);
    expect(hidden()).toEqual([]);
  });

  it("goes on within a large member, and not from bytes that are damaged", async () => {
    const huge = [{ name: "X.zarr/0", content: noise(20_000, 3), method: 8 }, ...zarr("Y.zarr", 2)];
    const zip = padded(huge);
    server.on("/a.zip", ranged(zip));
    const halfway = (fraction: number) => {
      const stop = new AbortController();
      const onEvent = (event: FetchEvent) => {
        if (event.kind === "progress" && event.done / event.total >= fraction) stop.abort();
      };
      return { signal: stop.signal, onEvent, members: ["X.zarr"], strip: 0 };
    };
    await refusal(fetchWith(halfway(0.3)));
    await refusal(fetchWith(halfway(0.6)));
    expect((await fetchWith({ members: ["X.zarr"], strip: 0 })).items).toHaveLength(1);
    expect(readFileSync(join(into, "X.zarr", "0"))).toEqual(noise(20_000, 3));
    expect(askedTwice("/a.zip", directoryOf(zip))).toBeLessThanOrEqual(2 * 4 * 1000);

    rmSync(join(into, "X.zarr"), { recursive: true });
    await refusal(fetchWith(halfway(0.5)));
    const [work] = hidden() as [string];
    const pieces = join(into, work, "pieces");
    const [piece] = readdirSync(pieces, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const path = join(piece?.parentPath ?? "", piece?.name ?? "");
    writeFileSync(path, Buffer.alloc(readFileSync(path).length));
    expect((await fetchWith({ members: ["X.zarr"], strip: 0 })).items).toHaveLength(1);
    expect(readFileSync(join(into, "X.zarr", "0"))).toEqual(noise(20_000, 3));
    expect(hidden()).toEqual([]);
  });

  it("keeps no member that is not whole, and nothing that was not asked for", async () => {
    server.on("/a.zip", ranged(archive));
    const stop = new AbortController();
    const onEvent = (event: FetchEvent) => {
      if (event.kind === "progress" && event.done / event.total >= 0.5) stop.abort();
    };
    await refusal(fetchWith({ signal: stop.signal, onEvent }));
    const [work] = hidden() as [string];
    const raw = join(into, work, "members", "completely", "test", "A.zarr", "volumes", "raw");
    writeFileSync(join(raw, "0.0.0"), "torn");
    writeFileSync(join(raw, "2.0.0"), Buffer.alloc(200));
    rmSync(join(raw, "4.0.0"));
    symlinkSync(join(folder, "a.zip"), join(raw, "4.0.0"));
    await fetchWith({ members: ["**/A.zarr/volumes/raw/[0-4].0.0"] });
    expect(treeOf(join(into, "A.zarr"))).toEqual(
      Object.fromEntries(
        Object.entries(expectedTree("completely/test/A.zarr")).filter(([path]) => /\/[0-4]\.0/.test(path)),
      ),
    );
  });

  it("goes on after a server that failed, whatever it did", async () => {
    const failing: [string, Answer][] = [
      ["network/changed", ranged(big, { etag: '"2"' })],
      ["network/cut", rangedCut(big, 0)],
      ["network/range", ranged(big, { "content-range": "bytes 0-0/5" })],
      ["network/status", answer(503, { "retry-after": "3600" })],
      ["network/no-ranges", answer(200, {}, "x")],
    ];
    for (const [tag, bad] of failing) {
      const good = Array.from({ length: 4 }, () => ranged(big));
      server.on("/a.zip", ...good, bad);
      expect(await refusal(fetchWith())).toMatchObject({ tag, exitCode: 5 });
      expect(visible()).toEqual([]);
    }
    server.on("/a.zip", ranged(big));
    expect((await fetchWith()).resumedFiles).toBeGreaterThan(0);
    expect(Object.keys(treeOf(into))).toHaveLength(62);
  });

  it("goes on after any operation of the disk failed, and shows nothing in between", async () => {
    const path = join(folder, "small.zip");
    writeFileSync(path, buildZip([...zarr("A.zarr", 2), { name: "A.zarr/large", content: noise(3000, 1) }]));
    const faulty = faultyFiles();
    const expected = { ...expectedTree("A.zarr", zarr("A.zarr", 2)), large: noise(3000, 1).toString("latin1") };
    let failures = 0;
    for (const fault of ["ENOSPC", "short-write"] as const) {
      for (let n = 1; ; n++) {
        const to = join(into, fault, String(n));
        const some = { archive: path, members: ["A.zarr"], strip: 0, into: to };
        faulty.arm(n, fault);
        const outcome = await fetchWith({ ...some, services: { ...services, files: faulty.files } }).catch(
          (error) => error,
        );
        const fired = faulty.fired;
        faulty.disarm();
        if (fired === undefined) break;
        failures += 1;
        if (outcome instanceof Error) {
          expect(outcome, fired).toMatchObject({ tag: "storage/disk-full", exitCode: 7 });
          expect((outcome as NetworkError).wayOut).not.toContain("--home");
        }
        if (existsSync(join(to, "A.zarr"))) expect(treeOf(join(to, "A.zarr"))).toEqual(expected);
        await fetchWith(some);
        expect(treeOf(join(to, "A.zarr")), fired).toEqual(expected);
      }
    }
    expect(failures).toBeGreaterThan(20);
  });
});

describe("redirects of an archive", () => {
  it("to a host that was not named are refused, with the option that allows it", async () => {
    const other = await FileServer.start();
    other.on("/b.zip", ranged(archive));
    server.on("/a.zip", answer(302, { location: other.url("/b.zip?signature=secret") }));
    const error = await refusal(fetchWith());
    expect(error).toMatchObject({ tag: "network/host-not-allowed", exitCode: 5 });
    expect(error.wayOut).toContain(`--allow-host 127.0.0.1:${other.port}`);
    expect(JSON.stringify(error)).not.toContain("secret");
    expect(other.asked).toEqual([]);
    other.on("/b.zip?signature=secret", ranged(archive));
    expect((await fetchWith({ hosts: [`127.0.0.1:${other.port}`] })).items).toHaveLength(1);
    expect(await refusal(fetchWith({ hosts: ["a/b"] }))).toMatchObject({ tag: "usage/option-value" });
  });

  it("that expire half-way are renewed", async () => {
    server.on("/a.zip", answer(302, { location: "/signed?1" }), answer(302, { location: "/signed?2" }));
    server.on("/signed?1", ranged(archive), ranged(archive), ranged(archive), answer(403, {}));
    server.on("/signed?2", ranged(archive));
    expect((await fetchWith()).items).toMatchObject([{ files: 32 }]);
    expect(treeOf(join(into, "A.zarr"))).toEqual(expectedTree("completely/test/A.zarr"));
  });
});

describe("listMembers", () => {
  it("groups members by their .zarr folder", async () => {
    server.on("/a.zip", ranged(archive));
    const { size, groups } = await listMembers(request());
    expect(size).toBe(archive.length);
    expect(groups.map(({ name, files }) => [name, files])).toEqual([["completely/test/A.zarr", 32]]);
    const all = await listMembers({ ...request(), members: [] });
    expect(all.groups.map(({ name, files, bytes }) => [name, files, bytes])).toEqual([
      ["completely/readme.txt", 1, 7],
      ["completely/test/A.zarr", 32, 6118],
      ["completely/test/BB.zarr", 22, 4118],
      ["completely/val/CCC.zarr", 5, 718],
    ]);
  });
});

describe("neurotables fetch", () => {
  const path = join(folder, "cli.zip");
  beforeAll(() => writeFileSync(path, archive));

  async function command(...argv: string[]) {
    const terminal = fakeTerminal({ cwd: folder });
    const code = await runCommandLine(["fetch", ...argv], terminal);
    return { code, out: terminal.out(), err: terminal.err() };
  }

  it("says what it brought, and what was there", async () => {
    const first = await command("cli.zip", "**/A.zarr", "completely/readme.txt", "--into", into);
    expect(first.code).toBe(0);
    expect(first.out).toBe(
      "fetched    completely/readme.txt  1 file, 7 B\nfetched    completely/test/A.zarr  32 files, 6.12 kB\n",
    );
    expect(first.err).toContain("  fetching   completely/test/A.zarr from cli.zip, ");
    expect(first.err).toContain("✓ fetched  completely/test/A.zarr  6.12 kB, ");
    const again = await command("cli.zip", "**/A.zarr", "--into", into, "--json");
    expect(JSON.parse(again.out)).toMatchObject({
      archive: path,
      into,
      items: [{ path: "completely/test/A.zarr", files: 32, bytes: 6118, status: "unchanged" }],
    });
    expect(again.err).toBe("");
  });

  it("lists", async () => {
    const { code, out, err } = await command("cli.zip", "--list");
    expect(code).toBe(0);
    expect(out).toBe(
      [
        "member                   files     size",
        "completely/readme.txt        1      7 B",
        "completely/test/A.zarr      32  6.12 kB",
        "completely/test/BB.zarr     22  4.12 kB",
        "completely/val/CCC.zarr      5    718 B",
        "",
      ].join("\n"),
    );
    expect(err).toContain("4 members");
    const some = JSON.parse((await command("cli.zip", "completely/val", "--list", "--json")).out);
    expect(some.groups).toMatchObject([{ name: "completely/val/CCC.zarr", files: 5 }]);
  });

  it.each<[string[], number, string]>([
    [["cli.zip"], 2, "usage/operands"],
    [["cli.zip", "completely"], 2, "usage/option-missing"],
    [["cli.zip", "completely", "--into", "x", "--strip", "-1"], 2, "usage/option-value"],
    [["cli.zip", "completely", "--into", "x", "--strip", "one"], 2, "usage/option-value"],
    [["cli.zip", "nothing", "--into", "x"], 2, "usage/no-member"],
    [["none.zip", "completely", "--into", "x"], 2, "usage/no-archive"],
    [["http://127.0.0.1:1/a.zip", "completely", "--into", "x"], 5, "network/not-https"],
    [["https://127.0.0.1:1/a.zip", "completely", "--into", "x"], 5, "network/private-address"],
    [["https://me:secret@host.test/a.zip", "completely", "--into", "x"], 5, "network/credentials"],
    [["cli.zip", "completely", "--into", "cli.zip/x"], 7, "storage/not-a-folder"],
  ])("%j ends with exit code %i", async (argv, code, tag) => {
    const outcome = await command(...argv);
    expect(outcome.err).toContain(`[${tag}]`);
    expect(outcome.err).not.toMatch(/pin |sources folder|--home|secret/);
    expect(outcome.code).toBe(code);
  });

  it("ends on Ctrl-C, and goes on the next time", async () => {
    const terminal = fakeTerminal({ cwd: folder, terminal: true, env: { NO_COLOR: "1" } });
    const interrupting = Object.assign(Object.create(terminal) as typeof terminal, {
      onInterrupt(listener: () => void) {
        listener();
        return terminal.onInterrupt(listener);
      },
    });
    expect(await runCommandLine(["fetch", "cli.zip", "completely", "--into", into], interrupting)).toBe(130);
    expect(visible()).toEqual([]);
    expect((await command("cli.zip", "completely", "--into", into)).code).toBe(0);
  });
});

const real = realData("fisbe");
describe.skipIf(!real.present)(`the published crop${real.reason}`, () => {
  const name = "JRC_SS05008-20160318_24_B2_crop";

  it("comes out of its zip, behind HTTP and on disk, equal to the folder beside it", async () => {
    const path = real.path("fisbe_crop", `${name}.zip`);
    const folderBeside = treeOf(real.path("fisbe_crop", `${name}.zarr`));
    server.on("/crop.zip", ranged(readFileSync(path)));
    for (const [index, where] of [server.url("/crop.zip"), path].entries()) {
      const to = join(into, String(index));
      mkdirSync(to, { recursive: true });
      const summary = await fetchMembers({
        ...request({ archive: where, members: [`${name}.zarr`], into: to, strip: 0 }),
        services: { loopback: true },
      });
      expect(summary.items).toEqual([{ path: `${name}.zarr`, files: 10, bytes: 378_667, status: "fetched" }]);
      expect(treeOf(join(to, `${name}.zarr`))).toEqual(folderBeside);
    }
    // The first byte, the directory, and all members at once.
    expect(server.countOf("/crop.zip")).toBe(3);
  });
});
