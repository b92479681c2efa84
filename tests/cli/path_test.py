"""`thalweg path`: walks down to global minima, mode connectivity, proofs by two checkers and by twenty lines of Python,
pictures, limits, refusals."""

import math
import os
import random
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree

from cli_case import SOURCE, CliCase, GroundTruthCase, gaussian_problem, npy_bytes, read_npz, write_npz

KEYS = {"status", "reason", "max_increase", "start_objective", "end_objective", "maximum", "segments", "width_needed",
        "barrier", "level", "lower_bound", "optimum_upper_bound", "stopped_at_limit"}
BETA = 0.1
ROUNDING = 1e-12  # of the start's objective: what the contract allows level segments


def objective(X, y, beta, W, alpha):
    """L of a network without biases, in plain doubles."""
    fit = [sum(max(0.0, sum(c * b for c, b in zip(x, w))) * a for w, a in zip(W, alpha)) for x in X]
    loss = 0.5 * sum((f - t) ** 2 for f, t in zip(fit, y))
    return loss + 0.5 * beta * sum(sum(c * c for c in w) + a * a for w, a in zip(W, alpha))


class Path:
    """A stored path, by its exact arrays."""

    def __init__(self, file):
        arrays = read_npz(file)
        (self.k, self.m, self.d), self.W = arrays["W"]
        self.alpha, self.mass = arrays["alpha"][1], arrays["mass"][1]
        self.kind, self.sign = arrays["kind"][1], arrays["sign"][1]
        self.direction = arrays["direction"][1]
        assert arrays["kind"][0] == (self.k - 1,) and arrays["mass"][0] == (self.k, self.m)
        assert arrays["direction"][0] == (self.k - 1, self.m, self.d)

    def waypoint(self, i):
        W = [self.W[(i * self.m + j) * self.d:(i * self.m + j + 1) * self.d] for j in range(self.m)]
        return W, self.alpha[i * self.m:(i + 1) * self.m]

    def on_masses(self, i, t):
        """The network at t of segment i, kind 0, from directions, signs and masses alone."""
        W, alpha = [], []
        for j in range(self.m):
            z = (1 - t) * self.mass[i * self.m + j] + t * self.mass[(i + 1) * self.m + j]
            start = (i * self.m + j) * self.d
            v = self.direction[start:start + self.d]
            norm = math.sqrt(sum(c * c for c in v))
            scale = math.sqrt(z / norm) if z > 0 else 0.0
            W.append([scale * c for c in v])
            alpha.append(self.sign[i * self.m + j] * scale * norm)
        return W, alpha


class Walks(CliCase):
    def walk(self, data, network, beta, *more, expect=0):
        document = self.answer("path", "--dataset", data, "--network", network, "--beta", repr(beta), *more,
                               expect=expect)
        self.assertLessEqual(KEYS, set(document))
        return document

    def random_network(self, seed, width, dimension, name):
        """Unbalanced, with neurons that are zero, half empty and dead in all likelihood."""
        draw = random.Random(seed)
        W = [[3 * draw.gauss(0, 1) for _ in range(dimension)] for _ in range(width)]
        alpha = [draw.gauss(0, 1) for _ in range(width)]
        alpha[0] = 0.0
        W[1] = [0.0] * dimension
        return write_npz(self.path(name), W=W, alpha=alpha)

    def verify(self, data, beta, path, *more, expect=0):
        return self.answer("path", "--dataset", data, "--beta", repr(beta), "--verify", path, *more, expect=expect)


class Theory(Walks):
    """Section 10 of docs/theory/two_layer.md: n neurons, each alone on its row, are a strict local minimum."""

    def singletons(self, X, name):
        W, alpha = [], []
        for x in X:
            rho = math.sqrt(sum(c * c for c in x))
            root = math.sqrt((1 - BETA / rho) / rho)
            W.append([root * c / rho for c in x])
            alpha.append(root)
        return write_npz(self.path(name), W=W, alpha=alpha)

    def fixtures(self):
        f3 = [[0.6, 0.8], [0.6, -0.8]]
        f3b = [[(1.0 if i == k else 0.0) - 0.125 for k in range(3)] for i in range(3)]
        f3b4 = [[(1.0 if i == k else 0.0) - 0.125 for k in range(4)] for i in range(4)]
        kappa = 24 / math.sqrt(76)
        return (("f3", f3, 2 * BETA - BETA ** 2, 5 * BETA / 3 - 25 * BETA ** 2 / 36),
                ("f3b", f3b, 0.31724369, kappa * BETA - kappa ** 2 * BETA ** 2 / 6),
                ("f3b4", f3b4, 0.41914477, 0.33391053))

    def test_stuck_at_width_n_and_free_with_one_neuron_more(self):
        for name, X, local, optimum in self.fixtures():
            data = write_npz(self.path(name + ".npz"), X=X, y=[1] * len(X))
            start = self.singletons(X, name + "_start.npz")
            stuck = self.walk(data, start, BETA, "--out", self.path("p.npz"))
            self.assertEqual((stuck["status"], stuck["level"]), ("blocked", "verified"))
            self.assertAlmostEqual(stuck["start_objective"], local, 7)
            self.assertGreater(stuck["barrier"], local + 1e-3)
            self.assertEqual(stuck["width_needed"], len(X) + 1)
            self.assertTrue(stuck["stuck"]["strict_local_minimum"])
            low, high = stuck["stuck"]["objective"]
            self.assertLessEqual(low, local + 1e-8)
            self.assertGreaterEqual(high, local - 1e-8)
            free = self.walk(data, start, BETA, "--widen", "1")
            self.assertEqual((free["status"], free["barrier"], free["stuck"]), ("connected", None, None))
            self.assertLessEqual(free["max_increase"], ROUNDING * local)
            self.assertAlmostEqual(free["end_objective"], optimum, 8)
            # The path over the barrier is one, and rises.
            self.assertEqual(self.verify(data, BETA, self.path("p.npz"))["status"], "blocked")

    def test_assert_decides_the_exit_code(self):
        name, X, _, _ = self.fixtures()[0]
        data = write_npz(self.path("d.npz"), X=X, y=[1, 1])
        start = self.singletons(X, "s.npz")
        self.walk(data, start, BETA, "--assert", "blocked")
        self.walk(data, start, BETA, "--assert", "connected", expect=1)
        self.walk(data, start, BETA, "--widen", "1", "--assert", "connected")

    def test_a_network_is_joined_to_itself_wherever_it_is(self):
        name, X, local, _ = self.fixtures()[0]
        data = write_npz(self.path("d.npz"), X=X, y=[1, 1])
        start = self.singletons(X, "s.npz")
        result = self.walk(data, start, BETA, "--to", start)
        self.assertEqual((result["status"], result["barrier"]), ("connected", None))
        self.assertLessEqual(result["maximum"], local * (1 + ROUNDING))

    def test_a_local_minimum_on_the_way_says_nothing_of_the_start(self):
        """Ten times smaller neurons are in no valley: nothing may be said of every path from them."""
        name, X, local, _ = self.fixtures()[0]
        data = write_npz(self.path("d.npz"), X=X, y=[1, 1])
        arrays = read_npz(self.singletons(X, "s.npz"))
        small = write_npz(self.path("small.npz"), W=npy_bytes([w / 10 for w in arrays["W"][1]], (2, 2)),
                          alpha=[a / 10 for a in arrays["alpha"][1]])
        result = self.walk(data, small, BETA)
        if result["status"] == "blocked" and result["stuck"]["strict_local_minimum"]:
            self.assertGreater(result["stuck"]["waypoint"], 0)
            self.assertIn("from there", result["reason"])

    def test_isolated_optima_are_disconnected(self):
        """F1 at width 2: the vertex with a neuron for each sample is isolated; its two slot orders are two points."""
        data = write_npz(self.path("f1.npz"), X=[[1, 1, 1, 1], [-1, -1, -1, 1]], y=[1, 1])
        folder = self.path("all")
        self.thalweg("optimal-set", "--dataset", data, "--beta", "0.1", "--out", folder)
        widest = os.path.join(folder, "largest.npz")
        arrays = read_npz(widest)
        self.assertEqual(arrays["W"][0], (2, 4))
        W, alpha = arrays["W"][1], arrays["alpha"][1]
        swapped = write_npz(self.path("swapped.npz"), W=[W[4:], W[:4]], alpha=alpha[::-1])
        result = self.walk(data, widest, 0.1, "--to", swapped)
        self.assertEqual((result["status"], result["disconnected_level"]), ("disconnected", "exact"))
        # One slot more, and they are joined at the level of the optimum.
        result = self.walk(data, widest, 0.1, "--to", swapped, "--widen", "1")
        self.assertEqual(result["status"], "connected")
        self.assertLessEqual(result["max_increase"], ROUNDING)


class Descents(Walks):
    def test_random_networks_walk_to_the_optimum(self):
        for seed in range(12):
            n, d = 4 + 3 * seed, 1 + seed % 5
            X, y = gaussian_problem(n, d, seed)
            data = write_npz(self.path("d.npz"), X=X, y=y)
            start = self.random_network(seed, n + 1 + 2 * (seed % 3), d, "n.npz")
            file = self.path("p.npz")
            result = self.walk(data, start, 0.05, "--out", file)
            self.assertEqual((result["status"], result["level"]), ("connected", "verified"), seed)
            scale = result["start_objective"]
            self.assertLessEqual(result["max_increase"], ROUNDING * scale)
            self.assertLessEqual(result["end_objective"] - result["lower_bound"], 1e-8 * result["end_objective"])
            self.replay(X, y, 0.05, Path(file), result)
            again = self.verify(data, 0.05, file)
            self.assertEqual((again["status"], again["level"]), ("connected", "value"))
            for key in ("max_increase", "start_objective", "end_objective", "maximum", "segments"):
                self.assertEqual(again[key], result[key], key)

    def replay(self, X, y, beta, path, result):
        """Straight from the file: ends, and the objective at points of the segments never rises."""
        self.assertEqual(path.k - 1, result["segments"])
        slack = 1e-11 * result["start_objective"]
        last = objective(X, y, beta, *path.waypoint(0))
        self.assertAlmostEqual(last, result["start_objective"], delta=slack)
        for i in range(path.k - 1):
            if path.kind[i] == 0:
                for t in (0, 0.25, 0.5, 0.75, 1):
                    here = objective(X, y, beta, *path.on_masses(i, t))
                    self.assertLessEqual(here, last + slack)
                    last = here
            here = objective(X, y, beta, *path.waypoint(i + 1))
            self.assertLessEqual(here, last + slack)
            last = here
        self.assertAlmostEqual(last, result["end_objective"], delta=slack)

    def test_other_losses_and_biases(self):
        X, y = gaussian_problem(15, 3, 5)
        data = write_npz(self.path("d.npz"), X=X, y=y)
        labels = write_npz(self.path("l.npz"), X=X, y=[1 if t > 0 else -1 for t in y])
        start = self.random_network(3, 20, 3, "n.npz")
        for file, level, options in ((data, "verified", ["--output-bias", "penalised"]),
                                     (data, "verified", ["--output-bias", "free", "--bias"]),
                                     (data, "verified", ["--loss", "huber", "--huber-delta", "0.2"]),
                                     (labels, "verified", ["--loss", "squared-hinge", "--loss-scale", "mean"]),
                                     (labels, "estimate", ["--loss", "logistic"]),
                                     (data, "estimate", ["--skip"])):
            beta = 0.02 if "mean" in options else 0.2
            path = self.path("p.npz")
            result = self.walk(file, start, beta, *options, "--out", path)
            self.assertEqual((result["status"], result["level"]), ("connected", level), options)
            self.assertLessEqual(result["max_increase"], ROUNDING * result["start_objective"], options)
            again = self.verify(file, beta, path, *options)
            self.assertEqual(again["status"], "connected", options)

    def test_huge_weights_and_integer_grids_lose_no_digits_that_matter(self):
        """What rounding leaves of a mass must not stop the descent."""
        X, y = gaussian_problem(12, 3, 3)
        data = write_npz(self.path("d.npz"), X=X, y=y)
        optimum = self.answer("train", "--dataset", data, "--beta", "0.1")["objective"]
        for scale in (1e3, 1e6, 1e12):
            draw = random.Random(17)
            start = write_npz(self.path("n.npz"), W=[[scale * draw.gauss(0, 1) for _ in range(3)] for _ in range(20)],
                              alpha=[scale * draw.gauss(0, 1) for _ in range(20)])
            result = self.walk(data, start, 0.1)
            self.assertEqual(result["status"], "connected", scale)
            self.assertAlmostEqual(result["end_objective"], optimum, delta=1e-5 * optimum)
        for seed in range(20):
            draw = random.Random(seed)
            X = [[draw.randint(-1, 1) for _ in range(4)] for _ in range(6)]
            data = write_npz(self.path("g.npz"), X=X, y=[draw.randint(-2, 2) for _ in range(6)])
            start = write_npz(self.path("n.npz"), W=[[draw.randint(-1, 1) for _ in range(4)] for _ in range(7)],
                              alpha=[draw.choice((-1, 1)) for _ in range(7)])
            result = self.walk(data, start, 0.25)
            self.assertEqual(result["status"], "connected", seed)
            self.assertLessEqual(result["end_objective"] - result["lower_bound"], 1e-7 * result["end_objective"])

    def test_networks_without_neurons(self):
        data = write_npz(self.path("d.npz"), X=[[1, 2], [-1, 1]], y=[1, 2])
        empty = write_npz(self.path("e.npz"), W=npy_bytes([], (0, 2)), alpha=npy_bytes([], (0,)))
        self.assertEqual(self.walk(data, empty, 0.1)["status"], "connected")
        result = self.walk(data, empty, 0.1, "--widen", "3")
        self.assertEqual(result["status"], "connected")
        self.assertLess(result["end_objective"], result["start_objective"])


class Stored(GroundTruthCase, Walks):
    def test_every_stored_network_reaches_the_optimum_when_widened(self):
        for truth in self.instances():
            for k, network in enumerate(truth["networks"]):
                stored = write_npz(self.path("n%d.npz" % k), W=npy_bytes(network["W"], (len(network["W"]), truth["d"])),
                                   alpha=npy_bytes(network["a"], (len(network["W"]),)))
                result = self.walk(truth["file"], stored, truth["beta"], "--widen", truth["n"] + 1)
                self.assertEqual(result["status"], "connected", (truth["name"], network["name"]))
                self.assertLessEqual(result["max_increase"], ROUNDING * result["start_objective"])
                self.assertLessEqual(abs(result["end_objective"] - truth["optimum"]),
                                     1e-8 * max(truth["optimum"], 1e-8 * result["start_objective"]))


class Modes(Walks):
    def test_two_networks_are_joined_below_their_higher_end(self):
        X, y = gaussian_problem(12, 3, 9)
        data = write_npz(self.path("d.npz"), X=X, y=y)
        first = self.random_network(1, 16, 3, "a.npz")
        second = self.random_network(2, 13, 3, "b.npz")
        file, proof = self.path("p.npz"), self.path("p.cert")
        pictures = [self.path(name) for name in ("loss.svg", "masses.svg", "slice.svg")]
        result = self.walk(data, first, 0.1, "--to", second, "--out", file, "--certificate", proof, "--svg-loss",
                           pictures[0], "--svg-masses", pictures[1], "--svg-slice", pictures[2])
        self.assertEqual(result["status"], "connected")
        ends = max(result["start_objective"], result["end_objective"])
        self.assertLessEqual(result["maximum"], ends * (1 + ROUNDING))
        for curve in ("straight_line", "bezier"):
            self.assertGreaterEqual(result["baselines"][curve]["maximum"], ends * (1 - ROUNDING))
        path = Path(file)
        self.assertAlmostEqual(objective(X, y, 0.1, *path.waypoint(path.k - 1)), result["end_objective"], 9)
        self.assertEqual(self.verify(data, 0.1, file)["status"], "connected")
        self.assertTrue(self.answer("check", proof)["verified"])
        done = subprocess.run([sys.executable, os.path.join(SOURCE, "tests/verify/check_certificate.py"), proof],
                              capture_output=True, text=True, timeout=300)
        self.assertTrue(done.stdout.startswith("s VERIFIED"), done.stdout + done.stderr)
        for picture in pictures:
            self.assertTrue(ElementTree.parse(picture).getroot().tag.endswith("svg"))


class Example(Walks):
    """examples/path tells the truth."""

    def test_stuck_at_ten_neurons_and_free_with_three_more(self):
        data = os.path.join(SOURCE, "examples/optimal-set/petal.csv")
        start = os.path.join(SOURCE, "examples/path/stuck.npz")
        stuck = self.walk(data, start, 0.01, "--target-column", "petal_width")
        self.assertEqual(stuck["status"], "blocked")
        self.assertTrue(stuck["stuck"]["strict_local_minimum"])
        self.assertLess(stuck["barrier"] - stuck["start_objective"], 2e-5)
        one = self.walk(data, start, 0.01, "--target-column", "petal_width", "--widen", "1")
        self.assertEqual((one["status"], one["target"]["is_optimal"]), ("connected", False))
        three = self.walk(data, start, 0.01, "--target-column", "petal_width", "--widen", "3")
        self.assertEqual((three["status"], three["target"]["is_optimal"]), ("connected", True))
        self.assertLessEqual(three["max_increase"], ROUNDING * three["start_objective"])
        self.assertLess(three["end_objective"] - three["lower_bound"], 1e-10)


class Refusals(Walks):
    def setUp(self):
        super().setUp()
        self.X, self.y = gaussian_problem(6, 2, 1)
        self.data = write_npz(self.path("d.npz"), X=self.X, y=self.y)
        self.start = self.random_network(1, 8, 2, "n.npz")

    def refused(self, *arguments, expect=2, words=()):
        done = self.thalweg("path", "--dataset", self.data, "--beta", "0.1", *arguments, expect=expect)
        self.assert_mentions(done.stderr, *words)

    def test_wrong_usage(self):
        self.refused(words=["--network", "--verify"])
        self.refused("--network", self.start, "--verify", self.start, words=["--network"])
        self.refused("--network", self.start, "--out", "p.txt", words=["p.txt", ".npz"])
        self.refused("--network", self.start, "--out", self.start, words=["--out"])
        self.refused("--network", self.start, "--widen", "0", words=["--widen"])
        self.refused("--network", self.start, "--out", "no/such/p.npz", expect=3, words=["no/such"])
        self.refused("--network", self.start, "--to", "missing.npz", expect=3, words=["missing.npz"])
        self.refused("--verify", self.start, words=["n.npz"])
        other = write_npz(self.path("o.npz"), W=[[1, 2, 3]], alpha=[1])
        self.refused("--network", self.start, "--to", other, words=["o.npz"])

    def test_a_changed_path_is_refused_or_found_out(self):
        file = self.path("p.npz")
        self.walk(self.data, self.start, 0.1, "--out", file)
        arrays = read_npz(file)

        def rewrite(name, change):
            values = {key: list(flat) for key, (_, flat) in arrays.items()}
            change(values[name])
            coded = {}
            for key, (shape, _) in arrays.items():
                coded[key] = npy_bytes(values[key], shape)
            return write_npz(self.path("changed.npz"), **coded)

        self.assertEqual(self.verify(self.data, 0.1, rewrite("mass", lambda flat: None))["status"], "connected")
        k, m = arrays["mass"][0]
        last = max(range(m), key=lambda j: arrays["mass"][1][(k - 1) * m + j])

        def heavier(flat):
            flat[(k - 1) * m + last] *= 2

        self.refused("--verify", rewrite("mass", heavier), words=["changed.npz"])

        def turned(flat):
            flat[((k - 2) * m + last) * arrays["direction"][0][2]] += 1

        self.refused("--verify", rewrite("direction", turned), words=["changed.npz"])

    def test_a_merge_across_a_wall_is_no_path_at_any_level(self):
        norm = math.sqrt(1.25)
        ends = [[1.0, 0.0], [-1.0, 0.5]]
        walls = write_npz(self.path("walls.npz"), X=[[1, 0], [0, 1]], y=[1, -1])
        forged = write_npz(self.path("forged.npz"), kind=[1, 2], sign=[[1], [1]], mass=[[1], [1], [1]],
                           direction=[[ends[0]], [ends[1]]], alpha=[[1], [1], [math.sqrt(norm)]],
                           W=[[ends[0]], [ends[0]], [[c / math.sqrt(norm) for c in ends[1]]]])
        for options in ([], ["--no-verify"], ["--loss", "logistic"], ["--skip"]):
            done = self.thalweg("path", "--dataset", walls, "--beta", "0.1", "--verify", forged, *options, expect=2)
            self.assert_mentions(done.stderr, "forged.npz")

    def test_no_time_leaves_a_valid_partial_answer(self):
        X, y = gaussian_problem(400, 8, 2)
        data = write_npz(self.path("big.npz"), X=X, y=y)
        start = self.random_network(1, 60, 8, "big_n.npz")
        result = self.walk(data, start, 1e-3, "--time-limit", "0.3", "--out", self.path("p.npz"), expect=4)
        self.assertTrue(result["stopped_at_limit"])
        self.assertLessEqual(result["end_objective"], result["start_objective"])
        self.assertLessEqual(result["lower_bound"], result["end_objective"])
        read_npz(self.path("p.npz"))

    def test_help_has_an_example_that_runs(self):
        done = self.run_example_of_help("path")
        self.assert_mentions(done.stdout, "CONNECTED", "verified")


if __name__ == "__main__":
    unittest.main()
