npx neurotables init volumes
npx neurotables run bright-pieces.yaml --sources volumes/sources
npx neurotables sql "SELECT sample_id, labels_kept, voxels FROM segmentation.prediction ORDER BY ALL"
npx neurotables sql "SELECT subject, round(value, 3) AS S FROM segmentation.metric WHERE metric = 'general.avg_f1_cov_score' ORDER BY scope, subject"
