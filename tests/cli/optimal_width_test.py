"""`thalweg width`: m*, M*, the staircase of connectivity and spurious valleys against theory and ground truth; witnesses,
picture, limits, refusals."""

import math
import os
import unittest
import xml.etree.ElementTree as ElementTree

from cli_case import SOURCE, CliCase, GroundTruthCase, TwoPoints, gaussian_problem, write_npz

KEYS = {"m_star", "M_star", "components_by_width", "connected_from", "activation_rank", "no_spurious_valleys_from",
        "spurious_valleys", "level", "levels", "optimum", "stopped_at_limit"}
HALF = 0.5


class Widths(CliCase):
    def widths(self, data, beta, *more, expect=0):
        document = self.answer("width", "--dataset", data, "--beta", repr(beta), *more, expect=expect)
        self.assertLessEqual(KEYS, set(document))
        self.assertLessEqual({"m_star", "M_star", "components_by_width", "connected_from", "activation_rank",
                              "no_spurious_valleys_from"}, set(document["levels"]))
        return document

    def components(self, document, key="components_with_permutations"):
        return {int(width): step[key] for width, step in document["components_by_width"].items()}


class Theory(Widths):
    """Instances of docs/theory/two_layer.md, section 10."""

    def setUp(self):
        super().setUp()
        self.f1 = write_npz(self.path("f1.npz"), X=[[1, 1, 1, 1], [-1, -1, -1, 1]], y=[1, 1])
        self.f2 = write_npz(self.path("f2.npz"), y=[1, 1, 1],
                            X=[[HALF, HALF, HALF, HALF], [-HALF, -HALF, -HALF, HALF], [0, 0, 0, -1]])
        self.f3 = write_npz(self.path("f3.npz"), X=[[0.6, 0.8], [0.6, -0.8]], y=[1, 1])

    def test_connectivity_is_not_monotone(self):
        for data, m_star, M_star, permuted, plain in ((self.f1, 1, 2, {1: 1, 2: 3, 3: 1}, {1: 1, 2: 2, 3: 1}),
                                                      (self.f2, 2, 3, {2: 6, 3: 15, 4: 1}, {2: 3, 3: 5, 4: 1})):
            result = self.widths(data, 0.1)
            self.assertEqual((result["m_star"], result["M_star"]), (m_star, M_star))
            self.assertEqual(self.components(result), permuted)
            self.assertEqual(self.components(result, "components"), plain)
            self.assertEqual(result["connected_from"], max(permuted))
            exact = {key for key, level in result["levels"].items() if level == "exact"}
            self.assertEqual(set(result["levels"]) - exact, {"no_spurious_valleys_from"})
            self.assertEqual(result["level"], "exact")

    def test_rounded_roots_are_only_possible(self):
        r = math.sqrt(3)
        result = self.widths(write_npz(self.path("r.npz"), X=[[-r, 1], [r, 1]], y=[1, 1]), 0.1)
        self.assertEqual(self.components(result), {1: 1, 2: 3, 3: 1})
        for key in ("m_star", "M_star", "components_by_width", "connected_from"):
            self.assertEqual(result["levels"][key], "possible")
        self.assertEqual(result["levels"]["activation_rank"], "exact")

    def test_spurious_valleys_and_their_witnesses(self):
        """The best network is one neuron; two neurons along the two samples are a strict local minimum."""
        folder, beta = self.path("witness"), 0.1
        result = self.widths(self.f3, beta, "--search", "1-3", "--witness", folder)
        evidence = {width: valley["evidence"] for width, valley in result["spurious_valleys"].items()}
        self.assertEqual((evidence["2"], evidence["3"]), ("spurious", "none (proved)"))
        self.assertEqual((result["activation_rank"], result["no_spurious_valleys_from"]), (2, 3))
        two = result["spurious_valleys"]["2"]
        self.assertAlmostEqual(two["objective"][0], 2 * beta - beta ** 2, delta=1e-12)
        true_gap = 2 * beta - beta ** 2 - (5 * beta / 3 - 25 * beta ** 2 / 36)
        self.assertLessEqual(two["separation"], true_gap + 1e-12)
        self.assertGreaterEqual(two["separation"], 0.99 * true_gap)
        self.assertEqual(two["file"], os.path.join(folder, "spurious_2.npz"))
        high = self.answer("certify", "--dataset", self.f3, "--network", two["file"], "--beta", beta)
        low = self.answer("certify", "--dataset", self.f3, "--network", two["lower_file"], "--beta", beta)
        self.assertEqual(high["verdict"], "suboptimal")
        self.assertGreaterEqual(high["objective"] - low["objective"], two["separation"] - 1e-15)
        self.assertEqual(result["spurious_valleys"]["3"]["file"], None)

    def test_text_and_picture(self):
        picture = self.path("stairs.svg")
        text = self.thalweg("width", "--dataset", self.f2, "--beta", "0.1", "--svg", picture, "--search", "2").stdout
        self.assert_mentions(text, "m* 2".replace(" ", " " * 18), "5 components, 2 of them isolated", "counting slot orders 15",
                             "connected from", "width 4 on", "strict local minimum at 0.69")
        root = ElementTree.parse(picture).getroot()
        space = "{http://www.w3.org/2000/svg}"
        self.assertIn("Width 3: 5 components, 2 isolated.", root.find(space + "desc").text)
        kinds = [shape.get("class") for shape in root.iter() if shape.tag in (space + "rect", space + "circle")]
        # Width 2 is all isolated, 3 has both kinds, 4 and 5 are connected.
        self.assertEqual((kinds.count("isolated"), kinds.count("joined"), kinds.count("valley")), (2, 3, 1))


class GroundTruth(Widths, GroundTruthCase):
    def test_components(self):
        for truth in self.instances():
            with self.subTest(truth["name"]):
                result = self.widths(truth["file"], truth["beta"])
                self.assertEqual((result["m_star"], result["M_star"]), (truth["m_star"], truth["M_star"]))
                self.assertEqual({key: result["levels"][key] for key in ("m_star", "M_star", "components_by_width")},
                                 {"m_star": "exact", "M_star": "exact", "components_by_width": "exact"})
                known = {int(width): count for width, count in truth["components_by_width"].items()}
                found = self.components(result, "components")
                for width, count in known.items():
                    self.assertEqual(found.get(width, 1), count)
                # All of these have m* = M*: every component of width m* is a point, in m! slot orders.
                first = result["components_by_width"][str(truth["m_star"])]
                self.assertEqual(int(first["isolated_with_permutations"]),
                                 math.factorial(truth["m_star"]) * truth["n_vertices"])


class Other(TwoPoints, Widths):
    def test_one_optimum(self):
        result = self.widths(self.data, self.BETA)
        self.assertEqual(self.components(result), {2: 2, 3: 1})
        self.assertEqual(list(result["spurious_valleys"]), ["3"])

    def test_no_neurons(self):
        result = self.widths(self.data, 3.0)
        self.assertEqual((result["m_star"], result["M_star"], result["connected_from"]), (0, 0, 0))

    def test_without_a_minimum_nothing_is_guaranteed(self):
        """Logistic loss on separable data with a linear skip connection, which is not penalised, tends to 0."""
        data = write_npz(self.path("labels.npz"), X=[[-1], [1]], y=[0, 1])
        for more, level in ((["--skip"], "possible"), ([], "certified bound")):
            result = self.widths(data, self.BETA, "--loss", "logistic", *more)
            self.assertEqual(result["levels"]["no_spurious_valleys_from"], level)
            self.assertEqual(len(result["spurious_valleys"]), 0 if more else 1)
            self.assertEqual(result["no_spurious_valleys_from"], None if more else 3)
            words = self.thalweg("width", "--dataset", data, "--beta", "1", "--loss", "logistic", *more).stdout
            self.assertIn("may fall for ever" if more else "from width 3 on", words)

    def test_limits(self):
        data = os.path.join(SOURCE, "tests/data/groundtruth/bias_g15_d3.npz")
        few = self.widths(data, 0.1, "--max-vertices", "3")
        self.assertIsNone(few["components_by_width"])
        self.assertIsNone(few["connected_from"])
        self.assertNotEqual(few["levels"]["components_by_width"], "exact")
        X, y = gaussian_problem(300, 5, 9)
        hard = write_npz(self.path("hard.npz"), X=X, y=gaussian_problem(300, 5, 10)[1])
        stopped = self.widths(hard, 0.01, "--time-limit", "0.5", expect=4)
        self.assertIs(stopped["stopped_at_limit"], True)
        self.assertNotEqual(stopped["levels"]["m_star"], "exact")
        for key in ("m_star", "M_star", "components_by_width", "connected_from", "polytope_dimension", "vertices"):
            self.assertIsNone(stopped[key], key)
        text = self.thalweg("width", "--dataset", hard, "--beta", "0.01", "--time-limit", "0.5", expect=4).stdout
        self.assert_mentions(text, "m* not known".replace(" ", " " * 18, 1), "activation rank")

    def test_the_example_of_the_help(self):
        self.assert_mentions(self.run_example_of_help("width").stdout, "connected from", "activation rank")

    def test_refusals(self):
        for code, options in ((2, ["--search", "0"]), (2, ["--search", "3-1"]), (2, ["--search", "1,,2"]),
                              (2, ["--search", "a"]), (2, ["--search", "1-"]), (2, ["--search", ""]), (2, ["--starts", "3"]),
                              (2, ["--witness", "w"]), (2, ["--search", "1", "--starts", "0"]), (2, ["--svg", self.data]),
                              (3, ["--svg", self.path("nowhere/a.svg")]),
                              (3, ["--search", "1", "--witness", self.path("nowhere/w")])):
            with self.subTest(options=options):
                self.assertEqual(self.thalweg("width", *self.problem(), *options, expect=code).stdout, "")


if __name__ == "__main__":
    unittest.main()
