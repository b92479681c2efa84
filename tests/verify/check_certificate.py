"""A second checker of certificates, written from docs/certificate.md alone.

It shares nothing with the C++ checker and goes about the work differently: the whole text is held,
trees are walked with the cones themselves, every leaf is decided from scratch (no sums are carried
down), and a sphere proof is decided by an exact elimination of the bordered matrix. So it may accept a
sphere proof whose bordered matrix is positive semidefinite by less than the rounded factor needs;
everything else is the same statement. Standard library only.

Usage: check_certificate.py FILE.cert
"""

import re
import sys
from fractions import Fraction
from itertools import combinations_with_replacement
from math import gcd, isqrt, prod


class Malformed(Exception):
    """The text does not follow the grammar."""


class Rejected(Exception):
    """A claim or a step of the proof does not hold."""


INTEGER = re.compile(rb"(?:0|-?[1-9][0-9]{0,1299})\Z")


def require(condition, message):
    if not condition:
        raise Rejected(message)


def grammar(condition, message):
    if not condition:
        raise Malformed(message)


def integer(token):
    grammar(INTEGER.match(token), "integer")
    return int(token)


def bounded(token, low, high):
    value = integer(token)
    grammar(low <= value <= high, "range")
    return value


def dyad(token):
    parts = token.split(b":")
    grammar(len(parts) == 2, "dyad")
    mantissa, exponent = integer(parts[0]), bounded(parts[1], -4096, 4096)
    grammar(mantissa % 2 == 1 or (mantissa == 0 and exponent == 0), "canonical dyad")
    return scale_down(mantissa, exponent)


def scale_down(mantissa, exponent):
    """mantissa * 2^-exponent."""
    if exponent >= 0:
        return Fraction(mantissa, 1 << exponent)
    return Fraction(mantissa << -exponent)


class Lines:
    """The lines of a text, each a list of tokens."""

    def __init__(self, text):
        grammar(text.endswith(b"\n"), "last line")
        self.lines = text[:-1].split(b"\n")
        self.at = 0

    def take(self, *words):
        """The tokens after `words`, which must open the next line."""
        grammar(self.at < len(self.lines), "the text ends early")
        tokens = self.lines[self.at].split(b" ")
        self.at += 1
        grammar(b"" not in tokens, "spaces")
        grammar(tuple(tokens[: len(words)]) == words, "expected word")
        return tokens[len(words):]

    def next_is(self, word):
        return self.at < len(self.lines) and self.lines[self.at].split(b" ")[0] == word


class Certificate:
    def __init__(self, text):
        self.lines = Lines(text)
        grammar(self.lines.take(b"cert") == [b"1"], "version")
        self.read_problem()
        self.value, network = self.read_network(b"network")
        self.value_below = network[4]
        self.improved, improved = self.read_network(b"improved") if self.lines.next_is(b"improved") else (None, None)
        grammar(not (self.pooling or self.fan_ins) or not self.lines.next_is(b"path"), "path of another architecture")
        self.path = self.read_path(network, improved) if self.lines.next_is(b"path") else None
        self.bound = None
        self.leaves = 0
        units = bool(self.fan_ins) or self.pooling == b"max"
        if any(self.lines.next_is(word) for word in ([b"nu"] if units else [b"near", b"basis"])):
            self.read_units_bound() if units else self.read_bound()
            require(self.bound <= self.value, "internal contradiction")
            require(self.improved is None or self.bound <= self.improved, "internal contradiction")
            require(self.path is None or self.bound <= self.path[2], "internal contradiction")
        exact = (self.value, self.value_below, self.improved, self.bound) + (self.path or ())
        assert all(v is None or isinstance(v, (int, Fraction)) for v in exact), "arithmetic is exact"
        self.read_claims()

    # The problem and its networks.

    def read_problem(self):
        tokens = self.lines.take(b"problem")
        grammar(tokens and tokens[0] in (b"relu2", b"cnn", b"parallel"), "problem")
        self.pooling, self.fan_ins = None, []
        kind = tokens.pop(0)
        if kind == b"cnn":
            grammar(tokens and tokens[0] in (b"sum", b"average", b"none", b"max"), "pooling")
            self.pooling = tokens.pop(0)
        if kind == b"parallel":
            grammar(tokens and tokens[0] in (b"constrained", b"path"), "cost")
            self.path_norm = tokens.pop(0) == b"path"
            while tokens and tokens[0] != b"loss":
                self.fan_ins.append(bounded(tokens.pop(0), 1, 4096))
            grammar(self.fan_ins and (self.path_norm or len(self.fan_ins) == 1), "fan-ins")
            grammar(prod(self.fan_ins) <= 4096, "leaves")
        grammar(len(tokens) >= 2 and tokens.pop(0) == b"loss", "loss")
        self.loss = tokens.pop(0)
        grammar(self.loss in (b"squared", b"huber", b"squared-hinge"), "loss")
        if self.loss == b"huber":
            grammar(tokens, "threshold")
            self.delta = dyad(tokens.pop(0))
            grammar(self.delta > 0, "threshold")
        grammar(len(tokens) == 4 and tokens[0] == b"scale" and tokens[2] == b"output-bias", "problem")
        grammar(tokens[1] in (b"sum", b"mean"), "scale")
        self.bias_kind = tokens[3]
        grammar(self.bias_kind in (b"none", b"penalised", b"free"), "output bias")
        (token,) = self.exactly(self.lines.take(b"beta"), 1)
        self.beta = dyad(token)
        grammar(self.beta > 0, "beta")
        source = self.exactly(self.lines.take(b"source"), 4)
        grammar(source[0] == b"dataset" and source[2] == b"network", "source")
        for token in (source[1], source[3]):
            grammar(token == b"-" or re.match(rb"[0-9a-f]{64}\Z", token), "sha256")
        patches = self.read_patches() if self.pooling else None
        n, d = (integer(t) for t in self.exactly(self.lines.take(b"data"), 2))
        grammar(n >= 1 and d >= 1, "shape")
        grammar(not patches or all(c is None or c < d for patch in patches for c in patch), "column of a patch")
        targets = len(patches) if self.pooling == b"none" else 1
        rows = self.read_table(n, d + targets)
        self.y = [y for row in rows for y in row[d:]]
        # Row r belongs to the target r // self.pool.
        self.x, self.pool = [row[:d] for row in rows], 1
        if patches:
            self.x = [[Fraction(0) if c is None else Fraction(1) if c < 0 else row[c] for c in patch]
                      for row in self.x for patch in patches]
            self.pool = 1 if self.pooling == b"none" else len(patches)
        self.n, self.d = len(self.x), len(self.x[0])
        self.weight = Fraction(1, len(self.y)) if tokens[1] == b"mean" else Fraction(1)
        self.mean_of = self.pool if self.pooling == b"average" else 1
        if self.loss == b"squared-hinge":
            require(all(abs(y) == 1 for y in self.y), "labels")

    @staticmethod
    def exactly(tokens, count):
        grammar(len(tokens) == count, "number of tokens")
        return tokens

    def read_table(self, count, width):
        grammar(count <= len(self.lines.lines), "rows")
        return [[dyad(t) for t in self.exactly(self.lines.take(), width)] for _ in range(count)]

    def read_patches(self):
        """Of each patch the columns, None for padding, -1 for the constant one."""
        count, size = (integer(t) for t in self.exactly(self.lines.take(b"patches"), 2))
        grammar(1 <= count <= len(self.lines.lines) and size >= 1, "patches")
        special = {b"-": None, b"+": -1}
        return [[special[t] if t in special else bounded(t, 0, 1 << 40)
                 for t in self.exactly(self.lines.take(), size)] for _ in range(count)]

    def phi(self, f, y):
        if self.loss == b"squared-hinge":
            return max(Fraction(0), 1 - y * f) ** 2 / 2
        r = abs(f - y)
        if self.loss == b"huber" and r > self.delta:
            return self.delta * r - self.delta**2 / 2
        return r**2 / 2

    def read_network(self, word):
        """L of the network in the section that opens with `word`, and what a path asks about it."""
        (token,) = self.exactly(self.lines.take(word), 1)
        m = integer(token)
        grammar(m >= 0, "width")
        if self.fan_ins:
            return self.read_branches(m)
        rows = self.read_table(m, self.d + 1)
        w, alpha = [row[:-1] for row in rows], [row[-1] for row in rows]
        bias = Fraction(0)
        if self.bias_kind != b"none":
            (token,) = self.exactly(self.lines.take(b"bias"), 1)
            bias = dyad(token)
        squares = sum(v * v for row in w for v in row) + sum(a * a for a in alpha)
        penalty = squares + (bias * bias if self.bias_kind == b"penalised" else 0)
        total = Fraction(0)
        for i, y in enumerate(self.y):
            own = self.x[i * self.pool : (i + 1) * self.pool]
            pool = max if self.pooling == b"max" else sum
            pooled = sum(a * pool([max(0, inner(row, u)) for row in own]) for u, a in zip(w, alpha))
            total += self.phi(bias + Fraction(pooled) / self.mean_of, y)
        objective = self.weight * total + self.beta / 2 * penalty
        products = [(a > 0, [a * v for v in u]) if a and any(u) else (None, [Fraction(0)] * self.d)
                    for u, a in zip(w, alpha)]
        return objective, (objective, products, bias, self.beta / 2 * squares, objective)

    # Parallel networks.

    def layer_sizes(self):
        """Hidden nodes, layer by layer from the leaves."""
        return [prod(self.fan_ins[l:]) for l in range(len(self.fan_ins) + 1)]

    def read_branches(self, count):
        sizes = self.layer_sizes()
        leaves = sizes[0] * self.d
        rows = self.read_table(count, leaves + sum(sizes))
        bias = Fraction(0)
        if self.bias_kind != b"none":
            (token,) = self.exactly(self.lines.take(b"bias"), 1)
            bias = dyad(token)
        branches = []
        for row in rows:
            first = [row[a * self.d : (a + 1) * self.d] for a in range(sizes[0])]
            rest = iter(row[leaves:])
            branches.append((first, [[next(rest) for _ in range(size)] for size in sizes]))
        total = sum(self.phi(bias + sum(self.branch_output(x, *branch) for branch in branches), y)
                    for x, y in zip(self.x, self.y))
        other = self.weight * total + (self.beta / 2 * bias * bias if self.bias_kind == b"penalised" else 0)
        costs = [self.branch_cost(*branch) for branch in branches]
        below, above = (other + self.beta * sum(cost[side] for cost in costs) for side in (0, 1))
        return above, (above, None, bias, None, below)

    @staticmethod
    def branch_output(x, first, ups):
        active = [max(Fraction(0), inner(x, w)) for w in first]
        for up, above in zip(ups, ups[1:]):
            terms = [a * v for a, v in zip(active, up)]
            m = len(up) // len(above)
            active = [max(Fraction(0), sum(terms[i * m : (i + 1) * m])) for i in range(len(above))]
        return active[0] * ups[-1][0]

    def branch_cost(self, first, ups):
        """(from below, from above)."""
        squares = [inner(w, w) for w in first]
        if not self.path_norm:
            cost = (max(1, sum(squares)) * inner(ups[0], ups[0]) + ups[1][0] ** 2) / 2
            return cost, cost
        for up, above in zip(ups, ups[1:]):
            terms = [s * v * v for s, v in zip(squares, up)]
            m = len(up) // len(above)
            squares = [sum(terms[i * m : (i + 1) * m]) for i in range(len(above))]
        square = squares[0] * ups[-1][0] ** 2
        # On the grid 2^-(q + 256), q the least with 4^q times the square an integer.
        fine = 1 << ((square.denominator.bit_length() - 1 + 1) // 2 + 256)
        whole = square * fine**2
        assert whole.denominator == 1
        low = isqrt(whole.numerator)
        return Fraction(low, fine), Fraction(low if low * low == whole.numerator else low + 1, fine)

    # A dual bound by trees over units.

    def forms(self):
        """(units of a sample as lists of (unit, sign), number of slots, copies); None is the maximum."""
        if not self.fan_ins:
            return [(None, 1, 1)]
        result, shapes = [], [[]]
        for height in range(len(self.fan_ins) + 1):
            for signs in shapes:
                if height and -1 not in signs[-1]:
                    continue
                slots = len(signs[0]) if signs else 1
                units, start = [[] for _ in range(slots)], 0
                for l, layer in enumerate(signs):
                    nodes = len(signs[l + 1]) if l + 1 < len(signs) else 1
                    m = len(layer) // nodes
                    units += [[(start + c, layer[c]) for c in range(i * m, (i + 1) * m)] for i in range(nodes)]
                    start += len(layer)
                result.append((units, slots, prod(self.fan_ins) // slots if self.path_norm else 1))
            grammar(len(result) <= 4096, "forms")
            if height < len(self.fan_ins):
                options = [(sign, shape) for sign in (1, -1) for shape in shapes]
                trees = []
                for chosen in combinations_with_replacement(options, self.fan_ins[height]):
                    if all(sign < 0 for sign, _ in chosen):
                        break
                    below = [sum((shape[l] for _, shape in chosen), []) for l in range(height)]
                    trees.append(below + [[sign for sign, _ in chosen]])
                    grammar(len(trees) <= 4096, "shapes")
                shapes = trees
        return result

    def read_units_bound(self):
        tokens = self.lines.take(b"nu")
        grammar(len(tokens) == len(self.y) + 1, "nu")
        exponent = bounded(tokens[0], -4096, 4096)
        dual = [scale_down(integer(t), exponent) for t in tokens[1:]]
        self.bound = self.dual_value(dual)
        self.samples = [self.x[i * self.pool : (i + 1) * self.pool] for i in range(len(self.y))]
        if self.pooling == b"max":
            self.read_radii()
        for f, (units, slots, copies) in enumerate(self.forms()):
            for sign, word in ((1, b"+"), (-1, b"-")):
                tokens = self.exactly(self.lines.take(b"units"), 2)
                grammar(integer(tokens[0]) == f and tokens[1] == word, "form")
                UnitProof(self, units, slots, copies, [sign * v for v in dual]).check()

    def read_radii(self):
        tokens = self.exactly(self.lines.take(b"radii"), len(self.y) + 1)
        fine = bounded(tokens[0], 0, 4096)
        radii = [integer(t) for t in tokens[1:]]
        grammar(min(radii) >= 0, "radius")
        self.radii, self.means = [scale_down(r, fine) for r in radii], []
        for rows, radius in zip(self.samples, self.radii):
            mean = [sum(column) / (len(rows) + 1) for column in zip(*rows)]
            self.means.append(mean)
            for row in rows + [[Fraction(0)] * self.d]:
                require(sum((v - w) ** 2 for v, w in zip(row, mean)) <= radius**2, "radius")

    # The path: every state is evaluated from scratch.

    def read_path(self, network, improved):
        """(increase, maximum, final)."""
        tokens = self.exactly(self.lines.take(b"path"), 2)
        count, states = (bounded(t, 0, len(self.lines.lines)) for t in tokens)
        grammar(states >= 1, "states")
        rows = [[dyad(t) for t in self.exactly(self.lines.take(), self.d)] for _ in range(count)]
        grammar(all(any(row) for row in rows), "zero direction")
        self.directions = rows
        self.lengths = self.enclosed_lengths()
        self.seen = self.projections()
        objective, products, bias, *_ = network
        increase, maximum, last = Fraction(0), objective, None
        for i in range(states):
            word, state = self.read_state(len(products), i == 0)
            if i == 0:
                require(self.is_at(state, products, bias), "first state")
            else:
                self.check_segment(last, state, word == b"merge")
                increase += max(Fraction(0), self.slope(last, state))
            final = self.state_value(state, 1)
            maximum, last = max(maximum, final), state
        if self.lines.next_is(b"reach"):
            grammar(self.lines.take(b"reach") == [] and improved is not None, "reach")
            final, products, bias, weights, _ = improved
            require(self.is_at(last, products, bias), "last state")
            increase += weights - self.beta * sum(z * self.lengths[k][0] for s, k, z in last[0] if s)
            maximum = max(maximum, final)
        return increase, maximum, final

    def projections(self):
        """The integers x_i.v_k at one scale, which is kept."""
        scales = [common_denominator(v for row in matrix for v in row) for matrix in (self.x, self.directions)]
        x, v = ([[int(e * scale) for e in row] for row in matrix]
                for scale, matrix in zip(scales, (self.x, self.directions)))
        self.seen_scale = scales[0] * scales[1]
        return [[inner(a, b) for a in x] for b in v]

    def enclosed_lengths(self):
        """Below and above every |v|, on one grid."""
        fine = common_denominator(v for row in self.directions for v in row) << 256
        lengths = []
        for row in self.directions:
            square = int(inner(row, row) * fine**2)
            root = isqrt(square)
            lengths.append((Fraction(root, fine), Fraction(root if root**2 == square else root + 1, fine)))
        return lengths

    def read_state(self, width, first):
        """(word, ([(s, k, z)], b)); an empty slot has s = 0."""
        tokens = self.lines.take()
        word = tokens.pop(0)
        grammar(word == b"balance" if first else word in (b"masses", b"merge"), "word of a state")
        bias = Fraction(0)
        if self.bias_kind != b"none":
            grammar(tokens, "bias of a state")
            bias = dyad(tokens.pop(0))
        slots, at = [], 0
        while at < len(tokens):
            if tokens[at] == b"0":
                slots.append((0, 0, Fraction(0)))
                at += 1
                continue
            grammar(tokens[at] in (b"+", b"-") and at + 2 < len(tokens), "slot")
            k, z = bounded(tokens[at + 1], 0, len(self.directions) - 1), dyad(tokens[at + 2])
            grammar(z > 0, "mass")
            slots.append((1 if tokens[at] == b"+" else -1, k, z))
            at += 3
        grammar(len(slots) == width, "slots")
        return word, (slots, bias)

    def product(self, slot):
        """(s > 0, s z v), (None, 0) for an empty slot."""
        s, k, z = slot
        return (s > 0, [s * z * v for v in self.directions[k]]) if s else (None, [Fraction(0)] * self.d)

    def is_at(self, state, products, bias):
        return [self.product(slot) for slot in state[0]] == products and state[1] == bias

    def check_segment(self, start, end, merge):
        for (s, k, _), (t, l, _) in zip(start[0], end[0]):
            if s and t:
                require(s == t, "sign of a slot")
                if k != l:
                    require(merge, "direction of a slot")
                    require(all(a * b >= 0 for a, b in zip(self.seen[k], self.seen[l])), "crossing")

    def state_fit(self, state):
        slots, bias = state
        scale = common_denominator(z for _, _, z in slots)
        whole = [(s * int(z * scale), self.seen[k]) for s, k, z in slots if s]
        return [bias + Fraction(sum(z * max(0, seen[i]) for z, seen in whole), scale * self.seen_scale)
                for i in range(self.n)]

    def state_value(self, state, side):
        slots, bias = state
        loss = sum(self.phi(f, y) for f, y in zip(self.state_fit(state), self.y))
        penalty = sum(z * self.lengths[k][side] for s, k, z in slots if s)
        if self.bias_kind == b"penalised":
            penalty += bias * bias / 2
        return self.weight * loss + self.beta * penalty

    def phi_slope(self, f, y):
        if self.loss == b"squared-hinge":
            return min(Fraction(0), y * f - 1) * y
        if self.loss == b"huber":
            return max(-self.delta, min(self.delta, f - y))
        return f - y

    def slope(self, start, end):
        before, after = self.state_fit(start), self.state_fit(end)
        slope = self.weight * sum(self.phi_slope(f, y) * (f - e) for f, e, y in zip(after, before, self.y))
        factors = {}
        for (s, k, z), (t, l, mass) in zip(start[0], end[0]):
            if t:
                factors[l] = factors.get(l, 0) + mass
            if s and (not t or k == l):
                factors[k] = factors.get(k, 0) - z
            elif s:
                v, w = self.directions[k], self.directions[l]
                factors[l] = factors.get(l, 0) - z * inner(v, w) / inner(w, w)
        slope += self.beta * sum(c * self.lengths[k][c > 0] for k, c in factors.items())
        if self.bias_kind == b"penalised":
            slope += self.beta * end[1] * (end[1] - start[1])
        return slope

    # The dual bound.

    def read_bound(self):
        self.cone_x = self.near_data(self.read_near() if self.lines.next_is(b"near") else {})
        tokens = self.lines.take(b"basis")
        grammar(tokens, "basis")
        rank = integer(tokens[0])
        indices = [bounded(t, 0, self.n - 1) for t in tokens[1:]]
        grammar(0 <= rank <= min(self.n, self.d, 24) and len(indices) == rank, "basis")
        grammar(all(i < j for i, j in zip(indices, indices[1:])), "basis order")
        tokens = self.lines.take(b"nu")
        grammar(len(tokens) == len(self.y) + 1, "nu")
        exponent = bounded(tokens[0], -4096, 4096)
        dual = [scale_down(integer(t), exponent) for t in tokens[1:]]
        self.bound = self.dual_value(dual)
        # Of every row, with the bound on sum_r nu_r (x_r.u)_+ that belongs to it.
        self.nu = [v for v in dual for _ in range(self.pool)]
        self.row_beta = self.mean_of * self.beta
        self.cone_beta = self.near_beta()
        require(self.cone_beta > 0, "near rows")
        self.basis = [self.cone_x[i] for i in indices]
        if rank:
            require(matrix_rank(self.basis + self.cone_x) == matrix_rank(self.basis), "span")
        self.rank = rank or self.d
        self.make_groups()
        for sign, word in ((1, b"+"), (-1, b"-")):
            if self.lines.next_is(b"sphere"):
                grammar(rank == 0, "a sphere proof needs basis 0")
                grammar(self.lines.take(b"sphere") == [word], "sign")
                self.check_sphere([sign * v for v in self.nu])
            else:
                grammar(self.lines.take(b"tree") == [word], "sign")
                grammar(self.rank <= 24, "coordinates")
                self.check_tree(sign)

    def read_near(self):
        """{j: (i, k)}."""
        (token,) = self.exactly(self.lines.take(b"near"), 1)
        near, last = {}, -1
        for _ in range(bounded(token, 1, self.n)):
            j, i, k = self.exactly(self.lines.take(), 3)
            last = bounded(j, last + 1, self.n - 1)
            near[last] = bounded(i, 0, self.n - 1), dyad(k)
        grammar(all(i not in near and k != 0 for i, k in near.values()), "near rows")
        return near

    def near_data(self, near):
        """X with every row j of `near` replaced by k x_i."""
        scaled = {j: [k * v for v in self.x[i]] for j, (i, k) in near.items()}
        return [scaled.get(j, row) for j, row in enumerate(self.x)]

    def near_beta(self):
        """beta - eps."""
        return self.row_beta - sum(abs(g * (v - w)) for g, row, other in zip(self.nu, self.x, self.cone_x)
                               for v, w in zip(row, other))

    def dual_value(self, nu):
        q = [v / self.weight for v in nu]
        if self.loss == b"huber":
            require(all(abs(v) <= self.delta for v in q), "Huber domain")
        if self.loss == b"squared-hinge":
            require(all(v * y >= 0 for v, y in zip(q, self.y)), "hinge domain")
        value = self.weight * sum(v * y - v * v / 2 for v, y in zip(q, self.y))
        total = sum(nu)
        if self.bias_kind == b"free":
            require(total == 0, "free bias")
        if self.bias_kind == b"penalised":
            value -= total * total / (2 * self.beta)
        return value

    def make_groups(self):
        """Groups as integer rows: [first row, w, coordinates of v], w with a common denominator."""
        scale = common_denominator(v for row in self.cone_x for v in row)
        found = {}
        for j, row in enumerate(self.cone_x):
            whole = [int(v * scale) for v in row]
            divisor = gcd(*whole)
            if divisor == 0:
                continue
            direction = tuple(v // divisor for v in whole)
            opposite = tuple(-v for v in direction)
            multiple = Fraction(divisor, scale) * self.nu[j]
            if opposite in found:
                found[opposite][2] += multiple
            else:
                found.setdefault(direction, [j, Fraction(0), Fraction(0)])[1] += multiple
        fine = common_denominator(g for _, plus, minus in found.values() for g in (plus, minus))
        basis_scale = common_denominator(v for row in self.basis for v in row)
        rows = [[int(v * basis_scale) for v in row] for row in self.basis]
        self.gram = [[inner(a, b) for b in rows] for a in rows]
        self.groups, self.ell = [], [0] * self.rank
        for direction, (j, plus, minus) in found.items():
            place = [inner(row, direction) for row in rows] if rows else list(direction)
            w = int((plus + minus) * fine)
            self.ell = [e - int(minus * fine) * v for e, v in zip(self.ell, place)]
            if w:
                self.groups.append((j, w, place))
        # c_k as integers carries 1 / (fine * basis_scale); (Q P).r_k carries 2^-f / basis_scale^2.
        self.fine, self.basis_scale = fine, basis_scale

    def check_tree(self, sign):
        for mask in range(1 << self.rank):
            rays = [[0] * self.rank for _ in range(self.rank)]
            for k in range(self.rank):
                rays[k][k] = -1 if mask >> k & 1 else 1
            waiting = [rays]
            while waiting:
                rays = waiting.pop()
                tokens = self.lines.take()
                if tokens[0] == b"s":
                    waiting += reversed(self.split(rays, tokens[1:]))
                else:
                    self.check_leaf(rays, tokens, sign)
                    self.leaves += 1

    def split(self, rays, tokens):
        grammar(len(tokens) in (2, 3), "split")
        k, l = (bounded(t, 0, self.rank - 1) for t in tokens[:2])
        grammar(k != l, "split")
        shift = bounded(tokens[2], -64, 64) if len(tokens) == 3 else 0
        grammar(len(tokens) == 2 or shift != 0, "shift")
        a, b = 1 << max(shift, 0), 1 << max(-shift, 0)
        ray = [a * v + b * w for v, w in zip(rays[k], rays[l])]
        return [[ray if i == place else old for i, old in enumerate(rays)] for place in (k, l)]

    def read_leaf(self, rays, tokens):
        """(f, P, the vector whose sign gives the default multipliers or None, q, exceptions)."""
        r = self.rank
        if tokens == [b"0"]:
            return 0, [0] * r, None, 0, {}
        grammar(len(tokens) >= r + 1, "leaf")
        f = bounded(tokens[0], -4096, 4096)
        p = [integer(t) for t in tokens[1 : r + 1]]
        rest, weights = tokens[r + 1 :], None
        if rest and rest[0] == b";":
            weights = [integer(t) for t in rest[1 : r + 1]]
            grammar(len(weights) == r and min(weights) >= 0 and any(weights), "weights")
            rest = rest[r + 1 :]
        q, listed = 0, {}
        if rest:
            grammar(rest[0] == b"/" and len(rest) >= 3, "exceptions")
            q, last = bounded(rest[1], 0, 4096), -1
            for token in rest[2:]:
                parts = token.split(b":")
                grammar(len(parts) == 2, "exception")
                last = bounded(parts[0], last + 1, self.n - 1)
                listed[last] = bounded(parts[1], 0, 1 << q)
        return f, p, weights, q, listed

    def check_leaf(self, rays, tokens, sign):
        zero = tokens == [b"0"]
        f, p, weights, q, listed = self.read_leaf(rays, tokens)
        c = [sign * inner(self.ell, ray) << q for ray in rays]
        crossing_negative = set()
        for j, w, v in self.groups:
            w *= sign
            along = [inner(v, ray) for ray in rays]
            if w > 0 or min(along) >= 0 or max(along) <= 0:
                c = [a + (w * max(t, 0) << q) for a, t in zip(c, along)]
                continue
            crossing_negative.add(j)
            if j in listed:
                s = listed[j]
            elif zero:
                s = 0
            else:
                s = (inner(weights, along) if weights else inner(v, p)) > 0
                s <<= q
            c = [a + s * w * t for a, t in zip(c, along)]
        require(crossing_negative.issuperset(listed), "listed row")
        qp = [inner(row, p) for row in self.gram] if self.basis else p
        length = Fraction(inner(qp, p)) * scale_down(1, 2 * f) / self.basis_scale**2
        require(length <= self.cone_beta**2, "length")
        reached = scale_down(1, f) / self.basis_scale**2
        wanted = Fraction(1, self.fine * self.basis_scale << q)
        ratio = reached / wanted
        for ray, needed in zip(rays, c):
            require(ratio.numerator * inner(qp, ray) >= needed * ratio.denominator, "leaf")

    # Sphere proofs.

    def check_sphere(self, g):
        (token,) = self.exactly(self.lines.take(b"grid"), 1)
        grid = scale_down(1, -bounded(token, -4096, 4096))
        tokens = self.lines.take()
        grammar(len(tokens) == self.n + 1, "coefficients")
        q = bounded(tokens[0], 0, 62)
        given = [bounded(t, -(1 << 62), 1 << 62) for t in tokens[1:]]
        (token,) = self.exactly(self.lines.take(b"mu"), 1)
        unit = Fraction(1, 1 << q)
        mu = integer(token) * unit
        d = self.d
        matrix = [[Fraction(0)] * (d + 1) for _ in range(d + 1)]
        kappa = Fraction(0)
        size = 0
        for gj, row, a in zip(g, self.x, given):
            exact = [abs(gj) * v * grid for v in row]
            y = [(2 * v.numerator + v.denominator) // (2 * v.denominator) for v in exact]
            require(all(abs(v) < 1 << 31 for v in y), "grid")
            kappa += sum(abs(v - w) for v, w in zip(exact, y))
            square = inner(y, y)
            length = isqrt(square - 1) + 1 if square else 0
            if gj == 0:
                require(a == 0, "coefficient of a zero row")
                continue
            if gj > 0:
                require(a >= 0, "sign of a coefficient")
                omega, slope = a * unit, Fraction(1)
                kappa += Fraction(1, 8) / omega if a else Fraction(length, 2)
            else:
                require(abs(a) <= 1 << q, "size of a coefficient")
                omega = -(((1 << q) - abs(a)) // length if length else 0) * unit
                slope = -(1 + a * unit)
            size += int(abs(omega) / unit) * max(abs(v) for v in y) ** 2
            for k in range(d):
                for l in range(d):
                    matrix[k][l] -= omega * y[k] * y[l] / 2
                matrix[k][d] -= slope * y[k] / 4
                matrix[d][k] = matrix[k][d]
        require(size < 1 << 119, "size")
        for k in range(d):
            matrix[k][k] += mu
        matrix[d][d] = self.row_beta * grid - kappa - mu
        top = 1 << (122 - q - 2)
        require(all(abs(v) < top for row in matrix for v in row) and abs(mu) < top, "size")
        require(is_semidefinite(matrix), "bordered matrix")

    # The claims.

    def read_claims(self):
        gap = None if self.bound is None else self.value - self.bound
        order = [b"value", b"bound", b"gap", b"relgap", b"decrease", b"increase", b"maximum", b"final"]
        names = []
        while self.lines.next_is(b"claim"):
            name, token = self.exactly(self.lines.take(b"claim"), 2)
            grammar(name in order, "claim")
            names.append(order.index(name))
            claimed = dyad(token)
            if name == b"value":
                require(self.value <= claimed, "value")
            elif name == b"decrease":
                grammar(self.improved is not None, "claim without an improved network")
                require(self.value_below - self.improved >= claimed, "decrease")
            elif order.index(name) > 4:
                grammar(self.path is not None, "claim without a path")
                require(self.path[order.index(name) - 5] <= claimed, "path")
            else:
                grammar(gap is not None, "claim without a dual bound")
                if name == b"bound":
                    require(self.bound >= claimed, "bound")
                else:
                    require(gap <= claimed * (1 if name == b"gap" else self.value_below), "gap")
        grammar(names and all(a < b for a, b in zip(names, names[1:])), "claims")
        grammar(self.lines.take(b"end") == [] and self.lines.at == len(self.lines.lines), "end")

    def statement(self):
        """The fields of the C++ Statement, as (mantissa, exponent) or None."""
        gap = None if self.bound is None else self.value - self.bound
        relative = None
        if gap is not None and (gap == 0 or self.value_below > 0):
            relative = gap / self.value_below if gap else Fraction(0)
        decrease = None if self.improved is None else self.value_below - self.improved
        wanted = [(self.value, 1), (self.value_below, 0), (self.bound, 0), (gap, 1), (relative, 1),
                  (self.improved, 1), (decrease, 0)] + [(v, 1) for v in self.path or (None,) * 3]
        return [None if v is None else outward(v, up) for v, up in wanted]


class UnitProof:
    """The tree of one form and sign; every leaf is decided from scratch, in fractions."""

    def __init__(self, certificate, units, slots, copies, nu):
        self.c, self.units, self.copies, self.nu = certificate, units, copies, nu
        self.slots, self.d = slots, certificate.d
        self.size = slots * certificate.d
        self.split = {}  # choice of every decided unit, (sample, unit of the sample)
        self.candidates = certificate.pool

    def count(self):
        return len(self.nu) * (len(self.units) if self.units else 1)

    def rows(self):
        return self.count() if self.units else len(self.nu) * self.candidates

    def place(self, number):
        per_sample = len(self.units) if self.units else 1
        return divmod(number, per_sample)

    def check(self):
        waiting = [{}]
        while waiting:
            self.split = waiting.pop()
            tokens = self.c.lines.take()
            if tokens[0] == b"s":
                grammar(len(tokens) == 2, "split")
                unit = self.place(bounded(tokens[1], 0, self.count() - 1))
                grammar(unit not in self.split and self.ready(unit), "split")
                last = 1 if self.units else self.candidates
                waiting += [{**self.split, unit: choice} for choice in range(last, -1, -1)]
            else:
                self.check_leaf(tokens)
                self.c.leaves += 1

    def inputs(self, unit):
        return [((unit[0], k), sign) for k, sign in self.units[unit[1]]] if self.units else []

    def ready(self, unit):
        return all(k in self.split for k, _ in self.inputs(unit))

    def vector(self, slot, row):
        return [Fraction(0)] * (slot * self.d) + list(row) + [Fraction(0)] * ((self.slots - 1 - slot) * self.d)

    def set_linear(self):
        """Of every ReLU its row and its decided inputs."""
        self.linear = {}
        for unit in map(self.place, range(self.count() if self.units else 0)):
            i, k = unit
            form = self.vector(k, self.c.x[i]) if k < self.slots else [Fraction(0)] * self.size
            for below, sign in self.inputs(unit):
                if self.split.get(below) == 1:
                    form = [a + sign * b for a, b in zip(form, self.linear[below])]
            self.linear[unit] = form

    def cone_row(self, number):
        if self.units:
            unit = self.place(number)
            require(unit in self.split, "row of an undecided unit")
            form = self.linear[unit]
            return form if self.split[unit] else [-v for v in form]
        i, j = divmod(number, self.candidates)
        require((i, 0) in self.split, "row of an undecided unit")
        choice, rows = self.split[i, 0], self.c.samples[i]
        if choice == 0:
            return [-v for v in rows[j]]
        if choice == j + 1:
            return list(rows[j])
        return [v - w for v, w in zip(rows[choice - 1], rows[j])]

    def pairs(self, tokens, high):
        """Takes the pairs that open the list of tokens."""
        found, last = [], -1
        while tokens and tokens[0] not in (b";", b"/", b"|"):
            parts = tokens.pop(0).split(b":")
            grammar(len(parts) == 2, "pair")
            last = bounded(parts[0], last + 1, high - 1)
            value = integer(parts[1])
            grammar(value > 0, "pair")
            found.append((last, value))
        return found

    def moved(self, form, multipliers, fine):
        for number, value in multipliers:
            form = [a + Fraction(value, fine) * b for a, b in zip(form, self.cone_row(number))]
        return form

    def dual_square(self, z):
        step = self.size if self.c.pooling or self.c.path_norm else self.d
        return max(inner(z[a : a + step], z[a : a + step]) for a in range(0, self.size, step))

    def check_leaf(self, tokens):
        self.set_linear()
        fine = 1 << bounded(tokens.pop(0), 0, 4096)
        multipliers = self.pairs(tokens, self.rows())
        shares, chords, last = {}, {}, -1
        if tokens and tokens[0] == b";":
            tokens.pop(0)
            listed = self.pairs(tokens, self.rows())
            grammar(listed, "shares")
            for number, value in listed:
                grammar(value <= fine, "share")
                unit = self.place(number) if self.units else (number // self.candidates, 0)
                require(unit not in shares and unit not in self.split, "share")
                shares[unit] = number, Fraction(value, fine)
        while tokens:
            grammar(len(tokens) >= 5 and tokens.pop(0) == b"/" and self.units, "range")
            last = bounded(tokens.pop(0), last + 1, self.count() - 1)
            unit = self.place(last)
            require(unit not in self.split, "range")
            below, above, slope = (Fraction(integer(tokens.pop(0)), fine) for _ in range(3))
            grammar(below >= 0 and above >= 0 and 0 <= slope <= 1, "range")
            sides = [self.pairs(tokens, self.rows())]
            grammar(tokens and tokens.pop(0) == b"|", "range")
            sides.append(self.pairs(tokens, self.rows()))
            form = self.linear[unit]
            for side, listed, size in ((-1, sides[0], below), (1, sides[1], above)):
                z = self.moved([side * v for v in form], listed, fine)
                require(self.dual_square(z) <= size**2, "range")
            chords[unit] = slope, max(slope * below, (1 - slope) * above)
        c, constant = self.relaxed(shares, chords)
        length = self.dual_square(self.moved(c, multipliers, fine))
        room = self.c.beta**2 / self.copies - length - constant**2
        require(room >= 0 and 4 * constant**2 * length <= room**2, "leaf")

    def relaxed(self, shares, chords):
        """c and the constant with s nu.f(w) <= c.w + constant."""
        c, constant = [Fraction(0)] * self.size, Fraction(0)
        for i, nu in enumerate(self.nu):
            weights = {len(self.units) - 1 if self.units else 0: nu}
            for k in sorted(range(len(self.units)) if self.units else [0], reverse=True):
                unit, a = (i, k), weights.get(k, Fraction(0))
                if not self.units:
                    form, factor, more = self.maximum_part(unit, a, shares)
                else:
                    form, factor, more = self.relu_part(unit, a, shares, chords, weights)
                c = [v + factor * w for v, w in zip(c, form)]
                constant += more
        return c, constant

    def maximum_part(self, unit, a, shares):
        rows = self.c.samples[unit[0]]
        if unit in self.split:
            choice = self.split[unit]
            return (rows[choice - 1], a, 0) if choice else (rows[0], 0, 0)
        if a > 0:
            return self.c.means[unit[0]], a, a * self.c.radii[unit[0]]
        if unit in shares:
            return rows[shares[unit][0] % self.candidates], a * shares[unit][1], 0
        return rows[0], 0, 0

    def relu_part(self, unit, a, shares, chords, weights):
        form = self.linear[unit]
        if unit in self.split:
            return form, a * self.split[unit], 0
        if a > 0:
            for below, sign in self.inputs(unit):
                if below not in self.split and sign > 0:
                    weights[below[1]] = weights.get(below[1], Fraction(0)) + a
            require(unit in chords or not any(form), "missing range")
            slope, constant = chords.get(unit, (0, 0))
            return form, a * slope, a * constant
        if unit in shares:
            require(self.ready(unit), "share")
            return form, a * shares[unit][1], 0
        return form, 0, 0


def inner(a, b):
    return sum(v * w for v, w in zip(a, b))


def common_denominator(values):
    """The largest of the denominators, all powers of two; 1 when there is none."""
    return max((v.denominator for v in values), default=1)


def matrix_rank(rows):
    rows = [list(row) for row in rows]
    rank = 0
    for column in range(len(rows[0])):
        pivot = next((r for r in range(rank, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[rank], rows[pivot] = rows[pivot], rows[rank]
        for r in range(rank + 1, len(rows)):
            factor = rows[r][column] / rows[rank][column]
            if factor:
                rows[r] = [v - factor * w for v, w in zip(rows[r], rows[rank])]
        rank += 1
    return rank


def is_semidefinite(matrix):
    """Whether a symmetric matrix of Fractions is positive semidefinite: elimination, exactly."""
    rows = [list(row) for row in matrix]
    size = len(rows)
    for k in range(size):
        pivot = rows[k][k]
        if pivot < 0 or (pivot == 0 and any(rows[k][l] for l in range(k, size))):
            return False
        for i in range(k + 1, size) if pivot else ():
            factor = rows[i][k] / pivot
            for l in range(k, size):
                rows[i][l] -= factor * rows[k][l]
    return True


def outward(value, up):
    """(mantissa, exponent): the smallest exponent >= -1074 whose rounded mantissa is below 2^53."""
    exponent = max(abs(value.numerator).bit_length() - value.denominator.bit_length() - 54, -1074)
    while value:
        scaled = value * scale_down(1, exponent)
        mantissa = -(-scaled.numerator // scaled.denominator) if up else scaled.numerator // scaled.denominator
        if abs(mantissa) < 1 << 53:
            require(exponent <= 971, "range of the statement")
            return mantissa, exponent
        exponent += 1
    return 0, 0


def check(text):
    """The checked Certificate; raises Malformed or Rejected."""
    certificate = Certificate(text)
    certificate.statement()
    return certificate


def main():
    with open(sys.argv[1], "rb") as file:
        try:
            certificate = check(file.read())
        except (Malformed, Rejected) as error:
            print(f"s NOT VERIFIED {error}")
            return 2 if isinstance(error, Malformed) else 1
    gap = None if certificate.bound is None else certificate.value - certificate.bound
    words = [(word, value) for word, value in (("gap", gap), ("increase", (certificate.path or [None])[0]))
             if value is not None]
    print(" ".join(["s VERIFIED"] + [f"{word} {value.numerator}/{value.denominator}" for word, value in words]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
