"""The straightforward way: calcium traces on a common time grid and z-scored, with h5py, numpy and pandas.

Usage: activity.py DATA OUT. Reads DATA/celegans/Dag2023/**/*-data.h5 and writes OUT, a Parquet file with two rows per
ROI (kind resampled, resampled_z). No checks, no provenance, nothing else of the files: only the numbers.
"""

import glob
import os
import sys

import h5py
import numpy as np
import pandas as pd

DATA, OUT = sys.argv[1], sys.argv[2]
DT = 0.333
GAP = 3


def grid_of(duration):
    grid = np.arange(int(np.ceil(duration / DT)) + 1) * DT
    return grid[grid < duration]


def broken_steps(t, splits):
    """Steps between frames over which nothing may be interpolated: long ones, and those between segments."""
    steps = np.diff(t)
    broken = steps > GAP * np.median(steps)
    broken[splits[0, 1:] - 2] = True
    return broken


def interpolate(t, traces, grid, broken):
    """Coarse recordings: linear interpolation at the points of the grid."""
    left = np.clip(np.searchsorted(t, grid, side="right") - 1, 0, len(t) - 2)
    invalid = broken[left] & (grid > t[left])
    for x in traces:
        y = np.interp(grid, t, x)
        y[invalid] = np.nan
        yield y


def average(t, traces, grid, broken):
    """Fine recordings: the exact mean of the linear interpolant over a bin around each point of the grid."""
    low, high = np.maximum(grid - DT / 2, 0), np.minimum(grid + DT / 2, t[-1])
    points = np.union1d(t, np.concatenate([low, high]))
    from_low, to_high = np.searchsorted(points, low), np.searchsorted(points, high)
    before = np.concatenate([[0], np.cumsum(broken)])
    first = np.searchsorted(t, low, side="right") - 1
    last = np.searchsorted(t, high, side="left")
    invalid = before[last] > before[first]
    steps = np.diff(points)
    for x in traces:
        fine = np.interp(points, t, x)
        integral = np.concatenate([[0], np.cumsum((fine[1:] + fine[:-1]) / 2 * steps)])
        y = (integral[to_high] - integral[from_low]) / (high - low)
        y[invalid] = np.nan
        yield y


rows = []
for path in sorted(glob.glob(os.path.join(DATA, "celegans", "Dag2023", "**", "*-data.h5"), recursive=True)):
    uid = os.path.basename(path).removesuffix("-data.h5")
    with h5py.File(path) as file:
        traces = file["gcamp/traces_array_F_F20"][:].T
        splits = file["gcamp/idx_splits"][:]
        t = file["timing/timestamp_confocal"][: traces.shape[1]]
    t = t - t[0]
    grid = grid_of(t[-1])
    way = interpolate if np.median(np.diff(t)) > DT else average
    for roi, y in enumerate(way(t, traces, grid, broken_steps(t, splits))):
        mean, std = np.nanmean(y), np.nanstd(y)
        z = (y - mean) / std
        for kind, values in [("resampled", y), ("resampled_z", z)]:
            rows.append((f"Dag2023/{uid}", roi, kind, values, mean, std))
table = pd.DataFrame(rows, columns=["recording_id", "column_index", "kind", "values", "mean", "std"])
table.to_parquet(OUT, compression="zstd", index=False)
