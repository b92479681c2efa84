"""--architecture in `train`, `certify`, `info` and `optimal-set`: networks that are sums of branches. The values are those
of the theory of architectures, which were computed elsewhere."""

import json
import math
import os
import unittest

from cli_case import CliCase, npy_bytes, read_npz, write_npz

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
                # Branch and bound closes the nuclear norm slowly.
                gap = 1e-4 if keys["architecture"] == "cnn-flattened" else 1e-6
                trained = self.answer("train", *problem, "--gap", gap, "--out", self.path("n.npz"))
                self.assertAlmostEqual(trained["objective"], value, delta=2 * gap * value)
                self.assertLessEqual(trained["lower_bound"], value * (1 + 1e-6))
                self.assertGreaterEqual(trained["lower_bound"], value * (1 - 2 * gap))
                self.assertLessEqual(trained["relative_gap"], gap)
                level = "verified" if keys["architecture"] in ("cnn", "three-layer") or keys.get("fan_in") else "estimate"
                self.assertEqual((trained["status"], trained["level"]), ("solved", level))
                self.assertLessEqual(trained["width"], len(X) + 1)
                architecture = trained["architecture"]
                self.assertEqual(architecture["name"], keys["architecture"])
                self.assertEqual(architecture["exactness"],
                                 "lower_bound" if keys["architecture"] == "cnn-flattened" else "exact")
                stored = read_npz(self.path("n.npz"))
                for layer in architecture["layers"]:
                    self.assertEqual(stored[layer["name"]][0], (trained["width"], *layer["shape"]))

                certified = self.answer("certify", *problem, "--network", self.path("n.npz"), "--tolerance",
                                        10 * gap, "--assert", "global_minimum")
                self.assertAlmostEqual(certified["objective"], trained["objective"], delta=1e-12)
                self.assertEqual(certified["level"], level)
                self.assertLessEqual(certified["lower_bound"], value * (1 + 1e-6))

                info = self.answer("info", *problem)
                self.assertEqual(info["pieces"], pieces)
                self.assertLessEqual(info["beta_max_lower"], info["beta_max"])

                optimal = self.answer("optimal-set", *problem, "--network", self.path("n.npz"), "--tolerance", 10 * gap)
                self.assertTrue(optimal["member"])
                self.assertAlmostEqual(optimal["optimum"], value, delta=2e-6 * value)
                loss = sum((f - t) ** 2 for f, t in zip(optimal["fit"], y)) / 2
                cost = sum(atom["mass"] for atom in optimal["atoms"])
                self.assertAlmostEqual(loss + beta * cost, optimal["optimum"], delta=1e-6 * value)
                for nu, f, t in zip(optimal["dual"], optimal["fit"], y):
                    self.assertAlmostEqual(nu, t - f, delta=1e-3)

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


class Certificates(ArchitectureCase):
    def test_certificates_are_about_these_files(self):
        for X, y, beta, keys in [(SIGNALS, TARGETS, 0.1, SUM), (SIGNALS, TARGETS, 0.1, dict(SUM, pooling="max")),
                                 (PLANE, TARGETS, 0.1, {"architecture": "three-layer", "neurons": 2}),
                                 (PLANE, TARGETS, 0.1, {"architecture": "path", "fan_in": [2]})]:
            with self.subTest(**keys):
                problem = self.problem(X, y, beta, **keys)
                files = ["--network", self.path("n.npz"), "--certificate", self.path("n.cert")]
                self.answer("train", *problem, "--out", self.path("n.npz"), "--certificate", self.path("t.cert"))
                document = self.answer("certify", *problem, *files, "--tolerance", "1e-5")
                self.assertEqual((document["verdict"], document["level"]), ("global_minimum", "verified"))
                self.assertGreater(document["certificate"]["leaves"], 0)
                for name in ["t.cert", "n.cert"]:
                    checked = self.answer("check", self.path(name), "--dataset", self.path("data.npz"), "--network",
                                          self.path("n.npz"), "--architecture", self.path("a.json"))
                    self.assertTrue(checked["verified"])
                    self.assertLessEqual(checked["gap"], 1e-5)
                plain = self.answer("certify", *problem, *files[:2], "--tolerance", "1e-5", "--no-verify")
                self.assertEqual((plain["verdict"], plain["level"]), ("global_minimum", "estimate"))

    def test_architectures_without_certificates(self):
        problem = self.problem(PLANE, TARGETS, 0.1, architecture="circular-relu")
        done = self.thalweg("train", *problem, "--certificate", self.path("c.cert"), expect=2)
        self.assert_mentions(done.stderr, "--certificate", "circular-relu")
        problem = self.problem(SIGNALS, [1, -1, 1, -1], 0.1, **SUM)
        document = self.answer("train", *problem, "--loss", "logistic", "--certificate", self.path("c.cert"))
        self.assertEqual((document["level"], document["certificate"]), ("estimate", None))
        self.assertFalse(os.path.exists(self.path("c.cert")))


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
        self.assertEqual((document["verdict"], document["unrolled"]), ("suboptimal", False))
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
            network = write_npz(self.path("n.npz"), W1=[[[1, 0]], [[length, 0]]], W2=[[[1]], [[1]]], w3=[1, 1])
            done = self.thalweg("certify", *problem, "--network", network, expect=code)
            if code == 2:
                self.assert_mentions(done.stderr, "branch 1: |W_1|_F = 1.5 > 1", "W1 by 1/1.5 and W2 by 1.5")

    def test_arrays_that_are_not_read(self):
        problem = self.problem(SIGNALS, TARGETS, 0.1, **SUM)
        network = write_npz(self.path("n.npz"), U=[[1, 0]], alpha=[1], b=[1])
        done = self.thalweg("certify", *problem, "--network", network, expect=2)
        self.assert_mentions(done.stderr, "'b'", "'U', 'alpha', 'output_bias'")

    def test_network_without_branches(self):
        """Targets 0: its objective is 0, which is proved."""
        problem = self.problem(SIGNALS, [0, 0, 0, 0], 0.1, **SUM)
        self.answer("train", *problem, "--out", self.path("n.npz"))
        document = self.answer("certify", *problem, "--network", self.path("n.npz"))
        self.assertEqual((document["verdict"], document["level"]), ("global_minimum", "verified"))

    def test_no_improving_branch_of_a_global_minimum(self):
        above = self.problem(SIGNALS, TARGETS, 0.11, **SUM)
        self.answer("train", *above, "--out", self.path("n.npz"))
        for tolerance, words in [("0.5", "GLOBAL MINIMUM"), ("1e-5", "SUBOPTIMAL")]:
            options = ["certify", *self.problem(SIGNALS, TARGETS, 0.1, **SUM), "--network", self.path("n.npz"),
                       "--tolerance", tolerance]
            self.assertIsNotNone(self.answer(*options)["improving_branch"])
            text = self.thalweg(*options).stdout
            self.assert_mentions(text, words)
            self.assertEqual("improving branch" in text, words == "SUBOPTIMAL")

    def test_layered_branches_are_unrolled(self):
        """Four layers of widths 2, 2 with shared inner weights; path norm and outputs by hand."""
        W1, W2, W3, w4 = [[1, 0.5], [-0.5, 1]], [[1, -0.25], [0.5, 1]], [[1, -0.5]], 0.75
        network = write_npz(self.path("layered.npz"), W1=[W1], W2=[W2], W3=[W3], w4=[w4])
        beta = 0.1
        squares = [sum(v * v for v in row) for row in W1]
        expected = beta * abs(w4) * math.sqrt(sum(W3[0][a] ** 2 * W2[a][b] ** 2 * squares[b]
                                                  for a in range(2) for b in range(2)))
        for x, y in zip(PLANE, TARGETS):
            h = [relu(sum(a * b for a, b in zip(row, x))) for row in W1]
            g = [relu(sum(a * b for a, b in zip(row, h))) for row in W2]
            expected += (w4 * relu(sum(a * b for a, b in zip(W3[0], g))) - y) ** 2 / 2
        problem = self.problem(PLANE, TARGETS, beta, architecture="path", fan_in=[2, 2])
        done = self.thalweg("certify", *problem, "--network", network, "--tolerance", "1e-3", "--json")
        document = self.parse(done.stdout)
        self.assertAlmostEqual(document["objective"], expected, delta=1e-12)
        self.assertEqual(document["verdict"], "suboptimal")
        self.assert_mentions(done.stderr, "unrolled")
        self.assertIs(document["unrolled"], True)
        text = self.thalweg("certify", *problem, "--network", network, "--tolerance", "1e-3").stdout
        self.assert_mentions(text, "SUBOPTIMAL", "Its branches are trees")
        wrong = write_npz(self.path("wrong.npz"), W1=[W1 + [[1, 1]]], W2=[W2], W3=[W3], w4=[w4])
        self.assert_mentions(self.thalweg("certify", *problem, "--network", wrong, expect=2).stderr, "'W1'", "(K, 4, 2)")

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

    def test_residual_of_one_output(self):
        """One pixel: the network learns y - X as several outputs do, and the certificate is about these files."""
        X, Y = [[1], [-2], [0.5]], [2, -1, 1.5]
        keys = {"architecture": "cnn", "input": [1], "kernel": [1], "pooling": "none"}
        problem = self.problem(X, Y, 0.1, **dict(keys, residual=True))
        residual = self.answer("train", *problem, "--out", self.path("n.npz"), "--certificate", self.path("n.cert"))
        rest = write_npz(self.path("rest.npz"), X=X, y=[t - x[0] for t, x in zip(Y, X)])
        same = self.answer("train", "--dataset", rest, "--beta", 0.1, "--architecture",
                           self.describe("plain.json", **keys))
        self.assertAlmostEqual(residual["objective"], same["objective"], delta=1e-6)
        self.assertAlmostEqual(residual["training_loss"], same["training_loss"], delta=1e-5)
        self.assertIn("outputs + X", residual["settings"]["objective"])
        self.assertNotIn("+ X", same["settings"]["objective"])
        checked = self.answer("check", self.path("n.cert"), "--dataset", self.path("data.npz"), "--network",
                              self.path("n.npz"), "--architecture", self.path("a.json"))
        self.assertIs(checked["dataset_equal"], True)
        self.answer("certify", *problem, "--network", self.path("n.npz"), "--tolerance", "1e-5", "--assert",
                    "global_minimum")

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


class OwnSolvers(ArchitectureCase):
    """Architectures that `train` hands to a solver of their own; values of the theory, or by hand."""

    def train(self, X, y, beta, *more, **keys):
        document = self.answer("train", *self.problem(X, y, beta, **keys), "--gap", "1e-8", "--out",
                               self.path("n.npz"), *more)
        self.assertEqual((document["status"], document["level"]), ("solved", "estimate"))
        self.assertEqual(document["architecture"]["name"], keys["architecture"])
        self.assertLessEqual(document["lower_bound"], document["objective"])
        self.assertLessEqual(document["relative_gap"], 1e-7)
        return document["objective"], {name: values for name, (_, values) in read_npz(self.path("n.npz")).items()}

    def test_circular_linear(self):
        identity = [[float(i == j) for j in range(4)] for i in range(4)]
        objective, network = self.train(identity, [1, 2, 3, 6], 2, architecture="circular-linear")
        self.assertAlmostEqual(objective, 5.5 + 2 * (math.sqrt(5) - 0.5) + 1.5, delta=1e-6)
        u, w = network["u"], network["w"]
        fit = [sum(u[(i - j) % 4] * w[j] for j in range(4)) for i in range(4)]
        value = sum((f - t) ** 2 for f, t in zip(fit, [1, 2, 3, 6])) / 2 + sum(v * v for v in u + w)
        self.assertAlmostEqual(value, objective, delta=1e-9)
        objective, _ = self.train(SIGNALS + [[1, 1, 0, -1]], TARGETS + [0], 0.4, architecture="circular-linear")
        self.assertAlmostEqual(objective, 1.0406741422, delta=1e-7)

    def test_polynomial(self):
        X, y = [[1, 0], [0, 1], [-1, 1], [-1, -1], [2, 1]], [1, -1, 2, 0, 1]
        objective, network = self.train(X, y, 0.1, architecture="polynomial", coefficients=[0.09, 0.5, 0.47])
        self.assertAlmostEqual(objective, 2.0892418935, delta=1e-6)
        value = 0.1 * sum(map(abs, network["alpha"]))
        for x, t in zip(X, y):
            f = 0
            for j, alpha in enumerate(network["alpha"]):
                h = sum(a * b for a, b in zip(x, network["U"][2 * j:2 * j + 2]))
                f += alpha * (0.09 * h * h + 0.5 * h + 0.47)
            value += (f - t) ** 2 / 2
        self.assertAlmostEqual(value, objective, delta=1e-9)

    def test_one_dimensional(self):
        """Least norms through the points are 2 for two layers and 1 for more; at a small penalty beta times that, less
        at most beta^2 times the dual's length."""
        X, y = [[0], [4], [5], [7], [10], [11]], [0, 0, 0, 2, 3, 3]
        for layers, norm in [(2, 2), (3, 1), (4, 1)]:
            objective, network = self.train(X, y, 1e-3, architecture="one-dimensional", layers=layers)
            self.assertLessEqual(objective, 1e-3 * norm)
            self.assertAlmostEqual(objective, 1e-3 * norm, delta=2e-5)
            penalty = sum(abs(w) ** layers for w in network["weights"]) / layers
            self.assertAlmostEqual(1e-3 * penalty, objective, delta=2e-5)

    def test_threshold(self):
        identity = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
        # Clipped at 1.5 above and -0.5 below: 1/8 + 0.75 and 1/8 + 0.25; two layers also reach all of {0, 1}^3.
        for layers in [2, 3]:
            objective, network = self.train(identity, [2, -1, 1], 0.5, architecture="threshold", layers=layers)
            self.assertAlmostEqual(objective, 1.25, delta=1e-6)
            self.assertNotIn("W%d" % layers, network)
            self.assertIn("t%d" % (layers - 1), network)

    def test_only_train(self):
        for keys in [{"architecture": "circular-linear"}, {"architecture": "threshold", "layers": 2}]:
            problem = self.problem(SIGNALS, TARGETS, 0.1, **keys)
            network = write_npz(self.path("n.npz"), u=[[1, 0, 0, 0]])
            for command in ["info", "optimal-set"]:
                self.assert_mentions(self.thalweg(command, *problem, expect=2).stderr, "for `thalweg train` only")
            self.assert_mentions(self.thalweg("train", *problem, "--network", network, expect=2).stderr, "--network")
            self.assert_mentions(self.thalweg("train", *problem, "--width", 1, expect=2).stderr, "--width")
        line = self.problem(SIGNALS, TARGETS, 0.1, architecture="one-dimensional", layers=3)
        self.assert_mentions(self.thalweg("train", *line, expect=2).stderr, "one column")


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

    def test_options_of_several_and_residual_outputs(self):
        line = {"architecture": "cnn", "input": [1], "kernel": [1], "pooling": "none", "residual": True}
        several = {"architecture": "cnn", "input": [2], "kernel": [1], "pooling": "none"}
        weights = self.path("w.npy")
        with open(weights, "wb") as file:
            file.write(npy_bytes([1, 1]))
        for X, y, keys, more, words in [
            ([[1], [-1]], [1, -1], line, ["--loss", "logistic"], ["--loss logistic", "residual"]),
            ([[1], [-1]], [1, -1], line, ["--loss", "squared-hinge"], ["--loss squared-hinge", "residual"]),
            ([[1], [-1]], [1, -1], line, ["--sample-weights", weights], ["--sample-weights", "residual"]),
            ([[1], [-1]], [1, -1], line, ["--test", self.path("data.npz")], ["--test", "residual"]),
            (PLANE[:2], PLANE[2:], several, ["--loss-scale", "mean"], ["--loss-scale mean", "has 2"]),
        ]:
            self.refuse("train", *self.problem(X, y, 0.1, **keys), *more, words=words)

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
