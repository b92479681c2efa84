"""`--skip`, `--sample-weights` and `--output-bias` in training and certification."""

import unittest

from cli_case import CliCase, gaussian_problem, npy_bytes, read_npz, write_npz


class SampleWeights(CliCase):
    def setUp(self):
        super().setUp()
        self.X, self.y = gaussian_problem(12, 2, seed=4)
        self.data = write_npz(self.path("data.npz"), X=self.X, y=self.y)

    def weights(self, values):
        with open(self.path("weights.npy"), "wb") as file:
            file.write(npy_bytes(values))
        return ["--sample-weights", "weights.npy"]

    def test_a_weight_is_a_repetition(self):
        times = [1 + i % 3 for i in range(12)]
        repeated = write_npz(self.path("repeated.npz"), X=[x for x, t in zip(self.X, times) for _ in range(t)],
                             y=[v for v, t in zip(self.y, times) for _ in range(t)])
        one = self.answer("train", "--dataset", self.data, "--beta", "0.3", *self.weights(times), "--gap", "1e-9",
                          "--out", self.path("n.npz"))
        other = self.answer("train", "--dataset", repeated, "--beta", "0.3", "--gap", "1e-9")
        self.assertAlmostEqual(one["objective"], other["objective"], delta=1e-8 * one["objective"])
        self.assertEqual(one["level"], "estimate")
        self.assertTrue(one["settings"]["sample_weights"])
        self.assertEqual(one["inputs"]["sample_weights"]["shape"], [12])
        certified = self.answer("certify", "--dataset", self.data, "--beta", "0.3", *self.weights(times), "--network",
                                self.path("n.npz"), "--tolerance", "1e-7")
        self.assertEqual((certified["verdict"], certified["level"]), ("global_minimum", "estimate"))
        # The same network without weights is another question.
        plain = self.answer("certify", "--dataset", self.data, "--beta", "0.3", "--network", self.path("n.npz"))
        self.assertNotAlmostEqual(plain["objective"], certified["objective"], places=3)
        self.assertEqual(plain["level"], "verified")

    def test_refusals(self):
        train = ["train", "--dataset", self.data, "--beta", "0.3"]
        for values, words in [([1] * 11, "12 weights"), ([1] * 11 + [0], "positive"), ([1] * 11 + [-1], "positive")]:
            done = self.thalweg(*train, *self.weights(values), expect=2)
            self.assert_mentions(done.stderr, "weights.npy", words)
        self.assert_mentions(self.thalweg(*train, "--sample-weights", "none.npy", expect=3).stderr, "none.npy")
        self.weights([1] * 12)
        done = self.thalweg(*train, "--sample-weights", "weights.npy", "--certificate", "weights.npy", expect=2)
        self.assert_mentions(done.stderr, "--sample-weights", "--certificate", "same file")


class Skip(CliCase):
    def test_a_linear_target_needs_no_neuron(self):
        X, _ = gaussian_problem(15, 3, seed=2)
        data = write_npz(self.path("data.npz"), X=X, y=[2 * a - b + 0.5 * c for a, b, c in X])
        document = self.answer("train", "--dataset", data, "--beta", "0.1", "--skip", "--out", self.path("n.npz"))
        self.assertAlmostEqual(document["objective"], 0, delta=1e-10)
        self.assertEqual(document["width"], 0)
        self.assertTrue(document["settings"]["skip"])
        shape, skip = read_npz(self.path("n.npz"))["skip"]
        self.assertEqual(shape, (3,))
        for found, true in zip(skip, [2, -1, 0.5]):
            self.assertAlmostEqual(found, true, delta=1e-9)

    def test_the_network_brings_its_skip_connection(self):
        X, y = gaussian_problem(15, 2, seed=6)
        y = [value + 3 * x[0] - x[1] + 0.5 for value, x in zip(y, X)]
        data = write_npz(self.path("data.npz"), X=X, y=y)
        train = ["train", "--dataset", data, "--beta", "0.2", "--bias", "--gap", "1e-8"]
        plain = self.answer(*train)
        document = self.answer(*train, "--skip", "--out", self.path("n.npz"))
        self.assertLess(document["objective"], plain["objective"])
        # One row an input and one for the column of ones.
        self.assertEqual(read_npz(self.path("n.npz"))["skip"][0], (3,))
        certified = self.answer("certify", "--dataset", data, "--beta", "0.2", "--network", self.path("n.npz"),
                                "--tolerance", "1e-6")
        self.assertEqual((certified["verdict"], certified["level"]), ("global_minimum", "estimate"))
        self.assertTrue(certified["settings"]["skip"])
        self.assertAlmostEqual(certified["objective"], document["objective"], delta=1e-9)
        width = self.answer(*train, "--skip", "--width", "1", "--out", self.path("one.npz"))
        self.assertLessEqual(width["width"], 1)
        self.assertGreaterEqual(width["objective"], document["lower_bound"])
        self.assertIn("skip", read_npz(self.path("one.npz")))

    def test_a_wrong_shape_is_refused(self):
        data = write_npz(self.path("data.npz"), X=[[1, 2], [3, 4]], y=[1, 2])
        network = write_npz(self.path("wrong.npz"), W=[[1, 2]], alpha=[1], skip=[1, 2, 3])
        done = self.thalweg("certify", "--dataset", data, "--beta", "1", "--network", network, expect=2)
        self.assert_mentions(done.stderr, "wrong.npz", "skip", "(2, 1)")


if __name__ == "__main__":
    unittest.main()
