"""Other architectures: descriptions as dicts, networks as arrays and as PyTorch's models."""

import json
import unittest

import numpy
import thalweg
from python_case import PythonCase, example, planted

try:
    import torch
    from torch import nn
except ImportError:
    torch = None

CNN = {"architecture": "cnn", "input": [6], "kernel": [2], "pooling": "average"}


class Architectures(PythonCase):
    def setUp(self):
        super().setUp()
        self.X, self.y = planted(20, 6, 7)

    def test_train_and_certify_like_the_program(self):
        with open(self.path("cnn.json"), "w", encoding="utf-8") as stream:
            json.dump(CNN, stream)
        files = ["--data", self.save("X.npy", self.X), "--targets", self.save("y.npy", self.y), "--beta", 1]
        described = ["--architecture", self.path("cnn.json")]
        trained = thalweg.train(self.X, self.y, beta=1, architecture=CNN)
        self.assert_same(trained, "train", *files, *described, "--out", self.path("cnn.npz"))
        network = trained.network
        self.assertIsInstance(network, thalweg.BranchNetwork)
        self.assertEqual(network.U.shape, (trained.width, 2))
        result = thalweg.certify(network, self.X, self.y, beta=1, architecture=self.path("cnn.json"), tolerance=1e-4)
        self.assert_same(result, "certify", *files, *described, "--network", self.path("cnn.npz"), "--tolerance", 1e-4)
        self.assertEqual(result.verdict, "global_minimum")
        worse = thalweg.certify(dict(network.arrays, alpha=2 * network.alpha), self.X, self.y, beta=1, architecture=CNN)
        self.assertEqual(worse.verdict, "suboptimal")
        self.assertIsInstance(worse.improved, thalweg.BranchNetwork)

    def test_proofs_are_checked_with_the_description(self):
        proof = self.path("cnn.cert")
        network = thalweg.train(self.X, self.y, beta=1, architecture=CNN, certificate=proof).network
        self.assertTrue(thalweg.check(proof, self.X, self.y, network=network, architecture=CNN))
        other = dict(CNN, pooling="sum")
        self.assertFalse(thalweg.check(proof, self.X, self.y, network=network, architecture=other))

    def test_optimal_set(self):
        found = thalweg.optimal_set(self.X, self.y, beta=4, architecture={"architecture": "three-layer", "neurons": 1}, time_limit=20)
        self.assertIsNone(found.smallest)
        self.assertGreaterEqual(len(found.atoms), 1)

    @unittest.skipIf(torch is None, "torch is not installed")
    def test_models(self):
        torch.manual_seed(1)
        conv, last = nn.Conv1d(1, 4, 2, bias=False), nn.Linear(4, 1, bias=False)
        model = nn.Sequential(nn.Unflatten(1, (1, 6)), conv, nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), last).double()
        # The loss is 10 times PyTorch's with 20 samples, and so is the penalty.
        ask = dict(weight_decay=0.1, loss="mse-mean", verify=False, time_limit=5)
        arrays = {"U": conv.weight[:, 0], "alpha": last.weight[0]}
        result = thalweg.certify(arrays, self.X, self.y, architecture=CNN, **ask)
        predictions = model(torch.tensor(self.X))[:, 0]
        penalty = sum((parameter**2).sum() for parameter in model.parameters())
        expected = (10 * (((predictions - torch.tensor(self.y)) ** 2).mean() + 0.05 * penalty)).item()
        self.assertAlmostEqual(result.objective, expected, delta=1e-12 * expected)

    @unittest.skipIf(torch is None, "torch is not installed")
    def test_models_of_images(self):
        torch.manual_seed(1)
        with numpy.load(example("architectures/digits.npz")) as digits:
            X, y = digits["X"][:30], digits["y"][:30]
        described = {"architecture": "cnn", "input": [1, 8, 8], "kernel": [3, 3], "pooling": "average", "filter_bias": True}

        def model(pooling=nn.AdaptiveAvgPool2d, **options):
            return nn.Sequential(nn.Conv2d(1, 3, 3, **options), nn.ReLU(), pooling(1), nn.Flatten(), nn.Linear(3, 1)).double()

        ask = dict(beta=1, architecture=described, verify=False, output_bias="penalised", time_limit=3)
        good = model()
        result = thalweg.certify(good, X, y, **ask)
        residual = good(torch.tensor(X.reshape(-1, 1, 8, 8), dtype=torch.float64))[:, 0] - torch.tensor(y)
        expected = ((residual**2).sum() / 2 + sum((part**2).sum() for part in good.parameters()) / 2).item()
        self.assertAlmostEqual(result.objective, expected, delta=1e-11 * expected)
        for bad, words in [(model(stride=2), "stride"), (model(padding=1), "padding"), (model(dilation=2), "dilation"),
                           (model(nn.AdaptiveMaxPool2d), "AdaptiveAvgPool2d")]:
            self.assert_refused(ValueError, "network|" + words, thalweg.certify, bad, X, y, **ask)


if __name__ == "__main__":
    unittest.main()
