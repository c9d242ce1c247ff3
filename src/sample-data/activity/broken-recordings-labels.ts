import { type BrokenRecording, brokenBy, type RecordingBreakage, textBytes } from "./broken-recording.js";

const LABELS = "celegans/Dag2023/NeuroPAL_labels_dict.json";
const MANIFEST = "celegans/WormWideWeb/dag_nwabudike_kang_2023.csv";

const LABEL =
  '{"label":"AVAL","neuron_class":"AVA","LR":"L","DV":"undefined","region":null,"roi_id":[3],"confidence":2.5}';
/** Labels of one recording by ROI, as the text of the file. */
const labels = (members: string) => textBytes(`{"2022-07-26-31":[{${members}},{}]}`);
const labelled = (key: string, member = LABEL) => labels(`"2":${LABEL},"${key}":${member}`);

/** Label files that are broken. */
export function brokenLabels(): BrokenRecording[] {
  const whole = labels(`"2":${LABEL}`);
  const reader = { loader: "activity/neuropal-labels", parameters: { dataset: "Dag2023" }, path: LABELS };
  return brokenBy({ ...reader, files: { [LABELS]: whole } }, [
    ...brokenJson(whole),
    ...brokenKeys(),
    {
      name: "confidence beyond 32-bit floats",
      bytes: labelled("3", LABEL.replace("2.5", "1e300")),
      outcome: "dropped/unreadable",
      says: ["2022-07-26-31: 3\\.confidence 1e\\+300"],
    },
    {
      name: "confidence that is infinite",
      bytes: labelled("3", LABEL.replace("2.5", "Infinity")),
      outcome: "dropped/unreadable",
      says: ["3\\.confidence"],
    },
    {
      name: "side that nobody knows",
      bytes: labelled("3", LABEL.replace('"L"', '"Q"')),
      outcome: "dropped/unreadable",
      says: ['3\\.LR "Q"'],
    },
    {
      name: "ROI of the volume beyond 32 bits",
      bytes: labelled("3", LABEL.replace("[3]", "[4294967296]")),
      outcome: "dropped/unreadable",
      says: ["3\\.roi_id \\[4294967296\\]"],
    },
    {
      name: "half of a surrogate pair in a label",
      bytes: labelled("3", LABEL.replace("AVAL", "AVA\\ud800")),
      outcome: "dropped/unreadable",
      says: ['3\\.label "AVA\\\\ud800"'],
    },
    {
      name: "labels of a recording that are a list",
      bytes: textBytes('{"2022-07-26-31":[[1,2]]}'),
      outcome: "load/record-shape",
      says: ["recording 2022-07-26-31", "an object of labels by ROI", "an array"],
    },
    {
      name: "label of a megabyte",
      bytes: labelled("3", LABEL.replace("AVAL", "A".repeat(2 ** 20))),
      outcome: "carried",
      says: ["label_record .*roi=3 label=A{80}"],
    },
  ]);
}

/** Faults of JSON itself, in files whose root is an object. */
export function brokenJson(whole: Uint8Array): RecordingBreakage[] {
  const text = new TextDecoder().decode(whole);
  return [
    { name: "empty file", bytes: new Uint8Array(0), outcome: "format/empty", says: ["the file is empty"] },
    { name: "white space alone", bytes: textBytes(" \r\n \n"), outcome: "format/empty", says: ["no JSON value"] },
    {
      name: "JSON cut in half",
      bytes: whole.slice(0, whole.length >> 1),
      outcome: "format/json-syntax",
      says: ["\\.json:1:\\d+"],
    },
    { name: "JSON that is a list", bytes: textBytes("[1, 2]"), outcome: "load/record-shape", says: ["object"] },
    {
      name: "a key twice",
      bytes: textBytes(`${text.slice(0, -1)},${text.slice(1)}`),
      outcome: "format/json-duplicate-key",
      says: ["\\.json:1:\\d+"],
    },
    {
      name: "lists a hundred thousand deep",
      bytes: textBytes(`{"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`),
      outcome: "format/too-deep",
      says: ["nested more than 64 deep"],
    },
    {
      name: "text in UTF-16",
      bytes: new Uint8Array(Buffer.from(`\ufeff${text}`, "utf16le")),
      outcome: "format/utf-16",
      says: ["UTF-16"],
    },
    {
      name: "a byte that is no UTF-8",
      bytes: Uint8Array.from([...whole.slice(0, 3), 0xff, ...whole.slice(3)]),
      outcome: "format/not-utf8",
      says: ["0xff at offset 3"],
    },
    {
      name: "a picture",
      bytes: Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13),
      outcome: "format/not-utf8",
      says: ["0x89 at offset 0"],
    },
  ];
}

function brokenKeys(): RecordingBreakage[] {
  const dropped = (key: string, why: string): RecordingBreakage => ({
    name: `label of ROI ${why}`,
    bytes: labelled(key),
    outcome: "dropped/no_roi_number",
    says: [`2022-07-26-31: ${key.replace(/[.+]/g, "\\$&")}`],
  });
  return [
    dropped("0", "0, where they count from 1"),
    dropped("-1", "-1"),
    dropped("2.5", "2.5"),
    dropped("02", "02, which may be 2"),
    dropped("AVAL", "AVAL, which is no number"),
    dropped("4294967297", "beyond 32 bits"),
    dropped("__proto__", "__proto__"),
    {
      name: "label that is a text",
      bytes: labelled("3", '"AVAL"'),
      outcome: "dropped/no_label",
      says: ["2022-07-26-31: 3"],
    },
    {
      name: "recording named __proto__",
      bytes: textBytes(`{"__proto__":[{"2":${LABEL}},{}]}`),
      outcome: "carried",
      says: ["label_record worm_uid=__proto__ roi=2 label=AVAL"],
    },
    {
      name: "byte order mark and CRLF",
      bytes: textBytes(`\ufeff{\r\n"w":[{"2":${LABEL}},\r\n{}]}\r\n`),
      outcome: "carried",
      says: ["label_record worm_uid=w roi=2 label=AVAL"],
    },
  ];
}

const HEADER = "filename,checksum,uid,θh_pos_is_ventral,label,type,event,t_range";
const LINE = "2022-07-26-31-data.h5,00,2022-07-26-31,true,true,neuropal,,";

/** Manifests that are broken. */
export function brokenManifests(): BrokenRecording[] {
  const reader = { loader: "activity/manifest", parameters: { dataset: "Dag2023" }, path: MANIFEST };
  const file = (...rows: readonly string[]) => textBytes(`${[HEADER, ...rows].join("\n")}\n`);
  return brokenBy({ ...reader, files: { [MANIFEST]: file(LINE) } }, [
    { name: "empty file", bytes: new Uint8Array(0), outcome: "format/empty", says: ["the file is empty"] },
    { name: "blank lines alone", bytes: textBytes("\n\r\n\n"), outcome: "format/empty", says: ["only blank lines"] },
    {
      name: "no column uid",
      bytes: textBytes(`${HEADER.replace("uid", "name")}\n${LINE}\n`),
      outcome: "format/missing-column",
      says: ['"uid"'],
    },
    {
      name: "a column twice",
      bytes: textBytes(`${HEADER},uid\n${LINE},x\n`),
      outcome: "format/duplicate-column",
      says: ["uid"],
    },
    {
      name: "a field too few",
      bytes: file(LINE, "a,b,c"),
      outcome: "format/ragged-row",
      says: [":3: 3 fields, expected 8"],
    },
    { name: "a quote that never ends", bytes: file(`"${LINE}`), outcome: "format/quote", says: [":2"] },
    { name: "a zero byte", bytes: file(`${LINE}\0`), outcome: "format/not-text", says: ["zero byte"] },
    { name: "a recording twice", bytes: file(LINE, LINE), outcome: "dropped/repeated", says: ["row 3 2022-07-26-31"] },
    { name: "a recording without name", bytes: file(",,,,,,,x", LINE), outcome: "dropped/no_name", says: ["row 2"] },
    {
      name: "a flag that is neither",
      bytes: file(LINE.replace("true,true", "maybe,true")),
      outcome: "dropped/unreadable",
      says: ["row 2, θh_pos_is_ventral maybe"],
    },
    {
      name: "a column named __proto__",
      bytes: textBytes(`${HEADER},__proto__\n${LINE},x\n`),
      outcome: "dropped/not_in_table",
      says: ["__proto__"],
    },
    {
      name: "byte order mark and CRLF",
      bytes: textBytes(`\ufeff${HEADER}\r\n${LINE}\r\n`),
      outcome: "carried",
      says: ["manifest_record worm_uid=2022-07-26-31"],
    },
  ]);
}
