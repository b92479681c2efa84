"""What the tests of the Python package share: the command line on the same data, small problems."""

import json
import os
import subprocess
import tempfile
import unittest

import numpy

BINARY = os.environ["THALWEG_BINARY"]
SOURCE = os.environ["THALWEG_SOURCE"]

# What two runs of one problem may differ in: time, and names of files.
_LOOSE = {"seconds", "path", "sha256", "out", "certificate", "svg", "csv", "graph_out", "witness", "file", "nearby", "improved",
          "lower_file"}


def example(name):
    return os.path.join(SOURCE, "examples", name)


def comparable(value):
    """A document without what may differ."""
    if isinstance(value, dict):
        return {key: comparable(part) for key, part in value.items() if key not in _LOOSE}
    return [comparable(part) for part in value] if isinstance(value, list) else value


def planted(samples, dimension, seed):
    """Gaussian inputs, the outputs of three neurons plus noise."""
    draw = numpy.random.default_rng(seed)
    X = draw.normal(size=(samples, dimension))
    hidden = numpy.maximum(X @ draw.normal(size=(dimension, 3)), 0)
    return X, hidden @ draw.normal(size=3) + 0.1 * draw.normal(size=samples)


class PythonCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def save(self, name, value):
        numpy.save(self.path(name), value)
        return self.path(name)

    def command_line(self, command, *arguments):
        """The document that the program prints."""
        done = subprocess.run([BINARY, command, *map(str, arguments), "--json", "--quiet"], cwd=self.folder,
                              capture_output=True, text=True, timeout=300)
        self.assertIn(done.returncode, (0, 4), done.stderr)
        return json.loads(done.stdout)

    def assert_same(self, result, command, *arguments):
        """The result's document is the one that the program prints."""
        self.assertEqual(comparable(result.to_dict()), comparable(self.command_line(command, *arguments)))

    def assert_refused(self, kind, words, function, *arguments, **options):
        """The error is of this kind, and says these words and nothing of files in memory or options."""
        with self.assertRaises(kind) as caught:
            function(*arguments, **options)
        message = str(caught.exception)
        for word in words.split("|"):
            self.assertIn(word, message)
        self.assertNotIn("memory:", message)
        self.assertNotIn("--", message)
        return caught.exception
