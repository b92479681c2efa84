"""Walks a stored path with NumPy alone and prints how far the objective ever rises.

    python3 replay.py path.npz data.csv beta [free]     the target is the last column of the data;
                                                        free: the output bias is not penalised
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


biases = path["output_bias"] if "output_bias" in path else np.zeros(len(path["W"]))


def objective(W, alpha, bias):
    squares = np.sum(W**2) + np.sum(alpha**2) + (0 if "free" in sys.argv else bias**2)
    return 0.5 * np.sum((np.maximum(X @ W.T, 0) @ alpha + bias - y) ** 2) + beta / 2 * squares


walked = [objective(path["W"][0], path["alpha"][0], biases[0])]
products = path["alpha"][:, :, None] * path["W"]
for i, kind in enumerate(path["kind"]):
    sign = np.sign(path["alpha"][i] + path["alpha"][i + 1])  # neurons keep theirs, or are empty at one end
    for t in np.linspace(0, 1, 21) if kind in (0, 2) else []:
        p = (1 - t) * products[i] + t * products[i + 1]
        root = np.sqrt(np.linalg.norm(p, axis=1))
        W = (sign / np.where(root > 0, root, 1))[:, None] * p
        walked.append(objective(W, sign * root, (1 - t) * biases[i] + t * biases[i + 1]))
    walked.append(objective(path["W"][i + 1], path["alpha"][i + 1], biases[i + 1]))
rises = np.diff(walked).max(initial=0)
print(f"from {walked[0]:.12g} to {walked[-1]:.12g} over {len(walked)} points, largest rise {max(rises, 0):.3g}")
