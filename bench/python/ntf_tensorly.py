"""Non-negative CP by tensorly on numpy. Its multiplicative updates are ours; its HALS passes up to five times over the
components in each update, so that its errors are others."""

import numpy as np
import tensorly
from tensorly.cp_tensor import CPTensor
from tensorly.decomposition import non_negative_parafac, non_negative_parafac_hals

# Above zero, so that errors are computed, and so small that nothing ends early.
NEVER = 1e-300


class TensorlyFit:
    def __init__(self, tensor, type, rank, start, algorithm, threads, device):
        tensorly.set_backend("numpy")
        self.X = np.fromfile(tensor["values"], type).reshape(tensor["shape"])
        self.start = [np.ascontiguousarray(factor, type) for factor in start]
        self.algorithm = algorithm
        self.rank = rank

    def prepare(self, warm):
        self.run(warm)

    def run(self, sweeps):
        weights = np.ones(self.rank, self.X.dtype)
        start = CPTensor((weights, [factor.copy() for factor in self.start]))
        fit = {"hals": non_negative_parafac_hals, "mu": non_negative_parafac}[self.algorithm]
        _, errors = fit(self.X, self.rank, n_iter_max=sweeps, init=start, tol=NEVER, return_errors=True)
        return [float(error) for error in errors]

    def how(self):
        return "up to five passes per update" if self.algorithm == "hals" else "multiplicative updates"
