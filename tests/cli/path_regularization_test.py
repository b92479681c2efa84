"""`thalweg path-regularization`: the path of optima over beta, its events, files, picture, and the scan of a network."""

import math
import os
import random
import signal
import struct
import subprocess
import time
import unittest
import xml.etree.ElementTree as ElementTree
import zipfile

from cli_case import BINARY, SOURCE, CliCase, TwoPoints, gaussian_problem, write_npz

KEYS = {"betas", "objectives", "neurons", "events", "lower_bounds", "relative_gaps", "losses", "penalties", "masses",
        "method", "status", "beta_max", "network_objectives", "network_gaps", "defects", "solved_afresh"}
CURVES = ["betas", "objectives", "lower_bounds", "relative_gaps", "losses", "penalties", "masses", "neurons", "at_event"]


def optimum_of_two_points(beta):
    """x = -1, 1 with targets 1, 2: each sign of x is a problem of its own."""
    return sum(beta * y - beta * beta / 2 if beta < y else y * y / 2 for y in (1, 2))


def numpy_arrays(path):
    """Name -> (shape, flat list), NaN allowed."""
    formats = {"<f8": "d", "<i8": "q", "|i1": "b"}
    arrays = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            (length,) = struct.unpack("<H", data[8:10])
            header = eval(data[10:10 + length].decode(), {"__builtins__": {}})  # our own file
            code = formats[header["descr"]]
            count = math.prod(header["shape"])
            arrays[name[:-4]] = (header["shape"], struct.unpack("<%d%s" % (count, code), data[10 + length:]))
    return arrays


class Paths(TwoPoints):
    def path_of(self, *more, expect=0, data=None):
        document = self.answer("path-regularization", "--dataset", data or self.data, *more, expect=expect)
        self.assertLessEqual(KEYS, set(document))
        for key in CURVES:
            self.assertEqual(len(document[key]), len(document["betas"]), key)
        return document


class Answers(Paths):
    def test_exact_and_grid_follow_the_closed_form(self):
        for method in ("exact", "grid"):
            result = self.path_of("--" + method, "--beta-min", "0.01", "--points", "12", "--gap", "1e-9")
            self.assertEqual((result["method"], result["status"]), (method, "solved"))
            self.assertAlmostEqual(result["beta_max_upper"], 2, delta=1e-9)
            self.assertAlmostEqual(result["beta_max_lower"], 2, delta=1e-9)
            self.assertEqual(result["betas"][-1], 0.01)
            self.assertEqual(result["betas"], sorted(result["betas"], reverse=True))
            for beta, objective, bound, loss, penalty, mass in zip(*(result[key] for key in (
                    "betas", "objectives", "lower_bounds", "losses", "penalties", "masses"))):
                exact = optimum_of_two_points(beta)
                self.assertAlmostEqual(objective, exact, delta=1e-9 * exact)
                self.assertLessEqual(bound, exact * (1 + 1e-12))
                self.assertAlmostEqual(loss + penalty, objective, delta=1e-12)
                self.assertAlmostEqual(penalty, beta * mass, delta=1e-12)

    def test_events_where_the_targets_say(self):
        result = self.path_of("--beta-min", "0.01")
        self.assertEqual([event["kind"] for event in result["events"]], ["entry", "entry"])
        for event, beta in zip(result["events"], (2, 1)):
            self.assertAlmostEqual(event["beta"], beta, delta=1e-9)
        self.assertEqual(self.path_of("--beta-min", "0.01", "--grid")["events"], [])
        # Above beta = 1 one neuron is enough.
        for beta, count in zip(result["betas"], result["neurons"]):
            if beta < 2 * (1 - 1e-9) and abs(beta - 1) > 1e-9:
                self.assertEqual(count, 1 if beta > 1 else 2)

    def test_beta_ratio(self):
        result = self.path_of("--beta-ratio", "0.25", "--points", "3")
        self.assertAlmostEqual(result["betas"][-1], 0.5, delta=1e-9)

    def test_scan_of_a_network(self):
        alone = self.path_of("--beta-min", "0.05")
        self.assertIsNone(alone["network_gaps"])
        # The network that is optimal at beta = 0.1.
        result = self.path_of("--beta-min", "0.1", "--network", self.optimal, "--gap", "1e-9")
        self.assertLessEqual(result["network_gaps"][-1], 1e-8)
        self.assertGreater(result["network_gaps"][0], 0.1)
        for beta, objective, gap in zip(result["betas"], result["network_objectives"], result["network_gaps"]):
            self.assertAlmostEqual(objective, 0.01 + beta * 2.8, delta=1e-9)
            true_gap = 1 - optimum_of_two_points(beta) / objective
            self.assertAlmostEqual(gap, true_gap, delta=1e-7)

    def test_losses_and_biases(self):
        X, y = gaussian_problem(12, 2, 5)
        data = write_npz(self.path("gauss.npz"), X=X, y=y)
        labels = write_npz(self.path("labels.npz"), X=X, y=[1 if v > 0 else 0 for v in y])
        for file, options in ((data, ["--output-bias", "penalised", "--bias"]), (data, ["--output-bias", "free"]),
                              (data, ["--loss", "huber", "--huber-delta", "0.5"]), (labels, ["--loss", "logistic"]),
                              (labels, ["--loss", "squared-hinge", "--loss-scale", "mean"]), (data, ["--standardize"])):
            with self.subTest(options=options):
                result = self.path_of(*options, "--beta-ratio", "0.1", "--points", "6", data=file)
                self.assertEqual(result["status"], "solved")
                self.assertLessEqual(max(result["relative_gaps"]), 1e-6)
                self.assertLessEqual(max(result["defects"].values()), 4e-6)
                beta, objective = result["betas"][-1], result["objectives"][-1]
                trained = self.answer("train", "--dataset", file, *options, "--beta", repr(beta), "--no-verify")
                self.assertAlmostEqual(objective, trained["objective"], delta=3e-6 * objective)

    def test_text_for_people(self):
        text = self.thalweg("path-regularization", "--dataset", self.data, "--beta-min", "0.1").stdout
        self.assert_mentions(text, "beta_max", "events", "entry 2", "worst gap", "minimised for every beta")
        self.assertNotIn("beta = 1", text)
        self.assertNotIn("))", text)

    def test_zero_targets(self):
        data = write_npz(self.path("zero.npz"), X=[[1, 0], [0, 1]], y=[0, 0])
        result = self.path_of(data=data)
        self.assertEqual((result["betas"], result["beta_max"], result["beta_max_lower"]), ([], 0, 0))
        self.assert_mentions(self.thalweg("path-regularization", "--dataset", data).stdout, "no neuron is needed at any beta")
        self.assertEqual(self.path_of("--beta-min", "1", data=data)["objectives"], [0])

    def test_the_example_of_the_help(self):
        text = self.thalweg("path-regularization", "--help").stdout
        for what_no_path_has in ("--torch-weight-decay", "--outputs", "softmax"):
            self.assertNotIn(what_no_path_has, text)
        self.run_example_of_help("path-regularization")
        self.assertTrue(os.path.exists(self.path("path.svg")) and os.path.exists(self.path("path.npz")))


class Files(Paths):
    def test_npz_holds_what_redraws_the_path(self):
        X, y = gaussian_problem(10, 2, 3)
        data = write_npz(self.path("gauss.npz"), X=X, y=y)
        out = self.path("path.npz")
        result = self.path_of("--beta-ratio", "0.05", "--points", "10", "--out", out, data=data)
        arrays = numpy_arrays(out)
        for key in ("betas", "objectives", "lower_bounds", "masses", "neurons"):
            self.assertEqual(list(arrays[key][1]), result[key])
        k, total = len(result["betas"]), sum(result["neurons"])
        self.assertEqual(arrays["W"][0], (total, 2))
        self.assertEqual(arrays["fit"][0], (k, 10))
        self.assertEqual(len(arrays["event_beta"][1]), len(result["events"]))
        fits, slopes = arrays["fit"][1], arrays["fit_slope"][1]
        for p in range(k):
            outputs = [0.0] * 10
            mass = 0.0
            for j, at in enumerate(arrays["point"][1]):
                if at != p:
                    continue
                w, alpha = arrays["W"][1][2 * j:2 * j + 2], arrays["alpha"][1][j]
                mass += arrays["mass"][1][j]
                for i, row in enumerate(X):
                    outputs[i] += alpha * max(0.0, row[0] * w[0] + row[1] * w[1])
            for i in range(10):
                self.assertAlmostEqual(outputs[i], fits[10 * p + i], delta=1e-12)
            self.assertAlmostEqual(mass, result["masses"][p], delta=1e-12)
            loss = 0.5 * sum((f - t) ** 2 for f, t in zip(outputs, y))
            self.assertAlmostEqual(loss, result["losses"][p], delta=1e-12)
            # The slopes are unknown at events and known between them.
            self.assertEqual(math.isnan(slopes[10 * p]), result["at_event"][p] or result["neurons"][p] == 0 and p > 0)

    def test_csv(self):
        out = self.path("path.csv")
        result = self.path_of("--beta-min", "0.1", "--points", "5", "--csv", out, "--network", self.optimal)
        with open(out) as file:
            lines = [line.rstrip("\n").split(",") for line in file]
        self.assertEqual(lines[0][:3], ["beta", "objective", "lower_bound"])
        self.assertEqual([float(line[0]) for line in lines[1:]], result["betas"])
        self.assertEqual([float(line[-1]) for line in lines[1:]], result["network_gaps"])

    def test_picture(self):
        out = self.path("path.svg")
        result = self.path_of("--beta-min", "0.01", "--svg", out, "--network", self.one)
        root = ElementTree.parse(out).getroot()
        space = "{http://www.w3.org/2000/svg}"
        self.assertIn("2 changes of the active set", root.find(space + "desc").text)
        classes = [element.get("class") for element in root.iter(space + "path")]
        self.assertEqual(classes.count("event"), len(result["events"]))
        self.assertEqual((classes.count("optimum"), classes.count("network"), classes.count("plus")), (1, 1, 2))
        again = self.path("again.svg")
        self.path_of("--beta-min", "0.01", "--svg", again, "--network", self.one)
        with open(out) as first, open(again) as second:
            self.assertEqual(first.read(), second.read())


class Refusals(Paths):
    def refused(self, *arguments, expect=2, data=None):
        done = self.thalweg("path-regularization", "--dataset", data or self.data, *arguments, expect=expect)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def test_wrong_ranges(self):
        self.assertIn("beta_max", self.refused("--beta-min", "3"))
        for options in (["--beta-min", "0"], ["--beta-min", "-1"], ["--beta-min", "nan"], ["--beta-ratio", "1"],
                        ["--beta-ratio", "0"], ["--points", "1"], ["--points", "x"], ["--gap", "0"],
                        ["--beta-min", "0.1", "--beta-ratio", "0.1"], ["--exact", "--grid"], ["--beta", "0.1"],
                        ["--torch-weight-decay", "0.1"], ["--loss", "huber"], ["--loss", "softmax"], ["--outputs", "shared"]):
            with self.subTest(options=options):
                self.refused(*options)

    def test_wrong_files(self):
        self.assertIn(".npz", self.refused("--out", self.path("path.txt")))
        self.assertIn("same file", self.refused("--out", self.data))
        self.assertIn("same file", self.refused("--csv", self.path("a"), "--svg", self.path("a")))
        self.refused("--svg", self.path("nowhere/path.svg"), expect=3)
        self.refused(data=self.path("missing.npz"), expect=3)
        wrong = write_npz(self.path("wrong.npz"), W=[[1, 2]], alpha=[1])
        self.refused("--network", wrong)


class Limits(Paths):
    def hard_data(self):
        X, y = gaussian_problem(60, 5, 9)
        noise = gaussian_problem(60, 5, 10)[1]
        return write_npz(self.path("hard.npz"), X=X, y=noise)

    def test_time_limit_prints_the_part_that_is_done(self):
        for method in ("--exact", "--grid"):
            result = self.path_of("--beta-ratio", "1e-4", "--points", "200", "--time-limit", "1.5", method, data=self.hard_data(),
                                  expect=4)
            self.assertEqual(result["status"], "limit")
            self.assertLess(len(result["betas"]), 20000)
            for objective, bound in zip(result["objectives"], result["lower_bounds"]):
                self.assertLessEqual(bound, objective * (1 + 1e-9))

    def noise(self):
        """Rank 8 and no structure: beta_max cannot be closed in the time that the tests give."""
        draw = random.Random(8)
        X = [[draw.gauss(0, 1) for _ in range(8)] for _ in range(300)]
        return write_npz(self.path("noise.npz"), X=X, y=[draw.gauss(0, 1) for _ in range(300)])

    def test_beta_max_that_is_not_closed(self):
        data = self.noise()
        for more in (["--exact"], ["--grid"], ["--grid", "--beta-min", "1", "--points", "4"]):
            result = self.path_of("--time-limit", "2", *more, data=data, expect=4)
            self.assertEqual(result["status"], "limit")
            self.assertGreater(len(result["betas"]), 0)
            self.assertEqual(result["betas"][0], result["beta_max_upper"])
            self.assertEqual(result["beta_max"], result["beta_max_upper"])
            self.assertLess(0, result["beta_max_lower"])
            self.assertLess(result["beta_max_lower"], 0.99 * result["beta_max_upper"])
            # Just below the lower bound a neuron helps.
            below = self.answer("train", "--dataset", data, "--beta", 0.99 * result["beta_max_lower"], "--no-verify",
                                "--time-limit", "2", expect=4)
            self.assertLess(below["objective"], result["objectives"][0])
        text = " ".join(self.thalweg("path-regularization", "--dataset", data, "--time-limit", "2", "--grid",
                                     expect=4).stdout.split())
        self.assert_mentions(text, "an upper bound; it is at least")

    def test_a_search_that_is_cut_proves_nothing(self):
        for method in ("--exact", "--grid"):
            done = self.thalweg("path-regularization", "--dataset", self.noise(), "--time-limit", "1e-9", method, expect=4)
            self.assertNotIn("no neuron is needed at any beta", done.stdout)

    def test_interrupt(self):
        running = subprocess.Popen([BINARY, "path-regularization", "--dataset", self.hard_data(), "--beta-ratio", "1e-5",
                                    "--points", "500", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(1.5)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=120)
        self.assertEqual(running.returncode, 4, err)
        self.assertEqual(self.parse(out)["status"], "limit")


if __name__ == "__main__":
    unittest.main()
