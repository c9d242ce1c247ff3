// A software gpu for tests of the gpu device, in a folder of its own: Mesa's llvmpipe Vulkan driver (Debian 12's stock one
// is too old for Dawn and is refused silently), the libraries that it needs and this machine lacks, and the webgpu package.
//   eval "$(node scripts/software-gpu.mjs [DIR])"        DIR: .software-gpu of the repository
// Prints the environment as `export NAME=VALUE` lines; everything else goes to standard error. Needs x64 Debian 12 with
// apt-get, dpkg-deb and ldd; nothing is installed into the system and no rights are needed. Exits 1 when it cannot.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const DRIVER = {
  name: "mesa-vulkan-drivers",
  version: "25.0.7-2~bpo12+1",
  sha256: "3899f1800424c60a05df5d6913076a526ca8fdbabec43672cd397563d1ca3263",
};
const WEBGPU = {
  version: "0.6.2",
  integrity: "sha512-3L4GfmqJLvYUIEWJngEQY+2HQiUlAFkg8+P8NDDj3Xx5hHHIFO/r8JW+ynfqBj7kHN4mbnwO74uB+lrRtLhp4Q==",
};
/** Debian 12's packages of the libraries that the driver is linked with, directly or not. */
const PACKAGES = {
  "libvulkan.so.1": "libvulkan1",
  "libLLVM-15.so.1": "libllvm15",
  "libX11-xcb.so.1": "libx11-xcb1",
  "libXau.so.6": "libxau6",
  "libXdmcp.so.6": "libxdmcp6",
  "libbsd.so.0": "libbsd0",
  "libdrm.so.2": "libdrm2",
  "libedit.so.2": "libedit2",
  "libelf.so.1": "libelf1",
  "libexpat.so.1": "libexpat1",
  "libffi.so.8": "libffi8",
  "libgcc_s.so.1": "libgcc-s1",
  "libicudata.so.72": "libicu72",
  "libicuuc.so.72": "libicu72",
  "liblzma.so.5": "liblzma5",
  "libmd.so.0": "libmd0",
  "libstdc++.so.6": "libstdc++6",
  "libtinfo.so.6": "libtinfo6",
  "libwayland-client.so.0": "libwayland-client0",
  "libxcb-dri3.so.0": "libxcb-dri3-0",
  "libxcb-present.so.0": "libxcb-present0",
  "libxcb-randr.so.0": "libxcb-randr0",
  "libxcb-shm.so.0": "libxcb-shm0",
  "libxcb-sync.so.1": "libxcb-sync1",
  "libxcb-xfixes.so.0": "libxcb-xfixes0",
  "libxcb.so.1": "libxcb1",
  "libxml2.so.2": "libxml2",
  "libxshmfence.so.1": "libxshmfence1",
  "libz.so.1": "zlib1g",
  "libz3.so.4": "libz3-4",
  "libzstd.so.1": "libzstd1",
};
const ARCHIVE = ["bookworm", "bookworm-updates", "bookworm-backports"];

const root = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), "..", ".software-gpu"));
const debs = join(root, "debs");
const files = join(root, "files");
const libraries = join(files, "usr", "lib", "x86_64-linux-gnu");
const driverLibrary = join(libraries, "libvulkan_lvp.so");
const libraryPath = [libraries, join(files, "lib", "x86_64-linux-gnu"), process.env.LD_LIBRARY_PATH]
  .filter(Boolean)
  .join(":");
const manifest = join(root, "driver.json");
const ready = join(root, "ready.json");
const wanted = JSON.stringify({ driver: DRIVER, webgpu: WEBGPU, node: process.versions.modules });

function fail(message) {
  console.error(`software gpu: ${message}`);
  process.exit(1);
}

/** Runs a program with its output on standard error; `what` says what it is for when it fails. */
function program(name, args, what, options = {}) {
  const result = spawnSync(name, args, { encoding: "utf8", ...options });
  if (result.error?.code === "ENOENT") fail(`${name} is not there; this script needs Debian 12 (${what})`);
  if (result.status === 0) return result.stdout;
  const tail = `${result.stdout ?? ""}${result.stderr ?? ""}`.trim().split("\n").slice(-8).join("\n  ");
  return fail(`${what} failed (${name}, exit ${result.status ?? result.signal})\n  ${tail}`);
}

function apt(args, what) {
  const places = {
    "Dir::Etc::sourcelist": join(root, "sources.list"),
    "Dir::Etc::sourceparts": "-",
    "Dir::State::Lists": join(root, "lists"),
    "Dir::Cache": join(root, "cache"),
    "APT::Sandbox::User": "root",
    "Acquire::Retries": "3",
    "APT::Update::Error-Mode": "any",
  };
  const options = Object.entries(places).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  return program("apt-get", [...options, "-qq", ...args], what, { cwd: debs });
}

/** Downloads a package and unpacks it into the folder. */
function unpack(name, version) {
  const before = new Set(readdirSync(debs));
  apt(["download", version === undefined ? name : `${name}=${version}`], `download of ${name} from deb.debian.org`);
  const file = readdirSync(debs).find((entry) => !before.has(entry) && entry.endsWith(".deb"));
  if (file === undefined) fail(`apt-get downloaded no file for ${name}`);
  const path = join(debs, file);
  if (name === DRIVER.name) {
    const sha256 = createHash("sha256").update(readFileSync(path)).digest("hex");
    if (sha256 !== DRIVER.sha256) fail(`${file} has sha256 ${sha256}; ${DRIVER.sha256} is pinned`);
  }
  program("dpkg-deb", ["-x", path, files], `unpacking of ${file}`);
}

/** Libraries that the driver, or the loader of Vulkan, does not find. */
function missingLibraries() {
  const environment = { ...process.env, LD_LIBRARY_PATH: libraryPath };
  const linked = program("ldd", [driverLibrary], "reading what the driver is linked with", { env: environment });
  const missing = [...linked.matchAll(/^\s*(\S+) => not found/gm)].map((match) => match[1]);
  const loader = [libraries, "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64"];
  if (!loader.some((folder) => existsSync(join(folder, "libvulkan.so.1")))) missing.push("libvulkan.so.1");
  return missing;
}

function prepareDriver() {
  mkdirSync(join(root, "lists", "partial"), { recursive: true });
  mkdirSync(join(root, "cache", "archives", "partial"), { recursive: true });
  for (const folder of [debs, files]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
  const archive = (suite) => `deb [arch=amd64] http://deb.debian.org/debian ${suite} main\n`;
  writeFileSync(join(root, "sources.list"), ARCHIVE.map(archive).join(""));
  apt(["update"], "reading the package lists of deb.debian.org (is Debian's archive within reach?)");
  unpack(DRIVER.name, DRIVER.version);
  const unpacked = new Set();
  for (let missing = missingLibraries(); missing.length > 0; missing = missingLibraries()) {
    const names = new Set(missing.map((library) => PACKAGES[library] ?? fail(`no package known for ${library}`)));
    for (const name of names) {
      if (unpacked.has(name)) fail(`${missing.join(", ")} not found although ${name} is unpacked`);
      unpacked.add(name);
      unpack(name);
    }
  }
  const place = JSON.parse(readFileSync(join(files, "usr/share/vulkan/icd.d/lvp_icd.json"), "utf8"));
  place.ICD.library_path = driverLibrary;
  writeFileSync(manifest, JSON.stringify(place, null, 2));
  rmSync(debs, { recursive: true, force: true });
  console.error(`software gpu: ${DRIVER.name} ${DRIVER.version}${[...unpacked].map((name) => `, ${name}`).join("")}`);
}

function prepareWebgpu() {
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--save-exact", "--loglevel=error"];
  program(
    "npm",
    ["install", "--prefix", root, ...options, `webgpu@${WEBGPU.version}`],
    `installing webgpu ${WEBGPU.version} (is the npm registry within reach?)`,
  );
  const locked = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages["node_modules/webgpu"];
  if (locked?.integrity !== WEBGPU.integrity) {
    fail(`webgpu ${locked?.version} has integrity ${locked?.integrity}; ${WEBGPU.integrity} is pinned`);
  }
  console.error(`software gpu: webgpu ${locked.version}`);
}

if (process.platform !== "linux" || process.arch !== "x64")
  fail(`needs linux-x64, not ${process.platform}-${process.arch}`);
mkdirSync(root, { recursive: true });
if (!existsSync(ready) || readFileSync(ready, "utf8") !== wanted) {
  rmSync(ready, { force: true });
  if (!existsSync(join(root, "package.json"))) writeFileSync(join(root, "package.json"), '{ "private": true }\n');
  prepareDriver();
  prepareWebgpu();
  writeFileSync(ready, wanted);
}

const runtime = join(root, "runtime");
mkdirSync(runtime, { recursive: true, mode: 0o700 });
const environment = {
  VK_DRIVER_FILES: manifest,
  VK_ICD_FILENAMES: manifest,
  LD_LIBRARY_PATH: libraryPath,
  XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR || runtime,
  NEUROTABLES_WEBGPU: root,
  // Kernels are compiled in half the time; they run once or twice in tests.
  GALLIVM_PERF: "nopt",
};
for (const [name, value] of Object.entries(environment)) {
  console.log(`export ${name}='${value.replaceAll("'", "'\\''")}'`);
}
