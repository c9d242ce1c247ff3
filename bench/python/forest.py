"""Random forests by scikit-learn, for bench/cases/membership-forest.mjs.

Usage: forest.py '{"x": PATH, "y": PATH, "n": …, "m": …, "train": …, "trees": …, "depth": …, "leaf": …, "seeds": […],
"threads": …}'

x: n × m float64, row-major; y: n uint8. The first `train` rows train, the others are scored. Prints seconds of fitting,
probabilities per seed, and peak memory.
"""

import json
import resource
import sys
import time

import numpy as np
from sklearn.ensemble import RandomForestClassifier

request = json.loads(sys.argv[1])
n, m, train = request["n"], request["m"], request["train"]
x = np.fromfile(request["x"], "<f8").reshape(n, m)
y = np.fromfile(request["y"], "u1")
runs = []
for seed in request["seeds"]:
    began, used = time.perf_counter(), time.process_time()
    forest = RandomForestClassifier(
        n_estimators=request["trees"],
        max_depth=request["depth"],
        min_samples_leaf=request["leaf"],
        random_state=seed,
        n_jobs=request["threads"],
    ).fit(x[:train], y[:train])
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    probabilities = forest.predict_proba(x[train:])[:, 1].tolist()
    runs.append({"seed": seed, "wall": wall, "cpu": cpu, "probabilities": probabilities})
print(json.dumps({"runs": runs, "peak": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
