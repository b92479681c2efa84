"""Writes tests/data/certificates/produced_*.cert: what the program itself says about tiny instances.

The other certificates there are written by make_certificates.py, in its own simple style. These hold what only
the real producer writes: full doubles, long grids, rules with weights, exceptions, shifts, near rows, bases.

Usage: produce_certificates.py THALWEG FOLDER
"""

import os
import random
import subprocess
import sys
import tempfile

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAM, FOLDER = sys.argv[1:]
os.environ.update(THALWEG_BINARY=PROGRAM, THALWEG_SOURCE=os.path.dirname(TESTS))
sys.path.insert(0, os.path.join(TESTS, "cli"))

from cli_case import gaussian_problem, write_npz  # noqa: E402

MAX_BYTES = 20000


def run(*arguments, expect=(0,)):
    done = subprocess.run([PROGRAM, *arguments, "--threads", "1", "-q"], capture_output=True, text=True, check=False)
    assert done.returncode in expect, (arguments, done.returncode, done.stderr)


def produce(name, X, y, beta, *options, network=None):
    """Certifies the given network, or a trained one, and keeps the certificate."""
    with tempfile.TemporaryDirectory() as folder:
        data = write_npz(os.path.join(folder, "data.npz"), X=X, y=y)
        stored = os.path.join(folder, "network.npz")
        objective = ["--dataset", data, "--beta", str(beta), *options]
        if network is None:
            run("train", *objective, "--out", stored)
        else:
            write_npz(stored, **network)
        target = os.path.join(FOLDER, f"produced_{name}.cert")
        run("certify", *objective, "--network", stored, "--certificate", target)
    assert os.path.getsize(target) <= MAX_BYTES, (name, os.path.getsize(target))


def normal(draw, rows, columns):
    return [[draw.gauss(0, 1) for _ in range(columns)] for _ in range(rows)]


def combinations(draw, rows, basis):
    """Rows that are small integer combinations of the basis rows, exactly."""
    result = []
    for _ in range(rows):
        factors = [draw.choice([-2, -1, 1, 2, 3]) for _ in basis]
        result.append([sum(f * row[k] for f, row in zip(factors, basis)) for k in range(len(basis[0]))])
    return result


def main():
    draw = random.Random(20250101)
    X, y = gaussian_problem(14, 3, seed=5)
    labels = [1.0 if value > 0 else -1.0 for value in y]
    far = {"W": [[1, 0.5, -0.25], [0, -1, 2]], "alpha": [1, -0.5]}
    produce("optimum", X, y, 0.4)
    produce("suboptimal", X, y, 0.4, network=far)
    produce("huber", X, y, 0.3, "--loss", "huber", "--huber-delta", "0.7")
    produce("hinge_free", X, labels, 0.3, "--loss", "squared-hinge", "--output-bias", "free")
    produce("mean_bias", [row[:2] for row in X], y, 0.05, "--loss-scale", "mean", "--bias", "--output-bias", "penalised")
    grid = [[float(draw.randint(-2, 2)) for _ in range(3)] for _ in range(12)]
    produce("ties", grid, [float(draw.randint(-3, 3)) for _ in grid], 1.5)
    integers = [[float(draw.randint(-9, 9)) for _ in range(5)] for _ in range(3)]
    produce("basis", combinations(draw, 12, integers), y[:12], 20)
    multiples = [3.0, -1 / 7, 0.1, 7.0]
    near = X[:8] + [[m * v for v in X[i]] for i, m in enumerate(multiples)]
    produce("near", near, y[:12], 0.4)
    flat = combinations(draw, 8, integers[:2])
    produce("near_basis", flat + [[0.1 * v for v in row] for row in flat[:3]], y[:11], 10)
    produce("sphere", normal(draw, 15, 13), y + [0.5], 0.8, network={"W": [[0.25] * 13], "alpha": [1]})
    stamps = [[1e4 * (1 + 0.1 * draw.gauss(0, 1)), 1.0] for _ in range(12)]
    produce("stamps", stamps, y[:12], 1.0, network={"W": [[0.0, 1.0]], "alpha": [0.5]})


if __name__ == "__main__":
    main()
