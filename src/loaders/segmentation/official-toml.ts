import { FormatError } from "../../base/errors.js";
import type { Limits } from "../../base/limits.js";
import { parseToml, type TomlTable, type TomlValue } from "../../formats/toml/parse-toml.js";
import { type OfficialScore, type OfficialValue, officialNumber } from "./official-score.js";

/**
 * Reads the score of one image as the published tool writes it (TOML). Older files hold float32 numbers as quoted texts,
 * also inside lists. Cost: the file in memory.
 * @throws {FormatError} of the format; `format/score-keys` without the tables `general` and `confusion_matrix`;
 * `format/score-number` for what is no number.
 */
export function readOfficialToml(
  bytes: Uint8Array,
  options: { readonly file: string; readonly limits: Limits },
): OfficialScore {
  const { file } = options;
  const document = parseToml(bytes, options);
  const general = tableAt(document, "general", file);
  const confusion = tableAt(document, "confusion_matrix", file);
  return {
    general: Object.fromEntries(
      Object.entries(general).map(([key, value]) => [key, officialValue(value, file, `general ${key}`)]),
    ),
    confusion_matrix: Object.fromEntries(
      Object.entries(confusion).map(([key, value]) => [
        key,
        isTable(value)
          ? Object.fromEntries(
              Object.entries(value).map(([name, item]) => [name, officialValue(item, file, `${key} ${name}`)]),
            )
          : officialValue(value, file, `confusion_matrix ${key}`),
      ]),
    ),
  };
}

function officialValue(value: TomlValue, file: string, key: string): OfficialValue {
  if (!Array.isArray(value)) return officialNumber(value, { file, key });
  return value.map((item) => {
    const number = officialNumber(item, { file, key });
    if (number === null) {
      throw new FormatError("score-number", `${file}: ${key} holds nan in a list`, { fields: { file, key } });
    }
    return number;
  });
}

function tableAt(document: TomlTable, key: string, file: string): TomlTable {
  const value = document[key];
  if (value !== undefined && isTable(value)) return value;
  throw new FormatError("score-keys", `${file}: no table [${key}]: this is no result of the evaluation tool`, {
    fields: { file, key },
  });
}

function isTable(value: TomlValue): value is TomlTable {
  return typeof value === "object" && !Array.isArray(value);
}
