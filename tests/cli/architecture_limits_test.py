"""Networks of --architecture at their limits: proofs that lose digits, networks outside the constraints, stopped training."""

import json
import os
import re
import unittest

from cli_case import CliCase, read_npz, write_npz

PLANE = [[1, 0], [0, 1], [-1, 1], [2, -1], [1, 2], [-2, -1], [0.5, -1.5], [-1, -2]]
TARGETS = [1, -1, 2, 0.5, 1.5, -0.5, 0, 1]
THREE = {"architecture": "three-layer", "neurons": 2}


class Limits(CliCase):
    def problem(self, X, y, beta, **keys):
        with open(self.path("a.json"), "w") as file:
            json.dump(keys, file)
        data = write_npz(self.path("data.npz"), X=X, y=y)
        return ["--dataset", data, "--beta", beta, "--architecture", self.path("a.json")]

    def test_what_the_certificate_proves_is_said(self):
        """Columns of sizes 1e6 and 1e-8: rounding to short exact numbers takes the proof's bound away."""
        problem = self.problem([[1e6 * a, 1e-8 * b] for a, b in PLANE], TARGETS, 0.1, **THREE)
        answer = self.answer("train", *problem, "--certificate", self.path("c.cert"))
        self.assertEqual(answer["estimate"]["relative_gap"], answer["relative_gap"])
        checked = self.answer("check", self.path("c.cert"))
        proved = answer["proved"]
        self.assertGreater(proved["relative_gap"], 100 * answer["relative_gap"])
        for key in ("gap", "relative_gap", "lower_bound"):
            self.assertAlmostEqual(checked[key], proved[key], delta=1e-6 * max(1, proved[key]))
        done = self.thalweg("train", *problem, "--certificate", self.path("t.cert"))
        self.assert_mentions(" ".join(done.stdout.split()), "proved", "which the checker confirms", "floating point",
                             "columns of X are of very different sizes")

    def test_a_proof_of_the_printed_gap_needs_no_words(self):
        problem = self.problem(PLANE, TARGETS, 0.1, **THREE)
        answer = self.answer("train", *problem)
        self.assertEqual(answer["level"], "verified")
        self.assertEqual(answer["proved"]["relative_gap"], answer["relative_gap"])
        done = self.thalweg("train", *problem)
        self.assertNotIn("confirms", done.stdout)
        self.assertNotIn("different sizes", " ".join(done.stdout.split()))
        self.assertIsNone(self.answer("train", *problem, "--no-verify")["proved"])

    def test_starts_outside_the_constraint(self):
        """Branches are directions for `train`; no global minimum, nor a member of any set, for the others."""
        problem = self.problem(PLANE, TARGETS, 0.1, **THREE)
        optimum = self.answer("train", *problem, "--out", self.path("n.npz"))["objective"]
        arrays = {}
        for name, (shape, values) in read_npz(self.path("n.npz")).items():
            scale = 3 if name == "W1" else 1
            arrays[name] = [scale * value for value in values]
            for size in reversed(shape[1:]):
                arrays[name] = [arrays[name][k:k + size] for k in range(0, len(arrays[name]), size)]
        long = ["--network", write_npz(self.path("long.npz"), **arrays)]
        done = self.thalweg("train", *problem, *long)
        self.assert_mentions(" ".join(done.stdout.split()), "leaves the constraints", "directions only")
        self.assertAlmostEqual(self.answer("train", *problem, *long)["objective"], optimum, delta=1e-5 * optimum)
        for command in ("certify", "optimal-set"):
            done = self.thalweg(command, *problem, *long, expect=2)
            self.assert_mentions(done.stderr, "|W_1|_F = 3", "scale W1")

    def test_a_stopped_run_keeps_its_start(self):
        for keys in (THREE, {"architecture": "path", "fan_in": [2]}):
            problem = self.problem(PLANE, TARGETS, 0.1, **keys)
            best = self.answer("train", *problem, "--out", self.path("n.npz"))["objective"]
            stopped = self.answer("train", *problem, "--network", self.path("n.npz"), "--time-limit", "1e-6", expect=4)
            self.assertLessEqual(stopped["objective"], best * (1 + 1e-6))
            self.assertEqual(stopped["status"], "limit")
            zero = sum(t * t for t in TARGETS) / 2
            alone = self.answer("train", *problem, "--time-limit", "1e-6", expect=4)
            self.assertLessEqual(alone["objective"], zero * (1 + 1e-12))
            self.assertLessEqual(alone["lower_bound"], best)

    def test_every_key_is_documented(self):
        with open(os.path.join(os.environ["THALWEG_SOURCE"], "docs", "architectures.md")) as file:
            page = file.read()
        words = set(re.findall(r"`(\w+)`", page[page.index("## What the answers say"):]))
        problem = self.problem(PLANE, TARGETS, 0.1, **THREE)
        network = ["--network", self.path("n.npz")]
        documents = [self.answer("train", *problem, "--out", self.path("n.npz")),
                     self.answer("certify", *problem, *network), self.answer("info", *problem, *network),
                     self.answer("optimal-set", *problem, *network)]
        write_npz(self.path("w.npz"), W1=[[[1, 0], [0, 0]]], W2=[[[0.5, 0]]], w3=[0.5])
        documents.append(self.answer("certify", *problem, "--network", self.path("w.npz")))
        for keys in ({"architecture": "polynomial", "coefficients": [0.1, 0.5, 0.4]},
                     {"architecture": "threshold", "layers": 2}):
            documents.append(self.answer("train", *self.problem(PLANE, TARGETS, 0.1, **keys)))
        for document in documents:
            for key in ("schema_version", "command", "version", "inputs", "settings", "seconds"):
                document.pop(key)
            nested = [value for value in document.values() if isinstance(value, dict)] + document.get("atoms", [])
            for part in [document, *nested]:
                self.assertLessEqual(set(part), words)

    def test_largest_coefficient(self):
        keys = {"architecture": "polynomial", "coefficients": [1e6, 1, 0]}
        self.answer("train", *self.problem(PLANE, TARGETS, 1e6, **keys))
        keys["coefficients"] = [1.1e6, 1, 0]
        done = self.thalweg("train", *self.problem(PLANE, TARGETS, 1e6, **keys), expect=2)
        self.assert_mentions(done.stderr, "coefficients", "at most 1e+06", "1.1e+06")

    def test_one_dimension_has_a_largest_size(self):
        X = [[k] for k in range(700)]
        keys = {"architecture": "one-dimensional", "layers": 3}
        done = self.thalweg("train", *self.problem(X, [0.0] * 700, 1, **keys), expect=2)
        self.assert_mentions(done.stderr, "some 600 samples are the limit")


if __name__ == "__main__":
    unittest.main()
