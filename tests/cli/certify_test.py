"""`thalweg certify` on problems with known optima, its documents, files and exit codes."""

import math
import os
import subprocess
import unittest

from cli_case import BINARY, CliCase, TwoPoints, gaussian_problem, read_npz, write_npz

KEYS = {"verdict", "objective", "lower_bound", "gap", "relative_gap", "level", "bound_source", "dual_norm",
        "own_dual_norm", "optimum_upper_bound", "improvement", "improving_neuron", "balanced", "stationarity"}


class Certify(TwoPoints):
    def certify(self, network, *more, expect=0):
        document = self.answer("certify", *self.problem(network), *more, expect=expect)
        self.assertLessEqual(KEYS, set(document))
        self.assertGreaterEqual(document["gap"], 0)
        self.assertLessEqual(0, document["relative_gap"])
        self.assertLessEqual(document["relative_gap"], 1)
        self.assertLessEqual(document["lower_bound"], self.OPTIMUM * (1 + 1e-15))
        return document

    def test_a_global_minimum(self):
        document = self.certify(self.optimal)
        self.assertEqual(document["verdict"], "global_minimum")
        self.assertEqual(document["level"], "verified")
        self.assertLessEqual(document["relative_gap"], 1e-8)
        self.assertAlmostEqual(document["objective"], self.OPTIMUM, delta=1e-14)
        self.assertAlmostEqual(document["dual_norm"], self.BETA, delta=1e-6)
        self.assertTrue(document["balanced"])
        self.assertIsNone(document["improvement"])
        self.assertFalse(document["width_may_be_too_small"])

    def test_a_local_minimum_gains_by_one_neuron(self):
        document = self.certify(self.one, "--improved", self.path("better.npz"))
        self.assertEqual(document["verdict"], "suboptimal")
        self.assertEqual(document["level"], "verified")
        self.assertAlmostEqual(document["objective"], self.ONE_NEURON, delta=1e-14)
        self.assertGreaterEqual(document["lower_bound"], self.OPTIMUM * (1 - 1e-6))
        improvement = document["improvement"]
        self.assertLessEqual(improvement["decrease"], self.ONE_NEURON - self.OPTIMUM)
        self.assertGreater(improvement["decrease"], 1e-8 * self.ONE_NEURON)
        self.assertEqual(document["improving_neuron"]["kind"], "neuron")
        self.assertLess(document["improving_neuron"]["w"][0], 0)
        self.assertTrue(document["width_may_be_too_small"])
        after = self.certify(self.path("better.npz"))
        self.assertLessEqual(after["objective"], improvement["objective_after"] * (1 + 1e-15))
        self.assertLessEqual(after["objective"], document["objective"] - improvement["decrease"] + 1e-15)

    def test_an_unbalanced_network_is_told_to_balance(self):
        # The residual is optimal, so no neuron helps; w alpha is unchanged, 1/2 (w^2 + alpha^2) grows by 9/8.
        document = self.certify(self.unbalanced)
        self.assertEqual(document["verdict"], "suboptimal")
        self.assertFalse(document["balanced"])
        self.assertEqual(document["improvement"]["kind"], "balance")
        excess = 0.1 * (0.9 + 1.9) * (17 / 8 - 1)
        self.assertAlmostEqual(document["improvement"]["decrease"], excess, delta=1e-12)
        self.assertIsNone(document["improving_neuron"])

    def test_a_value_is_never_proved_by_a_wrong_beta(self):
        document = self.answer("certify", "--dataset", self.data, "--network", self.optimal, "--beta", "0.2")
        self.assertEqual(document["verdict"], "suboptimal")
        self.assertAlmostEqual(document["lower_bound"], 0.2 * 3 - 0.04, delta=1e-6)

    def test_text_is_for_strangers(self):
        text = self.thalweg("certify", *self.problem(self.one)).stdout
        self.assert_mentions(text, "SUBOPTIMAL", "objective", "lower bound", "gap", "verified", "weight_decay",
                             "improvement", "Next:", "may be too small", self.data, self.one)
        self.assert_mentions(self.thalweg("certify", *self.problem(self.optimal)).stdout, "GLOBAL MINIMUM")

    def test_assert(self):
        certify = ["certify", *self.problem(self.optimal)]
        self.thalweg(*certify, "--assert", "global_minimum")
        for wrong in ["suboptimal", "undecided"]:
            done = self.thalweg(*certify, "--assert", wrong, "--json", expect=1)
            self.assertEqual(self.parse(done.stdout)["verdict"], "global_minimum")
            self.assertEqual(done.stderr, "thalweg: asserted %s, found global_minimum\n" % wrong)
        self.thalweg("certify", *self.problem(self.one), "--assert", "global_minimum", expect=1)
        self.thalweg("certify", *self.problem(self.one), "--assert", "suboptimal")

    def test_tolerance_decides(self):
        near = write_npz(self.path("near.npz"), W=[[-math.sqrt(0.9)], [math.sqrt(1.9)]],
                         alpha=[math.sqrt(0.9) * (1 + 1e-4), math.sqrt(1.9)])
        self.assertEqual(self.certify(near, "--tolerance", "1e-5")["verdict"], "global_minimum")
        self.assertNotEqual(self.certify(near, "--tolerance", "1e-12")["verdict"], "global_minimum")

    def test_without_verification_it_is_an_estimate(self):
        document = self.certify(self.optimal, "--no-verify")
        self.assertEqual(document["level"], "estimate")
        self.assertEqual(document["verdict"], "global_minimum")

    def test_a_network_without_neurons(self):
        empty = write_npz(self.path("zero.npz"), W=[[0.0]], alpha=[0.0])
        document = self.certify(empty)
        self.assertEqual(document["verdict"], "suboptimal")
        self.assertAlmostEqual(document["objective"], 2.5, delta=1e-15)
        self.assertAlmostEqual(document["own_dual_norm"], 2, delta=1e-5)

    def test_targets_of_zero(self):
        data = write_npz(self.path("nothing.npz"), X=[[1, 2], [3, 4]], y=[0, 0])
        network = write_npz(self.path("zero.npz"), W=[[0.0, 0.0]], alpha=[0.0])
        document = self.answer("certify", "--dataset", data, "--network", network, "--beta", "1")
        self.assertEqual((document["verdict"], document["objective"], document["gap"], document["relative_gap"]),
                         ("global_minimum", 0, 0, 0))

    def test_json_is_pure_and_repeatable(self):
        run = [BINARY, "certify", *map(str, self.problem(self.one)), "--json", "-v", "-v"]
        first = subprocess.run(run, capture_output=True, text=True, timeout=300)
        one, other = self.parse(first.stdout), self.answer("certify", *self.problem(self.one), "--threads", "1")
        for key in KEYS - {"seconds"}:
            self.assertEqual(one[key], other[key], key)

    def test_an_improvement_that_was_not_found_is_told(self):
        certify = ["certify", *self.problem(self.optimal), "--improved", "better.npz"]
        words = "better.npz is not written: no improvement was found"
        self.assert_mentions(self.thalweg(*certify).stdout, words)
        self.assert_mentions(self.thalweg(*certify, "--json").stderr, words)
        self.assertFalse(os.path.exists(self.path("better.npz")))

    def test_quiet_prints_no_notes(self):
        data = write_npz(self.path("one.npz"), X=[[-1], [1]], y=[1, 2])
        network = write_npz(self.path("b.npz"), W=[[1]], b=[0.5], alpha=[1])
        arguments = ["certify", "--dataset", data, "--network", network, "--beta", "0.1", "--json"]
        self.assert_mentions(self.thalweg(*arguments).stderr, "hidden bias")
        self.assertEqual(self.thalweg(*arguments, "--quiet").stderr, "")


class Losses(CliCase):
    """Huber with a large delta is the squared loss; squared hinge on +-1 labels has a known optimum on two points."""

    def setUp(self):
        super().setUp()
        X, y = gaussian_problem(12, 2, seed=11)
        self.data = write_npz(self.path("data.npz"), X=X, y=y)
        self.network = write_npz(self.path("network.npz"), W=[[0.5, 0.25], [-0.5, 1.0]], alpha=[1.0, -0.75])

    def test_huber_with_a_large_threshold(self):
        files = ["--dataset", self.data, "--network", self.network, "--beta", "0.3"]
        one = self.answer("certify", *files)
        other = self.answer("certify", *files, "--loss", "huber", "--huber-delta", "1000")
        self.assertEqual(one["objective"], other["objective"])
        self.assertAlmostEqual(one["lower_bound"], other["lower_bound"], delta=1e-6 * one["lower_bound"])
        self.assertEqual(other["settings"]["huber_delta"], 1000)
        self.assertEqual(other["level"], "verified")

    def test_squared_hinge(self):
        # One x = 1 with label 1: min 1/2 (1 - z)^2 + beta z has z = 1 - beta and value beta - beta^2 / 2.
        data = write_npz(self.path("point.npz"), X=[[1]], y=[1])
        r = math.sqrt(0.75)
        network = write_npz(self.path("point_network.npz"), W=[[r]], alpha=[r])
        document = self.answer("certify", "--dataset", data, "--network", network, "--beta", "0.25", "--loss",
                               "squared-hinge")
        self.assertEqual(document["verdict"], "global_minimum")
        self.assertAlmostEqual(document["objective"], 0.25 - 0.03125, delta=1e-14)

    def test_logistic_has_no_certificate_to_keep(self):
        data = write_npz(self.path("labels.npz"), X=[[-1], [1]], y=[1, -1])
        files = ["--dataset", data, "--beta", "0.25", "--loss", "logistic"]
        kept = ["--certificate", "proof.cert"]
        trained = self.thalweg("train", *files, "--gap", "1e-9", "--out", "optimum.npz", *kept)
        certify = ["certify", *files, "--network", self.path("optimum.npz"), *kept]
        certified = self.thalweg(*certify)
        for done in [trained, certified]:
            self.assert_mentions(done.stderr, "warning", "no exact certificate", "proof.cert")
        self.assertEqual(self.thalweg(*certify, "--quiet").stderr, "")
        self.assertFalse(os.path.exists(self.path("proof.cert")))
        self.assert_mentions(certified.stdout, "GLOBAL MINIMUM")
        self.assertNotIn("--certificate", certified.stdout)

    def test_improved_network_has_the_given_form(self):
        X, y = gaussian_problem(10, 1, seed=2)
        data = write_npz(self.path("bias.npz"), X=X, y=y)
        network = write_npz(self.path("bias_network.npz"), W=[[1.0]], b=[0.5], alpha=[2.0], output_bias=[0.25])
        self.answer("certify", "--dataset", data, "--network", network, "--beta", "0.1", "--improved",
                    self.path("better.npz"))
        arrays = read_npz(self.path("better.npz"))
        self.assertEqual(set(arrays), {"W", "b", "alpha", "output_bias"})
        self.assertEqual(arrays["W"][0][1], 1)


if __name__ == "__main__":
    unittest.main()
