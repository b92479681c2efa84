"""Networks from ONNX files: what PyTorch's exporter writes is the network that PyTorch computes with."""

import importlib.util
import json
import os
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


if __name__ == "__main__":
    unittest.main()
