"""`thalweg info`: counts of rows and cells, beta_max, advice."""

import math
import unittest

from cli_case import CliCase, TwoPoints, gaussian_problem, write_npz

KEYS = {"n", "d", "rank", "zero_rows", "parallel_rows", "cells", "cells_general_position", "beta_max", "advice"}


def general_position(hyperplanes, rank):
    return 2 * sum(math.comb(hyperplanes - 1, k) for k in range(rank))


class Info(CliCase):
    def info(self, X, y=None, *more):
        data = write_npz(self.path("data.npz"), X=X, y=y if y is not None else [1] * len(X))
        document = self.answer("info", "--dataset", data, *more)
        self.assertLessEqual(KEYS, set(document))
        self.assertTrue(all(isinstance(sentence, str) for sentence in document["advice"]))
        self.assertTrue(document["advice"])
        return document

    def test_general_position_is_proved(self):
        for samples, dimension in [(5, 1), (7, 2), (12, 3), (9, 4), (8, 6), (3, 5)]:
            X, y = gaussian_problem(samples, dimension, seed=samples)
            document = self.info(X, y)
            rank = min(samples, dimension)
            lines = 1 if dimension == 1 else samples
            self.assertEqual((document["n"], document["d"], document["rank"]), (samples, dimension, rank))
            self.assertEqual(document["cells"], general_position(lines, rank))
            self.assertEqual(document["cells_general_position"], document["cells"])
            self.assertEqual((document["zero_rows"], document["parallel_rows"]),
                             (0, samples - lines))

    def test_zero_and_parallel_rows(self):
        document = self.info([[1, 2], [0, 0], [-0.5, -1], [3, 1], [0, 0], [3, 6.000000000000001]])
        self.assertEqual(document["zero_rows"], 2)
        self.assertEqual(document["parallel_rows"], 1)
        self.assertEqual(document["cells"], 6)

    def test_degenerate_rank_three(self):
        # Three of the planes share a line: 12 cells, where general position would have 14.
        document = self.info([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1]])
        self.assertEqual(document["cells"], 12)
        self.assertEqual(document["cells_general_position"], 14)

    def test_rank_below_the_columns(self):
        X, _ = gaussian_problem(9, 2, seed=1)
        document = self.info([[a, b, a + b, 2 * b] for a, b in [[round(8 * v) / 8 for v in row] for row in X]])
        self.assertEqual((document["d"], document["rank"]), (4, 2))
        self.assertEqual(document["cells"], 2 * (9 - document["parallel_rows"] - document["zero_rows"]))

    def test_all_rows_zero(self):
        document = self.info([[0, 0], [0, 0]])
        self.assertEqual((document["rank"], document["cells"], document["beta_max"]), (0, 1, 0))
        self.assert_mentions(" ".join(document["advice"]), "every row of X is zero")
        self.assertNotIn("search", " ".join(document["advice"]))

    def test_hidden_bias_adds_a_column(self):
        document = self.info([[0], [1], [2]], None, "--bias")
        self.assertEqual((document["d"], document["rank"], document["cells"]), (2, 2, 6))

    def test_counts_above_two_to_the_53_are_decimal_strings(self):
        X, _ = gaussian_problem(400, 9, seed=5)
        count = self.info(X, [0] * len(X))["cells_general_position"]
        self.assertEqual(count, str(general_position(400, 9)))

    def test_too_many_cells_are_estimated(self):
        X, _ = gaussian_problem(150, 8, seed=6)
        data = write_npz(self.path("data.npz"), X=X, y=[0] * len(X))
        self.assertIsNone(self.answer("info", "--dataset", data)["cells"])
        text = self.thalweg("info", "--dataset", data).stdout
        self.assert_mentions(text, "at most " + str(general_position(150, 8)), "95 % interval")

    def test_text_names_the_same_numbers(self):
        data = write_npz(self.path("data.npz"), X=[[-1], [1]], y=[1, 2])
        self.assert_mentions(self.thalweg("info", "--dataset", data).stdout, "beta_max", "rank", "advice")


class BetaMax(TwoPoints):
    """beta_max = max over unit u of |y^T (X u)_+|: 2 for the two points, 1.2 and 2 for the theory's F3 and F1."""

    def beta_max(self, X, y, *more):
        data = write_npz(self.path("other.npz"), X=X, y=y)
        return self.answer("info", "--dataset", data, *more)["beta_max"]

    def test_known_values(self):
        self.assertAlmostEqual(self.beta_max([[-1], [1]], [1, 2]), 2, delta=1e-8)
        self.assertAlmostEqual(self.beta_max([[0.6, 0.8], [0.6, -0.8]], [1, 1]), 1.2, delta=1e-8)
        self.assertAlmostEqual(self.beta_max([[1, 1, 1, 1], [-1, -1, -1, 1]], [1, 1]), 2, delta=1e-8)

    def test_it_separates_the_zero_network_from_the_rest(self):
        empty = write_npz(self.path("empty.npz"), W=[[0.0]], alpha=[0.0])
        for beta, verdict in [("2", "global_minimum"), ("1.99", "suboptimal")]:
            document = self.answer("certify", "--dataset", self.data, "--network", empty, "--beta", beta)
            self.assertEqual(document["verdict"], verdict)

    def test_advice_compares_beta(self):
        for beta, word in [("3", "without neurons"), ("0.5", "0.25")]:
            advice = self.answer("info", "--dataset", self.data, "--beta", beta)["advice"]
            self.assertTrue(any(word in sentence for sentence in advice), advice)


if __name__ == "__main__":
    unittest.main()
