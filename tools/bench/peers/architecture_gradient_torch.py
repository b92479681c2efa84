"""architecture_gradient_torch.py FOLDER ARCHITECTURE WIDTHS STARTS ADAM LBFGS: many networks trained by PyTorch.

FOLDER holds X (n x d), y (n) and beta as raw doubles (Debian: python3-torch). ARCHITECTURE is one of
  cnn          sum_j alpha_j sum_k (x_ik^T u_j)_+, cost sum_j (|u_j|^2 + alpha_j^2) / 2; X holds the patches, row i K + k
               patch k of sample i
  three-layer  sum_k w_3 ((x^T W_1)_+ w_2)_+ with W_1 (d x 2), cost sum_k (|w_2|^2 + w_3^2) / 2, |W_1|_F <= 1 by dividing
               by the norm
  path         the same networks without the constraint, cost sum_k sqrt(sum_j |w_1j|^2 w_2j^2 w_3^2)
Minimises 1/2 |f - y|^2 + beta cost for each width of WIDTHS ("1,2,4") from STARTS random starts: ADAM steps with a step
size that falls from 3e-2 to 3e-4, then LBFGS steps of L-BFGS with a strong Wolfe search. Doubles, one thread. Prints
"WIDTH:START SECONDS OBJECTIVE" for every run (its lowest objective; Adam's seconds are shared out evenly).
"""

import sys
import time

import torch

from raw_files import read_raw

HIDDEN = 2  # neurons of the first layer of a branch


def shapes_of(architecture, dimension):
    """The arrays of one branch."""
    if architecture == "cnn":
        return {"u": (dimension,), "alpha": ()}
    return {"W1": (dimension, HIDDEN), "w2": (HIDDEN,), "w3": ()}


def start(architecture, dimension, width, seed):
    """Normal weights, each array divided by the square root of the entries that one output reads."""
    generator = torch.Generator().manual_seed(seed)
    fan_in = {"u": dimension, "W1": dimension, "w2": HIDDEN, "alpha": width, "w3": width}
    return {
        name: torch.randn((width, *shape), generator=generator) / fan_in[name] ** 0.5
        for name, shape in shapes_of(architecture, dimension).items()
    }


def objectives(architecture, weights, X, y, beta):
    """Objective of each start; weights have the starts as their first axis."""
    if architecture == "cnn":
        active = torch.relu(torch.einsum("rd,swd->srw", X, weights["u"]))
        pooled = active.reshape(active.shape[0], len(y), -1, active.shape[2]).sum(2)
        fit = torch.einsum("snw,sw->sn", pooled, weights["alpha"])
        cost = (weights["u"] ** 2).sum((1, 2)) / 2 + (weights["alpha"] ** 2).sum(1) / 2
    else:
        W1, w2, w3 = weights["W1"], weights["w2"], weights["w3"]
        if architecture == "three-layer":
            W1 = W1 / W1.flatten(2).norm(dim=2)[:, :, None, None]
            cost = (w2**2).sum((1, 2)) / 2 + (w3**2).sum(1) / 2
        else:
            cost = (W1 * (w2 * w3[:, :, None])[:, :, None, :]).flatten(2).norm(dim=2).sum(1)
        first = torch.relu(torch.einsum("nd,swdh->snwh", X, W1))
        second = torch.relu(torch.einsum("snwh,swh->snw", first, w2))
        fit = torch.einsum("snw,sw->sn", second, w3)
    return 0.5 * ((fit - y) ** 2).sum(1) + beta * cost


def adam(architecture, weights, X, y, beta, steps):
    """All starts at once: their steps do not depend on each other. Returns the lowest objective of each."""
    optimizer = torch.optim.Adam(weights.values(), lr=3e-2)
    best = torch.full((len(weights[next(iter(weights))]),), float("inf"))
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = 3e-2 * 1e-2 ** (step / steps)
        optimizer.zero_grad()
        values = objectives(architecture, weights, X, y, beta)
        best = torch.minimum(best, values.detach())
        values.sum().backward()
        optimizer.step()
    return best


def lbfgs(architecture, weights, X, y, beta, steps):
    """One start. Returns its lowest objective."""
    best = float("inf")
    optimizer = torch.optim.LBFGS(
        weights.values(), max_iter=steps, max_eval=3 * steps, history_size=50,
        line_search_fn="strong_wolfe", tolerance_grad=1e-12, tolerance_change=0,
    )

    def closure():
        nonlocal best
        optimizer.zero_grad()
        value = objectives(architecture, weights, X, y, beta)[0]
        best = min(best, float(value.detach()))
        value.backward()
        return value

    optimizer.step(closure)
    return best


def run(architecture, width, starts, steps, data):
    dimension = data[0].shape[1]
    each = [start(architecture, dimension, width, seed) for seed in range(1, starts + 1)]
    weights = {name: torch.stack([one[name] for one in each]).requires_grad_() for name in each[0]}
    begin = time.process_time()
    best = adam(architecture, weights, *data, steps[0])
    shared = (time.process_time() - begin) / starts
    for s in range(starts):
        begin = time.process_time()
        one = {name: values[s : s + 1].detach().clone().requires_grad_() for name, values in weights.items()}
        value = min(float(best[s]), lbfgs(architecture, one, *data, steps[1]))
        print(f"{width}:{s + 1} {shared + time.process_time() - begin:.6g} {value:.17g}", flush=True)


def main():
    folder, architecture = sys.argv[1:3]
    widths = [int(width) for width in sys.argv[3].split(",")]
    starts, *steps = (int(number) for number in sys.argv[4:7])
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    X, y = (torch.tensor(read_raw(folder, name)) for name in ("X", "y"))
    data = (X, y.flatten(), float(read_raw(folder, "beta")[0, 0]))
    for width in widths:
        run(architecture, width, starts, steps, data)


if __name__ == "__main__":
    main()
