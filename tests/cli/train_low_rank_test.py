"""`train --rank`: training on truncated data, and what that says about the data as given."""

import math
import os
import re
import shlex
import unittest

from cli_case import SOURCE, CliCase, gaussian_problem, read_npz, write_npz

PATH = '{"architecture": "path", "fan_in": [2]}'
THREE_LAYER = '{"architecture": "three-layer", "neurons": 2}'


class Diagonal(CliCase):
    """X = diag(2, 1, 0.1) is (2, 0, 0) at rank 1: one neuron pays beta / 2 for each unit of the first output, and the
    other targets stay."""

    BETA = 0.1
    REST = 0.5**2 / 2 + 0.2**2 / 2

    def setUp(self):
        super().setUp()
        self.data = write_npz(self.path("data.npz"), X=[[2, 0, 0], [0, 1, 0], [0, 0, 0.1]], y=[1, 0.5, 0.2])
        self.problem = ["--dataset", self.data, "--beta", self.BETA]

    def describe(self, text):
        with open(self.path("architecture.json"), "w") as file:
            file.write(text)
        return ["--architecture", "architecture.json"]

    def optimum(self, beta):
        return beta / 2 - beta**2 / 8 + self.REST

    def check(self, document, beta, paths):
        self.assertAlmostEqual(document["objective"], self.optimum(beta), delta=1e-6)
        self.assertAlmostEqual(document["truncated"]["objective"], document["objective"], delta=1e-13)
        self.assertEqual((document["rank"], document["level"], document["status"]), (1, "estimate", "solved"))
        self.assertAlmostEqual(document["sigma_next"], 1, delta=1e-14)
        delta = document["settings"]["huber_delta"]
        epsilon = delta * math.sqrt(3 * paths) / self.BETA
        self.assertAlmostEqual(document["epsilon"], epsilon, delta=1e-12 * epsilon)
        self.assertAlmostEqual(document["factor"], 1 + epsilon, delta=1e-12 * epsilon)
        self.assertAlmostEqual(document["factor_lower_bound"], document["objective"] / (1 + epsilon), delta=1e-6)
        self.assertGreaterEqual(document["dual_lower_bound"], document["factor_lower_bound"] * (1 - 1e-6))

    def test_two_layers(self):
        huber = ["--loss", "huber", "--huber-delta", 10]  # quadratic where the residuals are
        document = self.answer("train", *self.problem, *huber, "--rank", 1, "--out", "n.npz")
        self.check(document, self.BETA, 1)
        shape, W = read_npz(self.path("n.npz"))["W"]
        self.assertEqual(shape, (document["width"], 3))
        self.assertAlmostEqual(max(abs(w) for w in W[1::3] + W[2::3]), 0, delta=1e-13)
        certified = self.answer("certify", *self.problem, *huber, "--network", "n.npz")
        self.assertAlmostEqual(certified["objective"], document["objective"], delta=1e-13)
        self.assertIsNone(self.answer("train", *self.problem, *huber, "--rank", 1, "--no-full")["full"])

    def test_squared_loss(self):
        document = self.answer("train", *self.problem, "--rank", 1)
        self.assertIsNone(document["epsilon"])
        p, a = document["factor_lower_bound"], 1 / self.BETA
        worst = p + (2 / 3) ** 1.5 * a * p**1.5 + a**2 * p**2 / 2
        self.assertAlmostEqual(worst, self.optimum(self.BETA), delta=1e-6)
        self.assertAlmostEqual(document["factor"], worst / p, delta=1e-5 * document["factor"])

    def test_architectures(self):
        huber = ["--loss", "huber", "--huber-delta", 10]
        # Both leaves of a path network read the one sample that is left: 1 / sqrt(2) of the cost.
        for description, beta, paths in [(PATH, self.BETA / math.sqrt(2), 2), (THREE_LAYER, self.BETA, 1)]:
            architecture = self.describe(description)
            document = self.answer("train", *self.problem, *huber, *architecture, "--rank", 1, "--out", "b.npz")
            self.check(document, beta, paths)
            self.assertEqual(read_npz(self.path("b.npz"))["W1"][0], (document["width"], 2, 3))
            certified = self.answer("certify", *self.problem, *huber, *architecture, "--network", "b.npz")
            self.assertAlmostEqual(certified["objective"], document["objective"], delta=1e-13)
            full = self.answer("train", *self.problem, *huber, *architecture)
            self.assertLessEqual(document["lower_bound"], full["objective"])
            self.assertLessEqual(document["objective"], document["factor"] * full["objective"])
            self.assertGreaterEqual(document["full"]["ratio_at_most"], document["objective"] / full["objective"] - 1e-9)

    def test_refusals(self):
        train = ["train", *self.problem, "--rank"]
        several = write_npz(self.path("several.npz"), X=[[1], [2]], y=[[1, 2], [3, 4]])
        network = write_npz(self.path("n.npz"), W=[[1, 1, 1]], alpha=[1])
        for arguments, words in [
            ([4], ["--rank", "1 to 3", "got 4"]),
            ([0], ["--rank"]),
            ([1.5], ["--rank"]),
            ([1, "--skip"], ["--skip", "--rank"]),
            ([1, "--width", 2], ["--width", "--rank"]),
            ([1, "--network", network], ["--network", "--rank"]),
            ([1, "--certificate", "c.cert"], ["--certificate", "--rank"]),
            ([1, "--patterns", "gated", "--sample-patterns", 5], ["--patterns gated", "--rank"]),
            ([1, *self.describe('{"architecture": "circular-relu"}')], ["--rank", "circular-relu"]),
        ]:
            with self.subTest(arguments=arguments):
                self.assert_mentions(self.thalweg(*train, *arguments, expect=2).stderr, *words)
        classes = write_npz(self.path("classes.npz"), X=[[1], [2]], y=[0, 1])
        for problem in [["--dataset", several], ["--dataset", classes, "--loss", "softmax"]]:
            done = self.thalweg("train", *problem, "--beta", 1, "--rank", 1, expect=2)
            self.assert_mentions(done.stderr, "--rank", "one output")
        self.assert_mentions(self.thalweg("train", *self.problem, "--no-full", expect=2).stderr, "--no-full", "--rank")

    def test_time_limit(self):
        document = self.answer("train", *self.problem, "--rank", 2, "--time-limit", "1e-9", expect=4)
        self.assertLessEqual(document["lower_bound"], self.answer("train", *self.problem)["objective"])
        self.assertGreaterEqual(document["objective"], document["full"]["objective"])


class Planted(CliCase):
    """Against training on the data as given."""

    def problems(self):
        X, y = gaussian_problem(14, 3, seed=11)
        X = [[a, 0.3 * b + a, 0.05 * c] for a, b, c in X]
        labels = [1 if value > 0 else -1 for value in y]
        data = write_npz(self.path("data.npz"), X=X, y=y)
        classes = write_npz(self.path("classes.npz"), X=X, y=labels)
        yield ["--dataset", data, "--beta", 0.4]
        yield ["--dataset", data, "--beta", 0.4, "--bias", "--output-bias", "free"]
        yield ["--dataset", data, "--beta", 0.4, "--loss", "huber", "--huber-delta", 50, "--bias"]
        yield ["--dataset", data, "--beta", 0.02, "--loss", "huber", "--huber-delta", 0.3, "--loss-scale", "mean"]
        yield ["--dataset", classes, "--beta", 0.4, "--loss", "logistic", "--output-bias", "penalised"]
        yield ["--dataset", classes, "--beta", 0.4, "--loss", "squared-hinge"]

    def test_guarantees_hold(self):
        for problem in self.problems():
            full = self.answer("train", *problem, "--gap", "1e-8")
            p, lower = full["objective"], full["lower_bound"]
            most = 4 if "--bias" in problem else 3
            for rank in range(1, most + 1):
                with self.subTest(problem=problem, rank=rank):
                    document = self.answer("train", *problem, "--rank", rank, "--gap", "1e-8")
                    slack = 1 + 1e-7
                    self.assertAlmostEqual(document["objective"], document["truncated"]["objective"],
                                           delta=1e-12 * document["objective"])
                    self.assertGreaterEqual(document["objective"], lower)
                    self.assertLessEqual(document["objective"], document["factor"] * p * slack)
                    self.assertLessEqual(document["lower_bound"], p)
                    self.assertEqual(document["lower_bound"], min(document["objective"], max(
                        document["factor_lower_bound"], document["dual_lower_bound"])))
                    measured = document["full"]
                    self.assertAlmostEqual(measured["objective"], p, delta=1e-7 * p)
                    self.assertAlmostEqual(measured["ratio"], document["objective"] / p, delta=1e-7)
                    self.assertLessEqual(measured["ratio"], measured["ratio_at_most"])
                    self.assertLessEqual(measured["ratio"], document["factor"] * slack)
            # The last rank leaves nothing out.
            self.assertEqual((document["sigma_next"], document["rank"]), (0, most))
            self.assertAlmostEqual(document["factor"], 1, delta=1e-12)
            self.assertAlmostEqual(measured["ratio"], 1, delta=1e-7)
            self.assertLess(document["relative_gap"], 1e-7)
            if document["epsilon"] is not None:
                self.assertEqual(document["epsilon"], 0)

    def test_more_rank_is_never_worse_guaranteed(self):
        problem = list(self.problems())[2]
        epsilons = [self.answer("train", *problem, "--rank", k, "--no-full")["epsilon"] for k in (1, 2, 3, 4)]
        self.assertEqual(epsilons, sorted(epsilons, reverse=True))


class Page(CliCase):
    def answers(self, command):
        words = shlex.split(command)[1:]
        words = [os.path.join(SOURCE, word) if word.startswith("examples/") else word for word in words]
        at = words.index("--rank") + 1
        return {rank: self.answer(*words[:at], rank, *words[at + 1:]) for rank in (1, 2, 3, 4)}

    def test_commands_and_table(self):
        with open(os.path.join(SOURCE, "docs/low-rank.md")) as file:
            text = file.read()
        commands = re.findall(r"^\$ (thalweg train .*)", text, re.M)
        self.assertEqual(len(commands), 2)
        huber, squared = map(self.answers, commands)
        for key, words in [("objective", "objective"), ("lower_bound", "lower bound")]:
            (value,) = re.findall(r"^%s +([0-9.]+)" % words, text, re.M)
            self.assertAlmostEqual(huber[2][key], float(value), delta=1e-6 * float(value))
        rows = [row.strip("|").split("|") for row in re.findall(r"^\| \d \|.*$", text, re.M)]
        self.assertEqual([int(row[0]) for row in rows], [1, 2, 3, 4])
        for rank, *cells in rows:
            found = [huber[int(rank)]["sigma_next"]]
            for document in (huber[int(rank)], squared[int(rank)]):
                found += [document["factor"], document["objective"] / document["lower_bound"], document["full"]["ratio"]]
            self.assertEqual(len(found), len(cells))
            for value, cell in zip(found, cells):
                digits = len(cell.strip().partition(".")[2])
                self.assertAlmostEqual(value, float(cell), delta=1.1 * 10**-digits)


if __name__ == "__main__":
    unittest.main()
