"""Features of documents from token scores, as the method's authors compute them, or with whole arrays in numpy.

Usage: membership_features.py loops|arrays '{"folder": …, "documents": …, "tokens": …, "vocabulary": …, "folds": …,
"bins": …, "out": …, "firstFolds": …}'

loops: the way of the published code (Meeus et al. 2024), written anew from its description: scores of a document are
dictionaries from position to −log p and to the probabilities of the most probable tokens, R is a dictionary, every
token is normalised by itself, values are lists, each percentile and each histogram is asked of numpy with a list and
the edges of all bins. More lenient to it than it is: values are normalised once for both extractors, there is one most
probable token instead of ten, and making the dictionaries, which it reads from pickles, is left out of its time.
arrays: log R and whole arrays; all percentiles at once; histograms by the number of bins, where numpy does not search.
Prints seconds and peak memory; the features go into the file "out".
"""

import json
import platform
import resource
import sys
import time

import numpy as np

PERCENTILES = (1, 5, 10, 25, 50, 75, 90, 95, 99)
NORMS = ("MaxNormGP", "MaxNormTF", "NoNorm", "RatioNormGP", "RatioNormTF")
REPLACEMENT = 10e-6


class Clock:
    """Seconds while it runs."""

    def __init__(self):
        self.wall = self.cpu = 0.0

    def __enter__(self):
        self.began = (time.perf_counter(), time.process_time())

    def __exit__(self, *_):
        self.wall += time.perf_counter() - self.began[0]
        self.cpu += time.process_time() - self.began[1]


def read(name, kind, *shape):
    return np.fromfile(f"{request['folder']}/{name}", dtype=kind).reshape(shape)


# As published: token by token.


def reference_of(token, norm_dict):
    if token in norm_dict.keys():
        return norm_dict[token]
    return min(norm_dict.values()) / 2.0


def ratio_values(tokens, nlls, norm_dict):
    values = []
    for index in nlls.keys():
        probability = np.exp(-nlls[index])
        value = -np.log(probability / reference_of(tokens[index], norm_dict))
        if np.isnan(value) or np.isinf(value):
            value = REPLACEMENT
        values.append(value)
    return values


def maximum_values(tokens, nlls, probabilities, norm_dict):
    values = []
    for index in nlls.keys():
        highest = max(probabilities[index].values())
        probability = np.exp(-nlls[index])
        value = -np.log((1 - (highest - probability)) / reference_of(tokens[index], norm_dict))
        if np.isnan(value) or np.isinf(value):
            value = REPLACEMENT
        values.append(value)
    return values


def aggregates_of_lists(documents):
    rows = []
    for values in documents:
        row = [np.mean(values), np.min(values), np.max(values), np.std(values), len(values)]
        for percentile in PERCENTILES:
            row.append(np.percentile(values, percentile))
        rows.append(row)
    return np.array(rows)


def histograms_of_lists(training, test, bins):
    together = []
    for values in training:
        together += values
    edges = np.histogram(together, bins=bins)[1]
    return [
        np.array([np.histogram(values, edges, density=True)[0] for values in documents])
        for documents in (training, test)
    ]


def loops(clock):
    for fold in range(request.get("firstFolds", folds)):
        test = [k for k in range(documents) if k % folds == fold]
        training = [k for k in range(documents) if k % folds != fold]
        for norm in NORMS:
            norm_dict = {}
            if norm != "NoNorm":
                dictionary = frequencies[fold] if norm.endswith("TF") else generals[fold]
                norm_dict = {token: value for token, value in enumerate(dictionary.tolist()) if value > 0}
            normalised = {}
            for k in range(documents):
                own_ids = ids[k].tolist()
                nlls = dict(enumerate((-logprob[k].astype(np.float64)).tolist(), start=1))
                best = np.exp(maximum[k].astype(np.float64)).tolist()
                probabilities = {index: {0: value} for index, value in enumerate(best, start=1)}
                with clock:
                    if norm == "NoNorm":
                        normalised[k] = list(nlls.values())
                    elif norm.startswith("Ratio"):
                        normalised[k] = ratio_values(own_ids, nlls, norm_dict)
                    else:
                        normalised[k] = maximum_values(own_ids, nlls, probabilities, norm_dict)
            with clock:
                train_values = [normalised[k] for k in training]
                test_values = [normalised[k] for k in test]
                histograms = histograms_of_lists(train_values, test_values, bins)
                aggregates = aggregates_of_lists(train_values), aggregates_of_lists(test_values)
                # In the order of extractor names.
                pairs = [scaled(*histograms), scaled(*aggregates)]
            for pair in pairs:
                save(pair, training, test)


# With arrays.


def arrays(clock):
    with clock:
        loss = -logprob.astype(np.float64)
        best = -np.log(1 - (np.exp(maximum.astype(np.float64)) - np.exp(-loss)))
        predicted = ids[:, 1:]
    for fold in range(folds):
        test = [k for k in range(documents) if k % folds == fold]
        training = [k for k in range(documents) if k % folds != fold]
        for norm in NORMS:
            with clock:
                base = best if norm.startswith("Max") else loss
                log_reference = None
                if norm != "NoNorm":
                    dictionary = frequencies[fold] if norm.endswith("TF") else generals[fold]
                    smallest = dictionary[dictionary > 0].min()
                    log_reference = np.log(np.where(dictionary > 0, dictionary, smallest / 2))
                values = []
                for k in range(documents):
                    own = base[k]
                    if log_reference is not None:
                        own = own + log_reference[predicted[k]]
                        finite = np.isfinite(own)
                        if not finite.all():
                            own = np.where(finite, own, REPLACEMENT)
                    values.append(own)
                low = min(values[k].min() for k in training)
                high = max(values[k].max() for k in training)

                def histogram(k):
                    return np.histogram(values[k], bins=bins, range=(low, high), density=True)[0]

                def aggregate(k):
                    own = values[k]
                    return [own.mean(), own.min(), own.max(), own.std(), len(own), *np.percentile(own, PERCENTILES)]

                pairs = [
                    scaled(*(np.array([describe(k) for k in some]) for some in (training, test)))
                    for describe in (histogram, aggregate)
                ]
            for pair in pairs:
                save(pair, training, test)


def scaled(train, test):
    """Raw features, and the same on the scale of the training documents."""
    low, high = train.min(axis=0), train.max(axis=0)
    width = np.where(high > low, high - low, 1)
    return (train, test), tuple(np.where(high > low, (x - low) / width, 0) for x in (train, test))


def save(pair, training, test):
    for train_rows, test_rows in pair:
        rows = np.empty((documents, train_rows.shape[1]))
        rows[training], rows[test] = train_rows, test_rows
        rows.tofile(output)


way, request = sys.argv[1], json.loads(sys.argv[2])
documents, folds, bins = request["documents"], request["folds"], request["bins"]
ids = read("ids.i32", np.int32, documents, -1)
logprob = read("logprob.f32", np.float32, documents, -1)
maximum = read("maximum.f32", np.float32, documents, -1)
frequencies = read("tf.f64", np.float64, folds, -1)
generals = read("gp.f64", np.float64, folds, -1)
clock = Clock()
with open(request["out"], "wb") as output:
    (loops if way == "loops" else arrays)(clock)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
versions = f"Python {platform.python_version()}, numpy {np.__version__}"
print(json.dumps({"wall": clock.wall, "cpu": clock.cpu, "peak": peak, "versions": versions}))
