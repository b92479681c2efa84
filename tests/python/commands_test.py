"""Every function answers what the program answers on the same data."""

import os
import unittest

import numpy
import thalweg
from python_case import PythonCase, example, planted


class Commands(PythonCase):
    def setUp(self):
        super().setUp()
        self.X, self.y = planted(24, 3, 1)
        data = ["--data", self.save("X.npy", self.X), "--targets", self.save("y.npy", self.y)]
        self.data = data + ["--beta", 0.5]
        self.bare = data
        draw = numpy.random.default_rng(2)
        self.network = thalweg.Network(draw.normal(size=(5, 3)), draw.normal(size=5), b=draw.normal(size=5))
        self.network.save(self.path("network.npz"))
        self.file = ["--network", self.path("network.npz")]

    def test_certify(self):
        result = thalweg.certify(self.network, self.X, self.y, beta=0.5, tolerance=1e-6, test=(self.X[:5], self.y[:5]))
        test = ["--test-data", self.save("X2.npy", self.X[:5]), "--test-targets", self.save("y2.npy", self.y[:5])]
        self.assert_same(result, "certify", *self.data, *self.file, "--tolerance", 1e-6, *test)
        # The improved network has the objective that is said of it.
        residual = result.improved(self.X) - self.y
        weights = (result.improved.W**2).sum() + (result.improved.alpha**2).sum() + (result.improved.b**2).sum()
        objective = (residual @ residual) / 2 + 0.25 * weights
        self.assertAlmostEqual(objective, result.improvement.objective_after, delta=1e-12 * objective)

    def test_certify_in_words_of_pytorch(self):
        result = thalweg.certify(self.network, self.X, self.y, weight_decay=0.02, loss="mse-mean", verify=False)
        torch = ["--torch-weight-decay", 0.02, "--torch-loss", "mse-mean", "--no-verify"]
        self.assert_same(result, "certify", *self.bare, *self.file, *torch)
        self.assertEqual(result.settings.beta, 24 * 0.02 / 2)

    def test_train(self):
        result = thalweg.train(self.X, self.y, beta=0.5, bias=True, output_bias="free", gap=1e-8)
        self.assert_same(result, "train", *self.data, "--bias", "--output-bias", "free", "--gap", 1e-8)
        network = result.network
        residual = network(self.X) - self.y
        objective = residual @ residual / 2 + 0.25 * sum((part**2).sum() for part in (network.W, network.b, network.alpha))
        self.assertAlmostEqual(objective, result.objective, delta=1e-12 * objective)

    def test_train_over_listed_patterns(self):
        cells = thalweg.arrangement(self.X[:10], witness=True)
        result = thalweg.train(self.X[:10], self.y[:10], beta=0.5, patterns="restricted", cells=cells)
        self.assertTrue(result.patterns.complete)
        self.assertEqual(result.patterns.count, len(cells.signs))
        full = thalweg.train(self.X[:10], self.y[:10], beta=0.5)
        self.assertAlmostEqual(result.objective, full.objective, delta=1e-5 * full.objective)
        gates = thalweg.train(self.X[:10], self.y[:10], beta=0.5, patterns="gated", gates=cells.witness_points)
        self.assertIsInstance(gates.network, thalweg.GatedModel)
        self.assertLessEqual(gates.lower_bound, full.objective)

    def test_stationary(self):
        result = thalweg.stationary(self.network, self.X, self.y, beta=0.5, distance=1e-8, escape=False)
        self.assert_same(result, "stationary", *self.data, *self.file, "--distance", 1e-8, "--no-escape")
        self.assertEqual(result.nearby.W.shape, (5, 3))

    def test_simplify(self):
        doubled = thalweg.Network(numpy.repeat(self.network.W, 2, axis=0), numpy.repeat(self.network.alpha, 2) / 2,
                                  b=numpy.repeat(self.network.b, 2))
        doubled.save(self.path("doubled.npz"))
        result = thalweg.simplify(doubled, self.X, self.y, beta=0.5)
        self.assert_same(result, "simplify", *self.data, "--network", self.path("doubled.npz"), "--out", "out.npz")
        self.assertEqual(result.network.width, 5)
        numpy.testing.assert_allclose(result.network(self.X), self.network(self.X), atol=1e-12)

    def test_optimal_set(self):
        result = thalweg.optimal_set(self.X, self.y, beta=0.5, predict=self.X[:4] + 1, sample=2, network=self.network, bias=True)
        predict = ["--predict", self.save("p.npy", self.X[:4] + 1), "--bias"]
        self.assert_same(result, "optimal-set", *self.data, *self.file, *predict)
        self.assertEqual(result.smallest.width, result.m_star)
        self.assertEqual(len(result.samples), 2)
        for network in [result.smallest, result.largest, result.centre, *result.samples]:
            numpy.testing.assert_allclose(network(self.X), result.fit, atol=1e-8)
        self.assertEqual(result.polytope.u.shape, (len(result.atoms), 4))

    def test_width(self):
        X, y = numpy.array([[-1.0], [1.0]]), numpy.array([1.0, 2.0])
        data = ["--data", self.save("X.npy", X), "--targets", self.save("y.npy", y), "--beta", 0.1]
        result = thalweg.width(X, y, beta=0.1, search=[1, 2], starts=10)
        self.assert_same(result, "width", *data, "--search", "1,2", "--starts", 10)
        self.assertEqual(result.m_star, 2)
        self.assertEqual(result.components_by_width[2].components, 1)
        # One neuron on one sample alone is a valley of height 0.695, two are at 0.29: by hand.
        stuck, lower = result.witnesses[1]
        self.assertEqual((stuck.width, lower.width), (1, 1))

    def test_path(self):
        walk = thalweg.path(self.network, self.X, self.y, beta=0.5)
        self.assert_same(walk, "path", *self.data, *self.file)
        self.assertEqual(len(walk.path), walk.segments + 1)
        numpy.testing.assert_array_equal(walk.path.waypoint(0).W[:5], self.network.W)
        numpy.testing.assert_array_equal(walk.path.waypoints[0](self.X), self.network(self.X))
        again = thalweg.verify_path(walk.path, self.X, self.y, beta=0.5, bias=True)
        self.assertEqual(again.max_increase, walk.max_increase)
        self.assertEqual(again.end_objective, walk.end_objective)

    def test_a_path_that_is_none_is_refused(self):
        walk = thalweg.path(self.network, self.X, self.y, beta=0.5).path
        arrays = dict(walk.arrays, mass=-walk.mass)
        self.assert_refused(thalweg.InvalidInput, "path|mass", thalweg.verify_path, arrays, self.X, self.y, beta=0.5)

    def test_mode_connection(self):
        other = thalweg.train(self.X, self.y, beta=0.5, bias=True).network
        walk = thalweg.path(self.network, self.X, self.y, beta=0.5, to=other, widen=5)
        other.save(self.path("other.npz"))
        self.assert_same(walk, "path", *self.data, *self.file, "--to", self.path("other.npz"), "--widen", 5)

    def test_arrangement(self):
        result = thalweg.arrangement(self.X[:12], bias=True, graph=True, witness=True)
        data = ["--data", self.save("few.npy", self.X[:12]), "--bias"]
        self.assert_same(result, "arrangement", *data, "--graph", "--out", "cells.npz", "--witness", "--graph-out", "g.npz")
        with numpy.load(self.path("cells.npz")) as file:
            numpy.testing.assert_array_equal(result.signs, file["signs"])
            numpy.testing.assert_array_equal(result.witness_points, file["witness"])
        ones = numpy.hstack([self.X[:12], numpy.ones((12, 1))])
        numpy.testing.assert_array_equal(numpy.sign(result.witness_points @ ones.T), result.signs)
        first, second = result.graph.edges[:, 0], result.graph.edges[:, 1]
        self.assertTrue(((result.signs[first] != result.signs[second]).sum(axis=1) == 1).all())

    def test_arrangement_in_part(self):
        X = self.X[:12]
        self.assertIsNone(thalweg.arrangement(X, count=True).signs)
        self.assertEqual(thalweg.arrangement(X, count=True).cells, thalweg.arrangement(X, keep=False).cells)
        some = thalweg.arrangement(X, prefix="-+", box=(numpy.full(3, -1.0), numpy.ones(3)), cone=[[1, 0, 0]])
        self.assertTrue((some.signs[:, 0] == -1).all() and (some.signs[:, 1] == 1).all())
        self.assertEqual(thalweg.arrangement(X, packed=True).bits.shape[1], 2)
        self.assertEqual(thalweg.arrangement(X, sample=7, seed=3).signs.shape, (7, 12))

    def test_path_regularization(self):
        result = thalweg.path_regularization(self.X, self.y, beta_ratio=0.2, points=5, exact=False, bias=True,
                                             output_bias="free", standardize=True)
        options = ["--beta-ratio", 0.2, "--points", 5, "--grid", "--bias", "--output-bias", "free", "--standardize"]
        self.assert_same(result, "path-regularization", *self.bare, *options)
        for k in (1, -1):
            numpy.testing.assert_allclose(result.network(k)(self.X), result.points.fit[k], atol=1e-12)
        self.assertRaises(IndexError, result.network, len(result.betas))

    def test_info(self):
        self.assert_same(thalweg.info(self.X, self.y, bias=True), "info", *self.bare, "--bias")

    def test_check(self):
        proof = self.path("proof.cert")
        thalweg.certify(self.network, self.X, self.y, beta=0.5, certificate=proof)
        result = thalweg.check(proof, self.X, self.y, network=self.network)
        self.assertTrue(result)
        self.assert_same(result, "check", proof, *self.bare, *self.file)
        other = thalweg.check(proof, self.X + 1, self.y)
        self.assertFalse(other)
        self.assertFalse(other.dataset_equal)
        self.assertIn("data set", other.reason)
        with open(proof, "a", encoding="utf-8") as stream:
            stream.write("more\n")
        self.assert_refused(thalweg.InvalidInput, "certificate: line", thalweg.check, proof)

    def test_files_are_read_as_by_the_program(self):
        petal = dict(target_column="petal_width", bias=True, standardize=True, beta=0.01)
        result = thalweg.train(example("optimal-set/petal.csv"), **petal, out=self.path("petal.npz"))
        options = ["--target-column", "petal_width", "--bias", "--standardize", "--beta", 0.01]
        self.assert_same(result, "train", "--dataset", example("optimal-set/petal.csv"), *options)
        stored = thalweg.Network.load(self.path("petal.npz"))
        numpy.testing.assert_array_equal(stored.W, result.network.W)
        self.assertEqual(os.listdir(self.folder).count("petal.npz"), 1)


if __name__ == "__main__":
    unittest.main()
