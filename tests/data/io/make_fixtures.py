#!/usr/bin/env python3
"""Wrote the files beside it with NumPy 1.24 and PyTorch 1.13: X[i, j] = (4 i - j) / 4 (3 x 4), y[i] = i - 1, and a
network whose weights are counted in quarters. The tests know these formulas, not the files."""
import pathlib

import numpy as np
import torch

here = pathlib.Path(__file__).parent
i, j = np.indices((3, 4))
X = (4 * i - j) / 4
y = np.array([-1, 0, 1])

np.save(here / "x_float64.npy", X)
np.save(here / "x_float32_big_endian_fortran.npy", np.asfortranarray(X.astype(">f4")))
np.save(here / "y_int64.npy", y)
np.savez(here / "dataset_stored.npz", X=X, y=y.astype("i1"), names=np.array(["a", "b"]))
np.savez_compressed(here / "dataset_deflated.npz", X=X.astype("f4"), y=y[:, None] == 1)

model = torch.nn.Sequential(torch.nn.Linear(4, 5), torch.nn.ReLU(), torch.nn.Linear(5, 2))
with torch.no_grad():
    for start, tensor in enumerate(model.state_dict().values()):
        tensor.copy_(torch.arange(tensor.numel()).reshape(tensor.shape) / 4 + start)
np.savez(here / "torch.npz", **{name: tensor.numpy() for name, tensor in model.state_dict().items()})
torch.save(model.state_dict(), here / "torch_pickle_misnamed.npz")
