"""The package's types and what is installed with it."""

import importlib.util
import inspect
import os
import subprocess
import sys
import tempfile
import unittest
import zipfile

import thalweg
from python_case import SOURCE, PythonCase

COMMANDS = ("certify", "train", "optimal_set", "width", "stationary", "path", "verify_path", "arrangement",
            "path_regularization", "simplify", "info", "check")


class Types(PythonCase):
    @unittest.skipIf(importlib.util.find_spec("mypy") is None, "mypy is not installed")
    def test_mypy(self):
        done = subprocess.run([sys.executable, "-m", "mypy", "--cache-dir", self.path("cache")], cwd=SOURCE, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_function_is_documented_and_typed(self):
        for name in COMMANDS:
            function = getattr(thalweg, name)
            signature = inspect.signature(function)
            self.assertIsNot(signature.return_annotation, inspect.Signature.empty)
            for parameter in signature.parameters.values():
                self.assertIsNot(parameter.annotation, inspect.Parameter.empty, (name, parameter.name))
                if parameter.name not in ("network", "X", "y", "certificate", "path"):
                    self.assertEqual(parameter.kind, inspect.Parameter.KEYWORD_ONLY, (name, parameter.name))
            self.assertIn("Returns\n", function.__doc__)
            self.assertIn(">>>", function.__doc__)

    def test_every_option_of_the_program_is_an_argument(self):
        """But those that only make sense in a shell."""
        from python_case import BINARY

        shell = {"--help", "--json", "--quiet", "--assert", "--dataset", "--data", "--targets", "--torch-loss", "--test-data", "--test-targets"}
        other = {"--torch-weight-decay": "weight_decay", "--no-verify": "verify", "--no-escape": "escape", "--no-full": "full", "--grid": "exact"}
        for name in COMMANDS:
            if name == "verify_path":
                continue
            text = subprocess.run([BINARY, name.replace("_", "-"), "--help"], capture_output=True, text=True, check=True).stdout
            options = {word.split(",")[-1] for line in text.splitlines() if line.startswith("  -") for word in line.split()[:1]}
            parameters = inspect.signature(getattr(thalweg, name)).parameters
            for option in options - shell:
                wanted = other.get(option, option[2:].replace("-", "_"))
                if (name, wanted) != ("path", "verify"):  # the function verify_path
                    self.assertTrue(wanted in parameters, (name, option))

    def test_torch_is_not_imported(self):
        script = "import sys, thalweg; thalweg.info([[1.0]], [1.0]); assert not {'torch', 'sklearn', 'matplotlib'} & set(sys.modules)"
        subprocess.run([sys.executable, "-c", script], check=True)


class Wheel(PythonCase):
    def test_wheel_of_the_built_package(self):
        sys.path.insert(0, os.path.join(SOURCE, "src/python"))
        self.addCleanup(sys.path.pop, 0)
        import wheel_backend

        built = os.path.dirname(os.path.dirname(thalweg.__file__))
        name = wheel_backend.build_wheel(self.folder, {"prebuilt": built})
        self.assertEqual(name, wheel_backend.build_wheel(self.folder, {"prebuilt": built}))
        target = self.path("target")
        with zipfile.ZipFile(self.path(name)) as archive:
            self.assertIsNone(archive.testzip())
            self.assertIn("thalweg/py.typed", archive.namelist())
            self.assertEqual([entry for entry in archive.namelist() if "__pycache__" in entry], [])
        self.assertRaises(wheel_backend.UnsupportedOperation, wheel_backend.build_sdist, self.folder)
        if importlib.util.find_spec("pip") is None:
            self.skipTest("pip is not installed")
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-index", "--no-deps"]
        subprocess.run([*pip, "--target", target, self.path(name)], check=True)
        script = "import thalweg, numpy; print(thalweg.__file__, thalweg.train(numpy.eye(2), [1, 2], beta=0.1).level)"
        done = subprocess.run([sys.executable, "-c", script], env=dict(os.environ, PYTHONPATH=target), capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout, os.path.join(target, "thalweg/__init__.py") + " verified\n")


if __name__ == "__main__":
    unittest.main()
