"""`thalweg train --width` and "is mine the best of my width?" in `thalweg certify`."""

import math
import os
import unittest

from cli_case import CliCase, TwoPoints, gaussian_problem, read_npz, write_npz


class TrainWidth(TwoPoints):
    def train(self, width, *more, expect=0):
        return self.answer("train", *self.problem(), "--gap", "1e-9", "--width", width, "--out", self.path("n.npz"),
                           *more, expect=expect)

    def test_by_hand(self):
        for width, objective in [(0, 2.5), (1, self.ONE_NEURON), (2, self.OPTIMUM), (7, self.OPTIMUM)]:
            document = self.train(width)
            self.assertAlmostEqual(document["objective"], objective, delta=1e-9)
            self.assertEqual(document["width"], min(width, 2))
            self.assertEqual(read_npz(self.path("n.npz"))["W"][0][0], document["width"])
            self.assertLessEqual(document["lower_bound"], self.OPTIMUM * (1 + 1e-12))
            self.assertEqual(document["level"], "verified")
            closed = width >= 2
            self.assertEqual(document["status"], "solved" if closed else "width_limited")
            self.assertEqual(document["width_answer"]["answer"], "yes" if closed else "unknown")
            self.assertEqual(document["over_all_widths"]["width"], 2)
            self.assertAlmostEqual(document["over_all_widths"]["objective"], self.OPTIMUM, delta=1e-9)
            self.assertEqual(document["settings"]["width"], width)

    def test_without_a_width_nothing_is_said(self):
        document = self.answer("train", *self.problem())
        self.assertIsNone(document["width_answer"])
        self.assertIsNone(document["settings"]["width"])

    def test_a_certificate_of_the_gap(self):
        document = self.train(1, "--certificate", self.path("proof.cert"))
        checked = self.answer("check", self.path("proof.cert"), "--network", self.path("n.npz"), "--dataset", self.data)
        self.assertTrue(checked["verified"])
        self.assertEqual(checked["gap"], document["gap"])

    def test_text(self):
        text = " ".join(self.thalweg("train", *self.problem(), "--width", "1").stdout.split())
        self.assert_mentions(text, "at most 1 neurons", "2 neurons reach it", "is open", "over all widths", "with 2 neurons")
        self.assertNotIn("is open", self.thalweg("train", *self.problem(), "--width", "2").stdout)

    def test_refusals(self):
        for wrong in ["-1", "x", "1.5"]:
            self.thalweg("train", *self.problem(), "--width=" + wrong, expect=2)


class TimeLimit(CliCase):
    def test_a_cut_search_keeps_the_width(self):
        X, y = gaussian_problem(300, 8, seed=1, neurons=12)
        data = write_npz(self.path("data.npz"), X=X, y=y)
        document = self.answer("train", "--dataset", data, "--beta", "0.01", "--width", "3", "--time-limit", "1",
                               "--out", self.path("n.npz"), expect=4)
        self.assertEqual(document["status"], "limit")
        self.assertLessEqual(read_npz(self.path("n.npz"))["W"][0][0], 3)
        self.assertGreaterEqual(document["objective"], document["lower_bound"])

    def test_an_open_bound_is_not_said_to_be_reached(self):
        X, y = gaussian_problem(200, 8, seed=1, neurons=12)
        train = ["train", "--dataset", write_npz(self.path("data.npz"), X=X, y=y), "--beta", "0.5", "--width", "2",
                 "--time-limit", "0.5", "--no-verify"]
        text = " ".join(self.thalweg(*train, expect=4).stdout.split())
        self.assert_mentions(text, "does not reach it either", "is open")
        self.assertNotIn("neurons reach it", text)


class CertifyWidth(TwoPoints):
    def setUp(self):
        super().setUp()
        r = math.sqrt(0.9)
        self.wrong_side = write_npz(self.path("wrong.npz"), W=[[-r]], alpha=[r])

    def certify(self, network, *more):
        return self.answer("certify", *self.problem(network), *more)

    def test_yes(self):
        answer = self.certify(self.optimal)["width_answer"]
        self.assertEqual((answer["answer"], answer["width"], answer["decrease"]), ("yes", 2, 0))

    def test_no_with_a_network_that_shows_it(self):
        answer = self.certify(self.wrong_side, "--improved", self.path("better.npz"), "--same-width")["width_answer"]
        self.assertEqual((answer["answer"], answer["width"], answer["verified"]), ("no", 1, True))
        self.assertAlmostEqual(answer["objective"], self.ONE_NEURON, delta=1e-9)
        self.assertAlmostEqual(answer["decrease"], 2.095 - self.ONE_NEURON, delta=1e-9)
        again = self.certify(self.path("better.npz"))
        self.assertLessEqual(again["objective"], answer["objective"])
        self.assertEqual((again["width"], again["width_answer"]["answer"]), (1, "unknown"))
        text = self.thalweg("certify", *self.problem(self.wrong_side)).stdout
        self.assert_mentions(text, "best of its width", "--same-width")

    def test_unknown_between_bounds(self):
        document = self.certify(self.one, "--improved", self.path("none.npz"), "--same-width")
        answer = document["width_answer"]
        self.assertEqual(answer["answer"], "unknown")
        self.assertEqual(answer["objective"], document["objective"])
        self.assertEqual(answer["lower_bound"], document["lower_bound"])
        self.assertAlmostEqual(answer["gap"], self.ONE_NEURON - self.OPTIMUM, delta=1e-8)
        self.assertFalse(os.path.exists(self.path("none.npz")))
        text = " ".join(self.thalweg("certify", *self.problem(self.one)).stdout.split())
        self.assert_mentions(text, "no lower network of width 1 was found")

    def test_a_wide_network_is_compared_with_the_optimum(self):
        answer = self.certify(self.unbalanced)["width_answer"]
        self.assertEqual(answer["answer"], "no")
        self.assertAlmostEqual(answer["objective"], self.OPTIMUM, delta=1e-8)

    def test_same_width_needs_a_file(self):
        self.thalweg("certify", *self.problem(self.one), "--same-width", expect=2)


if __name__ == "__main__":
    unittest.main()
