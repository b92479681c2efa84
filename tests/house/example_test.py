"""The shipped example tells the truth: every network of examples/iris gets the verdict its page promises, with proof.

    example_test.py BIN SOURCE WORK
"""

import json
import pathlib
import subprocess
import sys
import unittest

BIN, SOURCE, WORK = (pathlib.Path(argument) for argument in sys.argv[1:4])
IRIS = SOURCE / "examples/iris"
FULL = ["--torch-weight-decay", "0.02", "--torch-loss", "mse-mean"]
SMALL = ["--torch-weight-decay", "0.05", "--torch-loss", "mse-mean"]


def thalweg(*arguments):
    done = subprocess.run([BIN / "thalweg", *arguments, "--json"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"thalweg {arguments}: exit {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout)


def certify(network, objective, *more, data="iris.npz"):
    return thalweg("certify", "--dataset", IRIS / data, "--network", network, *objective, *more)


def checker(certificate):
    done = subprocess.run([BIN / "thalweg-check", certificate], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


class Example(unittest.TestCase):
    def test_wide_network_is_a_verified_global_minimum(self):
        proof = WORK / "wide.cert"
        result = certify(IRIS / "wide.npz", FULL, "--certificate", proof)
        self.assertEqual(result["verdict"], "global_minimum")
        self.assertEqual(result["level"], "verified")
        code, line = checker(proof)
        self.assertEqual(code, 0)
        self.assertTrue(line.startswith("s VERIFIED gap <= "), line)

    def test_a_certificate_with_a_smaller_gap_than_proved_is_rejected(self):
        proof = WORK / "honest.cert"
        certify(IRIS / "wide.npz", FULL, "--certificate", proof)
        lines = proof.read_text(encoding="ascii").splitlines()
        place = next(i for i, line in enumerate(lines) if line.startswith("claim gap "))
        lines[place] = "claim gap 1:60"
        forged = WORK / "forged.cert"
        forged.write_text("\n".join(lines) + "\n", encoding="ascii")
        code, line = checker(forged)
        self.assertEqual(code, 1)
        self.assertTrue(line.startswith("s NOT VERIFIED"), line)

    def test_narrow_network_is_improved_and_certified_again(self):
        wide = certify(IRIS / "wide.npz", FULL)
        improved = WORK / "improved.npz"
        before = certify(IRIS / "narrow.npz", FULL, "--improved", improved)
        self.assertEqual((before["verdict"], before["level"]), ("suboptimal", "verified"))
        self.assertLessEqual(before["lower_bound"], wide["objective"])
        self.assertGreater(before["improvement"]["decrease"], 0)
        after = certify(improved, FULL)
        self.assertLessEqual(after["objective"], before["objective"] - before["improvement"]["decrease"])
        self.assertLessEqual(after["lower_bound"], wide["objective"])

    def test_training_reaches_the_optimum_that_the_wide_network_has(self):
        wide = certify(IRIS / "wide.npz", FULL)
        optimum = WORK / "optimum.npz"
        thalweg("train", "--dataset", IRIS / "iris.npz", *FULL, "--bias", "--output-bias", "penalised", "--gap", "1e-9",
                "--out", optimum)
        result = certify(optimum, FULL)
        self.assertEqual((result["verdict"], result["level"]), ("global_minimum", "verified"))
        self.assertLessEqual(wide["lower_bound"], result["objective"])
        self.assertLessEqual(result["lower_bound"], wide["objective"])

    def test_output_bias_penalised_and_free(self):
        for kind, other in (("penalised", "free"), ("free", "penalised")):
            network = IRIS / f"small_{kind}.npz"
            own = certify(network, SMALL, "--output-bias", kind, data="small.npz")
            self.assertEqual((own["verdict"], own["level"]), ("global_minimum", "verified"), kind)
            foreign = certify(network, SMALL, "--output-bias", other, data="small.npz")
            self.assertEqual((foreign["verdict"], foreign["level"]), ("suboptimal", "verified"), kind)

    def test_csv_and_npz_hold_the_same_data(self):
        npz = certify(IRIS / "narrow.npz", FULL)
        csv = certify(IRIS / "narrow.npz", FULL, "--target-column", "petal_width", data="iris.csv")
        self.assertEqual(csv["objective"], npz["objective"])


if __name__ == "__main__":
    WORK.mkdir(parents=True, exist_ok=True)
    unittest.main(argv=sys.argv[:1])
