"""Networks as objects: what they predict, their files, PyTorch's models."""

import os
import subprocess
import sys
import unittest
import warnings

import numpy
import thalweg
from python_case import SOURCE, PythonCase, example, planted

try:
    import torch
    from torch import nn
except ImportError:
    torch = None

WITHOUT_TORCH = "torch is not installed"


def predict(x, W, b, alpha, output_bias, skip):
    """One sample, by the formula, neuron by neuron."""
    total = output_bias + sum(s * v for s, v in zip(skip, [*x, 1]))
    for w, shift, weight in zip(W, b, alpha):
        total += max(sum(a * c for a, c in zip(w, x)) + shift, 0) * weight
    return total


class Networks(PythonCase):
    W = [[1.0, -2.0], [0.5, 0.25], [0.0, 0.0]]
    b = [0.5, -1.0, 2.0]
    alpha = [2.0, -1.0, 0.5]

    def test_predictions_are_the_formula(self):
        network = thalweg.Network(self.W, self.alpha, b=self.b, output_bias=0.75, skip=[1.0, -1.0, 3.0])
        X = [[0.0, 0.0], [1.0, 2.0], [-3.0, 0.5]]
        expected = [predict(x, self.W, self.b, self.alpha, 0.75, [1.0, -1.0, 3.0]) for x in X]
        numpy.testing.assert_array_equal(network(X), expected)
        both = thalweg.Network(self.W, numpy.transpose([self.alpha, self.b]))
        self.assertEqual(both(X).shape, (3, 2))
        numpy.testing.assert_array_equal(both(X)[:, 0], thalweg.Network(self.W, self.alpha)(X))
        self.assertEqual(thalweg.Network(numpy.zeros((0, 2)), [])(X).tolist(), [0, 0, 0])

    def test_standardisation_is_applied(self):
        scaled = thalweg.Standardization(*map(numpy.array, ([1.0, 2.0], [2.0, 4.0], [10.0], [0.5])))
        network = thalweg.Network(self.W, self.alpha, standardization=scaled)
        plain = thalweg.Network(self.W, self.alpha)
        X = numpy.array([[0.0, 0.0], [1.0, 2.0], [-3.0, 0.5]])
        numpy.testing.assert_allclose(network(X), 10 + 0.5 * plain((X - [1, 2]) / [2, 4]), rtol=1e-15)

    def test_files_keep_every_bit(self):
        draw = numpy.random.default_rng(1)
        scaled = thalweg.Standardization(draw.normal(size=2), draw.normal(size=2) ** 2)
        network = thalweg.Network(draw.normal(size=(4, 2)), draw.normal(size=4), b=draw.normal(size=4), output_bias=[0.1],
                                  skip=draw.normal(size=3), standardization=scaled)
        network.save(self.path("network.npz"))
        self.assertEqual(os.listdir(self.folder), ["network.npz"])
        again = thalweg.Network.load(self.path("network.npz"))
        for name, array in network.arrays().items():
            numpy.testing.assert_array_equal(again.arrays()[name], array)
        X, y = planted(6, 2, 2)
        there = thalweg.certify(network, X, y, beta=0.1, verify=False)
        back = thalweg.certify(self.path("network.npz"), X, y, beta=0.1, verify=False)
        self.assertEqual(there.objective, back.objective)

    def test_what_was_trained_predicts_as_the_program_says(self):
        X, y = planted(12, 2, 4)
        result = thalweg.train(X, y, beta=0.2, bias=True, standardize=True, standardize_targets=True, output_bias="free",
                               test=(X, y))
        network = result.network
        inside = (network(X) - network.standardization.output_mean) / network.standardization.output_scale
        targets = (y - network.standardization.output_mean) / network.standardization.output_scale
        self.assertAlmostEqual(((inside - targets) ** 2).mean() / 2, result.training_loss, delta=1e-12)

    def test_shapes_that_do_not_fit(self):
        refuse = lambda words, *arrays, **more: self.assert_refused(ValueError, words, thalweg.Network, *arrays, **more)
        refuse("W", [1.0], [1.0])
        refuse("alpha", self.W, [1.0])
        refuse("b", self.W, self.alpha, b=[1.0])
        refuse("output_bias", self.W, self.alpha, output_bias=[1.0, 2.0])
        refuse("skip", self.W, self.alpha, skip=[1.0])
        network = thalweg.Network(self.W, self.alpha)
        self.assert_refused(ValueError, "X|(k, 2)", network, [[1.0]])
        X, y = planted(6, 3, 2)
        self.assert_refused(ValueError, "network|3 columns", thalweg.certify, network, X, y, beta=1)
        for bad in ({"W": self.W}, {"W": self.W, "alpha": self.alpha, "b": [1]}, 3, {"0.weight": self.W, "4.weight": self.W}):
            self.assert_refused(ValueError, "network", thalweg.certify, bad, X[:, :2], y, beta=1)

    def test_named_arrays(self):
        X, y = planted(6, 2, 2)
        named = [{"W": self.W, "a": self.alpha, "b": self.b}, {"0.weight": self.W, "0.bias": self.b, "2.weight": [self.alpha]},
                 thalweg.Network(self.W, self.alpha, b=self.b)]
        values = {thalweg.certify(network, X, y, beta=0.1, verify=False).objective for network in named}
        self.assertEqual(len(values), 1)


@unittest.skipIf(torch is None, WITHOUT_TORCH)
class Models(PythonCase):
    def setUp(self):
        super().setUp()
        torch.manual_seed(0)
        self.X, self.y = planted(20, 3, 5)

    def certify(self, model, **options):
        return thalweg.certify(model, self.X, self.y, weight_decay=0.01, loss="mse-mean", verify=False, **options)

    def loss(self, model):
        """What PyTorch minimises, in doubles: mean squared error + weight_decay/2 |parameters|^2."""
        model = model.double()
        predictions = model(torch.tensor(self.X))[:, 0]
        penalty = sum((parameter**2).sum() for parameter in model.parameters())
        return (((predictions - torch.tensor(self.y)) ** 2).mean() + 0.005 * penalty).item()

    def test_objective_is_pytorchs(self):
        """loss + beta/2 |.|^2 is n/2 times what PyTorch minimises."""
        for bias in (True, False):
            for kind in (torch.float32, torch.float64):
                model = nn.Sequential(nn.Linear(3, 7, bias=bias), nn.ReLU(), nn.Linear(7, 1, bias=bias)).to(kind)
                result = self.certify(model)
                expected = 10 * self.loss(model)
                self.assertAlmostEqual(result.objective, expected, delta=1e-13 * expected)

    def test_there_and_back(self):
        model = nn.Sequential(nn.Linear(3, 7), nn.ReLU(), nn.Linear(7, 1))
        improved = self.certify(model).improved
        numpy.testing.assert_allclose(improved.to_torch()(torch.tensor(self.X)).detach().numpy()[:, 0], improved(self.X), rtol=1e-13)
        self.assertAlmostEqual(self.certify(improved.to_torch()).objective, self.certify(improved).objective, delta=1e-12)
        self.assertEqual(improved.to_torch(torch.float32)[0].weight.dtype, torch.float32)

    def test_a_standardised_network_as_a_model(self):
        network = thalweg.train(self.X, self.y, beta=0.5, bias=True, standardize=True, standardize_targets=True).network
        numpy.testing.assert_allclose(network.to_torch()(torch.tensor(self.X)).detach().numpy()[:, 0], network(self.X), rtol=1e-12)
        skip = thalweg.Network(network.W, network.alpha, skip=[1.0, 2.0, 3.0])
        self.assert_refused(ValueError, "skip", skip.to_torch)

    def test_layers_that_only_shape_and_wrappers(self):
        inner = nn.Sequential(nn.Linear(3, 7), nn.ReLU(), nn.Linear(7, 1))
        plain = self.certify(inner).objective
        self.assertEqual(self.certify(nn.Sequential(nn.Flatten(), *inner)).objective, plain)
        self.assertEqual(self.certify(nn.Sequential(nn.Sequential(inner[0], inner[1]), inner[2])).objective, plain)
        self.assertEqual(self.certify(nn.DataParallel(inner)).objective, plain)

    def test_other_functions_with_the_same_names_of_weights_are_refused(self):
        first, last = nn.Linear(3, 7), nn.Linear(7, 1)
        for model in (nn.Sequential(first, nn.Tanh(), last), nn.Sequential(first, nn.ReLU(), last, nn.ReLU()),
                      nn.Sequential(first, nn.Identity(), last), nn.Sequential(first, nn.ReLU(), nn.Dropout(), last),
                      nn.Sequential(nn.ReLU(), first, nn.ReLU(), last)):
            self.assert_refused(ValueError, "network|Sequential(Linear, ReLU, Linear)", self.certify, model)
        self.assert_refused(ValueError, "network", self.certify, nn.Linear(3, 1))

    def test_other_classes_are_refused_unless_they_are_sequential(self):
        """The names of weights alone do not tell what a class of the user computes."""

        class Named(nn.Sequential):
            pass

        class Changed(nn.Sequential):
            def forward(self, inputs):
                return torch.tanh(super().forward(inputs))

        class Held(nn.Module):
            def __init__(self, *layers):
                super().__init__()
                for i, layer in enumerate(layers):
                    self.add_module(str(i), layer)

        layers = nn.Linear(3, 7), nn.ReLU(), nn.Linear(7, 1)
        self.assertEqual(self.certify(Named(*layers)).objective, self.certify(nn.Sequential(*layers)).objective)
        self.assert_refused(ValueError, "network|Sequential(Linear, Tanh, Linear)", self.certify,
                            Named(layers[0], nn.Tanh(), layers[2]))
        self.assert_refused(ValueError, "network|Sequential|got Changed", self.certify, Changed(*layers))
        self.assert_refused(ValueError, "network|Sequential|got Held|dict", self.certify, Held(*layers))

    def test_models_without_values(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of PyTorch, about lazy layers
            lazy = nn.LazyLinear(7)
        for first in (lazy, nn.Linear(3, 7, device="meta")):
            self.assert_refused(ValueError, "network: 0.weight", self.certify, nn.Sequential(first, nn.ReLU(), nn.Linear(7, 1)))

    def test_the_example_runs(self):
        done = subprocess.run([sys.executable, example("python/certify_torch.py")], cwd=SOURCE, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("lower bound", done.stdout)


if __name__ == "__main__":
    unittest.main()
