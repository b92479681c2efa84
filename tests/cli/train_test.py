"""`thalweg train` and `thalweg simplify` on problems with known optima."""

import math
import unittest

from cli_case import CliCase, TwoPoints, gaussian_problem, read_npz, write_npz

TRAIN_KEYS = {"objective", "lower_bound", "relative_gap", "width", "status", "level"}


class Train(CliCase):
    BETA = 0.1

    def train(self, X, y, *more):
        data = write_npz(self.path("data.npz"), X=X, y=y)
        document = self.answer("train", "--dataset", data, "--beta", self.BETA, "--out", self.path("optimum.npz"), *more)
        self.assertLessEqual(TRAIN_KEYS, set(document))
        return data, document

    def test_known_optima(self):
        """Fixtures of the theory: F5, F6, F3, F1 (dyadic)."""
        b = self.BETA
        fixtures = [
            ([[-1], [1]], [1, 2], 3 * b - b * b),
            ([[1, 0], [1, 1]], [1, -1], b * (1 + math.sqrt(2)) - 1.5 * b * b),
            ([[0.6, 0.8], [0.6, -0.8]], [1, 1], 5 * b / 3 - 25 * b * b / 36),
            ([[1, 1, 1, 1], [-1, -1, -1, 1]], [1, 1], b - b * b / 4),
        ]
        for X, y, optimum in fixtures:
            data, document = self.train(X, y, "--gap", "1e-9")
            self.assertEqual(document["status"], "solved")
            self.assertEqual(document["level"], "verified")
            self.assertLessEqual(document["relative_gap"], 1e-9)
            self.assertAlmostEqual(document["objective"], optimum, delta=1e-9 * optimum)
            self.assertLessEqual(document["lower_bound"], optimum * (1 + 1e-14))
            shape, values = read_npz(self.path("optimum.npz"))["W"]
            self.assertEqual(shape, (document["width"], len(X[0])))
            certified = self.answer("certify", "--dataset", data, "--network", self.path("optimum.npz"), "--beta", b,
                                    "--assert", "global_minimum")
            self.assertAlmostEqual(certified["objective"], document["objective"], delta=1e-15)

    def test_certificate(self):
        _, document = self.train([[-1], [1]], [1, 2], "--certificate", self.path("proof.cert"))
        self.assertEqual(document["certificate"]["path"], self.path("proof.cert"))
        checked = self.answer("check", self.path("proof.cert"), "--dataset", self.path("data.npz"), "--network",
                              self.path("optimum.npz"))
        self.assertTrue(checked["verified"])
        self.assertEqual(checked["objective"], document["objective"])
        self.assertEqual(checked["lower_bound"], document["lower_bound"])

    def test_start(self):
        start = write_npz(self.path("start.npz"), W=[[-1], [1]], alpha=[1, 1])
        _, document = self.train([[-1], [1]], [1, 2], "--network", start)
        self.assertAlmostEqual(document["objective"], 0.29, delta=1e-6)

    def test_a_penalty_above_beta_max_has_no_neuron(self):
        data = write_npz(self.path("data.npz"), X=[[-1], [1]], y=[1, 2])
        document = self.answer("train", "--dataset", data, "--beta", "2.5", "--out", self.path("optimum.npz"))
        self.assertEqual((document["width"], document["objective"]), (0, 2.5))
        again = self.answer("certify", "--dataset", data, "--beta", "2.5", "--network", self.path("optimum.npz"))
        self.assertEqual(again["verdict"], "global_minimum")

    def test_without_verification_it_is_an_estimate(self):
        _, document = self.train([[-1], [1]], [1, 2], "--no-verify")
        self.assertEqual(document["level"], "estimate")

    def test_status_speaks_of_the_verified_gap(self):
        """Proofs shrink the dual by 1e-12 at least: floating point claims 1e-13, no proof does."""
        data = write_npz(self.path("data.npz"), X=[[-1], [1]], y=[1, 2])
        train = ["--dataset", data, "--beta", self.BETA, "--gap", "1e-13"]
        estimate = self.answer("train", *train, "--no-verify")
        self.assertEqual(estimate["status"], "solved")
        self.assertLessEqual(estimate["relative_gap"], 1e-13)
        proved = self.answer("train", *train)
        self.assertEqual((proved["status"], proved["level"]), ("reduced_accuracy", "verified"))
        self.assertGreater(proved["relative_gap"], 1e-13)
        text = self.thalweg("train", *train).stdout
        self.assertNotIn("trained to the requested gap", text)

    def test_a_bound_beyond_certificates_is_not_lost(self):
        """Rank 8 with one planted neuron: cells of sign vectors close the gap at once, cones hardly ever."""
        X, y = gaussian_problem(200, 8, seed=1, neurons=1)
        train = ["--dataset", write_npz(self.path("data.npz"), X=X, y=y), "--beta", "4"]
        document = self.answer("train", *train)
        self.assertLess(document["seconds"], 60)  # without a bound on the proof's share it does not end
        self.assertEqual((document["status"], document["level"]), ("solved", "estimate"))
        self.assertLessEqual(document["relative_gap"], 1e-6)
        self.assertEqual(document["relative_gap"], document["estimate"]["relative_gap"])
        self.assertGreater(document["proved"]["relative_gap"], 1e-6)
        self.assertLess(document["proved"]["relative_gap"], 0.5)
        self.assertLess(document["proved"]["lower_bound"], document["estimate"]["lower_bound"])
        text = " ".join(self.thalweg("train", *train, "--time-limit", "5").stdout.split())
        self.assert_mentions(text, "no certificate", "proved lower bound", "verified", "estimate")

    def test_both_bounds_are_told(self):
        _, document = self.train([[-1], [1]], [1, 2])
        for key in ["objective", "lower_bound", "gap", "relative_gap"]:
            self.assertEqual(document["proved"][key], document[key])
            self.assertAlmostEqual(document["estimate"][key], document[key], delta=1e-6)
        _, document = self.train([[-1], [1]], [1, 2], "--no-verify")
        self.assertIsNone(document["proved"])
        self.assertEqual(document["estimate"]["lower_bound"], document["lower_bound"])

    def test_one_class_has_no_minimum_with_a_free_bias(self):
        data = write_npz(self.path("one_class.npz"), X=[[-1], [1]], y=[1, 1])
        train = ["train", "--dataset", data, "--beta", "0.1", "--loss", "logistic"]
        told = self.thalweg(*train, "--output-bias", "free").stdout
        self.assert_mentions(" ".join(told.split()), "the infimum 0 is attained by no network")
        self.assertNotIn("infimum", self.thalweg(*train, "--output-bias", "penalised").stdout)
        other = write_npz(self.path("two_classes.npz"), X=[[-1], [1]], y=[1, -1])
        train[2] = other
        self.assertNotIn("infimum", self.thalweg(*train, "--output-bias", "free").stdout)

    def test_text(self):
        data = write_npz(self.path("data.npz"), X=[[-1], [1]], y=[1, 2])
        text = self.thalweg("train", "--dataset", data, "--beta", "0.1").stdout
        self.assert_mentions(text, "objective", "lower bound", "gap", "width", "verified", "weight_decay")


class Simplify(TwoPoints):
    def simplify(self, network):
        document = self.answer("simplify", *self.problem(network), "--out", self.path("small.npz"))
        self.assertLessEqual({"width_before", "width_after", "objective_change"}, set(document))
        return document

    def test_split_neurons_are_joined(self):
        # Four neurons of mass s^2 / 4 cost what one of mass s^2 does: only the width changes.
        document = self.simplify(self.split)
        self.assertEqual((document["width_before"], document["width_after"]), (6, 2))
        self.assertAlmostEqual(document["objective_change"], 0, delta=1e-15)
        self.assertTrue(document["exact"])
        self.assertEqual(read_npz(self.path("small.npz"))["W"][0], (2, 1))
        self.answer("certify", *self.problem(self.path("small.npz")), "--assert", "global_minimum")

    def test_balancing_lowers_the_objective(self):
        document = self.simplify(self.unbalanced)
        self.assertEqual((document["width_before"], document["width_after"]), (2, 2))
        self.assertAlmostEqual(document["objective_change"], -0.1 * 2.8 * (17 / 8 - 1), delta=1e-12)

    def test_an_irreducible_network_keeps_its_width(self):
        document = self.simplify(self.optimal)
        self.assertEqual((document["width_before"], document["width_after"]), (2, 2))
        self.assertAlmostEqual(document["objective_change"], 0, delta=1e-15)

    def test_text(self):
        text = self.thalweg("simplify", *self.problem(self.split), "--out", "small.npz").stdout
        self.assert_mentions(text, "6 -> 2", "small.npz", "exact")


if __name__ == "__main__":
    unittest.main()
