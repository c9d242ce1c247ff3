npx neurotables run served-model.yaml --sources raw
npx neurotables sql "SELECT run_id, backend, context, stride, capabilities FROM membership.run"
npx neurotables sql "SELECT attack, round(auc, 3) AS auc, round(ci_lo, 3) AS low, round(ci_hi, 3) AS high, round(gate_auc, 3) AS blind, gate_status, claim FROM membership.metric WHERE part = 'pooled' AND attack IN ('loss', 'zlib', 'mink_20', 'NoNorm/simple_agg/random_forest') ORDER BY attack"
