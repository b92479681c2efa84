"""Writes the small certificates in tests/data/certificates with certificate_producer.py.

Fixtures F1x, F2x and F3 of the theory (docs/theory, section of test fixtures), F3 scaled to integers: with
rows 5 x_i the optimum at beta equals that of F3 at beta / 5.

Usage: make_certificates.py FOLDER
"""

import math
import os
import sys
from fractions import Fraction

import check_certificate
from certificate_producer import Producer


def fractions(rows):
    return [[Fraction(v) for v in row] for row in rows]


def floor_to(value, bits):
    return Fraction(math.floor(Fraction(value) * 2**bits), 2**bits)


def neuron(direction, mass, sign=1):
    """A balanced neuron with |w| |alpha| = mass, in doubles."""
    length = math.sqrt(sum(v * v for v in direction))
    root = math.sqrt(mass)
    return [Fraction(root * v / length) for v in direction], sign * Fraction(root)


def network(*neurons, bias=0):
    return [n[0] for n in neurons], [n[1] for n in neurons], Fraction(bias)


def instances():
    """(name, instance); nu is shrunk by eta = 2^-6 .. 2^-12 so that the trees close early."""
    plain = {"loss": "squared", "scale": "sum", "bias_kind": "none"}
    eighth = Fraction(1, 8)
    half = Fraction(1, 2)
    f1x = {**plain, "x": fractions([[1, 1, 1, 1], [-1, -1, -1, 1]]), "y": [Fraction(1)] * 2,
           "beta": eighth, "network": network(neuron([0, 0, 0, 1], 1 - 1 / 16))}
    f1x_nu = [floor_to(Fraction(1, 16) * (1 - Fraction(1, 2**8)), 40)] * 2
    f2x = {**plain, "x": [[half] * 4, [-half, -half, -half, half], [Fraction(0)] * 3 + [Fraction(-1)]],
           "y": [Fraction(1)] * 3, "beta": eighth}
    f2x["network"] = network(*[neuron(row, 1 - 1 / 8) for row in f2x["x"]])
    f2x_nu = [floor_to(eighth * (1 - Fraction(1, 2**8)), 40)] * 3
    f3 = {**plain, "x": fractions([[3, 4], [3, -4]]), "y": [Fraction(1)] * 2, "beta": half}
    # With rows 5 x_i one neuron at (1, 0) of mass z fits 3 z: 3 z = 1 - beta / 6.
    f3["network"] = network(neuron([1, 0], float(1 - half / 6) / 3))
    f3_nu = [floor_to(half / 6 * (1 - Fraction(1, 2**10)), 40)] * 2
    # The strict local minimum at the neurons x_1, x_2 of F3: each fits its own row, 5 z = 1 - beta / 5.
    local = network(neuron([3, 4], 0.9 / 5), neuron([3, -4], 0.9 / 5))

    yield "f1x_basis", {**f1x, "basis": [0, 1], "nu": f1x_nu}
    yield "f1x_full", {**f1x, "nu": [v * Fraction(7, 8) for v in f1x_nu], "hash": "0" * 63 + "f"}
    yield "f2x_basis", {**f2x, "basis": [0, 1], "nu": f2x_nu, "shifts": True}
    yield "f3_optimal", {**f3, "nu": f3_nu}
    yield "f3_local", {**f3, "network": local, "improved": f3["network"], "nu": f3_nu}
    yield "f3_mean", {**f3, "scale": "mean", "beta": half / 2, "nu": [v / 2 for v in f3_nu]}
    yield "f3_value_only", {**f3, "network": local, "improved": f3["network"]}
    yield "f1x_huber_wide", {**f1x, "loss": "huber", "delta": half, "basis": [0, 1], "nu": f1x_nu}
    yield "f1x_huber_narrow", {**f1x, "loss": "huber", "delta": Fraction(1, 32), "basis": [0, 1],
                               "network": network(), "nu": [Fraction(1, 32)] * 2}
    yield "f1x_hinge", {**f1x, "loss": "squared-hinge", "basis": [0, 1], "nu": f1x_nu}
    # The hinge beyond, inside and below its margin.
    yield "mixed_hinge", {**f1x, "loss": "squared-hinge", "scale": "mean", "x": fractions([[3], [-2], [1]]),
                          "y": [Fraction(1), Fraction(1), Fraction(-1)],
                          "network": network(neuron([1], 1), neuron([-1], Fraction(1, 4))),
                          "beta": Fraction(1), "nu": [Fraction(0), Fraction(1, 4), Fraction(-1, 8)]}
    # Each row of F3 twice , a zero row and an opposite row.
    yield "f3_parallel", {
        **f3, "beta": Fraction(1),
        "x": f3["x"] + f3["x"] + fractions([[0, 0], [-6, -8]]), "y": f3["y"] * 2 + [Fraction(0)] * 2,
        "nu": f3_nu * 2 + [Fraction(0), Fraction(-1, 64)], "shifts": True}
    f5 = {**plain, "x": fractions([[-1], [1]]), "y": [Fraction(1), Fraction(2)], "beta": eighth}
    yield "f5_bias_free", {**f5, "bias_kind": "free", "nu": [-eighth, eighth],
                           "network": network(neuron([1], 0.75), bias=Fraction(9, 8))}
    yield "f5_bias_penalised", {**f5, "bias_kind": "penalised", "nu": [Fraction(0), eighth],
                                "network": network(neuron([1], 0.875), bias=1)}
    yield "f5_perfect", {**f5, "bias_kind": "free", "y": [Fraction(2)] * 2, "nu": [Fraction(0)] * 2,
                         "network": network(bias=2)}
    yield "f1x_sphere", {**f1x, "nu": [v / 4 for v in f1x_nu], "spheres": "+-", "sphere_grid": 22}
    mixed = {**plain, "x": fractions([[3, 1, 1], [-2, 2, 1], [1, -3, 1], [-1, -1, 1], [2, 2, -1]]),
             "y": [Fraction(v, 4) for v in (5, -3, 2, 4, -6)], "beta": Fraction(3, 2)}
    mixed["network"] = network(neuron([1, 1, 1], 0.25), neuron([-1, 1, -1], 0.125, -1))
    mixed_nu = [floor_to(y * Fraction(3, 16), 30) for y in mixed["y"]]
    yield "mixed_tree", {**mixed, "nu": mixed_nu, "shifts": True}
    yield "mixed_deep", {**mixed, "nu": [v * Fraction(7, 4) for v in mixed_nu], "shifts": True}
    yield "mixed_sphere", {**mixed, "nu": [v * Fraction(5, 8) for v in mixed_nu], "spheres": "+-",
                           "sphere_grid": 18}
    yield "mixed_sphere_and_tree", {**mixed, "nu": [v * Fraction(5, 8) for v in mixed_nu],
                                    "spheres": "-", "sphere_grid": 26}
    # Rows 0, 1 are those of F3 and equal 3 times rows 2, 3 only as doubles. With fits 3 z and z for
    # the targets 1 and 1/3, P* = min (10/9) (3 z - 1)^2 + beta z = beta/3 - beta^2/40.
    third = Fraction(4 / 3)
    shrunk = half / 20 * (1 - Fraction(1, 2**10))
    yield "near_f3", {
        **f3, "x": f3["x"] + [[Fraction(1), third], [Fraction(1), -third]],
        "y": f3["y"] + [Fraction(1 / 3)] * 2, "near": {0: (2, Fraction(3)), 1: (3, Fraction(3))},
        "network": network(neuron([1, 0], float(1 - 3 * half / 20) / 3)),
        "nu": [floor_to(3 * shrunk, 40)] * 2 + [floor_to(shrunk, 40)] * 2}
    # Rows 0, 1 and rounded multiples of them: the replaced data have rank 2, and there the duals of
    # rows 0 and 2 cancel.
    pair = [[0.3, 0.1, 0.1], [-0.2, 0.2, 0.1]]
    rows = pair + [[3 * v for v in pair[0]], [-1.5 * v for v in pair[1]]]
    yield "near_basis", {
        **plain, "x": fractions(rows), "y": [half, Fraction(-1, 4), Fraction(-1, 4), half],
        "beta": eighth / 4, "near": {2: (0, Fraction(3)), 3: (1, Fraction(-3, 2))}, "basis": [1, 2],
        "network": network(neuron([-1, 1, 1], 0.25)), "shifts": True,
        "nu": [3 * eighth, Fraction(-1, 16), -eighth, Fraction(1, 16)]}
    yield from paths(plain, f3, f3_nu)
    yield from convolutions(plain)


def paths(plain, f3, f3_nu):
    """Paths by hand. At F3 (rows 5 x_i, beta 1/2) the neurons x_1, x_2 of mass 1/32 fit 25/32 each."""
    thin, half, eighth = Fraction(1, 32), Fraction(1, 2), Fraction(1, 8)
    rows = f3["x"] + fractions([[1, 0]])
    start = ([f3["x"][0], f3["x"][1], [Fraction(0)] * 2], [thin, thin, Fraction(0)], Fraction(0))
    a, b, both = ("+", 0, thin), ("+", 1, thin), ("+", 2, eighth)
    # Slopes 23/128 and 105/128.
    rising = [("balance", 0, [a, b, None]), ("masses", 0, [a, b, both]), ("masses", 0, [None, None, both])]
    yield "path_rising", {**f3, "network": start, "path": {"directions": rows, "states": rising}, "nu": f3_nu}
    # x_1 is split with the empty slot, moves there, and x_2 takes its place: 209/1024 all along.
    left = ("+", 0, thin / 2)
    level = [("balance", 0, [a, b, None]), ("masses", 0, [left, b, left]), ("masses", 0, [None, b, a]),
             ("masses", 0, [b, None, a])]
    yield "path_level", {**f3, "network": start, "path": {"directions": rows, "states": level}}
    # x_1 turns to (4, 3), just not across x_2, then to (5, 0) joined with the like of x_2; with an output bias.
    turned = rows + fractions([[4, 3], [4, -3], [5, 0]])
    c, d, one = ("+", 3, thin), ("+", 4, thin), ("+", 5, 2 * thin)
    merging = [("balance", 0, [a, b, None]), ("merge", -eighth, [c, d, None]), ("merge", 0, [one, None, None]),
               ("masses", eighth, [one, None, ("-", 5, thin)])]
    for kind, loss in (("penalised", {}), ("free", {"loss": "huber", "delta": Fraction(1, 4)}),
                       ("penalised", {"loss": "squared-hinge", "scale": "mean"})):
        name = "path_merge_" + loss.get("loss", kind).replace("squared-hinge", "hinge")
        yield name, {**f3, **loss, "bias_kind": kind, "network": start,
                     "path": {"directions": turned, "states": merging}}
    # Irrational norms; masses of full doubles.
    mixed = {**plain, "x": fractions([[3, 1, 1], [-2, 2, 1], [1, -3, 1]]), "y": [half, -half, half], "beta": eighth}
    ends = fractions([[0.1, 0.7, -0.3], [-0.2, 0.9, 1.1]])
    begin = (ends, [Fraction(0.3), Fraction(-0.7)], Fraction(0))
    goal = ([ends[0], ends[0]], [Fraction(0.1), Fraction(0.2)], Fraction(0))
    moves = [("balance", 0, [("+", 0, Fraction(0.3)), ("-", 1, Fraction(0.7))]),
             ("masses", 0, [("+", 0, Fraction(0.15)), None]),
             ("masses", 0, [("+", 0, Fraction(0.1)), ("+", 0, Fraction(0.2))])]
    yield "path_irrational", {**mixed, "network": begin, "improved": goal,
                              "path": {"directions": ends, "states": moves, "reach": True}}


def convolutions(plain):
    """Two-layer convolutional networks: with the sum, the mean (a third of it, so no dyads) and without pooling."""
    half, eighth = Fraction(1, 2), Fraction(1, 8)
    signals = fractions([[1, 0, -1], [0, 1, 1], [-1, 2, 0]])
    pairs = {"x": signals, "patches": [[0, 1], [1, 2]]}
    total = {**plain, **pairs, "pooling": "sum", "y": [Fraction(1), Fraction(-1), Fraction(2)], "beta": half,
             "network": network(neuron([-1, 2], 0.4), neuron([1, 1], 0.25, -1)),
             "improved": network(neuron([-1, 2], 0.5), neuron([1, 1], 0.25, -1)),
             "nu": [Fraction(0), Fraction(-3, 8), 2 * eighth]}
    yield "cnn_sum", total
    yield "cnn_sum_basis", {**total, "basis": [0, 1], "shifts": True}
    # The filter's bias, zeros on both sides; the third row replaced by three times the sixth.
    padded = {"x": fractions([[1, 3], [-2, 1]]), "patches": [["-", 0, "+"], [0, 1, "+"], [1, "-", "+"]]}
    mean = {**plain, **padded, "pooling": "average", "y": [Fraction(1), Fraction(-half)], "beta": half,
            "network": network(neuron([1, -1, 1], 0.5), neuron([0, 1, 0], 0.125, -1)), "nu": [Fraction(3, 16), -eighth]}
    yield "cnn_average", mean
    yield "cnn_average_sphere", {**mean, "nu": [eighth, -eighth / 2], "spheres": "-", "sphere_grid": 20}
    yield "cnn_average_bias", {**mean, "bias_kind": "penalised", "loss": "huber", "delta": Fraction(1, 4),
                               "network": (*mean["network"][:2], eighth), "nu": [eighth, -eighth]}
    near = {**padded, "x": [[Fraction(1), Fraction(0.3)], [Fraction(0.3 * 3), Fraction(3)]]}
    yield "cnn_near", {**mean, **near, "patches": [[0, "-"], ["-", 1]], "near": {2: (0, Fraction(0.9))},
                       "network": network(neuron([1, -1], 0.5)), "nu": [half, -2 * eighth]}
    single = {**plain, **pairs, "pooling": "none", "beta": half, "network": total["network"],
              "y": [Fraction(v, 2) for v in (1, -1, 2, 0, 1, -3)],
              "nu": [Fraction(v, 8) for v in (1, 0, 1, -1, 1, -1)]}
    yield "cnn_none", single
    yield "cnn_none_mean", {**single, "scale": "mean", "beta": eighth, "bias_kind": "free",
                            "network": (*single["network"][:2], half), "nu": [Fraction(v, 64) for v in (1, 0, 1, -1, 1, -2)]}


def main():
    os.makedirs(sys.argv[1], exist_ok=True)
    for seed, (name, instance) in enumerate(instances()):
        lines = Producer(instance, seed).text()
        text = "\n".join(lines) + "\n"
        certificate = check_certificate.check(text.encode())
        with open(os.path.join(sys.argv[1], name + ".cert"), "wb") as file:
            file.write(text.encode())
        gap = "" if certificate.bound is None else f"{float(certificate.value - certificate.bound):.3e}"
        print(f"{name}: {certificate.leaves} leaves, {len(text)} bytes, "
              f"value {float(certificate.value):.9f} gap {gap}")


if __name__ == "__main__":
    main()
