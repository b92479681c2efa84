"""What may be given as data and networks, and what is refused, by the name of the argument."""

import os
import unittest
import warnings

import numpy
import thalweg
from python_case import PythonCase, example, planted

try:
    import torch
except ImportError:
    torch = None


class Arrays(PythonCase):
    """Integers, so that every element type holds the same data."""

    X = numpy.array([[1, 0], [2, 1], [0, 3], [-1, 1], [1, -2], [-3, 1]])
    y = numpy.array([1, 2, 0, 1, 3, 1])

    def objective(self, X, y, **options):
        return thalweg.train(X, y, beta=0.5, **options).objective

    def test_element_types_and_orders(self):
        expected = self.objective(self.X.astype(float), self.y.astype(float))
        for kind in ("i1", "i2", ">i4", "i8", "f2", "f4", ">f8", "longdouble"):
            for order in "CF":
                with self.subTest(kind=kind, order=order):
                    self.assertEqual(self.objective(self.X.astype(kind, order=order), self.y.astype(kind)), expected)
        self.assertEqual(self.objective(self.X.tolist(), tuple(self.y)), expected)
        self.assertEqual(self.objective(self.X.astype(object), self.y), expected)
        self.assertEqual(self.objective(self.X, self.y[:, None]), expected)

    def test_strides(self):
        expected = self.objective(self.X, self.y)
        wide = numpy.full((12, 6), numpy.nan)
        wide[::2, 1::3] = self.X
        backwards = self.X[::-1].copy()[::-1]
        self.assertEqual(self.objective(wide[::2, 1::3], self.y), expected)
        self.assertEqual(self.objective(backwards, self.y), expected)
        frozen = self.X.astype(float)
        frozen.flags.writeable = False
        self.assertEqual(self.objective(frozen, self.y), expected)

    def test_contiguous_arrays_are_not_copied(self):
        from thalweg.arrays import to_array

        for array in (self.X, numpy.asfortranarray(self.X), self.y.astype(">i2"), self.X.astype(bool)):
            self.assertTrue(numpy.shares_memory(to_array(array, "X"), array))

    def test_tables_of_other_libraries(self):
        """Anything with NumPy's protocol, as pandas has."""

        class Table:
            def __init__(self, values):
                self.values = values

            def __array__(self, dtype=None):
                return self.values

        self.assertEqual(self.objective(Table(self.X), Table(self.y)), self.objective(self.X, self.y))

    def test_bad_arrays(self):
        X, y = self.X, self.y
        for bad, words in [
            (X.astype(complex), "X|complex"),
            (X.astype(str), "X|<U"),
            (numpy.array([[1, None]], dtype=object), "X|[0, 1]|None"),
            ([[1, 2], [3]], "X"),
            ({"a": [1]}, "X: expected an array, got dict"),
            ((row for row in X), "X: expected an array, got generator"),
            ([[2**80 + 1, 0]], "X|no double equals"),
            (X + 0.1 * numpy.longdouble(1), "X|doubles"),
            (numpy.ma.masked_equal(X, 0), "X|masked"),
            (y, "X|two dimensions|(6, 1)"),
            (numpy.zeros((0, 2)), "X|(0, 2)"),
            (numpy.where(X == 3, numpy.inf, X), "X: row 2, column 1|finite"),
        ]:
            with self.subTest(words), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of NumPy, about ragged lists
                self.assert_refused(thalweg.InvalidInput, words, thalweg.train, bad, y, beta=1)
        self.assert_refused(thalweg.InvalidInput, "y|6 rows as in X|(5,)", thalweg.train, X, y[:5], beta=1)
        self.assert_refused(thalweg.InvalidInput, "sample_weights|6 weights", thalweg.train, X, y, beta=1, sample_weights=[1])
        self.assert_refused(thalweg.InvalidInput, "y: ", thalweg.train, X, beta=1)
        self.assert_refused(thalweg.InvalidInput, "y: given without X", thalweg.train, None, y, beta=1)
        self.assert_refused(thalweg.InvalidInput, "X: ", thalweg.train, beta=1)

    @unittest.skipIf(torch is None, "torch is not installed")
    def test_tensors(self):
        expected = self.objective(self.X, self.y)
        for kind in (torch.float64, torch.float32, torch.int16, torch.bfloat16):
            tensors = torch.tensor(self.X, dtype=kind), torch.tensor(self.y, dtype=kind)
            self.assertEqual(self.objective(*tensors), expected)
        self.assertEqual(self.objective(torch.tensor(self.X, dtype=torch.float64, requires_grad=True), self.y), expected)


class Options(PythonCase):
    X, y = planted(8, 2, 3)

    def refused(self, words, function=thalweg.train, **options):
        self.assert_refused(thalweg.InvalidInput, words, function, self.X, self.y, **options)

    def test_losses_and_penalties_are_not_mixed(self):
        self.refused("weight_decay|mse-mean", weight_decay=0.1)
        self.refused("beta|mse-mean", beta=0.1, loss="mse-mean")
        self.refused("beta|mse-sum", beta=0.1, loss="mse-sum", weight_decay=0.1)
        self.refused("weight_decay|missing", loss="mse-mean")
        self.refused("beta=|weight_decay=")
        self.refused("loss|mse", loss="mse", beta=0.1)
        self.refused("loss", function=thalweg.path_regularization, loss="mse-mean")

    def test_messages_name_arguments(self):
        self.refused("beta|> 0|-1", beta=-1)
        self.refused("beta|expected a number|True", beta=True)
        self.refused("beta|expected a number", beta=[1])
        self.refused("gap|(0, 1)", beta=1, gap=2)
        self.refused("output_bias|penalised", beta=1, output_bias="yes")
        self.refused("huber_delta", beta=1, loss="huber")
        self.refused("standardize", beta=1, standardize_targets=True)
        self.refused("certificate|verify=False", beta=1, certificate=self.path("a.cert"), verify=False)
        self.refused("sample_patterns|gates", beta=1, patterns="gated", sample_patterns=3, gates=self.X)
        self.refused("seed", beta=1, seed=-1)
        self.refused("threads", beta=1, threads=0)
        self.refused("network.pt|.npz", beta=1, out=self.path("network.pt"))
        self.refused("cells|arrangement", beta=1, patterns="gated", cells=3)
        self.refused("test", beta=1, test=3)
        self.refused("architecture", beta=1, architecture=3)
        self.refused("architecture|input", beta=1, architecture={"architecture": "cnn", "kernel": [2]})
        self.refused("search|whole numbers", function=thalweg.width, beta=1, search=[1.5])
        self.assert_refused(thalweg.InvalidInput, "range: expected a pair", thalweg.arrangement, self.X, range=3)
        self.assert_refused(thalweg.InvalidInput, "range: expected a number", thalweg.arrangement, self.X, range=(0, "x"))
        self.assert_refused(thalweg.InvalidInput, "box: expected a pair", thalweg.arrangement, self.X, box=3)
        self.refused("bias: |True or False|'no'", beta=1, bias="no")
        self.refused("verify: |True or False|'false'", beta=1, verify="false")
        self.refused("output_bias: |True|penalised", beta=1, output_bias=True)
        self.refused("verbose: |'high'", beta=1, verbose="high")
        self.refused("verbose: |None", beta=1, verbose=None)

    def test_truth_values(self):
        for yes in (True, 1, numpy.True_):
            self.assertTrue(thalweg.train(self.X, self.y, beta=1, bias=yes).settings.hidden_bias)
        for no in (False, 0, numpy.False_, None):
            self.assertFalse(thalweg.train(self.X, self.y, beta=1, bias=no).settings.hidden_bias)

    def test_every_digit_of_a_number_arrives(self):
        beta = numpy.nextafter(0.1, 1)
        self.assertEqual(thalweg.train(self.X, self.y, beta=beta).settings.beta, beta)
        self.assertEqual(thalweg.train(self.X, self.y, beta=numpy.float32(0.1)).settings.beta, float(numpy.float32(0.1)))
        self.assertEqual(thalweg.train(self.X, self.y, beta=1, seed=2**64 - 1).settings.seed, 2**64 - 1)

    def test_files(self):
        absent = self.path("absent.npz")
        self.assert_refused(thalweg.FileError, "absent.npz", thalweg.train, absent, beta=1)
        self.assert_refused(thalweg.FileError, "absent.npz", thalweg.certify, absent, self.X, self.y, beta=1)
        self.assert_refused(thalweg.InvalidInput, "y: ", thalweg.train, example("iris/iris.npz"), self.y, beta=1)
        self.assert_refused(thalweg.FileError, "a.cert|folder", thalweg.train, self.X, self.y, beta=1,
                            certificate=self.path("none/a.cert"))
        self.assert_refused(OSError, "absent", thalweg.Network.load, absent)
        with open(self.path("text.npz"), "w", encoding="utf-8") as stream:
            stream.write("no archive")
        self.assert_refused(ValueError, "text.npz", thalweg.Network.load, self.path("text.npz"))
        self.assert_refused(ValueError, "text.npz", thalweg.train, self.path("text.npz"), beta=1)

    def test_odd_names_of_files(self):
        for name in ("a\0b.npz", "\udcff.npz"):
            self.assert_refused(thalweg.InvalidInput, "X: expected a path", thalweg.train, name, beta=1)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(self.folder)
        thalweg.train(self.X, self.y, beta=1, out="memory:here.npz")  # an ordinary name
        self.assertEqual(os.listdir(self.folder), ["memory:here.npz"])

    def test_an_input_is_never_overwritten(self):
        data = self.path("data.npz")
        numpy.savez(data, X=self.X, y=self.y)
        with open(data, "rb") as stream:
            before = stream.read()
        self.assert_refused(thalweg.InvalidInput, "same file", thalweg.train, data, beta=1, out=data)
        with open(data, "rb") as stream:
            self.assertEqual(stream.read(), before)


if __name__ == "__main__":
    unittest.main()
