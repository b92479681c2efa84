"""`thalweg optimal-set`: the set of all global minima against theory and ground truth, membership, networks, ranges
of prediction, cells, files, limits, refusals."""

import math
import os
import unittest
import xml.etree.ElementTree as ElementTree

from cli_case import SOURCE, CliCase, GroundTruthCase, TwoPoints, gaussian_problem, npy_bytes, read_npz, write_npz

KEYS = {"optimum", "relative_gap", "fit", "dual", "atoms", "margin", "margin_upper", "unique", "polytope_dimension",
        "vertices", "invariances", "level", "lower_bound", "m_star", "M_star", "proof", "member", "reason",
        "prediction_range", "stopped_at_limit"}


class OptimalSets(CliCase):
    def optimal_set(self, data, beta, *more, expect=0):
        document = self.answer("optimal-set", "--dataset", data, "--beta", repr(beta), *more, expect=expect)
        self.assertLessEqual(KEYS, set(document))
        self.assertLessEqual(document["lower_bound"], document["optimum"])
        self.assertLessEqual(document["margin"], document["margin_upper"])
        return document

    def npy(self, name, values):
        with open(self.path(name), "wb") as file:
            file.write(npy_bytes(values))
        return self.path(name)


class Segment(OptimalSets):
    """Two points x = (1,1,1,1), (-1,-1,-1,1) with targets 1 and beta = 0.1. Directions e_4, x_1/2, x_2/2 are optimal,
    all fits are 0.95; one neuron at e_4 of mass 0.95 does it, so do two at x_1/2 and x_2/2 of mass 0.475, and what is
    between. At x = e_4 these networks say 0.95 and 0.475. The optimum is beta - beta^2 / 4."""

    def setUp(self):
        super().setUp()
        self.data = write_npz(self.path("data.npz"), X=[[1, 1, 1, 1], [-1, -1, -1, 1]], y=[1, 1])

    def segment(self, *more, expect=0):
        return self.optimal_set(self.data, 0.1, *more, expect=expect)

    def test_the_set(self):
        result = self.segment()
        self.assertEqual([result[key] for key in ("unique", "polytope_dimension", "vertices", "m_star", "M_star", "level")],
                         ["no", 1, 2, 1, 2, "exact"])
        self.assertAlmostEqual(result["optimum"], 0.0975, delta=1e-15)
        self.assertLessEqual(result["relative_gap"], 1e-14)
        for value in result["fit"]:
            self.assertAlmostEqual(value, 0.95, delta=1e-12)
        for value in result["dual"]:
            self.assertAlmostEqual(value, 0.05, delta=1e-12)
        masses = {tuple(round(2 * x) for x in atom["u"]): atom["mass"] for atom in result["atoms"]}
        self.assertEqual(set(masses), {(0, 0, 0, 2), (1, 1, 1, 1), (-1, -1, -1, 1)})
        for direction, (lower, upper) in masses.items():
            self.assertAlmostEqual(lower, 0, delta=1e-12)
            self.assertAlmostEqual(upper, 0.95 if direction == (0, 0, 0, 2) else 0.475, delta=1e-12)
        self.assertTrue(any("polytope" in words for words in result["invariances"]))

    def test_members_and_others(self):
        r, s = math.sqrt(0.95), math.sqrt(0.475)
        h = s / 2
        members = {"one": ([[0, 0, 0, r]], [r]),
                   "two": ([[h, h, h, h], [-h, -h, -h, h]], [s, s]),
                   "both": ([[0, 0, 0, r / math.sqrt(2)]] + [[v / math.sqrt(2) for v in w] for w in
                                                              ([h, h, h, h], [-h, -h, -h, h])],
                            [r / math.sqrt(2), s / math.sqrt(2), s / math.sqrt(2)])}
        for name, (W, alpha) in members.items():
            with self.subTest(name):
                result = self.segment("--network", write_npz(self.path(name + ".npz"), W=W, alpha=alpha))
                self.assertIs(result["member"], True)
                self.assertLessEqual(result["excess"]["total"], 1e-12)
        # Balanced, outputs 0.95 (the two first inputs cancel), but longer than need be.
        c = math.sqrt(0.95 / math.sqrt(1.5))
        others = {"balance": ([[0, 0, 0, 2 * r]], [r / 2]),
                  "direction": ([[c / 2, -c / 2, 0, c]], [c * math.sqrt(1.5)]),
                  "fit": ([[0, 0, 0, 0.9 * r]], [0.9 * r])}
        words = {"balance": "not balanced", "direction": "directions", "fit": "outputs"}
        for name, (W, alpha) in others.items():
            with self.subTest(name):
                result = self.segment("--network", write_npz(self.path(name + ".npz"), W=W, alpha=alpha))
                self.assertIs(result["member"], False)
                self.assertIn(words[name], result["reason"])
                terms = [result["excess"][key] for key in ("balance", "direction", "fit")]
                self.assertGreaterEqual(min(terms), 0)
                self.assertAlmostEqual(sum(terms), result["excess"]["total"], delta=1e-9)
                self.assertEqual(max(terms), result["excess"][name])

    def test_predictions(self):
        picture = self.path("ranges.svg")
        result = self.segment("--predict", self.npy("x.npy", [[0, 0, 0, 1], [1, 1, 1, 1], [0, 0, 0, -1]]),
                              "--predict-targets", self.npy("t.npy", [0.5, 1, 0]), "--svg", picture)
        expected = [[0.475, 0.95], [0.95, 0.95], [0, 0]]
        for (lower, upper), (least, greatest) in zip(result["prediction_range"], expected):
            self.assertAlmostEqual(lower, least, delta=1e-12)
            self.assertAlmostEqual(upper, greatest, delta=1e-12)
        self.assertIs(result["prediction_complete"], True)
        # The first output f may be any number of [0.475, 0.95]; losses are halves of squares, a sample.
        lower, upper = result["test_loss_range"]
        self.assertAlmostEqual(lower, 0.05 ** 2 / 6, delta=1e-8)
        self.assertAlmostEqual(upper, (0.45 ** 2 + 0.05 ** 2) / 6, delta=1e-12)
        root = ElementTree.parse(picture).getroot()
        space = "{http://www.w3.org/2000/svg}"
        self.assertIn("differ there by at most 0.475", root.find(space + "desc").text)
        self.assertEqual([path.get("class") for path in root.iter(space + "path")].count("range"), 3)

    def test_written_networks_are_optimal(self):
        folder = self.path("out")
        self.segment("--out", folder, "--sample", "3", "--width", "5", "--seed", "7")
        sizes = {"smallest": 1, "largest": 2, "centre": 3, "sample_0001": 5, "sample_0002": 5, "sample_0003": 5}
        for name, width in sizes.items():
            with self.subTest(name):
                file = os.path.join(folder, name + ".npz")
                self.assertEqual(read_npz(file)["W"][0], (width, 4))
                certified = self.answer("certify", "--dataset", self.data, "--network", file, "--beta", "0.1")
                self.assertEqual((certified["verdict"], certified["level"]), ("global_minimum", "verified"))
                self.assertIs(self.segment("--network", file)["member"], True)
        arrays = read_npz(os.path.join(folder, "vertices.npz"))
        self.assertEqual(arrays["masses"][0], (2, 3))
        self.assertEqual(arrays["u"][0], (3, 4))
        self.assertEqual(arrays["edges"], ((1, 2), [0, 1]))
        self.assertEqual(sum(1 for mass in arrays["masses"][1] if mass > 0), 3)

    def test_rounded_roots_are_only_possible(self):
        """The same points up to a rotation, whose square roots are rounded: the doubles are another problem."""
        r = math.sqrt(3)
        result = self.optimal_set(write_npz(self.path("r.npz"), X=[[-r, 1], [r, 1]], y=[1, 1]), 0.1)
        self.assertEqual((result["unique"], result["level"]), ("possible", "possible"))
        self.assertEqual((result["m_star"], result["M_star"], result["vertices"]), (1, 2, 2))

    def test_text_for_people(self):
        text = self.thalweg("optimal-set", "--dataset", self.data, "--beta", "0.1").stdout
        self.assert_mentions(text, "Infinitely many global minima", "dimension 1", "2 vertices", "exact", "direction 0 (+)")

    def test_no_sample_fits_into_too_few_neurons(self):
        text = self.thalweg("optimal-set", "--dataset", self.data, "--beta", "0.1", "--out", self.path("o"), "--sample",
                            "1", "--width", "0", expect=2).stderr
        self.assertIn("width", text)


class GroundTruth(OptimalSets, GroundTruthCase):
    def test_the_set(self):
        for truth in self.instances():
            with self.subTest(truth["name"]):
                result = self.optimal_set(truth["file"], truth["beta"], "--cells")
                self.assertEqual(result["level"], "exact")
                self.assertAlmostEqual(result["optimum"], truth["optimum"], delta=1e-14 * (1 + truth["optimum"]))
                scale = 1 + max(map(abs, truth["y"]))
                for ours, theirs in zip(result["fit"] + result["dual"], truth["fit"] + truth["lam"]):
                    self.assertAlmostEqual(ours, theirs, delta=1e-7 * scale)
                keys = {"polytope_dimension": "polytope_dim_atoms", "m_star": "m_star", "M_star": "M_star"}
                for key, known in keys.items():
                    self.assertEqual(result[key], truth[known], key)
                self.assertEqual(result["vertices"], truth["n_vertices"])
                self.assertAlmostEqual(result["margin"], truth["next_inactive_margin"],
                                       delta=1e-9 + 1e-4 * truth["next_inactive_margin"])
                self.assertEqual(len(result["atoms"]), len(truth["atoms"]))
                self.assert_same_atoms(result, truth)

    def assert_same_atoms(self, result, truth):
        patterns = {}
        for pair in truth["active_pairs"]:
            patterns.setdefault(pair["atom"], set()).add(pair["pattern"].replace("0", "-").replace("1", "+"))
        for index, known in enumerate(truth["atoms"]):
            found = [atom for atom in result["atoms"] if atom["sign"] == known["sign"] and
                     max(abs(a - b) for a, b in zip(atom["u"], known["u"])) < 1e-6]
            self.assertEqual(len(found), 1)
            zero_rows = [i for i in known["zero_rows"] if any(truth["X"][i])]
            self.assertEqual(found[0]["kinks"], zero_rows)
            self.assertEqual(found[0]["cells"], sorted(found[0]["cells"], key=lambda c: c.replace("+", "~")))
            self.assertLessEqual(patterns[index], set(found[0]["cells"]))

    def test_members(self):
        for truth in self.instances():
            for network in truth["networks"]:
                with self.subTest(truth["name"] + " " + network["name"]):
                    file = write_npz(self.path("network.npz"), W=network["W"], alpha=network["a"])
                    result = self.optimal_set(truth["file"], truth["beta"], "--network", file)
                    gap = network["gap_abs"] / network["objective"] if network["objective"] else 0
                    self.assertIs(result["member"], gap <= 1e-8)
                    self.assertIn("global minimum", result["reason"])


class Other(TwoPoints, OptimalSets):
    def test_a_unique_optimum(self):
        result = self.optimal_set(self.data, self.BETA, "--network", self.split)
        self.assertEqual((result["unique"], result["polytope_dimension"], result["vertices"], result["m_star"]),
                         ("yes", 0, 1, 2))
        self.assertAlmostEqual(result["optimum"], self.OPTIMUM, delta=1e-14)
        self.assertIs(result["member"], True)
        self.assertIs(self.optimal_set(self.data, self.BETA, "--network", self.one)["member"], False)
        text = self.thalweg("optimal-set", *self.problem()).stdout
        self.assert_mentions(text, "One global minimum, up to the order", "2 neurons")

    def test_above_beta_max_there_is_no_neuron(self):
        result = self.optimal_set(self.data, 3.0)
        self.assertEqual((result["unique"], result["m_star"], result["M_star"], result["vertices"]), ("yes", 0, 0, 1))
        self.assertIn("without neurons", self.thalweg("optimal-set", "--dataset", self.data, "--beta", "3").stdout)

    def test_losses_and_biases(self):
        X, y = gaussian_problem(12, 2, 5)
        data = write_npz(self.path("gauss.npz"), X=X, y=y)
        labels = write_npz(self.path("labels.npz"), X=X, y=[1 if v > 0 else 0 for v in y])
        for file, options in ((data, ["--output-bias", "penalised", "--bias"]), (data, ["--output-bias", "free"]),
                              (data, ["--loss", "huber", "--huber-delta", "0.5"]), (labels, ["--loss", "logistic"]),
                              (labels, ["--loss", "squared-hinge"]), (data, ["--standardize"]), (data, ["--skip"])):
            with self.subTest(options=options):
                folder = self.path("out")
                result = self.optimal_set(file, 0.2, *options, "--out", folder)
                trained = self.answer("train", "--dataset", file, *options, "--beta", "0.2", "--gap", "1e-9",
                                      "--no-verify")
                self.assertAlmostEqual(result["optimum"], trained["objective"], delta=1e-7 * trained["objective"])
                network = os.path.join(folder, "smallest.npz")
                kept = [option for option in options if option not in ("--standardize", "--bias")]
                certified = self.answer("certify", "--dataset", file, *kept, "--beta", "0.2", "--network", network,
                                        "--no-verify")
                self.assertEqual(certified["verdict"], "global_minimum")

    def test_limits(self):
        data = os.path.join(SOURCE, "tests/data/groundtruth/bias_g15_d3.npz")
        few = self.optimal_set(data, 0.1, "--max-vertices", "3", "--out", self.path("few"))
        self.assertIsNone(few["vertices"])
        self.assertNotEqual(few["level"], "exact")
        lower, upper = few["m_star_bounds"]
        self.assertTrue(lower <= 10 <= upper)
        X, y = gaussian_problem(300, 5, 9)
        hard = write_npz(self.path("hard.npz"), X=X, y=gaussian_problem(300, 5, 10)[1])
        stopped = self.optimal_set(hard, 0.01, "--time-limit", "0.5", "--out", self.path("stopped"), expect=4)
        self.assertIs(stopped["stopped_at_limit"], True)
        self.assertNotEqual(stopped["level"], "exact")
        for key in ("m_star", "m_star_bounds", "M_star", "M_star_bounds", "polytope_dimension", "vertices"):
            self.assertIsNone(stopped[key], key)
        self.assertFalse(os.path.exists(self.path("stopped/smallest.npz")))

    def test_the_example_of_the_help(self):
        self.assert_mentions(self.run_example_of_help("optimal-set").stdout, "Infinitely many", "opposite pairs", "-u is too")

    def test_refusals(self):
        x = self.npy("x.npy", [[1], [2]])
        for code, options in ((2, ["--predict", self.npy("wide.npy", [[1, 2]])]), (2, ["--svg", "p.svg"]),
                              (2, ["--predict-targets", x]), (2, ["--sample", "2"]), (2, ["--width", "2"]),
                              (2, ["--tolerance", "2"]), (3, ["--predict", self.path("none.npy")]),
                              (2, ["--predict", x, "--predict-targets", self.npy("y.npy", [1, 2, 3])]),
                              (2, ["--predict", x, "--svg", x]), (2, ["--max-vertices", "0"]),
                              (3, ["--out", self.path("nowhere/out")]), (3, ["--out", self.data])):
            with self.subTest(options=options):
                self.assertEqual(self.thalweg("optimal-set", *self.problem(), *options, expect=code).stdout, "")


if __name__ == "__main__":
    unittest.main()
