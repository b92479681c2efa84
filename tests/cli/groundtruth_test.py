"""The commands on instances whose optimum was computed elsewhere (tests/data/groundtruth)."""

import unittest

from cli_case import GroundTruthCase, write_npz

TINY = 1e-14


class GroundTruth(GroundTruthCase):
    def test_info(self):
        for truth in self.instances():
            with self.subTest(truth["name"]):
                document = self.answer("info", "--dataset", truth["file"])
                for key in ["n", "d", "rank"]:
                    self.assertEqual(document[key], truth[key], key)
                self.assertEqual(document["cells_general_position"], truth["p_general_position"])
                self.assertEqual(document["cells"], truth["p"])
                self.assertAlmostEqual(document["beta_max"], truth["beta_max"], delta=1e-8 * truth["beta_max"])

    def test_train(self):
        for truth in self.instances():
            with self.subTest(truth["name"]):
                document = self.answer("train", "--dataset", truth["file"], "--beta", repr(truth["beta"]), "--gap", "1e-9")
                self.assertEqual(document["level"], "verified")
                self.assertAlmostEqual(document["objective"], truth["optimum"], delta=1e-9 * truth["optimum"])
                self.assertLessEqual(document["lower_bound"], truth["optimum"] * (1 + TINY))

    def test_certify(self):
        """One network a kind; the landscape module's tests go through all of them."""
        for truth in self.instances():
            with self.subTest(truth["name"]):
                for network in truth["networks"]:
                    if network["name"] not in ("global_solver", "zero_network", "unbalanced"):
                        continue
                    file = write_npz(self.path("network.npz"), W=network["W"], alpha=network["a"])
                    document = self.answer("certify", "--dataset", truth["file"], "--network", file, "--beta",
                                           repr(truth["beta"]))
                    known_gap = network["gap_abs"] / network["objective"] if network["objective"] else 0
                    self.assertEqual(document["verdict"], "global_minimum" if known_gap <= 1e-8 else "suboptimal")
                    self.assertEqual(document["level"], "verified")
                    self.assertLessEqual(document["lower_bound"], truth["optimum"] * (1 + TINY))
                    self.assertGreaterEqual(document["lower_bound"], truth["optimum"] * (1 - 1e-6))


if __name__ == "__main__":
    unittest.main()
