import { inventedImage } from "./invented-image.js";

const image = (name: string, png: Uint8Array) =>
  `{'bytes': unhex('${Buffer.from(png).toString("hex")}'), 'path': '${name}.png'}`;
const blue = image("raw", inventedImage(8, 6, [20, 40, 220]).png);
const green = image("truth", inventedImage(8, 6, [10, 200, 30]).png);
const red = image("prediction", inventedImage(8, 6, [230, 20, 10]).png);
const NO_IMAGE = "NULL::STRUCT(bytes BLOB, path VARCHAR)";

/** Four samples: of the first there is everything, of the second a volume, of the others a line in the list. */
const SAMPLE = `SELECT * FROM (VALUES
  ('R14A02-20180905_65_A6', 'partly', 'test', 3::INTEGER, 5::INTEGER, 6::INTEGER, 8::INTEGER, 0.44::FLOAT, 3::INTEGER,
    1::INTEGER, 'zenodo', ${blue}, ${green}),
  ('JRC_SS05008-20160318_24_B2', 'completely', 'train', 3, 5, 6, 8, 0.44, NULL, NULL, 'crop', ${blue}, ${NO_IMAGE}),
  ('R14A02-20180905_65_A7', 'completely', 'val', NULL, NULL, NULL, NULL, 0.44, NULL, NULL, NULL, ${NO_IMAGE}, ${NO_IMAGE}),
  ('VT047848-20171020_66_I5', NULL, NULL, NULL, NULL, NULL, NULL, 0.44, NULL, NULL, NULL, ${NO_IMAGE}, ${NO_IMAGE})
) AS s(sample_id, label_set, split, channels, size_z, size_y, size_x, voxel_um, n_instances, n_dim, source, mip_raw,
  mip_truth)`;

const INSTANCE = `SELECT 'R14A02-20180905_65_A6' AS sample_id, * FROM (VALUES
  (1::INTEGER, 12345::BIGINT, true, false), (2, 900, false, true), (3, 801, NULL, true)
) AS i(instance_id, voxels, is_dim, is_overlap)`;

const PREDICTION = `SELECT concat(method, '/R14A02-20180905_65_A6') AS prediction_id,
  'R14A02-20180905_65_A6' AS sample_id, * FROM (VALUES
  ('alpha', 4::INTEGER, 4::INTEGER, ${red}), ('beta', 9, 7, ${red}), ('delta', 0, 0, ${NO_IMAGE}),
  ('gamma', 1, 1, {'bytes': 'no png'::BLOB, 'path': 'x.png'})
) AS p(method, labels_raw, labels_kept, mip)`;

const METRIC = `SELECT method, profile, 'R14A02-20180905_65_A6' AS subject, 'image' AS scope,
  concat(method, '/R14A02-20180905_65_A6') AS prediction_id, metric, position, value,
  CASE WHEN metric = 'general.avg_f1_cov_score' AND method = 'beta' THEN ['one skeleton vanished'] ELSE [] END AS warnings
FROM (VALUES
  ('alpha', 'flylight', 'general.avg_f1_cov_score', 0::INTEGER, 0.25::DOUBLE),
  ('alpha', 'flylight', 'confusion_matrix.avFscore', 0, 0.2), ('alpha', 'flylight', 'general.Num GT', 0, 3),
  ('alpha', 'flylight', 'general.avg_gt_skel_coverage', 0, 0.3), ('alpha', 'flylight', 'general.TP_05', 0, 1),
  ('alpha', 'fixed', 'general.avg_f1_cov_score', 0, 0.99),
  ('beta', 'flylight', 'general.avg_f1_cov_score', 0, 0.5), ('beta', 'flylight', 'confusion_matrix.avFscore', 0, NULL),
  ('beta', 'flylight', 'general.avg_gt_skel_coverage', 0, 0.5), ('beta', 'flylight', 'general.TP_05', 0, 2),
  ('beta', 'flylight', 'general.gt_skel_coverage', 1, 0.1)
) AS m(method, profile, metric, position, value)`;

/** By dataset and name, as SQL that makes them: with few of the columns that the contracts have. */
export const VOLUME_TABLES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  fisbe: { sample: SAMPLE, instance: INSTANCE },
  segmentation: { prediction: PREDICTION, metric: METRIC },
};
