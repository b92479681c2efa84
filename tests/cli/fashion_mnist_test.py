"""tools/bench/fashion_mnist on a handful of made-up images: its options, and which checkpoints it goes on from."""

import os
import random
import re
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["THALWEG_FASHION_MNIST"]


class FashionMnist(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        draw = random.Random(1)
        for name, count in [("train", 40), ("t10k", 20)]:
            with open(os.path.join(self.folder, name + "-images-idx3-ubyte"), "wb") as file:
                file.write(bytes(16) + bytes(draw.randrange(256) for _ in range(784 * count)))
            with open(os.path.join(self.folder, name + "-labels-idx1-ubyte"), "wb") as file:
                file.write(bytes(8) + bytes(k % 10 for k in range(count)))

    def run_it(self, *options, expect=0):
        done = subprocess.run([PROGRAM, self.folder, os.path.join(self.folder, "checkpoints"), "--gates", "4", *options],
                              capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done

    def gaps(self, done):
        """The recomputed relative gap of every class."""
        rows = [line for line in done.stdout.splitlines() if re.match(r"\| \d ", line)]
        self.assertEqual(len(rows), 10)
        return [float(row.split("|")[4]) for row in rows]

    def test_a_looser_checkpoint_is_not_taken_for_a_tighter_gap(self):
        options = ["--ratio", "0.5"]
        loose = self.run_it(*options, "--gap", "0.3")
        self.assertNotIn("takes", loose.stdout)
        tight = self.run_it(*options, "--gap", "1e-2")
        self.assertEqual(tight.stdout.count("goes on from"), 10)
        self.assertNotIn("takes", tight.stdout)
        self.assertLessEqual(max(self.gaps(tight)), 1.1e-2)
        again = self.run_it(*options, "--gap", "0.1")
        self.assertEqual(again.stdout.count("takes"), 10)
        self.assertEqual(self.gaps(again), self.gaps(tight))

    def test_checkpoints_of_other_problems_are_not_taken(self):
        first = ["--ratio", "0.5", "--gap", "0.3"]
        self.run_it(*first)
        for other in [["--seed", "2"], ["--train", "30"], ["--ratio", "0.6"], ["--gates", "5"]]:
            self.assertNotRegex(self.run_it(*first, *other).stdout, "takes|goes on from")

    def test_options_are_read_strictly(self):
        for wrong in [["--gap", "abc"], ["--gap", "1e-3x"], ["--gap", "0"], ["--gap", "1"], ["--gap", "nan"], ["--gap"],
                      ["--gates", "1.5"], ["--gates", "0"], ["--train", "-1"], ["--slice", "0"], ["--slice", "inf"],
                      ["--seed", "-1"], ["--ratio", ""], ["--other", "1"]]:
            done = self.run_it(*wrong, expect=2)
            self.assertIn(wrong[0], done.stderr)
            self.assertIn("usage:", done.stderr)
            self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    unittest.main()
