"""Writes the small certificates in tests/data/certificates: stand-alone, slow and simple.

Fixtures F1x, F2x and F3 of the theory (docs/theory, section of test fixtures), F3 scaled to integers: with
rows 5 x_i the optimum at beta equals that of F3 at beta / 5. Leaf vectors are found in floating point and
decided by the second checker's exact leaf test; a leaf that does not hold is split.

Usage: make_certificates.py FOLDER
"""

import itertools
import math
import os
import random
import sys
from fractions import Fraction

import check_certificate

MAX_DEPTH = 40


def dyad(value):
    value = Fraction(value)
    exponent = value.denominator.bit_length() - 1
    mantissa = value.numerator
    assert value.denominator == 1 << exponent
    while mantissa and mantissa % 2 == 0:
        mantissa //= 2
        exponent -= 1
    return f"{mantissa}:{exponent}" if mantissa else "0:0"


def solve(matrix, right):
    """Gaussian elimination in floats; None when singular."""
    n = len(right)
    rows = [[float(v) for v in row] + [float(b)] for row, b in zip(matrix, right)]
    for k in range(n):
        pivot = max(range(k, n), key=lambda i: abs(rows[i][k]))
        if abs(rows[pivot][k]) < 1e-13 * max(1.0, max(abs(v) for v in rows[pivot])):
            return None
        rows[k], rows[pivot] = rows[pivot], rows[k]
        for i in range(n):
            if i != k:
                factor = rows[i][k] / rows[k][k]
                rows[i] = [v - factor * w for v, w in zip(rows[i], rows[k])]
    return [rows[k][n] / rows[k][k] for k in range(n)]


def quadratic(gram, a, b):
    return sum(a[i] * gram[i][j] * b[j] for i in range(len(a)) for j in range(len(b)))


def shortest(rays, gram, c):
    """(length, p) minimising p^T Q p subject to p^T Q r_k >= c_k, by all active sets."""
    r = len(rays)
    products = [[quadratic(gram, a, b) for b in rays] for a in rays]
    best = None
    for size in range(r + 1):
        for active in itertools.combinations(range(r), size):
            weights = solve([[products[a][b] for b in active] for a in active], [c[a] for a in active])
            if weights is None or any(w < 0 for w in weights):
                continue
            p = [sum(w * rays[a][i] for w, a in zip(weights, active)) for i in range(r)]
            if all(quadratic(gram, p, ray) >= ck - 1e-9 * (1 + abs(ck)) for ray, ck in zip(rays, c)):
                length = math.sqrt(max(0.0, quadratic(gram, p, p)))
                if best is None or length < best[0]:
                    best = (length, p)
    return best


class Producer:
    """One certificate. The exact data live in a Certificate of the second checker, filled by hand."""

    def __init__(self, instance, seed):
        self.i = instance
        self.random = random.Random(seed)
        c = check_certificate.Certificate.__new__(check_certificate.Certificate)
        c.x, c.y = instance["x"], instance["y"]
        c.pool = c.mean_of = 1
        if "patches" in instance:
            special = {"-": Fraction(0), "+": Fraction(1)}
            c.x = [[special[k] if k in special else row[k] for k in patch] for row in c.x for patch in instance["patches"]]
            c.pool = len(c.x) // len(c.y)
            c.mean_of = c.pool if instance["pooling"] == "average" else 1
        c.n, c.d = len(c.x), len(c.x[0])
        c.nu = [v for v in instance["nu"] for _ in range(c.pool)] if "nu" in instance else None
        c.beta, c.loss, c.delta = instance["beta"], instance["loss"].encode(), instance.get("delta")
        c.row_beta = c.mean_of * c.beta
        c.bias_kind = instance["bias_kind"].encode()
        c.weight = Fraction(1, len(c.y)) if instance["scale"] == "mean" else Fraction(1)
        c.cone_x = c.near_data(instance.get("near", {}))
        if c.nu:
            c.cone_beta = c.near_beta()
        c.basis = [c.cone_x[k] for k in instance.get("basis", [])]
        c.rank = len(c.basis) or c.d
        self.c = c

    # The tree.

    def coordinates(self):
        """Float gram matrix and groups in the units of p.u."""
        c = self.c
        scale = c.fine * c.basis_scale
        if c.basis:
            gram = [[v / c.basis_scale**2 for v in row] for row in c.gram]
        else:
            gram = [[float(i == j) for j in range(c.rank)] for i in range(c.rank)]
        return gram, scale

    def tree(self, sign):
        gram, scale = self.coordinates()
        lines = []
        for mask in range(1 << self.c.rank):
            rays = [[(-1 if mask >> k & 1 else 1) * (i == k) for i in range(self.c.rank)]
                    for k in range(self.c.rank)]
            self.node(rays, sign, gram, scale, 0, lines)
        return lines

    def node(self, rays, sign, gram, scale, depth, lines):
        leaf = self.leaf(rays, sign, gram, scale)
        if leaf:
            lines.append(leaf)
            return
        assert depth < MAX_DEPTH, "the tree does not close"
        lengths = [math.sqrt(quadratic(gram, a, a)) for a in rays]
        pairs = [(quadratic(gram, rays[a], rays[b]) / (lengths[a] * lengths[b]), a, b)
                 for a in range(len(rays)) for b in range(a)]
        _, k, l = min(pairs)
        if self.random.random() < 0.5:
            k, l = l, k
        shift = round(math.log2(lengths[l] / lengths[k])) if self.i.get("shifts") else 0
        line = f"s {k} {l}" + (f" {shift}" if shift else "")
        lines.append(line)
        for child in self.c.split(rays, line.encode().split()[1:]):
            self.node(child, sign, gram, scale, depth + 1, lines)

    def leaf(self, rays, sign, gram, scale):
        base, free = [sign * check_certificate.inner(self.c.ell, r) / scale for r in rays], []
        for j, w, v in self.c.groups:
            along = [check_certificate.inner(v, r) * w * sign / scale for r in rays]
            if w * sign < 0 and min(along) < 0 < max(along):
                free.append((j, v, along))
            else:
                base = [b + (max(t, 0) if w * sign > 0 else min(t, 0)) for b, t in zip(base, along)]
        if all(b <= 0 for b in base) and self.holds(rays, "0", sign):
            return "0"
        levels = {0: [0], 1: [0, 1, 2, 3, 4], 2: [0, 1, 2, 3, 4]}.get(len(free), [0, 2, 4])
        if len(free) > 5:
            return None
        found = []
        for s in itertools.product(levels, repeat=len(free)):
            c = list(base)
            for value, (_, _, along) in zip(s, free):
                c = [a + value / 4 * t for a, t in zip(c, along)]
            best = shortest(rays, gram, c)
            if best and best[0] < float(self.c.cone_beta) * (1 + 1e-12):
                found.append((sum(v % 4 != 0 for v in s), best[0], s, c))
        for _, length, s, c in sorted(found)[:3]:
            text = self.rounded(rays, sign, gram, free, s, c, length)
            if text:
                return text
        return None

    def rounded(self, rays, sign, gram, free, s, c, length):
        room = max(0.0, float(self.c.cone_beta) - length) / 2
        unit = [math.sqrt(quadratic(gram, r, r)) for r in rays]
        best = shortest(rays, gram, [a + room / 2 * u for a, u in zip(c, unit)])
        for p in ([best[1]] if best else []) + [shortest(rays, gram, c)[1]]:
            for f in range(0, 45):
                whole = [round(v * 2.0**f) for v in p]
                text = self.leaf_text(rays, free, s, f, whole)
                if self.holds(rays, text, sign):
                    return text
        return None

    def leaf_text(self, rays, free, s, f, whole):
        text = f"{f} " + " ".join(map(str, whole))
        rules = [(None, [check_certificate.inner(v, whole) > 0 for _, v, _ in free])]
        for weights in ([1] * len(rays), [self.random.randrange(4) for _ in rays]):
            if any(weights):
                ray = [check_certificate.inner(weights, column) for column in zip(*rays)]
                rules.append((weights, [check_certificate.inner(v, ray) > 0 for _, v, _ in free]))
        wrong = [[(j, value) for (j, _, _), value, default in zip(free, s, rule) if value != 4 * default]
                 for _, rule in rules]
        pick = min(range(len(rules)), key=lambda i: (len(wrong[i]), i))
        if rules[pick][0]:
            text += " ; " + " ".join(map(str, rules[pick][0]))
        if wrong[pick]:
            q = 2 if any(value % 2 for _, value in wrong[pick]) else 1 if any(
                value % 4 for _, value in wrong[pick]) else 0
            text += f" / {q} " + " ".join(f"{j}:{value >> (2 - q)}" for j, value in wrong[pick])
        return text

    def holds(self, rays, text, sign):
        try:
            self.c.check_leaf(rays, text.encode().split(), sign)
        except check_certificate.Rejected:
            return False
        return True

    # The whole text.

    def sphere(self, sign):
        c = self.c
        grid, q = self.i["sphere_grid"], 40
        lines = [f"grid {grid}"]
        given, mean = [], 0.0
        for g, row in zip(c.nu, c.x):
            length = max(1.0, math.sqrt(sum(float(abs(g) * v * 2**grid) ** 2 for v in row)))
            if sign * g > 0:
                given.append(max(1, round(2**q / (1.0 * length))))
                mean += length / 8
            else:
                given.append(-(1 << (q - 3)) if g else 0)
        lines.append(f"{q} " + " ".join(map(str, given)))
        head = [l.encode() for l in lines]
        for step in range(1, 200):  # a feasible mu by a coarse sweep over [0, beta 2^f]
            mu = int(float(c.row_beta) * 2**grid * 2**q * step / 200)
            c.lines = check_certificate.Lines(b"\n".join(head + [b"mu %d" % mu]) + b"\n")
            try:
                c.check_sphere([sign * v for v in c.nu])
            except check_certificate.Rejected:
                continue
            return lines + [f"mu {mu}"]
        raise AssertionError("no mu closes the sphere proof")

    def network_lines(self, word, network):
        w, alpha, bias = network
        lines = [f"{word} {len(alpha)}"]
        lines += [" ".join(map(dyad, list(row) + [a])) for row, a in zip(w, alpha)]
        if self.i["bias_kind"] != "none":
            lines.append(f"bias {dyad(bias)}")
        return lines

    def path_lines(self, directions, states, reach=False):
        """States are (word, bias, slots), a slot None or (sign, direction, mass)."""
        lines = [f"path {len(directions)} {len(states)}"]
        lines += [" ".join(map(dyad, row)) for row in directions]
        for word, bias, slots in states:
            texts = ["0" if slot is None else f"{slot[0]} {slot[1]} {dyad(slot[2])}" for slot in slots]
            lines.append(" ".join([word] + ([] if self.i["bias_kind"] == "none" else [dyad(bias)]) + texts))
        return lines + (["reach"] if reach else [])

    def text(self):
        i, c = self.i, self.c
        loss = i["loss"] + (f" {dyad(i['delta'])}" if i["loss"] == "huber" else "")
        kind = f"cnn {i['pooling']}" if "patches" in i else "relu2"
        lines = ["cert 1",
                 f"problem {kind} loss {loss} scale {i['scale']} output-bias {i['bias_kind']}",
                 f"beta {dyad(i['beta'])}",
                 f"source dataset {i.get('hash', '-')} network -"]
        if "patches" in i:
            lines.append(f"patches {len(i['patches'])} {c.d}")
            lines += [" ".join(map(str, patch)) for patch in i["patches"]]
        x, targets = i["x"], len(c.y) // len(i["x"])
        lines.append(f"data {len(x)} {len(x[0])}")
        lines += [" ".join(map(dyad, list(row) + c.y[k * targets : (k + 1) * targets])) for k, row in enumerate(x)]
        lines += self.network_lines("network", i["network"])
        if "improved" in i:
            lines += self.network_lines("improved", i["improved"])
        if "path" in i:
            lines += self.path_lines(**i["path"])
        if "nu" in i:
            basis, near = i.get("basis", []), i.get("near", {})
            if near:
                lines.append(f"near {len(near)}")
                lines += [f"{j} {k} {dyad(multiple)}" for j, (k, multiple) in near.items()]
            lines.append(" ".join(map(str, ["basis", len(basis)] + basis)))
            e = max(v.denominator.bit_length() - 1 for v in i["nu"])
            lines.append(f"nu {e} " + " ".join(str(int(v * 2**e)) for v in i["nu"]))
            c.make_groups()
            for sign, word in ((1, "+"), (-1, "-")):
                if word in i.get("spheres", ""):
                    lines += [f"sphere {word}"] + self.sphere(sign)
                else:
                    lines += [f"tree {word}"] + self.tree(sign)
        return lines + self.claims("\n".join(lines) + "\n")

    def claims(self, head):
        """Claims at exactly the values that a Dyad53 rounded outward can hold."""
        probe = check_certificate.check((head + f"claim value 1:-60\nend\n").encode())
        value, _, bound, gap, relative, _, decrease, increase, maximum, final = probe.statement()
        named = [("value", value), ("bound", bound), ("gap", gap), ("relgap", relative),
                 ("decrease", decrease), ("increase", increase), ("maximum", maximum), ("final", final)]
        lines = [f"claim {name} {dyad(Fraction(v[0]) * Fraction(2) ** v[1])}"
                 for name, v in named if v is not None]
        return lines + ["end"]


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
