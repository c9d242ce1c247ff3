"""The metrics of FISBe computed the way its evaluation tool works: whole volumes, one instance at a time.

Usage: segmentation.py TRUTH.npy PREDICTION.npy [--remove-small N] [--partly] [--dim-neurons 1,2]

Every instance is skeletonised as a mask of the whole volume, and anew wherever its skeleton is needed; ids are listed
with np.unique over the whole volume; every test of a pair makes masks of the whole volume. Written for comparison from
the description of the metrics, with numpy and scikit-image 0.19.3. Lists and extrema that the tool only logs are left
out. Prints one JSON object: the scores under the tool's keys, matrices, matches, sizes, and seconds per phase.
"""

import argparse
import heapq
import json
import platform
import resource
import time
from contextlib import contextmanager

import numpy as np
import skimage
from skimage.morphology import skeletonize
from skimage.segmentation import relabel_sequential

THRESHOLDS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.55, 0.65, 0.75, 0.85, 0.95]
SPLIT_THRESHOLD, MERGE_THRESHOLD = 0.05, 0.1


class Clock:
    """Wall and processor seconds per phase; of phases within others, the inner one's are not counted in the outer."""

    def __init__(self):
        self.wall, self.cpu, self.open = {}, {}, []

    @contextmanager
    def phase(self, name):
        self.settle()
        self.open.append(name)
        try:
            yield
        finally:
            self.settle()
            self.open.pop()

    def settle(self):
        now = (time.perf_counter(), time.process_time())
        if self.open:
            name = self.open[-1]
            self.wall[name] = self.wall.get(name, 0) + now[0] - self.last[0]
            self.cpu[name] = self.cpu.get(name, 0) + now[1] - self.last[1]
        self.last = now


clock = Clock()
thinned = 0


def skeleton_of(mask):
    global thinned
    thinned += 1
    with clock.phase("skeletons"):
        return skeletonize(mask.astype(np.uint8)) > 0


def instance_mask(labels, number):
    return np.any(labels == number, axis=0)


# Preparation.


def channels_first(labels):
    labels = np.squeeze(labels)
    if labels.ndim == 3:
        labels = labels[np.newaxis]
    if labels.ndim != 4:
        raise SystemExit(f"{labels.ndim} axes, expected 3 or, with channels first, 4")
    return labels


def without_small(labels, most):
    ids, counts = np.unique(labels, return_counts=True)
    kept = np.arange(int(ids[-1]) + 1)
    kept[ids[counts <= most]] = 0
    return kept[labels]


def without_empty_channels(labels):
    if len(labels) == 1:
        return labels
    used = [channel for channel in labels if np.any(channel)]
    return np.stack(used) if used else labels[:1]


def numbered(labels):
    """Instances 1, 2, … over all channels, and what each id of the volume became."""
    labels = labels.astype(int)
    if np.max(labels) == 1:
        for i in range(len(labels)):
            labels[i] *= i + 1
    numbers, following = {}, 1
    for i in range(len(labels)):
        labels[i], forward, _ = relabel_sequential(labels[i], offset=following)
        for old in forward.in_values:
            if old > 0:
                numbers.setdefault(int(old), int(forward[old]))
        following = max(following, int(np.max(labels[i])) + 1)
    return labels, numbers, following - 1


def overlaps_in(labels):
    return bool(np.any(np.sum(labels, axis=0) != np.max(labels, axis=0)))


# Localisation.


def skeleton_shares(labels, others, shape):
    """Share of the skeleton of each instance in each of the others, [i, 0] in none. Also the skeletons' sizes."""
    labels, others = labels.astype(int), others.astype(int)
    shares, sizes = np.zeros(shape, dtype=np.float32), np.zeros(shape[0], dtype=int)
    covered = np.max(others > 0, axis=0)
    for number in np.unique(labels[labels > 0]):
        skeleton = skeleton_of(np.max(labels == number, axis=0))
        sizes[number] = np.sum(skeleton)
        if sizes[number] == 0:
            continue
        ids, counts = np.unique(others[:, skeleton], return_counts=True)
        inside = ids > 0
        shares[number, ids[inside]] = counts[inside] / float(sizes[number])
        shares[number, 0] = np.sum(~covered[skeleton]) / float(sizes[number])
    return shares, sizes


def centerline_dice(precision, recall):
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(2 * precision * recall / (precision + recall))


def recall_without_overlap(truth, prediction, shape):
    crowded = np.sum(truth > 0, axis=0) > 1
    truth, prediction = truth.copy(), prediction.copy()
    truth[:, crowded] = 0
    prediction[:, crowded] = 0
    return skeleton_shares(truth, prediction, shape)[0]


# Matching.


def one_to_one(score, threshold):
    inner = score[1:, 1:]
    rows, columns = np.nonzero(inner > threshold)
    values = inner[rows, columns]
    matches, rows_taken, columns_taken = [], set(), set()
    for k in np.lexsort((columns, rows, -values)):
        if rows[k] not in rows_taken and columns[k] not in columns_taken:
            rows_taken.add(rows[k])
            columns_taken.add(columns[k])
            matches.append((int(rows[k]) + 1, int(columns[k]) + 1, float(values[k])))
    return matches


class PairQueue:
    """Entries with an older version than their pair are stale. After a drop the numbering of a pair starts anew."""

    def __init__(self):
        self.heap, self.versions, self.pushed = [], {}, 0

    def push(self, pair, priority):
        version = self.versions.get(pair, 0) + 1
        self.versions[pair] = version
        heapq.heappush(self.heap, (priority, self.pushed, version, pair))
        self.pushed += 1

    def drop(self, pair):
        if pair in self.versions:
            self.versions[pair] = -1

    def pop(self):
        while self.heap:
            _, _, version, pair = heapq.heappop(self.heap)
            if self.versions.get(pair) == version:
                del self.versions[pair]
                return pair
        return None


def many_to_many(truth, prediction, recall, threshold, overlaps):
    rows, columns = np.nonzero(recall[1:, 1:] > threshold)
    pairs = [(int(g) + 1, int(p) + 1) for g, p in zip(rows, columns)]
    if not overlaps:
        return pairs
    queue = PairQueue()
    for g, p in pairs:
        queue.push((g, p), -float(recall[g, p]))
    skeletons, free, left = {}, {}, {}
    for g in sorted({g for g, _ in pairs}):
        skeletons[g] = skeleton_of(instance_mask(truth, g))
        free[g] = skeletons[g].copy()
    for p in sorted({p for _, p in pairs}):
        left[p] = instance_mask(prediction, p)
    matches = []
    while True:
        pair = queue.pop()
        if pair is None:
            return matches
        g, p = pair
        matches.append(pair)
        free[g] = np.logical_and(free[g], np.logical_not(instance_mask(prediction, p)))
        left[p] = np.logical_and(left[p], np.logical_not(instance_mask(truth, g)))
        updates = []
        for q in np.nonzero(recall[g] > threshold)[0]:
            if q > 0:
                shared = np.sum(np.logical_and(free[g], instance_mask(prediction, q)))
                updates.append(((g, int(q)), shared / (float(np.sum(skeletons[g])) or 1.0)))
        for h in np.nonzero(recall[:, p] > threshold)[0]:
            if h > 0:
                shared = np.sum(np.logical_and(skeletons[h], left[p]))
                updates.append(((int(h), p), shared / (float(np.sum(skeletons[h])) or 1.0)))
        for other, value in updates:
            if value > threshold:
                queue.push(other, -value)
            else:
                queue.drop(other)


# Scores.


def threshold_score(threshold, score, precision, recall, recall_alone, partly):
    matches = one_to_one(score, threshold)
    truths, predictions = score.shape[0] - 1, score.shape[1] - 1
    taken = {p for _, p, _ in matches}
    unmatched = np.array([p for p in range(1, predictions + 1) if p not in taken], dtype=int)
    false_split = int(np.sum(np.argmax(precision[:, unmatched], axis=0) > 0)) if len(unmatched) > 0 else 0
    touched = recall[1:, 1:] > threshold
    if recall_alone is not None:
        touched = np.logical_and(touched, recall_alone[1:, 1:] > threshold)
    tp = len(matches)
    fp, fn = false_split if partly else predictions - tp, truths - tp
    p, r = tp / max(1, tp + fp), tp / max(1, tp + fn)
    return matches, {
        "AP_TP": tp,
        "AP_FP": fp,
        "AP_FN": fn,
        "precision": p,
        "recall": r,
        "AP": p * r,
        "fscore": 2 * p * r / (p + r) if p + r > 0 else 0.0,
        "false_split": false_split,
        "false_merge": int(np.sum(np.maximum(0, np.sum(touched, axis=0) - 1))),
    }


def coverage(truth, prediction, precision, recall):
    assigned = np.argmax(precision, axis=0)
    if not (overlaps_in(truth) and overlaps_in(prediction)):
        return [float(np.sum(recall[g, assigned == g])) for g in range(1, len(recall))]
    shares = []
    for g in range(1, len(recall)):
        mine = [p for p in range(1, recall.shape[1]) if assigned[p] == g]
        if not mine:
            shares.append(0.0)
            continue
        united = np.zeros(prediction.shape[1:], dtype=bool)
        for p in mine:
            united[instance_mask(prediction, p)] = True
        skeleton = skeleton_of(instance_mask(truth, g))
        shares.append(float(np.sum(united[skeleton]) / (float(np.sum(skeleton)) or 1.0)))
    return shares


def subset_score(name, ids, truth, prediction, score, recall):
    covered, tp = [], 0
    if len(ids) > 0 and score.shape[1] > 1:
        alone = np.stack([np.where(instance_mask(truth, g), k + 1, 0) for k, g in enumerate(ids)])
        precision = skeleton_shares(prediction, alone, (score.shape[1], len(ids) + 1))[0].T
        rows = [0, *ids]
        covered = coverage(alone, prediction, precision, recall[rows])
        tp = len(one_to_one(score[rows], 0.5))
    return {
        f"GT_{name}": len(ids),
        f"TP_05_{name}": tp,
        f"TP_05_rel_{name}": tp / len(ids) if len(ids) > 0 else 0.0,
        f"gt_covs_{name}": covered,
        f"avg_gt_cov_{name}": mean(covered),
    }


def mean(values):
    return float(np.mean(values)) if len(values) > 0 else 0.0


def evaluate(truth, prediction, remove_small, partly, dim_ids):
    with clock.phase("preparation"):
        truth, prediction = channels_first(truth), channels_first(prediction)
        if truth.shape[1:] != prediction.shape[1:]:
            raise SystemExit("the volumes differ in size; cropping is not part of this comparison")
        if remove_small > 0:
            prediction = without_small(prediction, remove_small)
        prediction, truth = without_empty_channels(prediction), without_empty_channels(truth)
        prediction, _, predictions = numbered(prediction)
        truth, numbers, truths = numbered(truth)
        overlaps = overlaps_in(truth) or overlaps_in(prediction)
    with clock.phase("matrices"):
        precision, predicted_sizes = skeleton_shares(prediction, truth, (predictions + 1, truths + 1))
        precision = precision.T
        recall, true_sizes = skeleton_shares(truth, prediction, (truths + 1, predictions + 1))
        recall_alone = recall_without_overlap(truth, prediction, recall.shape) if overlaps else None
        score = centerline_dice(precision, recall)
    with clock.phase("thresholds"):
        confusion, found = {}, []
        for threshold in THRESHOLDS:
            matches, counts = threshold_score(threshold, score, precision, recall, recall_alone, partly)
            confusion[f"th_{str(threshold).replace('.', '_')}"] = counts
            if threshold == 0.5:
                found = [value for _, _, value in matches]
        for key, name in [("AP", "avAP"), ("fscore", "avFscore")]:
            values = [confusion[f"th_{str(threshold).replace('.', '_')}"][key] for threshold in THRESHOLDS]
            confusion[f"{name}19"], confusion[f"{name}59"] = mean(values[:-5]), mean(values[4:])
        confusion["avAP"], confusion["avFscore"] = confusion["avAP59"], confusion["avFscore19"]
    with clock.phase("coverage"):
        covered = coverage(truth, prediction, precision, recall)
        reached = [share for share in covered if share > 0.5]
        confusion["th_0_5"]["tp_skel_coverage"] = reached
    with clock.phase("matching"):
        split_matches = many_to_many(truth, prediction, recall, SPLIT_THRESHOLD, overlaps)
        merge_matches = many_to_many(truth, prediction, recall, MERGE_THRESHOLD, overlaps)
    with clock.phase("subsets"):
        subsets = {}
        if dim_ids is not None:
            ids = [numbers[number] for number in dim_ids]
            subsets.update(subset_score("dim", ids, truth, prediction, score, recall))
        crowded = np.sum(truth > 0, axis=0) > 1
        ids = [int(g) for g in np.unique(truth[:, crowded]) if g > 0]
        subsets.update(subset_score("overlap", ids, truth, prediction, score, recall))
    with clock.phase("sizes"):
        true_voxels = np.bincount(truth.ravel(), minlength=truths + 1)[1:].tolist()
        predicted_voxels = np.bincount(prediction.ravel(), minlength=predictions + 1)[1:].tolist()
    return {
        "general": {
            "Num GT": truths,
            "Num Pred": predictions,
            "TP_05": len(found),
            "TP_05_rel": len(found) / truths,
            "TP_05_cldice": found,
            "avg_TP_05_cldice": mean(found),
            "gt_skel_coverage": covered,
            "avg_gt_skel_coverage": mean(covered),
            "avg_tp_skel_coverage": mean(reached),
            "avg_f1_cov_score": 0.5 * confusion["avFscore19"] + 0.5 * mean(covered),
            "FM": len(merge_matches) - len({p for _, p in merge_matches}),
            "FS": len(split_matches) - len({g for g, _ in split_matches}),
            **subsets,
        },
        "confusion_matrix": confusion,
        "recall": recall.astype(float).ravel().tolist(),
        "precision": precision.astype(float).ravel().tolist(),
        "score": score.astype(float).ravel().tolist(),
        "recall_without_overlap": None if recall_alone is None else recall_alone.astype(float).ravel().tolist(),
        "split_matches": split_matches,
        "merge_matches": merge_matches,
        "voxels": {"truth": true_voxels, "prediction": predicted_voxels},
        "skeleton_voxels": {"truth": true_sizes[1:].tolist(), "prediction": predicted_sizes[1:].tolist()},
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("truth")
    parser.add_argument("prediction")
    parser.add_argument("--remove-small", type=int, default=800)
    parser.add_argument("--partly", action="store_true")
    parser.add_argument("--dim-neurons", default=None)
    options = parser.parse_args()
    dim_ids = None if options.dim_neurons is None else [int(each) for each in options.dim_neurons.split(",") if each]
    with clock.phase("load"):
        truth, prediction = np.load(options.truth), np.load(options.prediction)
    result = evaluate(truth, prediction, options.remove_small, options.partly, dim_ids)
    print(
        json.dumps(
            {
                "result": result,
                "skeletonisations": thinned,
                "wall": clock.wall,
                "cpu": clock.cpu,
                "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
                "versions": f"Python {platform.python_version()}, numpy {np.__version__}, "
                f"scikit-image {skimage.__version__}",
            }
        )
    )


if __name__ == "__main__":
    main()
