"""A time limit or Ctrl-C ends with exit code 4 and a valid document."""

import json
import os
import pty
import signal
import subprocess
import time
import unittest

from cli_case import BINARY, CliCase, gaussian_problem, write_npz

HARD = dict(samples=400, dimension=12, seed=1, neurons=12)


class Limits(CliCase):
    def setUp(self):
        super().setUp()
        X, y = gaussian_problem(**HARD)
        self.data = write_npz(self.path("data.npz"), X=X, y=y)
        W, _ = gaussian_problem(6, HARD["dimension"], seed=2)
        self.network = write_npz(self.path("network.npz"), W=W, alpha=[1, -1, 1, -1, 1, -1])
        self.files = ["--dataset", self.data, "--beta", "0.01"]

    def assert_partial(self, document):
        self.assertGreaterEqual(document["lower_bound"], 0)
        self.assertGreaterEqual(document["objective"], document["lower_bound"])
        self.assertGreaterEqual(document["gap"], 0)
        self.assertLessEqual(document["relative_gap"], 1)

    def test_train(self):
        document = self.answer("train", *self.files, "--gap", "1e-12", "--time-limit", "1", "--out",
                               self.path("partial.npz"), expect=4)
        self.assert_partial(document)
        self.assertEqual(document["status"], "limit")
        self.assertGreater(document["relative_gap"], 1e-12)
        self.assertEqual(document["settings"]["time_limit"], 1)
        self.assertTrue(os.path.exists(self.path("partial.npz")))

    def test_train_over_patterns(self):
        for mode in ["restricted", "gated"]:
            document = self.answer("train", *self.files, "--patterns", mode, "--sample-patterns", "20000", "--gap",
                                   "1e-12", "--time-limit", "0.05", expect=4)
            self.assert_partial(document)
            self.assertEqual(document["status"], "limit")

    def test_certify(self):
        certify = ["certify", *self.files, "--network", self.network, "--tolerance", "1e-12", "--time-limit", "1"]
        document = self.answer(*certify, expect=4)
        self.assert_partial(document)
        self.assertNotEqual(document["verdict"], "global_minimum")
        self.answer(*certify, "--assert", document["verdict"])

    def test_info(self):
        self.answer("info", *self.files, "--time-limit", "0.001", expect=4)

    def architecture(self, **keys):
        with open(self.path("a.json"), "w") as file:
            json.dump(keys, file)
        return ["--architecture", self.path("a.json")]

    def test_threshold_networks(self):
        X, y = gaussian_problem(300, 6, seed=3)
        data = write_npz(self.path("wide.npz"), X=X, y=y)
        threshold = self.architecture(architecture="threshold", layers=2)
        document = self.answer("train", "--dataset", data, "--beta", "0.1", *threshold, "--time-limit", "1", "--out",
                               self.path("partial.npz"), expect=4)
        self.assert_partial(document)
        self.assertEqual(document["status"], "limit")
        self.assertTrue(os.path.exists(self.path("partial.npz")))

    def test_info_on_convolutions(self):
        X, y = gaussian_problem(100, 64, seed=4)
        data = write_npz(self.path("images.npz"), X=X, y=y)
        cnn = self.architecture(architecture="cnn", input=[1, 8, 8], kernel=[3, 3], pooling="sum")
        document = self.answer("info", "--dataset", data, *cnn, "--time-limit", "1", expect=4)
        self.assertIsNone(document["pieces"])

    def assert_refused(self, data, architecture, words):
        done = self.thalweg("train", "--dataset", data, "--beta", "1", *architecture, expect=2)
        self.assert_mentions(done.stderr, words)

    def test_sizes_of_architectures(self):
        X, y = gaussian_problem(200, 64, seed=5)
        data = write_npz(self.path("images.npz"), X=X, y=y)
        for fan_in in [[4, 4], [1000], [1000000, 1000000]]:
            path = self.architecture(architecture="path", fan_in=fan_in)
            self.assert_refused(data, path, "fan_in")
        line = write_npz(self.path("line.npz"), X=[[i] for i in range(2000)], y=[i % 2 for i in range(2000)])
        deep = self.architecture(architecture="one-dimensional", layers=3)
        self.assert_refused(line, deep, "2000 samples")
        large = self.architecture(architecture="polynomial", coefficients=[1e200, 1, 0])
        self.assert_refused(data, large, "coefficients")

    def test_check(self):
        X, y = gaussian_problem(30, 2, seed=1)
        small = write_npz(self.path("small.npz"), X=X, y=y)
        self.answer("train", "--dataset", small, "--beta", "0.5", "--certificate", self.path("proof.cert"))
        document = self.answer("check", self.path("proof.cert"), "--time-limit", "1e-9", expect=4)
        self.assertIs(document["verified"], False)
        self.assert_mentions(document["reason"], "stopped")

    def test_interrupt(self):
        for name in [signal.SIGINT, signal.SIGTERM]:
            process = subprocess.Popen([BINARY, "train", *self.files, "--gap", "1e-12", "--json"], text=True,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            time.sleep(1.5)
            process.send_signal(name)
            stdout, stderr = process.communicate(timeout=120)
            self.assertEqual(process.returncode, 4, stderr)
            self.assert_partial(self.parse(stdout))

    def test_progress_is_for_terminals_only(self):
        done = self.thalweg("train", *self.files, "--gap", "1e-12", "--time-limit", "1", expect=4)
        self.assertNotIn("\r", done.stderr)
        self.assertNotIn("\x1b", done.stdout)

    def on_terminal(self, *more):
        """What `train` writes to standard error when that is a terminal."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen([BINARY, "train", *self.files, "--gap", "1e-12", "--time-limit", "1", *more],
                                   stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        seen = b""
        try:
            while chunk := os.read(ours, 4096):
                seen += chunk
        except OSError:  # Linux: the other side is closed
            pass
        os.close(ours)
        self.assertEqual(process.wait(timeout=120), 4)
        return seen

    def test_progress_on_a_terminal(self):
        seen = self.on_terminal()
        self.assertIn(b"\r", seen)
        self.assertTrue(seen.endswith(b"\r\x1b[K"), seen[-80:])
        self.assertEqual(self.on_terminal("--quiet"), b"")


if __name__ == "__main__":
    unittest.main()
