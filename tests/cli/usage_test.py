"""Wrong usage ends with exit code 2 and a message on standard error; help and version end with 0."""

import os
import re
import shlex
import subprocess
import unittest

from cli_case import BINARY, SOURCE, TwoPoints, write_npz

COMMANDS = ["info", "train", "certify", "simplify", "check", "arrangement"]


class Usage(TwoPoints):
    def refused(self, *arguments, words=()):
        done = self.thalweg(*arguments, expect=2)
        self.assertEqual(done.stdout, "")
        self.assertNotEqual(done.stderr, "")
        self.assert_mentions(done.stderr, *words)

    def test_no_command_and_unknown_command(self):
        self.refused(words=["command is missing", *COMMANDS])
        self.refused("bogus", words=["unknown command 'bogus'", *COMMANDS])
        self.refused("--bogus", words=["unknown option '--bogus'", *COMMANDS])
        self.refused("bogus", "--dataset", self.data, words=["unknown command 'bogus'"])
        self.assertNotIn("unknown command", self.thalweg("certify", "--bogus", expect=2).stderr)

    def test_missing_required_options(self):
        for command in ["info", "train", "certify", "simplify"]:
            self.refused(command, "--beta", "1", "--network", self.optimal, "--out", "x.npz")
        self.refused("certify", *self.problem(), words=["--network"])
        self.refused("simplify", *self.problem(self.optimal), words=["--out"])
        self.refused("check")

    def test_penalty_is_required_and_positive(self):
        self.refused("certify", "--dataset", self.data, "--network", self.optimal, words=["--beta"])
        for value in ["0", "-1", "nan", "inf", "1e999", "1e-999", "abc", "", "1,5", "0x1", "1 "]:
            self.refused("certify", "--dataset", self.data, "--network", self.optimal, "--beta=" + value,
                         words=["--beta"])

    def test_a_penalty_that_underflows_is_refused(self):
        """Below 1e-290 the floating-point part of a proof underflows; the bound itself is accepted."""
        for command in [["train"], ["certify", "--network", self.optimal], ["info"],
                        ["simplify", "--network", self.optimal, "--out", "x.npz"]]:
            for value in ["9.99e-291", "1e-310", "5e-324"]:
                self.refused(*command, "--dataset", self.data, "--beta", value, words=["--beta", "at least 1e-290"])
        for loss, decay in [("mse-mean", "1e-310"), ("mse-mean", "9e-291"), ("mse-sum", "1.9e-290")]:
            self.refused("train", "--dataset", self.data, "--torch-loss", loss, "--torch-weight-decay", decay,
                         words=["--torch-weight-decay", "at least 1e-290"])
        self.answer("simplify", "--dataset", self.data, "--network", self.optimal, "--beta", "1e-290", "--out", "x.npz")
        self.answer("simplify", "--dataset", self.data, "--network", self.optimal, "--torch-loss", "mse-sum",
                    "--torch-weight-decay", "2e-290", "--out", "y.npz")

    def test_options_that_exclude_each_other(self):
        certify = ["certify", "--network", self.optimal]
        self.refused(*certify, "--dataset", self.data, "--data", "X.npy", "--targets", "y.npy", "--beta", "1")
        self.refused(*certify, "--data", "X.npy", "--beta", "1")
        self.refused(*certify, "--targets", "y.npy", "--beta", "1")
        self.refused(*certify, *self.problem(), "--torch-weight-decay", "1", "--torch-loss", "mse-sum")
        self.refused(*certify, "--dataset", self.data, "--torch-weight-decay", "1", words=["--torch-loss"])
        self.refused(*certify, "--dataset", self.data, "--beta", "1", "--torch-loss", "mse-sum")

    def test_values_outside_their_range(self):
        certify = ["certify", *self.problem(self.optimal)]
        for wrong in [["--threads", "0"], ["--threads", "-1"], ["--threads", "two"], ["--time-limit", "0"],
                      ["--time-limit", "-3"], ["--tolerance", "-1"],
                      ["--tolerance", "nan"], ["--assert", "optimal"], ["--loss", "absolute"], ["--loss-scale", "max"],
                      ["--output-bias", "some"], ["--unknown"], ["stray"]]:
            self.refused(*certify, *wrong)
        for wrong in ["0", "1", "2"]:
            self.refused("train", *self.problem(), "--gap", wrong, words=["--gap", "a number in (0, 1)"])
            self.refused(*certify, "--tolerance", wrong, words=["--tolerance", "a number in (0, 1)"])
        for wrong in ["-1", "1.5", "18446744073709551616", "x", " 1"]:
            self.refused(*certify, "--seed=" + wrong,
                         words=["expected an integer from 0 to 18446744073709551615", "'%s'" % wrong])
        largest = self.answer(*certify, "--seed", "18446744073709551615")
        self.assertEqual(largest["settings"]["seed"], 2**64 - 1)

    def test_quiet_and_verbose_exclude_each_other(self):
        self.refused("info", "--dataset", self.data, "-q", "-v", words=["--quiet", "--verbose"])

    def test_a_kept_proof_needs_a_proof(self):
        for command in [["train", *self.problem()], ["certify", *self.problem(self.optimal)]]:
            self.refused(*command, "--no-verify", "--certificate", "proof.cert", words=["--certificate", "--no-verify"])
        self.assertFalse(os.path.exists(self.path("proof.cert")))

    def test_targets_with_two_columns_are_named(self):
        data = write_npz(self.path("two.npz"), X=[[1], [2]], y=[[1, 2], [3, 4]])
        self.refused("info", "--dataset", data, "--beta", "1", words=["two.npz", "2 columns"])

    def test_losses_and_their_options(self):
        certify = ["certify", *self.problem(self.optimal)]
        self.refused(*certify, "--loss", "huber", words=["--huber-delta"])
        self.refused(*certify, "--huber-delta", "1", words=["--huber-delta"])
        self.refused(*certify, "--loss", "softmax", words=["3 outputs"])
        self.refused("info", *self.problem(), "--loss", "softmax", words=["3 columns"])
        self.refused("certify", "--dataset", self.data, "--network", self.optimal, "--loss", "huber", "--huber-delta",
                     "1", "--torch-weight-decay", "1", "--torch-loss", "mse-sum", words=["--torch-loss"])

    def test_output_names(self):
        self.refused("train", *self.problem(), "--out", "network.pt", words=[".npz"])
        for command in [["train", *self.problem()], ["simplify", *self.problem(self.optimal)]]:
            done = self.thalweg(*command, "--out", "no/such/folder/x.npz", expect=3)
            self.assert_mentions(done.stderr, "no/such/folder")
        done = self.thalweg("certify", *self.problem(self.optimal), "--certificate", self.folder, expect=3)
        self.assertEqual(done.stdout, "")

    def test_a_full_standard_output_is_told(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([BINARY, "info", "--dataset", self.data], stdout=full, stderr=subprocess.PIPE, timeout=60)
        self.assertEqual(done.returncode, 3)
        self.assertIn(b"standard output", done.stderr)


class Help(TwoPoints):
    def test_help_and_version(self):
        self.assert_mentions(self.thalweg("--help").stdout, *COMMANDS)
        self.assertRegex(self.thalweg("--version").stdout, r"^thalweg \d+\.\d+\.\d+\n$")
        for command in COMMANDS:
            self.assert_mentions(self.thalweg(command, "--help").stdout, "Example", "--json", "--time-limit")

    def test_examples_run(self):
        """In the order of a user: the certificate that `check` reads is written by `certify`."""
        os.symlink(os.path.join(SOURCE, "examples"), self.path("examples"))
        for command in ["certify", "check", "info", "train", "simplify", "arrangement"]:
            text = self.thalweg(command, "--help").stdout
            example = re.search(r"Example[^\n]*:\n((?:.*\\\n)*.*)\n", text).group(1).replace("\\\n", " ")
            arguments = shlex.split(example)
            self.assertEqual(arguments[:2], ["thalweg", command])
            done = subprocess.run([BINARY, *arguments[1:]], cwd=self.folder, capture_output=True, text=True, timeout=300)
            self.assertEqual(done.returncode, 0, "%s\n%s\n%s" % (example, done.stdout, done.stderr))
            self.assertNotEqual(done.stdout, "")


if __name__ == "__main__":
    unittest.main()
