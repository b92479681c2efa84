"""--architecture in `train`, `certify`, `info` and `optimal-set`: networks that are sums of branches. The values are those
of the theory of architectures, which were computed elsewhere."""

import json
import math
import os
import unittest

from cli_case import CliCase, read_npz, write_npz

SIGNALS = [[1, 0, -1, 2], [0, 1, 1, -1], [-1, 2, 0, 1], [2, -1, 1, 0]]
TARGETS = [1, -1, 2, 0.5]
PLANE = [[1, 0], [0, 1], [-1, 1], [2, -1]]
SUM = {"architecture": "cnn", "input": [4], "kernel": [2], "pooling": "sum"}


def relu(t):
    return max(0.0, t)


class ArchitectureCase(CliCase):
    def describe(self, name="a.json", **keys):
        with open(self.path(name), "w") as file:
            json.dump(keys, file)
        return self.path(name)

    def problem(self, X, y, beta, **keys):
        data = write_npz(self.path("data.npz"), X=X, y=y)
        return ["--dataset", data, "--beta", beta, "--architecture", self.describe(**keys)]


class Fixtures(ArchitectureCase):
    """X, y, beta, value of the convex program, description; `pieces` of the forms, one sign of the output."""

    CASES = [
        (SIGNALS, TARGETS, 0.1, 0.23869350, 12, SUM),
        (SIGNALS, TARGETS, 0.1, 0.26958523, 12, dict(SUM, pooling="max")),
        (PLANE, TARGETS, 0.1, 0.575, 145, {"architecture": "three-layer", "neurons": 2}),
        (PLANE, TARGETS, 0.1, 0.42211944, 145, {"architecture": "path", "fan_in": [2]}),
        (PLANE, TARGETS, 0.1, 0.575, 8, {"architecture": "path", "fan_in": []}),
        (SIGNALS + [[1, 1, 0, -1]], TARGETS + [0], 0.15, 0.18848491, 30, {"architecture": "circular-relu"}),
        ([[1, 0, -1], [0, 1, 1], [-1, 2, 0], [2, -1, 1]], TARGETS, 0.1, 0.26150480, 24,
         {"architecture": "cnn-flattened", "input": [3], "kernel": [2]}),
    ]

    def test_all_commands(self):
        for X, y, beta, value, pieces, keys in self.CASES:
            with self.subTest(**keys):
                problem = self.problem(X, y, beta, **keys)
                trained = self.answer("train", *problem, "--gap", "1e-6", "--out", self.path("n.npz"))
                self.assertAlmostEqual(trained["objective"], value, delta=2e-6 * value)
                self.assertLessEqual(trained["lower_bound"], value * (1 + 1e-6))
                self.assertGreaterEqual(trained["lower_bound"], value * (1 - 2e-6))
                self.assertLessEqual(trained["relative_gap"], 1e-6)
                self.assertEqual((trained["status"], trained["level"]), ("solved", "estimate"))
                self.assertLessEqual(trained["width"], len(X) + 1)
                architecture = trained["architecture"]
                self.assertEqual(architecture["name"], keys["architecture"])
                self.assertEqual(architecture["exactness"],
                                 "lower_bound" if keys["architecture"] == "cnn-flattened" else "exact")
                stored = read_npz(self.path("n.npz"))
                for layer in architecture["layers"]:
                    self.assertEqual(stored[layer["name"]][0], (trained["width"], *layer["shape"]))

                certified = self.answer("certify", *problem, "--network", self.path("n.npz"), "--tolerance", "1e-5",
                                        "--assert", "global_minimum")
                self.assertEqual(certified["objective"], trained["objective"])
                self.assertEqual(certified["level"], "estimate")
                self.assertLessEqual(certified["lower_bound"], value * (1 + 1e-6))

                info = self.answer("info", *problem)
                self.assertEqual(info["pieces"], pieces)
                self.assertLessEqual(info["beta_max_lower"], info["beta_max"])

                optimal = self.answer("optimal-set", *problem, "--network", self.path("n.npz"), "--tolerance", "1e-5")
                self.assertTrue(optimal["member"])
                self.assertAlmostEqual(optimal["optimum"], value, delta=2e-6 * value)
                loss = sum((f - t) ** 2 for f, t in zip(optimal["fit"], y)) / 2
                cost = sum(atom["mass"] for atom in optimal["atoms"])
                self.assertAlmostEqual(loss + beta * cost, optimal["optimum"], delta=1e-6 * value)
                for nu, f, t in zip(optimal["dual"], optimal["fit"], y):
                    self.assertAlmostEqual(nu, t - f, delta=1e-4)

    def test_beta_max(self):
        """The dual norm of y for two layers is sqrt 5; two equal neurons under the path norm gain sqrt 2."""
        for keys, factor in [({"architecture": "three-layer", "neurons": 2}, 1),
                             ({"architecture": "path", "fan_in": [2]}, math.sqrt(2)),
                             ({"architecture": "path", "fan_in": [2, 2]}, 2)]:
            problem = self.problem(PLANE, TARGETS, 1, **keys)
            info = self.answer("info", *problem[:2], *problem[4:])
            self.assertAlmostEqual(info["beta_max"], factor * math.sqrt(5), delta=1e-6)
            self.assertIsNone(info["settings"]["beta"])
            above = self.answer("train", *problem[:2], *problem[4:], "--beta", 1.0001 * info["beta_max"])
            self.assertEqual(above["width"], 0)
            self.assertAlmostEqual(above["objective"], (1 + 1 + 4 + 0.25) / 2, delta=1e-12)


class Networks(ArchitectureCase):
    def test_objective_of_plain_weights(self):
        """sum_j alpha_j sum_k (x_k u_j)_+ by hand, for the file's own names and PyTorch's, with a filter's bias."""
        U, b, alpha, bias = [[1, -2], [0.5, 1]], [0.25, -1], [2, -1], 0.5
        beta = 0.3
        expected = beta / 2 * (sum(v * v for u in U for v in u) + sum(v * v for v in b + alpha) + bias**2)
        for x, y in zip(SIGNALS, TARGETS):
            f = bias + sum(a * sum(relu(x[k] * u[0] + x[k + 1] * u[1] + c) for k in range(3))
                           for u, c, a in zip(U, b, alpha))
            expected += (f - y) ** 2 / 2
        own = write_npz(self.path("own.npz"), U=U, b=b, alpha=alpha, output_bias=[bias])
        problem = self.problem(SIGNALS, TARGETS, beta, **dict(SUM, filter_bias=True))
        document = self.answer("certify", *problem, "--network", own, "--tolerance", "1e-4")
        self.assertAlmostEqual(document["objective"], expected, delta=1e-12)
        self.assertEqual(document["verdict"], "suboptimal")
        self.assertEqual(document["settings"]["output_bias"], "penalised")
        # Conv2d over a 1 x 1 x 4 image.
        torch = write_npz(self.path("torch.npz"), **{"0.weight": [[[u]] for u in U], "0.bias": b, "3.weight": [alpha],
                                                      "3.bias": [bias]})
        problem = self.problem(SIGNALS, TARGETS, beta, architecture="cnn", input=[1, 1, 4], kernel=[1, 2],
                               pooling="sum", filter_bias=True)
        again = self.answer("certify", *problem, "--network", torch, "--tolerance", "1e-4")
        self.assertEqual(again["objective"], document["objective"])

    def test_suboptimal_networks_get_better_ones(self):
        problem = self.problem(SIGNALS, TARGETS, 0.1, **SUM)
        network = write_npz(self.path("bad.npz"), U=[[1, 0]], alpha=[0.1])
        document = self.answer("certify", *problem, "--network", network, "--improved", self.path("better.npz"))
        self.assertEqual(document["verdict"], "suboptimal")
        self.assertEqual(document["improvement"]["kind"], "replace")
        self.assertAlmostEqual(document["optimum_upper_bound"], 0.23869350, delta=1e-7)
        branch = document["improving_branch"]
        self.assertGreater(branch["decrease"], 0)
        weights = branch["branch"]["weights"]
        appended = write_npz(self.path("more.npz"), U=[[1, 0], weights["U"]], alpha=[0.1, weights["alpha"][0]])
        more = self.answer("certify", *problem, "--network", appended)
        self.assertAlmostEqual(more["objective"], branch["objective_after"], delta=1e-12)
        self.assertAlmostEqual(more["objective"], document["objective"] - branch["decrease"], delta=1e-12)
        self.answer("certify", *problem, "--network", self.path("better.npz"), "--assert", "global_minimum")
        self.answer("certify", *problem, "--network", network, "--assert", "global_minimum", expect=1)

    def test_constraints_of_a_network_are_checked(self):
        problem = self.problem(PLANE, TARGETS, 0.1, architecture="three-layer", neurons=1)
        for length, code in [(1, 0), (1.5, 2)]:
            network = write_npz(self.path("n.npz"), W1=[[[length, 0]]], W2=[[[1]]], w3=[1])
            done = self.thalweg("certify", *problem, "--network", network, expect=code)
            self.assertEqual("constraints" in done.stderr, code == 2)

    def test_test_samples_and_output_bias(self):
        problem = self.problem(SIGNALS, [5, 3, 6, 4.5], 0.1, **dict(SUM, pooling="average"))
        document = self.answer("train", *problem, "--output-bias", "free", "--test", self.path("data.npz"), "--out",
                               self.path("n.npz"))
        self.assertAlmostEqual(document["test_loss"], document["training_loss"], delta=1e-12)
        self.assertEqual(read_npz(self.path("n.npz"))["output_bias"][0], (1,))
        self.answer("certify", *problem, "--output-bias", "free", "--network", self.path("n.npz"), "--tolerance",
                    "1e-5", "--assert", "global_minimum")

    def test_fully_convolutional(self):
        """Without pooling the patches are samples of two layers, and a residual network learns y - X."""
        X = [[1, 2, 0], [0, 1, -1]]
        Y = [[0.5, 1, 1], [1, 0, 2]]
        keys = {"architecture": "cnn", "input": [3], "kernel": [3], "padding": [1], "pooling": "none"}
        patches = [([0] + x + [0])[k:k + 3] for x in X for k in range(3)]
        plain = self.answer("train", *self.problem(X, Y, 0.1, **keys))
        flat = write_npz(self.path("flat.npz"), X=patches, y=[t for row in Y for t in row])
        self.assertAlmostEqual(plain["objective"],
                               self.answer("train", "--dataset", flat, "--beta", 0.1)["objective"], delta=1e-5)
        residual = self.answer("train", *self.problem(X, Y, 0.1, **dict(keys, residual=True)))
        rest = write_npz(self.path("rest.npz"), X=X, y=[[t - v for t, v in zip(u, x)] for u, x in zip(Y, X)])
        same = self.answer("train", "--dataset", rest, "--beta", 0.1, "--architecture", self.describe(**keys))
        self.assertAlmostEqual(residual["objective"], same["objective"], delta=1e-5)

    def test_one_patch_is_fully_connected(self):
        """K = 1: every pooling is two layers; so is the description "two-layer"."""
        values = []
        for pooling in ["sum", "average", "max"]:
            problem = self.problem(PLANE, TARGETS, 0.1, architecture="cnn", input=[2], kernel=[2], pooling=pooling)
            values.append(self.answer("train", *problem)["objective"])
        values.append(self.answer("train", *self.problem(PLANE, TARGETS, 0.1, architecture="two-layer"))["objective"])
        for value in values:
            self.assertAlmostEqual(value, 0.575, delta=1e-6)

    def test_torch_weight_decay(self):
        problem = self.problem(SIGNALS, TARGETS, 0.1, **SUM)
        document = self.answer("train", *problem[:2], *problem[4:], "--torch-weight-decay", 0.05, "--torch-loss",
                               "mse-mean")
        self.assertAlmostEqual(document["settings"]["beta"], 0.1, delta=1e-15)


class Refusals(ArchitectureCase):
    def refuse(self, *arguments, words, expect=2):
        done = self.thalweg(*arguments, expect=expect)
        self.assertEqual(done.stdout, "")
        self.assert_mentions(done.stderr, *words)

    def test_options(self):
        train = ["train", *self.problem(SIGNALS, TARGETS, 0.1, **SUM)]
        for more in [["--width", "1"], ["--skip"], ["--loss", "softmax"], ["--outputs", "independent"],
                     ["--standardize"], ["--patterns", "gated", "--sample-patterns", "3"], ["--bias"]]:
            self.refuse(*train, *more, words=[more[0], "architecture cnn"])
        optimal = ["optimal-set", *train[1:]]
        for more in [["--predict", self.path("data.npz")], ["--cells"], ["--out", "folder"]]:
            self.refuse(*optimal, *more, words=[more[0], "architecture cnn"])
        self.assertFalse(os.path.exists(self.path("folder")))
        network = write_npz(self.path("n.npz"), U=[[1, 0]], alpha=[1])
        self.refuse("certify", *train[1:], "--network", network, "--improved", "i.npz", "--same-width",
                    words=["--same-width", "architecture cnn"])
        path = self.problem(PLANE, TARGETS, 0.1, architecture="path", fan_in=[2])
        self.refuse("train", *path[:2], *path[4:], "--torch-weight-decay", 1, "--torch-loss", "mse-sum",
                    words=["--torch-weight-decay", "architecture path"])

    def test_descriptions(self):
        for keys, words in [(dict(SUM, pooling="mean"), ["a.json", "'pooling'", "'average'"]),
                            (dict(SUM, stride=[0]), ["a.json", "'stride'"]),
                            (dict(SUM, depth=3), ["a.json", "'depth'", "whose keys are"]),
                            (dict(SUM, input=[5]), ["a.json", "4 columns of X", "got 5"]),
                            (dict(SUM, kernel=[5]), ["a.json", "kernel"])]:
            self.refuse("train", *self.problem(SIGNALS, TARGETS, 0.1, **keys), words=words)
        self.refuse("train", "--dataset", self.path("data.npz"), "--beta", 1, "--architecture", "none.json",
                    words=["none.json"], expect=3)

    def test_data_and_networks(self):
        problem = self.problem(SIGNALS, TARGETS, 0.1, **dict(SUM, pooling="none"))
        self.refuse("train", *problem, words=["data.npz", "y has 1 columns", "3 outputs, one for each patch"])
        problem = self.problem(SIGNALS, TARGETS, 0.1, **SUM)
        for arrays, words in [({"W": [[1, 0]], "alpha": [1]}, ["found no 'U'"]),
                              ({"U": [[1, 0, 0]], "alpha": [1]}, ["'U'", "(K, 2)"]),
                              ({"U": [[1, 0]], "alpha": [1, 2]}, ["'alpha'", "(1,)"])]:
            network = write_npz(self.path("n.npz"), **arrays)
            self.refuse("certify", *problem, "--network", network, words=["n.npz", *words])
        self.refuse("train", *problem, "--out", self.path("a.json") + ".txt", words=[".npz"])
        os.symlink(self.path("a.json"), self.path("out.npz"))
        self.refuse("train", *problem, "--out", self.path("out.npz"), words=["--architecture", "nothing is overwritten"])


if __name__ == "__main__":
    unittest.main()
