"""Networks from ONNX files: what PyTorch's exporter writes is the network that PyTorch computes with."""

import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys
import unittest

from cli_case import SOURCE, CliCase, write_npz

FIXTURES = os.path.join(SOURCE, "tests/data/onnx")


class OnnxCase(CliCase):
    def truth(self, folder):
        with open(os.path.join(folder, "truth.json")) as stream:
            return json.load(stream)

    def problem(self, name, entry, beta):
        """Data and options of an entry of truth.json, its architecture's description written to a file."""
        data = write_npz(self.path(name + ".npz"), X=entry["X"], y=entry["y"])
        arguments = ["--dataset", data, "--beta", beta, *entry["options"]]
        if entry["architecture"]:
            arguments += ["--architecture", self.describe(name, entry["architecture"])]
        return arguments

    def describe(self, name, description):
        with open(self.path(name + ".json"), "w") as stream:
            json.dump(description, stream)
        return self.path(name + ".json")

    def check_objectives(self, folder):
        truth = self.truth(folder)
        self.assertGreaterEqual(len(truth["networks"]), 20)
        for name, entry in truth["networks"].items():
            with self.subTest(name):
                network = os.path.join(folder, name + ".onnx")
                found = self.answer("certify", *self.problem(name, entry, truth["beta"]), "--network", network,
                                    "--no-verify", "--tolerance", 0.999)
                expected = entry["loss"] + truth["beta"] * entry["penalty"]
                self.assertAlmostEqual(found["objective"] / expected, 1, delta=1e-12)


class Objectives(OnnxCase):
    def test_files_written_by_pytorch_cost_what_pytorch_says(self):
        self.check_objectives(FIXTURES)

    def test_fresh_files_cost_what_pytorch_says(self):
        if importlib.util.find_spec("torch") is None:
            self.skipTest("PyTorch is not installed; the files it wrote before are tested above")
        fresh = self.path("fresh")
        os.mkdir(fresh)
        subprocess.run([sys.executable, os.path.join(FIXTURES, "make.py"), fresh], check=True, timeout=300)
        self.check_objectives(fresh)

    def test_a_double_network_is_that_of_the_npz_to_the_last_digit(self):
        shipped = os.path.join(SOURCE, "examples")
        problem = ["--dataset", shipped + "/iris/iris.npz", "--torch-weight-decay", 0.02, "--torch-loss", "mse-mean", "--network"]
        onnx = self.answer("certify", *problem, shipped + "/onnx/narrow.onnx")
        npz = self.answer("certify", *problem, shipped + "/iris/narrow.npz")
        for document in (onnx, npz):
            for key in ("seconds", "inputs"):
                document.pop(key)
        self.assertEqual(onnx, npz)


class Page(OnnxCase):
    def commands(self):
        with open(os.path.join(SOURCE, "docs/onnx.md")) as file:
            lines = re.findall(r"^thalweg (.*)$", file.read(), re.M)
        for line in lines:
            yield [os.path.join(SOURCE, word) if word.startswith("examples/") else word for word in shlex.split(line)]

    def test_its_commands_say_what_it_says(self):
        iris, signals = [self.answer(*command) for command in self.commands()]
        self.assertAlmostEqual(iris["relative_gap"], 0.015, delta=0.0005)
        self.assertEqual(iris["level"], "verified")
        self.assertAlmostEqual(signals["objective"], 0.24281, delta=1e-5)
        # The optimum in docs/architectures/cnn.md.
        self.assertAlmostEqual(signals["lower_bound"], 0.23869350, delta=1e-7)


class Commands(OnnxCase):
    """Every command that takes a network takes this one."""

    def setUp(self):
        super().setUp()
        truth = self.truth(FIXTURES)
        entry = truth["networks"]["two_layer"]
        self.problem_of_two_layers = self.problem("two_layer", entry, truth["beta"])
        self.network = ["--network", os.path.join(FIXTURES, "two_layer.onnx")]

    def test_two_layers(self):
        both = self.problem_of_two_layers + self.network
        expected = self.answer("certify", *both)["objective"]
        self.assertAlmostEqual(self.answer("simplify", *both, "--out", "simple.npz")["objective_before"], expected, delta=1e-12)
        for command in ("stationary", "path", "optimal-set", "train"):
            with self.subTest(command):
                document = self.answer(command, *both)
                self.assertTrue(document["inputs"]["network"]["path"].endswith("two_layer.onnx"))

    def test_certificates_are_compared_with_the_file(self):
        self.answer("certify", *self.problem_of_two_layers, *self.network, "--certificate", "n.cert")
        found = self.answer("check", "n.cert", *self.network)
        self.assertTrue(found["verified"])
        other = ["--network", os.path.join(FIXTURES, "flattened_input.onnx")]
        self.thalweg("check", "n.cert", *other, expect=1)

    def test_certificates_of_architectures_are_compared_with_the_file(self):
        truth = self.truth(FIXTURES)
        for name in ("signal", "path_shared", "path_bias"):
            with self.subTest(name):
                problem = self.problem(name, truth["networks"][name], truth["beta"])
                network = ["--network", os.path.join(FIXTURES, name + ".onnx")]
                self.answer("certify", *problem, *network, "--certificate", name + ".cert", "--tolerance", 0.5)
                asked = ["--architecture", self.path(name + ".json"), *network]
                self.assertTrue(self.answer("check", name + ".cert", *asked)["verified"])

    def test_refusals_name_operator_and_node(self):
        problem = self.problem_of_two_layers
        self.assert_mentions(self.thalweg("certify", *problem, "--network", os.path.join(FIXTURES, "signal.onnx"), expect=2).stderr,
                             "Conv '/0/Conv'", "--architecture")
        with open(os.path.join(FIXTURES, "two_layer.onnx"), "rb") as stream:
            whole = stream.read()
        for content, words in [(whole.replace(b"Relu", b"Tanh"), ["Tanh '/1/Tanh'", "not read"]), (whole[:-30], []),
                               (b"", ["ONNX model"])]:
            with open(self.path("broken.onnx"), "wb") as stream:
                stream.write(content)
            message = self.thalweg("certify", *problem, "--network", "broken.onnx", expect=2).stderr
            self.assert_mentions(message, "broken.onnx", *words)
        self.thalweg("certify", *problem, "--network", "missing.onnx", expect=3)


if __name__ == "__main__":
    unittest.main()
