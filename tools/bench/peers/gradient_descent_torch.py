"""gradient_descent_torch.py FOLDER WIDTH SECONDS: a wide network trained by PyTorch (Debian: python3-torch).

FOLDER holds X (n x d), y (n) and beta as raw doubles. Minimises 1/2 |f - y|^2 + beta/2 (squared weights), full batches,
doubles, one thread: L-BFGS (strong Wolfe), Adam with a falling step size, and gradient descent with momentum and small
batches (SGD), each for SECONDS. Prints "METHOD SECONDS OBJECTIVE" (best objective so far) when a tenth and all of the
time have passed.
"""

import sys
import time

import torch

from raw_files import read_raw

BATCH = 32


def start(X, y, width, seed):
    """PyTorch's default initial weights."""
    torch.manual_seed(seed)
    first = torch.nn.Linear(X.shape[1], width, bias=False)
    second = torch.nn.Linear(width, 1, bias=False)
    return torch.nn.Sequential(first, torch.nn.ReLU(), second)


def objective_of(network, X, y, beta):
    penalty = sum((p**2).sum() for p in network.parameters())
    return 0.5 * ((network(X) - y) ** 2).sum() + beta / 2 * penalty


def lbfgs(network, X, y, beta):
    """Endless steps of L-BFGS, started anew where it stalls."""
    while True:
        optimizer = torch.optim.LBFGS(
            network.parameters(), max_iter=20, history_size=50, line_search_fn="strong_wolfe",
            tolerance_grad=0, tolerance_change=0,
        )

        def closure():
            optimizer.zero_grad()
            loss = objective_of(network, X, y, beta)
            loss.backward()
            return loss

        for _ in range(50):
            optimizer.step(closure)
            yield None


def adam(network, X, y, beta):
    """Endless steps; the caller sends the share of the time that has passed, from which the step size follows."""
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    share = 0.0
    while True:
        optimizer.param_groups[0]["lr"] = 1e-2 * 1e-6**share
        for _ in range(20):
            optimizer.zero_grad()
            objective_of(network, X, y, beta).backward()
            optimizer.step()
        share = (yield None) or share


def sgd(network, X, y, beta):
    """Small batches; step sizes fall as for Adam, from the largest that does not diverge at the start."""
    n = len(X)
    rate = 1e-2 / float((X**2).sum(1).mean()) / n
    optimizer = torch.optim.SGD(network.parameters(), lr=rate, momentum=0.9)
    share = 0.0
    while True:
        optimizer.param_groups[0]["lr"] = rate * 1e-4**share
        for rows in torch.randperm(n).split(BATCH):
            optimizer.zero_grad()
            penalty = sum((p**2).sum() for p in network.parameters())
            error = 0.5 * ((network(X[rows]) - y[rows]) ** 2).sum() * (n / len(rows))
            (error + beta / 2 * penalty).backward()
            optimizer.step()
        share = (yield None) or share


def run(name, method, X, y, beta, width, seconds):
    network = start(X, y, width, seed=1)
    begin = time.process_time()
    steps = method(network, X, y, beta)
    next(steps)
    best = float("inf")
    marks = [seconds / 10, seconds]
    while marks:
        passed = time.process_time() - begin
        with torch.no_grad():
            best = min(best, float(objective_of(network, X, y, beta)))
        if passed >= marks[0]:
            print(f"{name} {passed:.6g} {best:.17g}", flush=True)
            marks.pop(0)
        steps.send(min(1.0, passed / seconds))


def main():
    folder, width, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    X, y = (torch.tensor(read_raw(folder, name)) for name in ("X", "y"))
    beta = float(read_raw(folder, "beta")[0, 0])
    for name, method in (("lbfgs", lbfgs), ("adam", adam), ("sgd", sgd)):
        run(name, method, X, y, beta, width, seconds)


if __name__ == "__main__":
    main()
