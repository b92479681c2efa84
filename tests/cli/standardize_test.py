"""`--standardize`: an explicit step that the network's file records and every command repeats exactly."""

import math
import random
import unittest

from cli_case import CliCase, read_npz, write_npz


def grid_problem(samples, seed):
    """Columns on grids of very different size and place, the third constant; targets near 1000."""
    draw = random.Random(seed)
    X = [[draw.randrange(4096) / 8 + 700, draw.randrange(256) * 2.0**-30, 3.0] for _ in range(samples)]
    y = [1000 + abs(x[0] - 900) / 64 + draw.randrange(16) / 16 for x in X]
    return X, y


class Standardize(CliCase):
    def setUp(self):
        super().setUp()
        self.X, self.y = grid_problem(25, seed=1)
        self.data = write_npz(self.path("data.npz"), X=self.X, y=self.y)
        self.network = self.path("n.npz")

    def train(self, *more, data=None, expect=0):
        return self.answer("train", "--dataset", data or self.data, "--beta", "0.5", "--out", self.network, *more,
                           expect=expect)

    def mapped(self, arrays):
        """The data set as the network's file says, in Python's doubles, which round like everyone's."""
        mean, scale = arrays["input_mean"][1], arrays["input_scale"][1]
        X = [[(x - m) / s for x, m, s in zip(row, mean, scale)] for row in self.X]
        if "output_mean" not in arrays:
            return X, self.y
        return X, [(t - arrays["output_mean"][1][0]) / arrays["output_scale"][1][0] for t in self.y]

    def test_it_is_training_on_the_mapped_data(self):
        for targets in [[], ["--standardize-targets"]]:
            document = self.train("--bias", "--standardize", *targets)
            arrays = read_npz(self.network)
            X, y = self.mapped(arrays)
            by_hand = write_npz(self.path("hand.npz"), X=X, y=y)
            other = self.answer("train", "--dataset", by_hand, "--beta", "0.5", "--bias")
            for key in ["objective", "lower_bound", "width", "level", "training_loss"]:
                self.assertEqual(document[key], other[key], key)
            self.assertIsNone(other["settings"]["standardization"])

    def test_what_is_reported(self):
        applied = self.train("--standardize", "--standardize-targets")["settings"]["standardization"]
        arrays = read_npz(self.network)
        self.assertEqual(applied["mean"], arrays["input_mean"][1])
        self.assertEqual(applied["scale"], arrays["input_scale"][1])
        self.assertEqual(applied["target_mean"], arrays["output_mean"][1])
        self.assertEqual(applied["untouched_columns"], [2])
        self.assertEqual((applied["mean"][2], applied["scale"][2]), (0, 1))
        self.assertEqual(applied["source"], "data")
        # Grid data: nothing is rounded, so the way back is exact.
        self.assertEqual(applied["rounded_entries"], 0)
        X, y = self.mapped(arrays)
        for row, original in zip(X, self.X):
            self.assertEqual([z * s + m for z, s, m in zip(row, applied["scale"], applied["mean"])], original)
        for scale in applied["scale"] + applied["target_scale"]:
            self.assertEqual(math.frexp(scale)[0], 0.5)
        for k in [0, 1]:
            column = [row[k] for row in X]
            mean = sum(column) / len(column)
            self.assertLess(abs(mean), 1 / 128 + 1e-9)
            self.assertLess(abs(math.log2(sum((z - mean) ** 2 for z in column) / len(column))), 1 + 1e-9)

    def test_rounding_is_told(self):
        data = write_npz(self.path("tenths.npz"), X=[[0.1], [1.0], [2.5], [3.7]], y=[1, 2, 3, 5])
        document = self.train("--standardize", data=data)
        self.assertGreater(document["settings"]["standardization"]["rounded_entries"], 0)
        self.assert_mentions(self.thalweg("train", "--dataset", data, "--beta", "0.5", "--standardize").stdout,
                             "rounded")

    def test_other_commands_apply_it(self):
        document = self.train("--bias", "--standardize", "--standardize-targets", "--gap", "1e-9")
        files = ["--dataset", self.data, "--network", self.network]
        certified = self.answer("certify", *files, "--beta", "0.5", "--tolerance", "1e-8", "--certificate", "n.cert")
        self.assertEqual(certified["verdict"], "global_minimum")
        self.assertAlmostEqual(certified["objective"], document["objective"], delta=1e-12)
        self.assertEqual(certified["settings"]["standardization"]["source"], "network")
        self.assertTrue(self.answer("check", "n.cert", *files)["verified"])
        # Without the network nothing says how the data were standardised.
        self.assertFalse(self.answer("check", "n.cert", "--dataset", self.data, expect=1)["verified"])
        self.answer("simplify", *files, "--beta", "0.5", "--out", "small.npz")
        self.assertEqual(read_npz(self.path("small.npz"))["input_mean"], read_npz(self.network)["input_mean"])
        again = self.answer("train", *files, "--beta", "0.5", "--standardize", "--out", self.path("again.npz"))
        self.assertEqual(again["settings"]["standardization"]["source"], "network")
        self.assertEqual(read_npz(self.path("again.npz"))["output_scale"], read_npz(self.network)["output_scale"])

    def test_the_test_samples_are_mapped_too(self):
        document = self.train("--bias", "--standardize", "--test", self.data)
        self.assertEqual(document["test_loss"], document["training_loss"])

    def test_two_valued_targets_stay_classes(self):
        labels = [float(t > 1002) for t in self.y]
        data = write_npz(self.path("labels.npz"), X=self.X, y=labels)
        plain = self.train("--bias", "--standardize", "--loss", "squared", data=data)
        mapped = self.train("--bias", "--standardize", "--standardize-targets", data=data)
        self.assertIsNotNone(plain["accuracy"])
        self.assertGreaterEqual(mapped["accuracy"], 0.8)

    def test_info_looks_at_the_mapped_data(self):
        document = self.answer("info", "--dataset", self.data, "--bias", "--standardize")
        self.assertEqual(document["settings"]["standardization"]["untouched_columns"], [2])
        # The constant column and the column of ones are parallel.
        self.assertEqual((document["d"], document["rank"]), (4, 3))

    def refused(self, *arguments, words):
        done = self.thalweg(*arguments, expect=2)
        self.assertEqual(done.stdout, "")
        self.assert_mentions(done.stderr, *words)

    def test_refusals(self):
        self.refused("train", "--dataset", self.data, "--beta", "1", "--standardize-targets", words=["--standardize"])
        labels = write_npz(self.path("labels.npz"), X=self.X, y=[float(t > 1002) for t in self.y])
        self.refused("train", "--dataset", labels, "--beta", "1", "--loss", "logistic", "--standardize",
                     "--standardize-targets", words=["class labels"])
        plain = write_npz(self.path("plain.npz"), W=[[1, 1, 1]], alpha=[1])
        train = ["train", "--dataset", self.data, "--beta", "1", "--standardize"]
        self.refused(*train, "--network", plain, words=["plain.npz", "--standardize"])
        inputs = write_npz(self.path("inputs.npz"), W=[[1, 1, 1]], alpha=[1], input_mean=[0, 0, 0],
                           input_scale=[1, 2, 1])
        self.refused(*train, "--standardize-targets", "--network", inputs, words=["--standardize-targets"])
        for name, arrays, words in [
            ("half.npz", {"input_mean": [0, 0, 0]}, "input_scale"),
            ("short.npz", {"input_mean": [0], "input_scale": [1]}, "shape"),
            ("zero.npz", {"input_mean": [0, 0, 0], "input_scale": [1, 0, 1]}, "> 0"),
        ]:
            network = write_npz(self.path(name), W=[[1, 1, 1]], alpha=[1], **arrays)
            self.refused("certify", "--dataset", self.data, "--beta", "1", "--network", network, words=[name, words])
        huge = write_npz(self.path("huge.npz"), X=[[-1.7e308], [1.7e308]], y=[1, 2])
        self.refused("train", "--dataset", huge, "--beta", "1", "--standardize", words=["overflows"])


if __name__ == "__main__":
    unittest.main()
