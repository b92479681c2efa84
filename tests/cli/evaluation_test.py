"""Loss and accuracy of `train` and `certify` on training and test samples."""

import unittest

from cli_case import CliCase, TwoPoints, npy_bytes, read_npz, write_npz


def outputs(network, X):
    """The network of an .npz without biases on rows of X."""
    arrays = read_npz(network)
    (m, d), W = arrays["W"]
    alpha = arrays["alpha"][1]
    return [sum(max(0.0, sum(W[j * d + k] * x[k] for k in range(d))) * alpha[j] for j in range(m)) for x in X]


class Classes(CliCase):
    """Points on a line: with labels 1, 1, -1, 1 on one side, no network without bias gets all of them."""

    X = [[1], [2], [3], [-1], [-2]]
    SIGNS = [1, 1, -1, 1, 1]
    TEST_X = [[4], [-4], [-0.5]]
    TEST_SIGNS = [-1, -1, 1]

    def bits(self, signs):
        return [(s + 1) // 2 for s in signs]

    def train(self, y, *more):
        data = write_npz(self.path("data.npz"), X=self.X, y=y)
        return self.answer("train", "--dataset", data, "--beta", "0.01", "--out", self.path("n.npz"), *more)

    def test_training_accuracy(self):
        for labels, threshold in [(self.SIGNS, 0), (self.bits(self.SIGNS), 0.5)]:
            for loss in ["squared", "logistic", "squared-hinge"]:
                document = self.train(labels, "--loss", loss)
                level = 0 if loss != "squared" else threshold
                found = [f > level for f in outputs(self.path("n.npz"), self.X)]
                right = sum(f == (s > 0) for f, s in zip(found, self.SIGNS))
                self.assertEqual(document["accuracy"], right / 5)
                self.assertIsNone(document["test_accuracy"])
                self.assertIsNone(document["test_loss"])
                mapped = loss != "squared"
                self.assertEqual(document["settings"]["label_mapping"] is not None, mapped)

    def test_test_accuracy_and_loss(self):
        test = write_npz(self.path("test.npz"), X=self.TEST_X, y=self.TEST_SIGNS)
        document = self.train(self.SIGNS, "--loss", "squared-hinge", "--test", test)
        fit = outputs(self.path("n.npz"), self.TEST_X)
        loss = sum(max(0, 1 - f * s) ** 2 / 2 for f, s in zip(fit, self.TEST_SIGNS)) / 3
        self.assertAlmostEqual(document["test_loss"], loss, delta=1e-12)
        self.assertEqual(document["test_accuracy"], sum((f > 0) == (s > 0) for f, s in zip(fit, self.TEST_SIGNS)) / 3)
        self.assertEqual(document["inputs"]["test"]["shape"], [3, 1])
        mean = self.train(self.SIGNS, "--loss", "squared-hinge", "--loss-scale", "mean", "--test", test)
        fit = outputs(self.path("n.npz"), self.TEST_X)
        loss = sum(max(0, 1 - f * s) ** 2 / 2 for f, s in zip(fit, self.TEST_SIGNS)) / 3
        self.assertAlmostEqual(mean["test_loss"], loss, delta=1e-12)

    def test_labels_of_the_test_are_mapped_like_those_of_training(self):
        bits = write_npz(self.path("bits.npz"), X=self.TEST_X, y=self.bits(self.TEST_SIGNS))
        signs = write_npz(self.path("signs.npz"), X=self.TEST_X, y=self.TEST_SIGNS)
        one = self.train(self.bits(self.SIGNS), "--loss", "squared-hinge", "--test", bits)
        other = self.train(self.SIGNS, "--loss", "squared-hinge", "--test", signs)
        self.assertEqual(one["test_accuracy"], other["test_accuracy"])
        self.assertEqual(one["test_loss"], other["test_loss"])
        data = write_npz(self.path("data.npz"), X=self.X, y=self.SIGNS)
        done = self.thalweg("train", "--dataset", data, "--beta", "0.01", "--loss", "logistic", "--test", bits, expect=2)
        self.assert_mentions(done.stderr, "bits.npz", "{-1, 1}", "got 0")

    def test_text(self):
        data = write_npz(self.path("data.npz"), X=self.X, y=self.SIGNS)
        text = self.thalweg("train", "--dataset", data, "--beta", "0.01", "--test", data).stdout
        self.assert_mentions(text, "training samples", "test samples", "accuracy 60 % (3 of 5 samples)")  # f = 0 where x > 0


class Regression(TwoPoints):
    def test_targets_that_are_no_labels_have_no_accuracy(self):
        document = self.answer("train", *self.problem())
        self.assertIsNone(document["accuracy"])
        # The optimum shrinks both targets by beta: loss 1/2 beta^2 a sample.
        self.assertAlmostEqual(document["training_loss"], 0.005, delta=1e-6)
        self.assertNotIn("accuracy", self.thalweg("train", *self.problem()).stdout)

    def test_certify(self):
        for name, values in [("X.npy", [[2], [-3]]), ("y.npy", [0, 1])]:
            with open(self.path(name), "wb") as file:
                file.write(npy_bytes(values))
        document = self.answer("certify", *self.problem(self.optimal), "--test-data", "X.npy", "--test-targets", "y.npy")
        # f(2) = 3.8, f(-3) = 2.7.
        self.assertAlmostEqual(document["test_loss"], (3.8**2 / 2 + 1.7**2 / 2) / 2, delta=1e-12)
        self.assertEqual(document["inputs"]["test_targets"]["shape"], [2, 1])

    def test_what_does_not_fit_is_refused(self):
        wide = write_npz(self.path("wide.npz"), X=[[1, 2]], y=[1])
        many = write_npz(self.path("many.npz"), X=[[1]], y=[[1, 2]])
        for command in [["train", *self.problem()], ["certify", *self.problem(self.optimal)]]:
            for name, words in [(wide, "2 columns"), (many, "2 columns")]:
                self.assert_mentions(self.thalweg(*command, "--test", name, expect=2).stderr, name, words)
            self.thalweg(*command, "--test", self.path("missing.npz"), expect=3)
            self.thalweg(*command, "--test-data", "X.npy", expect=2)
        done = self.thalweg("train", *self.problem(), "--test", wide, "--out", wide, expect=2)
        self.assert_mentions(done.stderr, "--test", "--out", "same file")


if __name__ == "__main__":
    unittest.main()
