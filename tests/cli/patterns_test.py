"""`thalweg train --patterns restricted|gated`: what each program bounds, against certified training over all patterns."""

import math
import unittest

from cli_case import CliCase, TwoPoints, gaussian_problem, npy_bytes, read_npz, write_npz


class Patterns(CliCase):
    """Gaussian data in the plane: few enough patterns to list all of them."""

    BETA = 0.4

    def setUp(self):
        super().setUp()
        X, y = gaussian_problem(14, 2, seed=5)
        self.data = write_npz(self.path("data.npz"), X=X, y=y)
        self.problem = ["--dataset", self.data, "--beta", self.BETA, "--gap", "1e-8"]
        self.optimum = self.answer("train", *self.problem)["objective"]

    def train(self, *more, expect=0):
        return self.answer("train", *self.problem, *more, expect=expect)

    def list_cells(self, *more):
        self.thalweg("arrangement", "--dataset", self.data, "--out", "cells.npz", *more)
        return ["--cells", "cells.npz"]

    def assert_gap(self, document):
        self.assertEqual(document["status"], "solved")
        self.assertLessEqual(document["lower_bound"], document["objective"])
        self.assertLessEqual(document["relative_gap"], 1e-8)

    def test_all_cells_restricted_is_the_optimum(self):
        for packed in [[], ["--packed"]]:
            cells = self.list_cells(*packed)
            document = self.train("--patterns", "restricted", *cells, "--out", self.path("n.npz"))
            self.assert_gap(document)
            self.assertEqual(document["relu_bound"], "optimum")
            self.assertEqual(document["level"], "restricted")
            self.assertTrue(document["patterns"]["complete"])
            self.assertEqual(document["patterns"]["count"], 28)
            self.assertAlmostEqual(document["objective"], self.optimum, delta=2e-8 * self.optimum)
            certified = self.answer("certify", *self.problem[:4], "--network", self.path("n.npz"), "--tolerance", "1e-7")
            self.assertEqual(certified["verdict"], "global_minimum")

    def test_sampled_cells_give_an_upper_bound(self):
        before = math.inf
        for count in [1, 4, 200]:
            document = self.train("--patterns", "restricted", "--sample-patterns", count)
            self.assert_gap(document)
            self.assertEqual(document["relu_bound"], "upper")
            self.assertLessEqual(document["patterns"]["count"], count)
            self.assertGreaterEqual(document["objective"], self.optimum * (1 - 1e-8))
            # The first patterns of a seed are those of a longer sample: more of them cannot hurt.
            self.assertLessEqual(document["objective"], before * (1 + 1e-8))
            before = document["objective"]
        uniform = self.train("--patterns", "restricted", "--sample-patterns", "50", "--sample-method", "uniform")
        self.assertEqual(uniform["patterns"]["source"], "uniform")
        self.assertGreaterEqual(uniform["objective"], self.optimum * (1 - 1e-8))

    def test_half_a_listing_is_no_complete_one(self):
        cells = self.list_cells("--half")
        document = self.train("--patterns", "restricted", *cells)
        self.assertEqual((document["relu_bound"], document["patterns"]["complete"]), ("upper", False))
        self.assertEqual(document["patterns"]["count"], 14)
        gated = self.train("--patterns", "gated", *cells)
        self.assertEqual(gated["relu_bound"], "none")

    def test_all_cells_gated_is_a_lower_bound(self):
        document = self.train("--patterns", "gated", *self.list_cells())
        self.assert_gap(document)
        self.assertEqual((document["relu_bound"], document["level"]), ("lower", "estimate"))
        self.assertLessEqual(document["lower_bound"], self.optimum * (1 + 1e-8))
        self.assertIsNone(document["width"])
        self.assertIsNone(document["decomposition"])
        self.assertNotIn("accuracy", document)

    def test_a_decomposition_is_a_relu_network(self):
        for method in ["minimum-norm", "fast"]:
            document = self.train("--patterns", "gated", "--sample-patterns", "20", "--decompose", method, "--out",
                                  self.path("n.npz"))
            self.assertEqual(document["relu_bound"], "none")
            parts = document["decomposition"]
            self.assertTrue(parts["feasible"])
            self.assertGreaterEqual(parts["objective"], self.optimum * (1 - 1e-8))
            self.assertGreaterEqual(parts["blow_up"], 1 - 1e-9)
            self.assertGreaterEqual(parts["worst_blow_up"], parts["blow_up"] - 1e-9)
            certified = self.answer("certify", *self.problem[:4], "--network", self.path("n.npz"))
            self.assertAlmostEqual(certified["objective"], parts["objective"], delta=1e-7 * parts["objective"])
            self.assertEqual(document["width"], read_npz(self.path("n.npz"))["W"][0][0])

    def test_gates_are_patterns(self):
        """Gate vectors of the optimal neurons themselves: the restricted program finds the optimum again."""
        self.answer("train", *self.problem, "--out", self.path("optimum.npz"))
        (m, d), W = read_npz(self.path("optimum.npz"))["W"]
        with open(self.path("gates.npy"), "wb") as file:
            file.write(npy_bytes([W[j * d : (j + 1) * d] for j in range(m)]))
        document = self.train("--patterns", "restricted", "--gates", "gates.npy")
        self.assertEqual(document["patterns"]["source"], "gates")
        self.assertEqual(document["inputs"]["gates"]["shape"], [m, d])
        self.assertGreaterEqual(document["objective"], self.optimum * (1 - 1e-8))

    def test_text_says_what_is_bounded(self):
        for mode, more, words in [
            ("restricted", ["--sample-patterns", "5"], ["upper bound of the optimum"]),
            ("gated", ["--sample-patterns", "5"], ["neither from above nor from below"]),
            ("gated", self.list_cells(), ["below every ReLU network"]),
            ("restricted", self.list_cells(), ["All patterns, with their cones"]),
        ]:
            text = " ".join(self.thalweg("train", *self.problem, "--patterns", mode, *more).stdout.split())
            self.assert_mentions(text, *words)


class Refusals(TwoPoints):
    def refused(self, *more, words, code=2):
        done = self.thalweg("train", *self.problem(), *more, expect=code)
        self.assertEqual(done.stdout, "")
        self.assert_mentions(done.stderr, *words)

    def test_combinations(self):
        self.refused("--patterns", "restricted", words=["--gates", "--cells", "--sample-patterns"])
        self.refused("--sample-patterns", "5", words=["--patterns restricted or gated"])
        restricted = ["--patterns", "restricted", "--sample-patterns", "5"]
        self.refused(*restricted, "--width", "1", words=["--width"])
        self.refused(*restricted, "--network", self.one, words=["--network"])
        self.refused(*restricted, "--certificate", "x.cert", words=["--certificate"])
        self.refused(*restricted, "--decompose", "fast", words=["--decompose"])
        self.refused(*restricted, "--cells", "x.npz", words=["--cells"])
        gated = ["--patterns", "gated", "--sample-patterns", "5"]
        self.refused(*gated, "--out", "x.npz", words=["--decompose"])
        self.refused(*gated, "--test", self.data, words=["--decompose"])
        self.refused("--patterns", "some", words=["--patterns"])
        self.refused("--patterns", "gated", "--sample-patterns", "0", words=["--sample-patterns"])
        self.refused("--patterns", "gated", "--sample-method", "uniform", words=["--sample-patterns"])

    def test_files(self):
        with open(self.path("wide.npy"), "wb") as file:
            file.write(npy_bytes([[1, 2]]))
        self.refused("--patterns", "gated", "--gates", "wide.npy", words=["wide.npy", "expected 1 columns"])
        self.refused("--patterns", "gated", "--gates", "none.npy", words=["none.npy"], code=3)
        short = write_npz(self.path("short.npz"), signs=[[1, -1, 1]])
        self.refused("--patterns", "restricted", "--cells", short, words=["short.npz", "expected 2 columns"])
        empty = write_npz(self.path("empty.npz"), other=[[1, -1]])
        self.refused("--patterns", "restricted", "--cells", empty, words=["empty.npz", "signs"])


if __name__ == "__main__":
    unittest.main()
