"""complete_program_cvxopt.py FOLDER: the complete convex ReLU program by CVXOPT (Debian: python3-cvxopt).

FOLDER holds X (n x d), y (n), patterns (p x n, 0 or 1) and beta as raw doubles. Prints "cvxopt SECONDS OBJECTIVE".
"""

import sys
import time

import numpy
from cvxopt import matrix, solvers, spmatrix

from raw_files import read_raw


def main():
    folder = sys.argv[1]
    X, y, D = (read_raw(folder, name) for name in ("X", "y", "patterns"))
    beta = read_raw(folder, "beta")[0, 0]
    n, d = X.shape
    gates = numpy.vstack([D, D])
    signs = numpy.repeat([1.0, -1.0], len(D))
    blocks = len(gates)
    # Variables: w_1 .. w_blocks, s. Objective 1/2 |A w - y|^2 + beta sum s.
    A = numpy.hstack([sign * gate[:, None] * X for gate, sign in zip(gates, signs)])
    P = numpy.zeros((blocks * (d + 1),) * 2)
    P[: blocks * d, : blocks * d] = A.T @ A
    q = numpy.concatenate([-A.T @ y.ravel(), numpy.full(blocks, beta)])
    rows, columns, values = [], [], []
    for k, gate in enumerate(gates):
        wall_rows, wall_columns = numpy.mgrid[k * n : (k + 1) * n, k * d : (k + 1) * d]
        rows += [wall_rows.ravel()]
        columns += [wall_columns.ravel()]
        values += [-((2 * gate - 1)[:, None] * X).ravel()]
        cone = blocks * n + k * (d + 1)
        rows += [numpy.arange(cone, cone + d + 1)]
        columns += [numpy.concatenate([[blocks * d + k], numpy.arange(k * d, (k + 1) * d)])]
        values += [-numpy.ones(d + 1)]
    height = blocks * (n + d + 1)
    entries = [numpy.concatenate(part) for part in (values, rows, columns)]
    G = spmatrix(*(matrix(e.astype(t)) for e, t in zip(entries, (float, int, int))), (height, blocks * (d + 1)))
    h = matrix(numpy.zeros(height))
    solvers.options.update(show_progress=False, abstol=1e-12, reltol=1e-9, feastol=1e-9)
    start = time.process_time()
    solution = solvers.coneqp(matrix(P), matrix(q), G, h, {"l": blocks * n, "q": [d + 1] * blocks, "s": []})
    seconds = time.process_time() - start
    # Also where it gives up above the tolerances: its rounding level.
    objective = solution["primal objective"] + 0.5 * float((y**2).sum())
    print(f"cvxopt {seconds:.6g} {objective:.17g}")


if __name__ == "__main__":
    main()
