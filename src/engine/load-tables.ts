/** Tables to which every load step contributes, beside those of its loader. */
export const LOAD_TABLES = ["source_file", "file_count", "dropped_record"] as const;
