"""The package on instances whose optimum was computed elsewhere."""

import glob
import json
import os
import unittest

import numpy
import thalweg
from python_case import SOURCE, PythonCase


class GroundTruth(PythonCase):
    """Optima computed elsewhere, in extended precision (tests/data/groundtruth)."""

    def test_optima(self):
        files = sorted(glob.glob(os.path.join(SOURCE, "tests/data/groundtruth/*.json")))
        self.assertGreaterEqual(len(files), 20)
        for file in files:
            with open(file, encoding="utf-8") as stream:
                truth = json.load(stream)
            with self.subTest(truth["name"]):
                X, y = numpy.array(truth["X"]), numpy.array(truth["y"])
                result = thalweg.train(X, y, beta=truth["beta"], gap=1e-9)
                self.assertEqual(result.level, "verified")
                self.assertAlmostEqual(result.objective, truth["optimum"], delta=1e-9 * truth["optimum"])
                self.assertLessEqual(result.lower_bound, truth["optimum"] * (1 + 1e-14))
                for known in truth["networks"][:2]:
                    network = thalweg.Network(known["W"], known["a"])
                    certified = thalweg.certify(network, X, y, beta=truth["beta"])
                    gap = known["gap_abs"] / known["objective"] if known["objective"] else 0
                    self.assertEqual(certified.verdict, "global_minimum" if gap <= 1e-8 else "suboptimal")
                    residual = network(X) - y
                    value = residual @ residual / 2 + truth["beta"] / 2 * ((network.W**2).sum() + (network.alpha**2).sum())
                    self.assertAlmostEqual(value, known["objective"], delta=1e-12 * value)


if __name__ == "__main__":
    unittest.main()
