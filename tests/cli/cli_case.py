"""What the tests of the command line share: running the binary, NumPy files without NumPy, small problems
with known answers."""

import glob
import io
import json
import math
import os
import random
import shlex
import struct
import subprocess
import tempfile
import unittest
import zipfile

BINARY = os.environ["THALWEG_BINARY"]
SOURCE = os.environ["THALWEG_SOURCE"]

COMMON_KEYS = {"schema_version", "command", "version", "inputs", "settings", "seconds"}


def npy_bytes(values, shape=None):
    """The .npy file of a nested list of numbers as little-endian doubles in C order."""
    flat, dims = [], []

    def walk(node, depth):
        if isinstance(node, (list, tuple)):
            if len(dims) <= depth:
                dims.append(len(node))
            for child in node:
                walk(child, depth + 1)
        else:
            flat.append(float(node))

    walk(values, 0)
    shape = tuple(dims) if shape is None else tuple(shape)
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': %r, }" % (shape,)
    header += " " * (63 - (10 + len(header)) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack("<%dd" % len(flat), *flat)


def write_npz(path, **arrays):
    """Arrays are nested lists, or finished .npy bytes."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            archive.writestr(name + ".npy", array if isinstance(array, bytes) else npy_bytes(array))
    return path


FORMATS = {"<f8": "d", "<i8": "q", "|i1": "b", "|u1": "B", "|b1": "?"}


def read_npz(path):
    """Name -> (shape, flat list of numbers) of an archive of arrays in C order."""
    result = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            stream = io.BytesIO(archive.read(name))
            assert stream.read(8) == b"\x93NUMPY\x01\x00", "version 1.0 expected"
            (length,) = struct.unpack("<H", stream.read(2))
            header = eval(stream.read(length).decode(), {"__builtins__": {}})  # our own file
            assert not header["fortran_order"], header
            code = FORMATS[header["descr"]]
            data = stream.read()
            count = len(data) // struct.calcsize("<" + code)
            result[name[: -len(".npy")]] = (header["shape"], list(struct.unpack("<%d%s" % (count, code), data)))
    return result


def gaussian_problem(samples, dimension, seed, neurons=3):
    """Gaussian inputs with the outputs of a small planted network plus noise, as (X, y)."""
    draw = random.Random(seed)
    X = [[draw.gauss(0, 1) for _ in range(dimension)] for _ in range(samples)]
    planted = [([draw.gauss(0, 1) for _ in range(dimension)], draw.gauss(0, 1)) for _ in range(neurons)]
    y = [sum(max(0.0, sum(a * b for a, b in zip(row, w))) * alpha for w, alpha in planted) + 0.1 * draw.gauss(0, 1)
         for row in X]
    return X, y


class CliCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def thalweg(self, *arguments, expect=0):
        """Runs the binary in the test's folder and asserts its exit code."""
        done = subprocess.run([BINARY, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True,
                              timeout=300)
        self.assertEqual(done.returncode, expect, "%r\nstdout: %s\nstderr: %s" % (arguments, done.stdout, done.stderr))
        return done

    def parse(self, text):
        """Exactly one strict JSON document: no NaN, nothing around it."""

        def refuse(constant):
            self.fail("JSON contains " + constant)

        return json.loads(text, parse_constant=refuse)

    def answer(self, command, *arguments, expect=0):
        """The document that --json prints; asserts what every document has."""
        done = self.thalweg(command, *arguments, "--json", expect=expect)
        document = self.parse(done.stdout)
        self.assertLessEqual(COMMON_KEYS, set(document))
        self.assertEqual(document["schema_version"], 1)
        self.assertEqual(document["command"], command)
        self.assertGreaterEqual(document["seconds"], 0)
        for file in document["inputs"].values():
            self.assertLessEqual({"path", "sha256", "shape"}, set(file))
            self.assertRegex(file["sha256"], "^[0-9a-f]{64}$")
        return document

    def run_example_of_help(self, command):
        """Runs the command line that --help shows, examples/ being that of the sources."""
        text = self.thalweg(command, "--help").stdout
        words = shlex.split(text.split("Example:")[1].replace("\\\n", " ").strip())
        words = [os.path.join(SOURCE, word) if word.startswith("examples/") else word for word in words]
        return self.thalweg(*words[1:])

    def assert_mentions(self, text, *words):
        for word in words:
            self.assertIn(word, text)


class GroundTruthCase(CliCase):
    """Instances whose optimum was computed elsewhere (tests/data/groundtruth)."""

    def instances(self):
        """Every stored instance, its data set written to truth["file"]."""
        files = sorted(glob.glob(os.path.join(SOURCE, "tests/data/groundtruth/*.json")))
        self.assertGreaterEqual(len(files), 20)
        for file in files:
            with open(file) as stream:
                truth = json.load(stream)
            truth["file"] = write_npz(self.path("data.npz"), X=truth["X"], y=truth["y"])
            yield truth


class TwoPoints(CliCase):
    """x = -1, 1 with targets 1, 2 and beta = 0.1. Each sign of x has its own neuron, so the optimum is
    sum (beta |y_i| - beta^2 / 2) = 0.29 with |w| |alpha| = |y_i| - beta; one neuron on x = 1 alone is a
    stationary point of value 1/2 + 0.195 = 0.695."""

    BETA = 0.1
    OPTIMUM = 0.29
    ONE_NEURON = 0.695

    def setUp(self):
        super().setUp()
        self.data = write_npz(self.path("data.npz"), X=[[-1], [1]], y=[1, 2])
        r, s = math.sqrt(0.9), math.sqrt(1.9)
        self.optimal = write_npz(self.path("optimal.npz"), W=[[-r], [s]], alpha=[r, s])
        self.one = write_npz(self.path("one.npz"), W=[[s]], alpha=[s])
        self.unbalanced = write_npz(self.path("unbalanced.npz"), W=[[-2 * r], [2 * s]], alpha=[r / 2, s / 2])
        self.split = write_npz(self.path("split.npz"), W=[[-r], [s / 2], [s / 2], [s / 2], [s / 2], [0]],
                               alpha=[r, s / 2, s / 2, s / 2, s / 2, 0])

    def problem(self, network=None):
        files = ["--dataset", self.data, "--beta", self.BETA]
        return files if network is None else files + ["--network", network]
