"""Trains the example networks of docs/tutorial.md with PyTorch and writes them, with their data, to examples/iris/.

    python3 examples/train_iris.py          (Debian: python3-torch, python3-numpy; about a minute and a half)

The task: predict the petal width of an iris from its sepal length, sepal width and petal length (cm). Every network is
nn.Sequential(Linear, ReLU, Linear), trained by full-batch Adam on nn.MSELoss() with weight_decay w, whose objective is
    (1/n) sum (f - y)^2 + w/2 (sum of squares of all parameters);
times n/2 that is the objective of `thalweg certify --torch-weight-decay w --torch-loss mse-mean`, beta = n w / 2.
"""

import pathlib

import numpy
import torch

from export_torch import export

FOLDER = pathlib.Path(__file__).resolve().parent / "iris"


def train(X, y, width, weight_decay, seed, steps, free_output_bias=False):
    """A trained network; the step size falls from 1e-2 to 1e-9, so that the last steps no longer jump over kinks."""
    torch.manual_seed(seed)
    network = torch.nn.Sequential(
        torch.nn.Linear(X.shape[1], width), torch.nn.ReLU(), torch.nn.Linear(width, 1)
    )
    output_bias = network[2].bias
    penalised = [p for p in network.parameters() if not (free_output_bias and p is output_bias)]
    groups = [{"params": penalised, "weight_decay": weight_decay}]
    if free_output_bias:
        groups.append({"params": [output_bias], "weight_decay": 0.0})
    optimizer = torch.optim.Adam(groups, lr=1e-2)
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=(1e-9 / 1e-2) ** (1 / steps))
    mean_squared_error = torch.nn.MSELoss()
    for _ in range(steps):
        optimizer.zero_grad()
        loss = mean_squared_error(network(X), y)
        loss.backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        penalty = weight_decay / 2 * sum((p**2).sum() for p in penalised)
        objective = len(X) / 2 * (mean_squared_error(network(X), y) + penalty)
    print(f"width {width}, weight decay {weight_decay}, seed {seed}: objective {objective.item():.12g}", flush=True)
    return network.state_dict()


def main():
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    table = numpy.loadtxt(FOLDER / "iris.csv", delimiter=",", skiprows=1)
    X, y = table[:, :3], table[:, 3]
    # Every fifth flower, ten of each species: a quick instance for tests.
    for name, rows in (("iris", slice(None)), ("small", slice(None, None, 5))):
        numpy.savez(FOLDER / f"{name}.npz", X=X[rows], y=y[rows])
    inputs, targets = torch.tensor(X), torch.tensor(y)[:, None]
    few_inputs, few_targets = inputs[::5], targets[::5]

    # Wide and trained for long: ends at a global minimum.
    export(train(inputs, targets, 50, 0.02, seed=1, steps=100_000), FOLDER / "wide.npz")
    # Three neurons are enough for the global minimum, but from this start training ends in a worse valley.
    export(train(inputs, targets, 3, 0.02, seed=2, steps=20_000), FOLDER / "narrow.npz")
    # Weight decay on the output bias as PyTorch does it by default, and without.
    for name, free in (("small_penalised", False), ("small_free", True)):
        state = train(few_inputs, few_targets, 12, 0.05, seed=1, steps=60_000, free_output_bias=free)
        export(state, FOLDER / f"{name}.npz")


if __name__ == "__main__":
    main()
