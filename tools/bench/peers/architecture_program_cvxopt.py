"""architecture_program_cvxopt.py FOLDER: the convex program over all pieces by CVXOPT (Debian: python3-cvxopt).

FOLDER holds what tools/bench/complete_pieces.hpp writes. Prints "cvxopt SECONDS OBJECTIVE".
"""

import sys
import time

import numpy
from cvxopt import matrix, solvers, spmatrix

from raw_files import read_raw


def sparse(i, j, v, shape):
    return spmatrix(*(matrix(numpy.concatenate(x).astype(t)) for x, t in ((v, float), (i, int), (j, int))), shape)


def main():
    folder = sys.argv[1]
    A, G, groups, y = (read_raw(folder, name) for name in ("A", "G", "groups", "y"))
    beta = read_raw(folder, "beta")[0, 0]
    n, count, size = len(y), len(groups), groups[:, 1].astype(int)
    weights, walls = int(size.sum()), int(G[:, 0].max()) + 1
    # Variables: w, s. Objective 1/2 |A w - y|^2 + beta sum weight s.
    maps = numpy.zeros((n, weights))
    maps[A[:, 0].astype(int), A[:, 1].astype(int)] = A[:, 2]
    P = numpy.zeros((weights + count,) * 2)
    P[:weights, :weights] = maps.T @ maps
    q = numpy.concatenate([-maps.T @ y.ravel(), beta * groups[:, 2]])
    cone_row = walls + numpy.concatenate([[0], numpy.cumsum(size + 1)[:-1]])
    group_of = numpy.repeat(numpy.arange(count), size)
    inner = numpy.concatenate([numpy.arange(k) for k in size])
    height = walls + weights + count
    cones = sparse(
        [G[:, 0], cone_row, cone_row[group_of] + 1 + inner],
        [G[:, 1], weights + numpy.arange(count), groups[group_of, 0] + inner],
        [-G[:, 2], -numpy.ones(count), -numpy.ones(weights)],
        (height, weights + count),
    )
    solvers.options.update(show_progress=False, abstol=1e-12, reltol=1e-9, feastol=1e-9)
    dims = {"l": walls, "q": [int(k) + 1 for k in size], "s": []}
    start = time.process_time()
    solution = solvers.coneqp(matrix(P), matrix(q), cones, matrix(numpy.zeros(height)), dims)
    seconds = time.process_time() - start
    # Also where it gives up above the tolerances: its rounding level.
    print(f"cvxopt {seconds:.6g} {solution['primal objective'] + 0.5 * float((y**2).sum()):.17g}")


if __name__ == "__main__":
    main()
