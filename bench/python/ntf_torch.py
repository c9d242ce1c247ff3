"""Sweeps of non-negative CP over a dense tensor with PyTorch: the steps of ntf_numpy.Dense."""

import time

import numpy as np
import torch

EPSILON = 1e-16


class TorchFit:
    def __init__(self, tensor, type, rank, start, algorithm, threads, device):
        if tensor["form"] != "dense":
            raise ValueError("only dense tensors")
        torch.set_num_threads(threads)
        torch.backends.cuda.matmul.allow_tf32 = False
        self.device = device
        self.X = torch.from_numpy(np.fromfile(tensor["values"], type).reshape(tensor["shape"])).to(device)
        self.start = [torch.from_numpy(np.ascontiguousarray(factor.T, type)).to(device) for factor in start]
        self.update = {"hals": hals, "mu": multiply}[algorithm]
        self.norm_squared = float(sum(torch.sum(part.double() ** 2) for part in self.X))

    def prepare(self, warm):
        best = float("inf")
        for way in ["last mode first", "first mode first"]:
            self.way = way
            self.run(1)
            began = time.perf_counter()
            self.run(warm)
            taken = time.perf_counter() - began
            if taken < best:
                best, fastest = taken, way
        self.way = fastest

    def run(self, sweeps):
        factors = [factor.clone() for factor in self.start]
        with torch.no_grad():
            # Read once, at the end, so that a gpu does not wait for it.
            return [float(error) for error in [self.sweep(factors) for _ in range(sweeps)]]

    def sweep(self, factors):
        grams = [factor @ factor.T for factor in factors]
        for mode, numerator in self.contractions(factors):
            first, second = (grams[other] for other in range(3) if other != mode)
            gram = first * second
            self.update(factors[mode], numerator, gram)
            grams[mode] = factors[mode] @ factors[mode].T
        inner = torch.sum(numerator.double() * factors[2].double())
        model = torch.sum(grams[2].double() * gram.double())
        return torch.sqrt(torch.clamp(self.norm_squared - 2 * inner + model, min=0) / self.norm_squared)

    def contractions(self, factors):
        A, B, C = factors
        I, J, K = self.X.shape
        if self.way == "last mode first":
            Y = (C @ self.X.view(I * J, K).T).view(-1, I, J)
            yield 0, torch.matmul(Y, B[:, :, None])[:, :, 0]
            yield 1, torch.matmul(A[:, None, :], Y)[:, 0]
            yield 2, (A[:, :, None] * B[:, None, :]).view(-1, I * J) @ self.X.view(I * J, K)
        else:
            yield 0, (B[:, :, None] * C[:, None, :]).view(-1, J * K) @ self.X.view(I, J * K).T
            Z = (A @ self.X.view(I, J * K)).view(-1, J, K)
            yield 1, torch.matmul(Z, C[:, :, None])[:, :, 0]
            yield 2, torch.matmul(B[:, None, :], Z)[:, 0]

    def how(self):
        return self.way


def hals(factor, numerator, gram):
    for r in range(len(factor)):
        step = numerator[r] - gram[r] @ factor
        step /= torch.clamp(gram[r, r], min=EPSILON)
        step += factor[r]
        torch.clamp(step, min=EPSILON, out=factor[r])


def multiply(factor, numerator, gram):
    factor *= numerator / torch.clamp(gram @ factor, min=EPSILON)
