"""`thalweg stationary`."""

import math
import os
import unittest

from cli_case import CliCase, GroundTruthCase, TwoPoints, read_npz, write_npz

VERDICTS = ("balanced", "clarke", "d_stationary", "local_minimum")


class StoredNetworks(GroundTruthCase):
    """The robust verdicts of the contract, on every stored network."""

    def test_verdicts(self):
        for truth in self.instances():
            for network in truth["networks"]:
                name = network["name"]
                stored = write_npz(self.path("network.npz"), W=network["W"], alpha=network["a"])
                with self.subTest(instance=truth["name"], network=name):
                    document = self.answer("stationary", "--dataset", truth["file"], "--network", stored, "--beta",
                                           truth["beta"], "--no-escape", "-q")
                    self.check(truth, name, document)

    def check(self, truth, name, document):
        found = {key: document[key] for key in VERDICTS}
        stationary = (name.startswith("global_") and name != "global_perturbed") or name.startswith("spurious_")
        if stationary:
            self.assertEqual(set(found.values()), {"yes"})
            self.assertLessEqual(document["clarke_residual"], 1e-8 * truth["beta"])
            self.assertLessEqual(document["moved"], 1e-9)
            program = document["subsampled_program"]
            self.assertAlmostEqual(program["optimum"], program["objective"], delta=1e-8 * program["objective"])
            self.assertLessEqual(document["subsampled_gap"], 1e-7 * program["objective"])
            self.assertIsNone(document["descent_direction"])
        if name == "zero_network":
            self.assertEqual((found["clarke"], document["clarke_exact"]), ("yes", "yes"))
            above = truth["beta"] >= truth["beta_max"] * (1 - 1e-12)
            self.assertEqual(found["local_minimum"], "yes" if above else "no")
        if name in ("nonstationary", "global_perturbed", "unbalanced"):
            self.assertEqual((found["clarke"], found["d_stationary"], found["local_minimum"]), ("no", "no", "no"))
            self.assertEqual(document["clarke_exact"], "no")
            self.assertGreater(document["descent_direction"]["decrease"], 0)
            self.assertGreater(document["clarke_residual_at_least"], 1e-8 * truth["beta"])
        for verdict, level in document["level"].items():
            self.assertEqual(level is None, found[verdict] == "undecided")


class Stationary(TwoPoints):
    def ask(self, network, *more, expect=0):
        return self.answer("stationary", *self.problem(network), *more, expect=expect)

    def test_a_spurious_minimum_and_its_escape(self):
        document = self.ask(self.one)
        self.assertEqual({document[key] for key in VERDICTS}, {"yes"})
        self.assertEqual(set(document["level"].values()), {"proved"})
        self.assertTrue(document["local_minimum_strict"])
        self.assertGreater(document["strict_radius"], 0.1)
        self.assertEqual((document["subsampled_patterns"], document["subsampled_program"]["kind"]), (1, "own_patterns"))
        escape = document["escape"]
        self.assertEqual((escape["verdict"], escape["free_slots"], escape["same_width"]), ("suboptimal", 0, None))
        # A neuron on x = -1: h = 1, so it gains (1 - beta)^2 / 2.
        self.assertAlmostEqual(escape["decrease"], 0.405, delta=1e-9)
        self.assertAlmostEqual(escape["improving_neuron"]["w"][0], -math.sqrt(0.9), delta=1e-6)
        self.assertIn("no slot is free", escape["advice"])

    def test_an_empty_slot(self):
        r = math.sqrt(1.9)
        wide = write_npz(self.path("wide.npz"), W=[[r], [0]], alpha=[r, 0])
        document = self.ask(wide)
        self.assertEqual((document["clarke"], document["d_stationary"], document["local_minimum"]), ("yes", "yes", "no"))
        self.assertEqual(document["empty_slots"], [1])
        self.assertEqual(document["descent_direction"]["kind"], "empty_slot")
        self.assertEqual(document["descent_direction"]["neuron"], 1)
        self.assertEqual((document["escape"]["zero_slots"], document["escape"]["same_width"]["width"]), (1, 2))
        self.assertAlmostEqual(document["escape"]["same_width"]["decrease"], 0.405, delta=1e-9)

    def test_a_global_minimum_has_no_escape(self):
        document = self.ask(self.split)
        self.assertEqual(document["escape"]["verdict"], "global_minimum")
        self.assertIsNone(document["escape"]["improving_neuron"])
        self.assertEqual(document["local_minimum"], "yes")

    def test_unbalanced(self):
        document = self.ask(self.unbalanced)
        self.assertEqual((document["balanced"], document["clarke"]), ("no", "no"))
        self.assertEqual(document["descent_direction"]["kind"], "rescale")
        self.assertAlmostEqual(document["balance_defect"], 1.5 * math.sqrt(1.9), delta=1e-12)

    def test_distance(self):
        near = write_npz(self.path("near.npz"), W=[[math.sqrt(1.9) * (1 + 1e-5)]], alpha=[math.sqrt(1.9)])
        document = self.ask(near)
        self.assertEqual(document["clarke"], "no")
        self.assertGreater(document["stationary_within"], 1e-6)
        self.assertLess(document["stationary_within"], 1e-4)
        wider = self.ask(near, "--distance", 1.01 * document["stationary_within"])
        self.assertEqual((wider["clarke"], wider["local_minimum"]), ("yes", "yes"))
        # A generous residual forgives as well.
        self.assertEqual(self.ask(near, "--residual", "0.01")["clarke"], "yes")
        text = " ".join(self.thalweg("stationary", *self.problem(near)).stdout.split())
        self.assert_mentions(text, "A stationary point to the residual is", "the answer is yes")

    def test_nearby_is_a_witness(self):
        near = write_npz(self.path("near.npz"), W=[[math.sqrt(1.9) * (1 + 1e-5)]], alpha=[math.sqrt(1.9)])
        self.ask(near, "--distance", "1e-4", "--nearby", self.path("point.npz"))
        self.assertEqual(self.ask(self.path("point.npz"))["clarke"], "yes")
        self.assertAlmostEqual(read_npz(self.path("point.npz"))["W"][1][0], math.sqrt(1.9), delta=1e-12)

    def test_assertions(self):
        for word, network, code in [("clarke", self.one, 0), ("not_clarke", self.one, 1), ("clarke", self.unbalanced, 1),
                                    ("not_local_minimum", self.unbalanced, 0), ("local_minimum", self.one, 0)]:
            done = self.thalweg("stationary", *self.problem(network), "--assert", word, "--no-escape", expect=code)
            if code:
                self.assertIn("asserted " + word, done.stderr)
        self.thalweg("stationary", *self.problem(self.one), "--assert", "global", expect=2)

    def test_refusals(self):
        for wrong in ["0", "1", "-1", "x"]:
            self.thalweg("stationary", *self.problem(self.one), "--distance=" + wrong, expect=2)
        self.thalweg("stationary", *self.problem(self.one), "--residual=0", expect=2)
        self.thalweg("stationary", "--dataset", self.data, "--beta", "0.1", expect=2)
        several = write_npz(self.path("several.npz"), X=[[1], [2]], y=[[1, 2], [3, 4]])
        self.thalweg("stationary", "--dataset", several, "--network", self.one, "--beta", "0.1", expect=2)
        self.thalweg("stationary", *self.problem(self.one), "--nearby", self.data, expect=2)

    def test_several_biases(self):
        for bias in ["penalised", "free"]:
            document = self.answer("stationary", *self.problem(self.one), "--output-bias", bias, "--no-escape")
            self.assertEqual((document["balanced"], document["clarke"]), ("yes", "no"))
            self.assertEqual(document["descent_direction"]["kind"], "affine")
            self.assertIsNone(document["escape"])


class ClarkeOnly(TwoPoints):
    """Fixture F4: on a kink that bends downward."""

    def test_f4(self):
        data = write_npz(self.path("f4.npz"), X=[[1, -1], [0, 1]], y=[1, 1])
        r = math.sqrt(0.9)
        network = write_npz(self.path("point.npz"), W=[[r, 0]], alpha=[r])
        document = self.answer("stationary", "--dataset", data, "--network", network, "--beta", "0.1")
        self.assertEqual([document[key] for key in VERDICTS], ["yes", "yes", "no", "no"])
        self.assertEqual(document["ties"], [[1]])
        self.assertEqual(document["subsampled_program"]["kind"], "faces")
        self.assertAlmostEqual(document["subsampled_program"]["optimum"], 0.595, delta=1e-9)
        direction = document["descent_direction"]
        self.assertEqual((direction["kind"], direction["neuron"]), ("neuron", 0))
        self.assertAlmostEqual(direction["w"][1], 1, delta=1e-12)
        self.assertTrue(direction["verified"])


class Text(TwoPoints):
    def test_words(self):
        text = " ".join(self.thalweg("stationary", *self.problem(self.one)).stdout.split())
        self.assert_mentions(text, "Clarke yes (proved)", "d-stationary yes (proved)", "strict within a radius",
                             "patterns of its own neurons", "new neuron lowers the objective by at least 0.40")

    def test_example_runs(self):
        source = os.environ["THALWEG_SOURCE"]
        done = self.thalweg("stationary", "--dataset", os.path.join(source, "examples/iris/iris.npz"), "--network",
                            os.path.join(source, "examples/iris/wide.npz"), "--torch-weight-decay", "0.02",
                            "--torch-loss", "mse-mean")
        text = " ".join(done.stdout.split())
        self.assert_mentions(text, "Clarke no (proved)", "within 1e-3 of a kink", "A stationary point to the residual",
                             "Nothing to escape from")


class NoConfidentWrongWord(CliCase):
    def ask(self, X, y, W, alpha, beta, *more):
        data = write_npz(self.path("d.npz"), X=X, y=y)
        network = write_npz(self.path("n.npz"), W=W, alpha=alpha)
        return self.answer("stationary", "--dataset", data, "--network", network, "--beta", repr(beta), *more)

    def test_beside_a_downward_kink_is_no_local_minimum(self):
        """F4's data turned: along (0, 1) the objective falls by 0.41, and the kink is 5e-10 away."""
        root = 0.9 ** 0.5
        for second in (0.0, -5e-10):
            result = self.ask([[1, 0], [0, 1]], [1, 1], [[root, second]], [root], 0.1)
            self.assertNotEqual(result["local_minimum"], "yes", second)
            self.assertNotIn("or a rise", result["escape"]["advice"])

    def test_a_tiny_neuron_that_would_grow_is_no_local_minimum(self):
        result = self.ask([[1]], [1], [[1e-12]], [1e-12], 0.1)
        self.assertNotEqual(result["local_minimum"], "yes")

    def test_residuals_that_cancel_do_not_keep_the_oracle_busy(self):
        """The skip connection fits all distinct rows: the dual lives on two equal rows and cancels."""
        result = self.ask([[1, 0], [1, 0], [0, 1]], [0, 1, 2], [[0, 0]], [0], 10.0, "--skip")
        self.assertIn(result["clarke"], ("yes", "no"))


if __name__ == "__main__":
    unittest.main()
