"""Certificates of small instances: stand-alone, slow and simple. Leaf vectors are found in floating point and decided by
the second checker's exact leaf test; a leaf that does not hold is split."""

import itertools
import math
import random
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
