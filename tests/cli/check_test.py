"""`thalweg check`: accepts what certify wrote, about those files; rejects forgeries and other files."""

import glob
import os
import unittest

from cli_case import SOURCE, CliCase, TwoPoints, gaussian_problem, write_npz

KEYS = {"verified", "gap", "level", "reason"}


class Check(TwoPoints):
    def setUp(self):
        super().setUp()
        self.proof = self.path("proof.cert")
        self.certified = self.answer("certify", *self.problem(self.optimal), "--certificate", self.proof)

    def check(self, certificate, *more, expect=0):
        document = self.answer("check", certificate, *more, expect=expect)
        self.assertLessEqual(KEYS, set(document))
        return document

    def forge(self, old, new):
        with open(self.proof) as file:
            text = file.read()
        self.assertIn(old, text)
        with open(self.path("forged.cert"), "w") as file:
            file.write(text.replace(old, new, 1))
        return self.path("forged.cert")

    def test_accepts_the_proof_and_repeats_its_numbers(self):
        document = self.check(self.proof)
        self.assertIs(document["verified"], True)
        self.assertEqual((document["level"], document["reason"]), ("verified", ""))
        for key in ["objective", "lower_bound", "gap"]:
            self.assertEqual(document[key], self.certified[key], key)
        self.assertEqual(document["problem"]["beta"], self.BETA)
        self.assertIsNone(document["dataset_equal"])
        self.assertEqual(document["inputs"]["certificate"]["path"], self.proof)

    def test_the_files_it_is_about(self):
        document = self.check(self.proof, "--dataset", self.data, "--network", self.optimal)
        self.assertIs(document["verified"], True)
        self.assertIs(document["dataset_equal"], True)
        self.assertIs(document["network_equal"], True)
        self.assertIs(self.check(self.proof, "--network", self.optimal)["network_equal"], True)

    def test_other_files_take_the_verdict_away(self):
        other_data = write_npz(self.path("other.npz"), X=[[-1], [1]], y=[1, 2.0000000000000004])
        document = self.check(self.proof, "--dataset", other_data, expect=1)
        self.assertIs(document["verified"], False)
        self.assertIs(document["dataset_equal"], False)
        self.assert_mentions(document["reason"], "y", "row 1", "2.0000000000000004")
        document = self.check(self.proof, "--network", self.unbalanced, expect=1)
        self.assertIs(document["network_equal"], False)
        self.assertIs(document["verified"], False)
        self.check(self.proof, "--network", self.one, expect=1)
        wide = write_npz(self.path("wide.npz"), X=[[-1, 0], [1, 0]], y=[1, 2])
        self.check(self.proof, "--dataset", wide, expect=1)

    def test_rejects_forgeries(self):
        self.check(self.forge("\nend\n", "\nend\n"))
        self.check(self.forge("\nbeta ", "\nbeta -"), expect=2)
        with open(self.proof) as file:
            lines = file.read().split("\n")
        for i, line in enumerate(lines):
            if line.startswith(("claim gap", "claim bound", "claim value")):
                # A claimed value or gap halved, a bound doubled.
                word, kind, dyad = line.split()
                mantissa, exponent = dyad.split(":")
                shifted = int(exponent) + (-1 if kind == "bound" else 1)
                forged = self.forge(line, "%s %s %s:%d" % (word, kind, mantissa, shifted))
                if mantissa != "0":
                    document = self.check(forged, expect=1)
                    self.assertIs(document["verified"], False)
                    self.assertIsNone(document["gap"])
                    self.assertIsNone(document["level"])
                    self.assertNotEqual(document["reason"], "")

    def test_text(self):
        text = " ".join(self.thalweg("check", self.proof, "--dataset", self.data).stdout.split())
        self.assert_mentions(text, "Verified", "equals the file", "beta = 0.1", "lower bound")
        other = write_npz(self.path("other.npz"), X=[[-1], [1]], y=[1, 3])
        self.assert_mentions(self.thalweg("check", self.proof, "--dataset", other, expect=1).stdout, "Not verified",
                             "differs")


class StoredCertificates(CliCase):
    def test_each_kind_is_verified(self):
        """Certificates of every loss, scale, bias and proof form (tests/data/certificates)."""
        files = sorted(glob.glob(os.path.join(SOURCE, "tests/data/certificates/*.cert")))
        self.assertGreaterEqual(len(files), 10)
        for file in files:
            with self.subTest(os.path.basename(file)):
                document = self.answer("check", file)
                self.assertIs(document["verified"], True)
                self.assertEqual(document["level"], "value" if document["gap"] is None else "verified")
                self.assertEqual(document["gap"] is None, document["lower_bound"] is None)


class Paths(CliCase):
    def stored(self, name):
        return os.path.join(SOURCE, "tests/data/certificates", name + ".cert")

    def test_a_path_that_rises(self):
        """Two slopes at F3, 23/128 and 105/128, worked out by hand."""
        document = self.answer("check", self.stored("path_rising"))
        self.assertEqual((document["path_increase"], document["path_final"]), (1, 29 / 64))
        self.assertEqual(document["path_maximum"], document["objective"])
        text = " ".join(self.thalweg("check", self.stored("path_rising")).stdout.split())
        self.assert_mentions(text, "path increases by at most 1", "ends at most at 0.453125")

    def test_a_level_path_and_a_forged_one(self):
        document = self.answer("check", self.stored("path_level"))
        self.assertEqual((document["path_increase"], document["path_final"], document["level"]), (0, 209 / 1024, "value"))
        with open(self.stored("path_rising")) as file:
            text = file.read()
        for old, new in (("claim increase 1:0", "claim increase 1:1"), ("masses 0 0", "masses + 1 1:5 0"),
                         ("balance + 0", "balance - 0")):
            self.assertIn(old, text)
            with open(self.path("forged.cert"), "w") as file:
                file.write(text.replace(old, new))
            document = self.answer("check", self.path("forged.cert"), expect=1)
            self.assertIsNone(document["path_increase"])

    def test_without_a_path(self):
        document = self.answer("check", self.stored("f3_local"))
        self.assertIsNone(document["path_increase"])
        self.assertIsNone(document["path_maximum"])
        self.assertIsNone(document["path_final"])


class CheckForms(CliCase):
    def test_biases_and_labels(self):
        """The certificate's column of ones and mapped labels are recognised in the files."""
        X, y = gaussian_problem(8, 2, seed=4)
        bits = [1 if value > 0 else 0 for value in y]
        data = write_npz(self.path("data.npz"), X=X, y=bits)
        network = write_npz(self.path("network.npz"), W=[[1, 0.5], [0, -1]], b=[0.25, 0], alpha=[1, -1],
                            output_bias=[0.125])
        proof = self.path("proof.cert")
        self.answer("certify", "--dataset", data, "--network", network, "--beta", "0.2", "--loss", "squared-hinge",
                    "--certificate", proof)
        document = self.answer("check", proof, "--dataset", data, "--network", network)
        self.assertIs(document["verified"], True)
        self.assertEqual(document["problem"]["loss"], "squared-hinge")
        self.assertEqual(document["problem"]["output_bias"], "penalised")
        moved = write_npz(self.path("moved.npz"), W=[[1, 0.5], [0, -1]], b=[0.25, 0], alpha=[1, -1],
                          output_bias=[0.12500000000000003])
        self.answer("check", proof, "--dataset", data, "--network", moved, expect=1)
        flipped = write_npz(self.path("flipped.npz"), X=X, y=[1 - bits[0]] + bits[1:])
        self.answer("check", proof, "--dataset", flipped, expect=1)

    def test_bias_without_b(self):
        X, y = gaussian_problem(6, 1, seed=9)
        data = write_npz(self.path("data.npz"), X=X, y=y)
        network = write_npz(self.path("network.npz"), W=[[1]], alpha=[1])
        proof = self.path("proof.cert")
        self.answer("certify", "--dataset", data, "--network", network, "--beta", "0.2", "--bias", "--certificate", proof)
        self.answer("check", proof, "--dataset", data, "--network", network)


if __name__ == "__main__":
    unittest.main()
