"""Trains two-layer networks with PyTorch the usual way, for a comparison with `thalweg train`: see pytorch_baseline.md.

    python3 examples/pytorch_baseline.py DATA.npz --weight-decay W [--width M] [--seeds S] [--steps T] [--long-steps L]
        [--out BEST.npz]

nn.Sequential(Linear, ReLU, Linear) with biases, nn.MSELoss(), weight_decay W on every parameter, full batches, doubles.
Each seed is trained by T steps of Adam (step size falling from 1e-2 to 1e-8) and by T iterations of L-BFGS, so that a run does
not depend on the machine's speed; then the first seed once more by L steps of Adam. Prints the objective that `thalweg` uses,
n/2 times PyTorch's, and writes the best network. Debian: python3-torch, python3-numpy.
"""

import argparse
import time

import numpy
import torch

from export_torch import export


def new_network(dimension, width, seed):
    """PyTorch's default initial weights."""
    torch.manual_seed(seed)
    return torch.nn.Sequential(
        torch.nn.Linear(dimension, width), torch.nn.ReLU(), torch.nn.Linear(width, 1)
    )


def objective_of(network, X, y, weight_decay):
    """n/2 (mean squared error + weight_decay/2 sum of squares), which is 1/2 |f - y|^2 + beta/2 (...), beta = n W / 2."""
    penalty = weight_decay / 2 * sum((p**2).sum() for p in network.parameters())
    return len(X) / 2 * (torch.nn.functional.mse_loss(network(X), y) + penalty)


def train_by_adam(network, X, y, weight_decay, steps):
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = 1e-2 * 1e-6 ** (step / steps)
        optimizer.zero_grad()
        objective_of(network, X, y, weight_decay).backward()
        optimizer.step()


def train_by_lbfgs(network, X, y, weight_decay, steps):
    for done in range(0, steps, 500):
        # Started anew from time to time: at kinks it stalls.
        optimizer = torch.optim.LBFGS(
            network.parameters(), max_iter=min(500, steps - done), history_size=50, tolerance_grad=0, tolerance_change=0,
            line_search_fn="strong_wolfe",
        )

        def closure():
            optimizer.zero_grad()
            loss = objective_of(network, X, y, weight_decay)
            loss.backward()
            return loss

        optimizer.step(closure)


METHODS = {"Adam": train_by_adam, "L-BFGS": train_by_lbfgs}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dataset", help=".npz with X (n x d) and y (n)")
    parser.add_argument("--weight-decay", type=float, required=True)
    parser.add_argument("--width", type=int, default=20)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=10000, help="of each run")
    parser.add_argument("--long-steps", type=int, default=100000, help="of the long run; 0: none")
    parser.add_argument("--out", help="the best network, as .npz")
    arguments = parser.parse_args()
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    with numpy.load(arguments.dataset) as file:
        X = torch.tensor(file["X"], dtype=torch.float64)
        y = torch.tensor(file["y"], dtype=torch.float64).reshape(len(X), 1)
    best, best_state = float("inf"), None
    runs = [(name, seed, arguments.steps) for name in METHODS for seed in range(1, arguments.seeds + 1)]
    if arguments.long_steps > 0:
        runs.append(("Adam", 1, arguments.long_steps))
    for name, seed, steps in runs:
        start = time.process_time()
        network = new_network(X.shape[1], arguments.width, seed)
        METHODS[name](network, X, y, arguments.weight_decay, steps)
        with torch.no_grad():
            objective = float(objective_of(network, X, y, arguments.weight_decay))
        seconds = time.process_time() - start
        print(f"{name:6} seed {seed}, {steps} steps, {seconds:.1f} s: objective {objective:.12g}", flush=True)
        if objective < best:
            best, best_state = objective, network.state_dict()
    print(f"best: {best:.12g} (beta = {len(X) * arguments.weight_decay / 2:.12g})")
    if arguments.out and best_state is not None:
        export(best_state, arguments.out)


if __name__ == "__main__":
    main()
