"""Reading: broken files are told apart by exit code (2 malformed, 3 unreadable) and named, biases and labels follow the
contract, and PyTorch's conventions of the penalty give the same beta."""

import math
import os
import unittest

from cli_case import CliCase, TwoPoints, gaussian_problem, npy_bytes, write_npz


class BrokenFiles(TwoPoints):
    def spoil(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content)
        return self.path(name)

    def refuse(self, code, name, *arguments):
        done = self.thalweg(*arguments, expect=code)
        self.assertEqual(done.stdout, "")
        self.assert_mentions(done.stderr, os.path.basename(name))

    def whole(self, path):
        with open(path, "rb") as file:
            return file.read()

    def test_data_sets(self):
        good = self.whole(self.data)
        malformed = [
            self.spoil("empty.npz", b""),
            self.spoil("garbage.npz", b"not a zip archive at all" * 40),
            self.spoil("truncated.npz", good[: len(good) // 2]),
            self.spoil("flipped.npz", good[:130] + bytes([good[130] ^ 255]) + good[131:]),
            self.spoil("unknown.txt", b"1 2\n3 4\n"),
            self.spoil("ragged.csv", b"1,2\n3\n"),
            write_npz(self.path("no_targets.npz"), X=[[1], [2]]),
            write_npz(self.path("no_inputs.npz"), y=[1, 2]),
            write_npz(self.path("lengths.npz"), X=[[1], [2]], y=[1, 2, 3]),
            write_npz(self.path("nan.npz"), X=[[1], [math.nan]], y=[1, 2]),
            write_npz(self.path("infinite.npz"), X=[[1], [2]], y=[1, math.inf]),
            write_npz(self.path("flat.npz"), X=[1, 2], y=[1, 2]),
            write_npz(self.path("no_rows.npz"), X=npy_bytes([], shape=(0, 2)), y=npy_bytes([], shape=(0,))),
            write_npz(self.path("oversized.npz"), X=npy_bytes([1, 2], shape=(10**9, 10**9)), y=[1, 2]),
        ]
        for name in malformed:
            arguments = ["--dataset", name] + (["--target-column", "1"] if name.endswith(".csv") else [])
            self.refuse(2, name, "info", *arguments)
            self.refuse(2, name, "train", *arguments, "--beta", "1")
        os.mkdir(self.path("folder.npz"))
        for missing in [self.path("missing.npz"), self.path("folder.npz"), self.path("no/such.csv")]:
            column = ["--target-column", "1"] if missing.endswith(".csv") else []
            self.refuse(3, missing, "train", "--dataset", missing, *column, "--beta", "1")

    def test_networks(self):
        good = self.whole(self.optimal)
        malformed = [
            self.spoil("pickle.pt", b"\x80\x02}q\x00."),
            self.spoil("truncated.npz", good[: len(good) - 30]),
            self.spoil("short.safetensors", b"\xff\xff\xff\xff\xff\xff\xff\x7f{}"),
            write_npz(self.path("no_alpha.npz"), W=[[1]]),
            write_npz(self.path("lengths.npz"), W=[[1], [2]], alpha=[1]),
            write_npz(self.path("nan.npz"), W=[[math.nan]], alpha=[1]),
            write_npz(self.path("wide.npz"), W=[[1, 2, 3]], alpha=[1]),
            write_npz(self.path("both.npz"), **{"W": [[1]], "alpha": [1], "0.weight": [[1]], "2.weight": [[1]]}),
        ]
        for name in malformed:
            self.refuse(2, name, "certify", *self.problem(name))
            self.refuse(2, name, "simplify", *self.problem(name), "--out", "out.npz")
        self.refuse(3, "missing.npz", "certify", *self.problem(self.path("missing.npz")))
        self.refuse(3, "missing.npz", "simplify", *self.problem(self.path("missing.npz")), "--out", "out.npz")

    def test_the_pickle_message_says_how_to_export(self):
        name = self.spoil("model.pth", b"\x80\x02}q\x00.")
        self.assert_mentions(self.thalweg("certify", *self.problem(name), expect=2).stderr, "numpy.savez", "weights_only=True")

    def test_certificates(self):
        self.thalweg("certify", *self.problem(self.optimal), "--certificate", self.path("good.cert"))
        good = self.whole(self.path("good.cert"))
        for name in [self.spoil("empty.cert", b""), self.spoil("garbage.cert", b"hello\n"),
                     self.spoil("truncated.cert", good[: len(good) // 2]), self.spoil("longer.cert", good + b"more\n"),
                     self.spoil("binary.cert", bytes(range(256)) * 10)]:
            document = self.answer("check", name, expect=2)
            self.assertIs(document["verified"], False)
            self.assertNotEqual(document["reason"], "")
        self.refuse(3, "missing.cert", "check", self.path("missing.cert"))
        self.refuse(3, self.folder, "check", self.folder)


class Biases(CliCase):
    """A hidden bias is a column of ones in X."""

    def setUp(self):
        super().setUp()
        X, y = gaussian_problem(10, 2, seed=7)
        W, b, alpha = [[0.5, -0.25], [-0.75, 1.0]], [0.125, -0.5], [0.5, -1.25]
        self.plain = write_npz(self.path("plain.npz"), X=X, y=y)
        self.ones = write_npz(self.path("ones.npz"), X=[row + [1] for row in X], y=y)
        self.with_b = write_npz(self.path("with_b.npz"), W=W, b=b, alpha=alpha)
        self.torch = write_npz(self.path("torch.npz"),
                               **{"0.weight": W, "0.bias": b, "2.weight": [alpha], "2.bias": [0.25]})
        self.explicit = write_npz(self.path("explicit.npz"), W=[w + [c] for w, c in zip(W, b)], alpha=alpha)
        self.without = write_npz(self.path("without.npz"), W=W, alpha=alpha)

    def certify(self, data, network, *more, expect=0):
        return self.answer("certify", "--dataset", data, "--network", network, "--beta", "0.3", *more, expect=expect)

    def test_b_and_a_column_of_ones_are_the_same_network(self):
        one, other = self.certify(self.plain, self.with_b), self.certify(self.ones, self.explicit)
        self.assertTrue(one["settings"]["hidden_bias"])
        self.assertFalse(other["settings"]["hidden_bias"])
        for key in ["verdict", "objective", "lower_bound", "gap", "relative_gap", "level", "dual_norm"]:
            self.assertEqual(one[key], other[key], key)

    def test_a_wider_W_without_b_is_refused_with_the_reason(self):
        for more in [[], ["--bias"]]:
            done = self.thalweg("certify", "--dataset", self.plain, "--network", self.explicit, "--beta", "0.3", *more,
                                expect=2)
            self.assert_mentions(done.stderr, "b", "ones", "explicit.npz")

    def test_bias_asked_for_a_network_without_b_is_a_bias_of_zero(self):
        one = self.certify(self.plain, self.without)
        other = self.certify(self.plain, self.without, "--bias")
        self.assertAlmostEqual(one["objective"], other["objective"], delta=1e-14 * one["objective"])
        self.assertLessEqual(other["lower_bound"], one["lower_bound"])

    def test_output_bias(self):
        penalised = self.certify(self.plain, self.torch)
        self.assertEqual(penalised["settings"]["output_bias"], "penalised")
        self.assertEqual(self.certify(self.plain, self.with_b)["settings"]["output_bias"], "none")
        free = self.certify(self.plain, self.torch, "--output-bias", "free")
        self.assertAlmostEqual(penalised["objective"] - free["objective"], 0.15 * 0.25**2, delta=1e-12)
        self.thalweg("certify", "--dataset", self.plain, "--network", self.torch, "--beta", "0.3", "--output-bias",
                     "none", expect=2)

    def test_training_with_biases_writes_them(self):
        trained = self.path("trained.npz")
        self.answer("train", "--dataset", self.plain, "--beta", "0.3", "--bias", "--output-bias", "penalised", "--out",
                    trained)
        document = self.certify(self.plain, trained, "--tolerance", "1e-5")
        self.assertEqual(document["verdict"], "global_minimum")
        self.assertTrue(document["settings"]["hidden_bias"])
        self.assertEqual(document["settings"]["output_bias"], "penalised")


class Labels(CliCase):
    def setUp(self):
        super().setUp()
        self.X, _ = gaussian_problem(12, 2, seed=3)
        self.signs = [1 if row[0] > 0.2 * row[1] else -1 for row in self.X]

    def data(self, name, y):
        return write_npz(self.path(name), X=self.X, y=y)

    def train(self, data, loss, expect=0, *more):
        return self.answer("train", "--dataset", data, "--beta", "0.1", "--loss", loss, *more, expect=expect)

    def test_zero_and_one_are_mapped_and_the_mapping_printed(self):
        signs = self.data("signs.npz", self.signs)
        bits = self.data("bits.npz", [(s + 1) // 2 for s in self.signs])
        for loss in ["squared-hinge", "logistic"]:
            one, other = self.train(signs, loss), self.train(bits, loss)
            self.assertEqual(one["objective"], other["objective"])
            self.assertEqual(other["settings"]["label_mapping"], "0 -> -1, 1 -> 1")
            text = self.thalweg("train", "--dataset", bits, "--beta", "0.1", "--loss", loss).stdout
            self.assert_mentions(text, "0 -> -1")
            noisy = self.thalweg("train", "--dataset", bits, "--beta", "0.1", "--loss", loss, "--json")
            self.assert_mentions(noisy.stderr, "0 -> -1")
            quiet = self.thalweg("train", "--dataset", bits, "--beta", "0.1", "--loss", loss, "--json", "--quiet")
            self.assertEqual(quiet.stderr, "")

    def test_other_labels_are_refused(self):
        for wrong in [2, 0.5, 0]:
            y = [float(s) for s in self.signs]
            y[4] = wrong
            data = self.data("wrong.npz", y)
            for loss in ["squared-hinge", "logistic"]:
                self.thalweg("train", "--dataset", data, "--beta", "0.1", "--loss", loss, expect=2)

    def test_regression_targets_are_not_labels(self):
        document = self.answer("train", "--dataset", self.data("real.npz", [0.3 * s for s in self.signs]), "--beta",
                               "0.1")
        self.assertIsNone(document["settings"]["label_mapping"])

    def test_logistic_is_an_estimate(self):
        self.assertEqual(self.train(self.data("signs.npz", self.signs), "logistic")["level"], "estimate")
        self.assertEqual(self.train(self.data("signs.npz", self.signs), "squared-hinge")["level"], "verified")


class Penalty(TwoPoints):
    """PyTorch minimises |f - y|^2 / (n c) + W/2 |theta|^2 (mean) or |f - y|^2 + W/2 |theta|^2 (sum)."""

    def certify(self, *penalty):
        return self.answer("certify", "--dataset", self.data, "--network", self.one, *penalty)

    def assert_same(self, one, other):
        for key in ["objective", "lower_bound", "verdict"]:
            self.assertEqual(one[key], other[key])
        self.assertEqual(one["settings"]["beta"], other["settings"]["beta"])

    def test_mean(self):
        one = self.certify("--torch-weight-decay", "0.1", "--torch-loss", "mse-mean")
        self.assert_same(one, self.certify("--beta", "0.1"))
        self.assertEqual(one["settings"]["beta"], 2 * 1 * 0.1 / 2)
        self.assertEqual(one["settings"]["torch_weight_decay"], {"mse-mean": 0.1, "mse-sum": 0.2})

    def test_sum(self):
        one = self.certify("--torch-weight-decay", "0.1", "--torch-loss", "mse-sum")
        self.assert_same(one, self.certify("--beta", "0.05"))

    def test_mean_scale_divides_the_whole_objective(self):
        total = self.certify("--torch-weight-decay", "0.1", "--torch-loss", "mse-mean")
        mean = self.certify("--torch-weight-decay", "0.1", "--torch-loss", "mse-mean", "--loss-scale", "mean")
        self.assertAlmostEqual(mean["objective"], total["objective"] / 2, delta=1e-14)
        self.assertEqual(mean["verdict"], total["verdict"])

    def test_beta_is_the_nearest_double_and_printed_whole(self):
        # A tie in long double that rounds the other way when it goes through it.
        text = "1.00000000000000011102230246251565404236316680908203125"
        document = self.certify("--beta", text + "1")
        self.assertEqual(document["settings"]["beta"], float(text + "1"))
        printed = self.thalweg("certify", "--dataset", self.data, "--network", self.one, "--beta", "0.30000000000000004").stdout
        self.assert_mentions(printed, "beta = 0.30000000000000004;", "weight_decay")


class Forms(TwoPoints):
    """The same problem in every file form gives the same answer."""

    def test_npz_npy_csv_and_pytorch_names(self):
        for name, values in [("X.npy", [[-1], [1]]), ("y.npy", [1, 2]), ("y2.npy", [[1], [2]])]:
            with open(self.path(name), "wb") as file:
                file.write(npy_bytes(values))
        with open(self.path("table.csv"), "w") as file:
            file.write("x,target\n-1,1\n1,2\n")
        torch = write_npz(self.path("torch.npz"),
                          **{"0.weight": [[math.sqrt(1.9)]], "2.weight": [[math.sqrt(1.9)]]})
        expected = self.answer("certify", *self.problem(self.one))["objective"]
        for files in [["--data", "X.npy", "--targets", "y.npy"], ["--data", "X.npy", "--targets", "y2.npy"],
                      ["--dataset", "table.csv", "--target-column", "target"],
                      ["--dataset", "table.csv", "--target-column", "1"]]:
            for network in [self.one, torch]:
                document = self.answer("certify", *files, "--network", network, "--beta", "0.1")
                self.assertEqual(document["objective"], expected)

    def test_inputs_are_named_with_hash_and_shape(self):
        document = self.answer("certify", *self.problem(self.optimal))
        self.assertEqual(document["inputs"]["dataset"]["shape"], [2, 1])
        self.assertEqual(document["inputs"]["network"]["shape"], [2, 1])
        self.assertEqual(document["inputs"]["network"]["path"], self.optimal)


if __name__ == "__main__":
    unittest.main()
