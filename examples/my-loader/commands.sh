npx neurotables run pumping.yaml --sources raw
npx neurotables sql "SELECT strain, n, mean, round(sd, 2) AS sd FROM pumping.rate ORDER BY mean"
npx neurotables sql "SELECT item, reason FROM pumping.dropped_record"
