import type {
  ManifestRecordRow,
  RecordingRecordRow,
  RecordingRow,
  SourceFileRow,
} from "../../tables/generated/celegans_activity.js";
import { withMembers } from "./recordings-extra.js";
import type { TimeAxis } from "./time-axis.js";

/** Shorter recordings are left out of the published data set (specification 3.1, step 2). */
const PUBLISHED_FRAMES = 600;

/** The row of one recording: what its files say, then what the release manifest does. */
export function recordingRow(options: {
  readonly record: Omit<RecordingRecordRow, "time_s">;
  readonly axis: TimeAxis;
  readonly rois: number;
  readonly labelled: number;
  readonly file: Pick<SourceFileRow, "path" | "sha256"> | undefined;
  readonly manifest: ManifestRecordRow | undefined;
}): RecordingRow {
  const { record, axis, rois, labelled, file, manifest } = options;
  return {
    recording_id: record.recording_id,
    dataset: record.dataset,
    worm_uid: record.worm_uid,
    strain: record.strain,
    genotype: record.genotype,
    condition: record.condition ?? manifest?.condition ?? null,
    stage: record.stage,
    sex: record.sex,
    source_id: record.source_id,
    n_frames: axis.timeS.length,
    n_roi: rois,
    n_labelled: labelled,
    n_segments: axis.segments,
    t0_s: axis.t0S,
    duration_s: axis.durationS,
    median_dt_s: axis.medianDtS,
    max_dt_s: axis.maxDtS,
    time_basis: record.time_basis,
    primary_kind: record.primary_kind,
    shorter_than_600_frames: axis.timeS.length < PUBLISHED_FRAMES,
    manifest_sha256: manifest?.checksum ?? null,
    manifest_match: manifest === undefined || file === undefined ? null : matches(manifest, file),
    head_angle_positive_is_ventral: manifest?.head_angle_positive_is_ventral ?? null,
    t_range: manifest?.t_range ?? null,
    extra: withMembers(
      record.extra,
      manifest === undefined
        ? {}
        : { manifest: { filename: manifest.filename, has_label: manifest.has_label, condition: manifest.condition } },
    ),
  };
}

/**
 * Whether the file read is the released one. A file of another name (an export of the same recording) says nothing
 * about it, unless the hashes agree.
 */
function matches(
  { checksum, filename }: ManifestRecordRow,
  { path, sha256 }: Pick<SourceFileRow, "path" | "sha256">,
): boolean | null {
  if (checksum === null) return null;
  if (checksum.toLowerCase() === sha256) return true;
  return path.slice(path.lastIndexOf("/") + 1) === filename ? false : null;
}
