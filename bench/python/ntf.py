"""Non-negative CP of three-way tensors in Python, for bench/cases/ntf-*.mjs.

Usage: ntf.py '{"task": "versions" | "fit" | "product" | "read" | "affinity", …}'

versions: of what there is: numpy, its BLAS and the kernel that it runs, PyTorch, tensorly.
fit: {"library": "numpy" | "torch" | "tensorly", "tensor": {"form": "dense", "shape", "values": PATH} |
    {"form": "square" | "pairs", "items", "bins", "width", "groups", "roots": PATH}, "type", "threads", "rank", "init": PATH,
    "algorithm": "hals" | "mu", "warm", "sweeps", "device": "cpu" | "cuda"}. The numbers of PATH are of that type, row-major;
    those of init float64: three matrices, size × rank. Seconds are those of `sweeps` sweeps from init, after `warm` others.
product: {"library", "type", "threads", "size", "times"}: seconds of a product of two square matrices, the best of `times`.
read: {"type", "threads", "length", "times"}: seconds of a sum of squares, the best of `times`.
affinity: {"animals", "neurons", "frames", "width", "slopes": PATH}: seconds of the tensor pairs × bins × animals of the
    geometric means of slopes (float64, animals × frames × neurons), and its sum.

The number of threads is set by the environment (OPENBLAS_NUM_THREADS) for numpy. Prints JSON.
"""

import json
import resource
import sys
import time

import numpy as np


def main():
    request = json.loads(sys.argv[1])
    task = request.pop("task")
    tasks = {"versions": versions, "fit": fit, "product": product, "read": read, "affinity": affinity}
    result = tasks[task](**request)
    print(json.dumps({**result, "peak": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))


def versions():
    import platform

    found = {"python": platform.python_version(), "numpy": f"{np.__version__} with {blas_kernel()}"}
    try:
        import torch

        found["torch"] = torch.__version__
        if torch.cuda.is_available():
            found["cuda"] = torch.cuda.get_device_name()
    except ImportError:
        pass
    try:
        import tensorly

        found["tensorly"] = tensorly.__version__
    except ImportError:
        pass
    return found


def blas_kernel():
    """What numpy multiplies matrices with, as far as the library says."""
    import ctypes

    np.ones((2, 2)) @ np.ones((2, 2))
    try:
        with open("/proc/self/maps", encoding="utf8") as maps:
            paths = sorted({line.split()[-1] for line in maps if "blas" in line and ".so" in line})
    except OSError:
        paths = []
    for path in paths:
        library = ctypes.CDLL(path)
        for prefix in ("scipy_", ""):
            for suffix in ("64_", ""):
                try:
                    config = getattr(library, f"{prefix}openblas_get_config{suffix}")
                    name = getattr(library, f"{prefix}openblas_get_corename{suffix}")
                except AttributeError:
                    continue
                config.restype = name.restype = ctypes.c_char_p
                return f"{' '.join(config().decode().split()[:2])} ({name().decode()})"
    return "a BLAS that does not say its name"


def fit(library, tensor, type, threads, rank, init, algorithm, warm, sweeps, device="cpu"):
    if library == "numpy":
        from ntf_numpy import NumpyFit as Fit
    elif library == "torch":
        from ntf_torch import TorchFit as Fit
    else:
        from ntf_tensorly import TensorlyFit as Fit
    fitted = Fit(tensor, np.dtype(type), rank, read_start(tensor, rank, init), algorithm, threads, device)
    fitted.prepare(warm)
    began, used = time.perf_counter(), time.process_time()
    errors = fitted.run(sweeps)
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    return {"errors": errors, "wall": wall / sweeps, "cpu": cpu / sweeps, "how": fitted.how()}


def read_start(tensor, rank, path):
    if tensor["form"] == "dense":
        shape = tensor["shape"]
    elif tensor["form"] == "square":
        shape = [tensor["items"], tensor["items"], tensor["bins"]]
    else:
        shape = [tensor["items"] * (tensor["items"] - 1) // 2, tensor["bins"], tensor["groups"]]
    numbers = np.fromfile(path, "<f8")
    ends = np.cumsum([rows * rank for rows in shape])
    return [part.reshape(-1, rank) for part in np.split(numbers, ends[:-1])]


def product(library, type, threads, size, times, device="cpu"):
    numbers = np.random.default_rng(1).random((2, size, size)).astype(type)
    if library == "torch":
        import torch

        torch.set_num_threads(threads)
        left, right = (torch.from_numpy(each.copy()).to(device) for each in numbers)
        out = torch.empty_like(left)

        def multiply():
            torch.matmul(left, right, out=out)
            if device == "cuda":
                torch.cuda.synchronize()
    else:
        left, right = (each.copy() for each in numbers)
        out = np.empty_like(left)

        def multiply():
            np.matmul(left, right, out=out)

    return best_of(times, multiply)


def read(type, threads, length, times):
    numbers = np.ones(length, type)
    return best_of(times, lambda: np.dot(numbers, numbers))


def affinity(animals, neurons, frames, width, slopes):
    g = np.fromfile(slopes, "<f8").reshape(animals, frames, neurons)
    bins = frames // width
    upper = np.flatnonzero(np.triu(np.ones((neurons, neurons)), 1))
    began, used = time.perf_counter(), time.process_time()
    tensor = np.empty((len(upper), bins, animals))
    for animal in range(animals):
        # √ of a product of two of one sign is the product of the roots: a bin is a product of matrices.
        own = g[animal, : bins * width].reshape(bins, width, neurons)
        roots = np.sqrt(np.concatenate([np.maximum(own, 0), np.maximum(-own, 0)], axis=1))
        means = roots.transpose(0, 2, 1) @ roots
        tensor[:, :, animal] = means.reshape(bins, -1)[:, upper].T
    tensor /= width
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    return {"wall": wall, "cpu": cpu, "sum": float(tensor.sum())}


def best_of(times, task):
    task()
    wall, cpu = [], []
    for _ in range(times):
        began, used = time.perf_counter(), time.process_time()
        task()
        wall.append(time.perf_counter() - began)
        cpu.append(time.process_time() - used)
    return {"wall": min(wall), "cpu": min(cpu)}


if __name__ == "__main__":
    main()
