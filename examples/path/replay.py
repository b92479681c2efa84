"""Walks a stored path with NumPy alone and prints how far the objective ever rises.

    python3 replay.py path.npz data.csv beta      the target is the last column of the data
"""
import sys

import numpy as np

path, beta = np.load(sys.argv[1]), float(sys.argv[3])
data = np.genfromtxt(sys.argv[2], delimiter=",", skip_header=1)
X, y = data[:, :-1], data[:, -1]
if "input_mean" in path:
    X = (X - path["input_mean"]) / path["input_scale"]
if "hidden_bias" in path and path["hidden_bias"]:
    X = np.column_stack([X, np.ones(len(X))])


def objective(W, alpha):
    return 0.5 * np.sum((np.maximum(X @ W.T, 0) @ alpha - y) ** 2) + beta / 2 * (np.sum(W**2) + np.sum(alpha**2))


walked = [objective(path["W"][0], path["alpha"][0])]
for i, kind in enumerate(path["kind"]):
    v, norms = path["direction"][i], np.linalg.norm(path["direction"][i], axis=1)
    for t in np.linspace(0, 1, 21) if kind == 0 else []:
        z = (1 - t) * path["mass"][i] + t * path["mass"][i + 1]
        root = np.sqrt(z / np.where(norms > 0, norms, 1))
        walked.append(objective(root[:, None] * v, path["sign"][i] * root * norms))
    walked.append(objective(path["W"][i + 1], path["alpha"][i + 1]))
rises = np.diff(walked).max(initial=0)
print(f"from {walked[0]:.12g} to {walked[-1]:.12g} over {len(walked)} points, largest rise {max(rises, 0):.3g}")
