"""Several outputs in `train` and `certify`: y with several columns, and class labels with the softmax loss."""

import math
import os
import unittest

from cli_case import CliCase, gaussian_problem, read_npz, write_npz


class SeveralOutputs(CliCase):
    """Two outputs on a line: each side of x has its own neuron, whose alpha points to the targets there. The optimum
    is sum over sides of beta |Y_i| - beta^2/2 for shared neurons, and over entries for independent ones."""

    BETA = 0.1

    def setUp(self):
        super().setUp()
        self.data = write_npz(self.path("data.npz"), X=[[-1], [1]], y=[[3, 4], [0, 2]])
        self.problem = ["--dataset", self.data, "--beta", self.BETA]

    def test_shared_neurons(self):
        document = self.answer("train", *self.problem, "--out", self.path("n.npz"), "--gap", "1e-7")
        optimum = self.BETA * (5 + 2) - 2 * self.BETA**2 / 2
        self.assertAlmostEqual(document["objective"], optimum, delta=1e-6 * optimum)
        self.assertLessEqual(document["lower_bound"], optimum * (1 + 1e-12))
        self.assertEqual((document["status"], document["level"]), ("solved", "estimate"))
        self.assertEqual((document["width"], document["outputs"]), (2, 2))
        self.assertEqual(document["settings"]["outputs"], "shared")
        self.assertEqual(read_npz(self.path("n.npz"))["alpha"][0], (2, 2))
        certified = self.answer("certify", *self.problem, "--network", self.path("n.npz"), "--tolerance", "1e-6",
                                "--assert", "global_minimum")
        self.assertAlmostEqual(certified["objective"], document["objective"], delta=1e-12)

    def test_independent_outputs(self):
        document = self.answer("train", *self.problem, "--outputs", "independent", "--gap", "1e-7")
        optimum = self.BETA * (3 + 4 + 2) - 3 * self.BETA**2 / 2
        self.assertAlmostEqual(document["objective"], optimum, delta=1e-6 * optimum)
        self.assertEqual(document["width"], 3)
        self.assertEqual(document["settings"]["outputs"], "independent")

    def test_a_network_that_is_not_optimal(self):
        r = math.sqrt(2)
        network = write_npz(self.path("bad.npz"), W=[[r]], alpha=[[0, r]])
        document = self.answer("certify", *self.problem, "--network", network, "--improved", self.path("better.npz"))
        self.assertEqual(document["verdict"], "suboptimal")
        self.assertEqual(document["improvement"]["kind"], "replace")
        # f = 0 on the left (loss 25/2), exact on the right; penalty beta 2.
        self.assertAlmostEqual(document["objective"], 12.5 + 0.2, delta=1e-12)
        again = self.answer("certify", *self.problem, "--network", self.path("better.npz"))
        self.assertLess(again["objective"], document["objective"])
        self.answer("certify", *self.problem, "--network", network, "--assert", "global_minimum", expect=1)

    def test_test_loss(self):
        document = self.answer("train", *self.problem, "--test", self.data)
        self.assertAlmostEqual(document["test_loss"], document["training_loss"], delta=1e-12)
        self.assertIsNone(document["accuracy"])

    def test_refusals(self):
        train = ["train", *self.problem]
        for more, word in [(["--width", "1"], "--width"), (["--skip"], "skip connection"),
                           (["--certificate", "x.cert"], "--certificate"),
                           (["--patterns", "gated", "--sample-patterns", "3"], "--patterns gated")]:
            done = self.thalweg(*train, *more, expect=2)
            self.assertEqual(done.stdout, "")
            self.assert_mentions(done.stderr, word)
        self.assertFalse(os.path.exists(self.path("x.cert")))
        for outputs, said in [("independent", True), ("shared", False)]:
            done = self.thalweg(*train, "--outputs", outputs, "--width", "1", expect=2)
            self.assertEqual("each column by itself" in done.stderr, said)

    def test_independent_outputs_are_their_columns(self):
        whole = self.answer("train", *self.problem, "--outputs", "independent", "--gap", "1e-8")
        total = bound = 0
        for k, column in enumerate([[3, 0], [4, 2]]):
            data = write_npz(self.path("column%d.npz" % k), X=[[-1], [1]], y=column)
            part = self.answer("train", "--dataset", data, "--beta", self.BETA, "--gap", "1e-8")
            total, bound = total + part["objective"], bound + part["lower_bound"]
        self.assertAlmostEqual(total, whole["objective"], delta=1e-7 * total)
        self.assertAlmostEqual(bound, whole["lower_bound"], delta=1e-7 * total)
        one = write_npz(self.path("one.npz"), W=[[1]], alpha=[1])
        self.assert_mentions(self.thalweg("certify", *self.problem, "--network", one, expect=2).stderr, "2 outputs")


class Softmax(CliCase):
    def setUp(self):
        super().setUp()
        self.X, _ = gaussian_problem(18, 2, seed=8)
        self.labels = [0 if x[0] > 0.5 else (1 if x[1] > 0 else 2) for x in self.X]
        self.data = write_npz(self.path("data.npz"), X=self.X, y=self.labels)

    def train(self, data, *more, expect=0):
        return self.answer("train", "--dataset", data, "--beta", "0.5", "--loss", "softmax", "--gap", "1e-3",
                           "--time-limit", "20", "--out", self.path("n.npz"), *more, expect=expect)

    def test_labels_and_unit_vectors_are_the_same(self):
        one = self.train(self.data, "--test", self.data)
        units = write_npz(self.path("units.npz"), X=self.X, y=[[float(k == c) for c in range(3)] for k in self.labels])
        other = self.train(units)
        self.assertEqual(one["objective"], other["objective"])
        self.assertEqual(one["outputs"], 3)
        self.assertEqual(one["accuracy"], other["accuracy"])
        self.assertEqual(one["test_accuracy"], one["accuracy"])
        self.assertGreater(one["accuracy"], 0.5)
        arrays = read_npz(self.path("n.npz"))
        (m, d), W = arrays["W"]
        alpha = arrays["alpha"][1]
        right = 0
        for x, k in zip(self.X, self.labels):
            hidden = [max(0.0, W[j * d] * x[0] + W[j * d + 1] * x[1]) for j in range(m)]
            f = [sum(hidden[j] * alpha[3 * j + c] for j in range(m)) for c in range(3)]
            right += f.index(max(f)) == k
        self.assertEqual(one["accuracy"], right / 18)

    def test_two_classes_as_signs(self):
        bits = [int(k > 0) for k in self.labels]
        zero_one = write_npz(self.path("bits.npz"), X=self.X, y=bits)
        signs = write_npz(self.path("signs.npz"), X=self.X, y=[2 * k - 1 for k in bits])
        one = self.train(zero_one, "--test", zero_one)
        other = self.train(signs, "--test", signs)
        for key in ["objective", "outputs", "accuracy", "test_accuracy"]:
            self.assertEqual(one[key], other[key])
        self.assertEqual(one["outputs"], 2)
        text = self.thalweg("train", "--dataset", signs, "--beta", "0.5", "--loss", "softmax", "--gap", "1e-3").stdout
        self.assert_mentions(text, "-1 -> class 0, 1 -> class 1")
        negative = write_npz(self.path("negative.npz"), X=self.X, y=[-1] * len(bits))
        self.assertEqual(self.train(negative)["outputs"], 2)
        for data, test in [(signs, zero_one), (zero_one, signs)]:
            self.thalweg("train", "--dataset", data, "--beta", "0.5", "--loss", "softmax", "--test", test, expect=2)

    def test_other_labels_are_refused(self):
        for wrong in [-1, 0.5, 1e9]:
            data = write_npz(self.path("wrong.npz"), X=self.X, y=[wrong] + self.labels[1:])
            done = self.thalweg("train", "--dataset", data, "--beta", "0.5", "--loss", "softmax", expect=2)
            self.assert_mentions(done.stderr, "wrong.npz")
        test = write_npz(self.path("test.npz"), X=self.X, y=[3] + self.labels[1:])
        done = self.thalweg("train", "--dataset", self.data, "--beta", "0.5", "--loss", "softmax", "--test", test,
                            expect=2)
        self.assert_mentions(done.stderr, "test.npz")


if __name__ == "__main__":
    unittest.main()
