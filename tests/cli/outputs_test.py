"""What a user gave is never overwritten: an output that is an input file, or another output, also through links, is
refused with exit code 2, and both options are named."""

import os
import unittest

from cli_case import TwoPoints


class SameFile(TwoPoints):
    def contents(self):
        result = {}
        for name in sorted(os.listdir(self.folder)):
            if os.path.isfile(self.path(name)):
                with open(self.path(name), "rb") as file:
                    result[name] = file.read()
        return result

    def refused(self, command, *options):
        """`options` are the two that clash, with their files."""
        before = self.contents()
        done = self.thalweg(*command, *options, expect=2)
        self.assertEqual(done.stdout, "")
        self.assert_mentions(done.stderr, *[option for option in options if option.startswith("--")], "same file")
        self.assertEqual(self.contents(), before)

    def test_an_output_is_not_an_input(self):
        train, network = ["train", "--beta", self.BETA], ["--network", self.optimal]
        for output in ["--out", "--certificate"]:
            self.refused(train, "--dataset", self.data, output, self.data)
            self.refused([*train, "--dataset", self.data], *network, output, self.optimal)
        certify = ["certify", "--beta", self.BETA]
        for output in ["--certificate", "--improved"]:
            self.refused([*certify, *network], "--dataset", self.data, output, self.data)
            self.refused([*certify, "--dataset", self.data], *network, output, self.optimal)
        simplify = ["simplify", "--beta", self.BETA]
        self.refused([*simplify, *network], "--dataset", self.data, "--out", self.data)
        self.refused([*simplify, "--dataset", self.data], *network, "--out", self.optimal)

    def test_arrays_of_their_own_are_inputs_too(self):
        for name in ["X.npy", "y.npy"]:
            with open(self.path(name), "wb") as file:
                file.write(b"anything")
        self.refused(["train", "--beta", "1", "--targets", "y.npy"], "--data", "X.npy", "--certificate", "X.npy")
        self.refused(["train", "--beta", "1", "--data", "X.npy"], "--targets", "y.npy", "--certificate", "y.npy")

    def test_other_names_of_the_same_file(self):
        os.symlink("data.npz", self.path("soft.npz"))
        os.link(self.data, self.path("hard.npz"))
        os.mkdir(self.path("sub"))
        os.symlink(self.folder, self.path("folder"))
        for name in ["soft.npz", "hard.npz", "sub/../data.npz", "folder/data.npz", "./data.npz"]:
            for output in ["--out", "--certificate"]:
                self.refused(["train", "--beta", self.BETA], "--dataset", "data.npz", output, name)

    def test_two_outputs_are_two_files(self):
        os.symlink("later.npz", self.path("dangling.npz"))
        os.symlink(self.folder, self.path("folder"))
        train = ["train", *self.problem()]
        for one, other in [("x.npz", "x.npz"), ("x.npz", "./x.npz"), ("x.npz", "folder/x.npz"),
                           ("later.npz", "dangling.npz"), ("dangling.npz", "folder/later.npz")]:
            self.refused(train, "--out", one, "--certificate", other)
        self.refused(["certify", *self.problem(self.one)], "--improved", "x.npz", "--certificate", "x.npz")
        self.assertFalse(os.path.exists(self.path("x.npz")))

    def test_an_earlier_output_is_replaced(self):
        train = ["train", *self.problem(), "--out", "x.npz", "--certificate", "x.cert"]
        self.thalweg(*train)
        before = self.contents()
        self.thalweg(*train)
        self.assertEqual(self.contents(), before)


if __name__ == "__main__":
    unittest.main()
