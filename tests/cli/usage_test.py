"""Wrong usage ends with exit code 2 and a message on standard error; help and version end with 0."""

import os
import re
import shlex
import subprocess
import unittest

from cli_case import BINARY, SOURCE, TwoPoints

COMMANDS = ["info", "train", "certify", "simplify", "check"]


class Usage(TwoPoints):
    def refused(self, *arguments, words=()):
        done = self.thalweg(*arguments, expect=2)
        self.assertEqual(done.stdout, "")
        self.assertNotEqual(done.stderr, "")
        self.assert_mentions(done.stderr, *words)

    def test_no_command_and_unknown_command(self):
        self.refused()
        self.refused("unknown")

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
                      ["--time-limit", "-3"], ["--seed", "-1"], ["--seed", "1.5"], ["--tolerance", "-1"],
                      ["--tolerance", "nan"], ["--assert", "optimal"], ["--loss", "absolute"], ["--loss-scale", "max"],
                      ["--output-bias", "some"], ["--unknown"], ["stray"]]:
            self.refused(*certify, *wrong)
        self.refused("train", *self.problem(), "--gap", "0")

    def test_losses_and_their_options(self):
        certify = ["certify", *self.problem(self.optimal)]
        self.refused(*certify, "--loss", "huber", words=["--huber-delta"])
        self.refused(*certify, "--huber-delta", "1", words=["--huber-delta"])
        self.refused(*certify, "--loss", "softmax", words=["softmax"])
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
        for command in ["certify", "check", "info", "train", "simplify"]:
            text = self.thalweg(command, "--help").stdout
            example = re.search(r"Example[^\n]*:\n((?:.*\\\n)*.*)\n", text).group(1).replace("\\\n", " ")
            arguments = shlex.split(example)
            self.assertEqual(arguments[:2], ["thalweg", command])
            done = subprocess.run([BINARY, *arguments[1:]], cwd=self.folder, capture_output=True, text=True, timeout=300)
            self.assertEqual(done.returncode, 0, "%s\n%s\n%s" % (example, done.stdout, done.stderr))
            self.assertNotEqual(done.stdout, "")


if __name__ == "__main__":
    unittest.main()
