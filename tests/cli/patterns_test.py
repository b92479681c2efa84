"""`thalweg train --patterns restricted|gated`: what each program bounds, against certified training over all patterns."""

import hashlib
import math
import random
import struct
import unittest

from cli_case import CliCase, TwoPoints, gaussian_problem, npy_bytes, read_npz, write_npz


def dot(a, b):
    return sum(u * v for u, v in zip(a, b))


class Patterns(CliCase):
    """Gaussian data in the plane: few enough patterns to list all of them."""

    BETA = 0.4

    def setUp(self):
        super().setUp()
        X, y = gaussian_problem(14, 2, seed=5)
        self.data = write_npz(self.path("data.npz"), X=X, y=y)
        self.problem = ["--dataset", self.data, "--beta", self.BETA, "--gap", "1e-8"]
        self.optimum = self.answer("train", *self.problem)["objective"]

    def train(self, *more, expect=0):
        return self.answer("train", *self.problem, *more, expect=expect)

    def list_cells(self, *more):
        self.thalweg("arrangement", "--dataset", self.data, "--out", "cells.npz", *more)
        return ["--cells", "cells.npz"]

    def assert_gap(self, document):
        self.assertEqual(document["status"], "solved")
        self.assertLessEqual(document["lower_bound"], document["objective"])
        self.assertLessEqual(document["relative_gap"], 1e-8)

    def test_all_cells_restricted_is_the_optimum(self):
        for packed in [[], ["--packed"]]:
            cells = self.list_cells(*packed)
            document = self.train("--patterns", "restricted", *cells, "--out", self.path("n.npz"))
            self.assert_gap(document)
            self.assertEqual(document["relu_bound"], "optimum")
            self.assertEqual(document["level"], "restricted")
            self.assertTrue(document["patterns"]["complete"])
            self.assertEqual(document["patterns"]["count"], 28)
            self.assertAlmostEqual(document["objective"], self.optimum, delta=2e-8 * self.optimum)
            certified = self.answer("certify", *self.problem[:4], "--network", self.path("n.npz"), "--tolerance", "1e-7")
            self.assertEqual(certified["verdict"], "global_minimum")

    def test_sampled_cells_give_an_upper_bound(self):
        before = math.inf
        for count in [1, 4, 200]:
            document = self.train("--patterns", "restricted", "--sample-patterns", count)
            self.assert_gap(document)
            self.assertEqual(document["relu_bound"], "upper")
            self.assertLessEqual(document["patterns"]["count"], count)
            self.assertGreaterEqual(document["objective"], self.optimum * (1 - 1e-8))
            # The first patterns of a seed are those of a longer sample: more of them cannot hurt.
            self.assertLessEqual(document["objective"], before * (1 + 1e-8))
            before = document["objective"]
        uniform = self.train("--patterns", "restricted", "--sample-patterns", "50", "--sample-method", "uniform")
        self.assertEqual(uniform["patterns"]["source"], "uniform")
        self.assertGreaterEqual(uniform["objective"], self.optimum * (1 - 1e-8))

    def test_half_a_listing_is_no_complete_one(self):
        cells = self.list_cells("--half")
        document = self.train("--patterns", "restricted", *cells)
        self.assertEqual((document["relu_bound"], document["patterns"]["complete"]), ("upper", False))
        self.assertEqual(document["patterns"]["count"], 14)
        gated = self.train("--patterns", "gated", *cells)
        self.assertEqual(gated["relu_bound"], "none")

    def test_all_cells_gated_is_a_lower_bound(self):
        document = self.train("--patterns", "gated", *self.list_cells())
        self.assert_gap(document)
        self.assertEqual((document["relu_bound"], document["level"]), ("lower", "estimate"))
        self.assertLessEqual(document["lower_bound"], self.optimum * (1 + 1e-8))
        self.assertIsNone(document["width"])
        self.assertIsNone(document["decomposition"])
        self.assertNotIn("accuracy", document)

    def test_a_decomposition_is_a_relu_network(self):
        for method in ["minimum-norm", "fast"]:
            document = self.train("--patterns", "gated", "--sample-patterns", "20", "--decompose", method, "--out",
                                  self.path("n.npz"))
            self.assertEqual(document["relu_bound"], "none")
            parts = document["decomposition"]
            self.assertTrue(parts["feasible"])
            self.assertGreaterEqual(parts["objective"], self.optimum * (1 - 1e-8))
            self.assertGreaterEqual(parts["blow_up"], 1 - 1e-9)
            self.assertGreaterEqual(parts["worst_blow_up"], parts["blow_up"] - 1e-9)
            certified = self.answer("certify", *self.problem[:4], "--network", self.path("n.npz"))
            self.assertAlmostEqual(certified["objective"], parts["objective"], delta=1e-7 * parts["objective"])
            self.assertEqual(document["width"], read_npz(self.path("n.npz"))["W"][0][0])

    def test_gates_are_patterns(self):
        """Gate vectors of the optimal neurons themselves: the restricted program finds the optimum again."""
        self.answer("train", *self.problem, "--out", self.path("optimum.npz"))
        (m, d), W = read_npz(self.path("optimum.npz"))["W"]
        with open(self.path("gates.npy"), "wb") as file:
            file.write(npy_bytes([W[j * d : (j + 1) * d] for j in range(m)]))
        document = self.train("--patterns", "restricted", "--gates", "gates.npy")
        self.assertEqual(document["patterns"]["source"], "gates")
        self.assertEqual(document["inputs"]["gates"]["shape"], [m, d])
        self.assertGreaterEqual(document["objective"], self.optimum * (1 - 1e-8))

    def test_text_says_what_is_bounded(self):
        for mode, more, words in [
            ("restricted", ["--sample-patterns", "5"], ["upper bound of the optimum"]),
            ("gated", ["--sample-patterns", "5"], ["neither from above nor from below"]),
            ("gated", self.list_cells(), ["below every ReLU network"]),
            ("restricted", self.list_cells(), ["All patterns, with their cones", "all patterns are given"]),
        ]:
            text = " ".join(self.thalweg("train", *self.problem, "--patterns", mode, *more).stdout.split())
            self.assert_mentions(text, *words)
            # Headline, level and the line of the bound agree.
            self.assertEqual("given patterns only" in text, mode == "restricted" and "upper bound" in text)
            self.assertEqual("no network of any width" in text, "all patterns are given" in text)


class Cells(CliCase):
    """A listing counts as all patterns only where it is one of just these data, unchanged."""

    def setUp(self):
        super().setUp()
        self.X, self.y = gaussian_problem(9, 2, seed=6)
        self.data = write_npz(self.path("data.npz"), X=self.X, y=self.y)
        self.cells = self.list_cells(self.data)

    def list_cells(self, data, *more, name="cells.npz"):
        self.thalweg("arrangement", "--dataset", data, "--out", name, *more)
        return self.path(name)

    def edited(self, name="edited.npz", shuffle=None, **arrays):
        """The listing with some arrays replaced (None: left out), as NumPy's users would write it."""
        stored = read_npz(self.cells)
        (p, n), flat = stored["signs"]
        rows = [flat[k * n : (k + 1) * n] for k in range(p)]
        content = {key: values if shape else values[0] for key, (shape, values) in stored.items()}
        content["signs"] = shuffle(rows) if shuffle else rows
        content.update(arrays)
        return write_npz(self.path(name), **{key: value for key, value in content.items() if value is not None})

    def train(self, cells, *more, data=None, mode="restricted"):
        return self.answer("train", "--dataset", data or self.data, "--beta", "0.4", "--patterns", mode, "--cells", cells,
                           *more)

    def assert_all(self, document, bound="optimum"):
        self.assertEqual((document["patterns"]["complete"], document["relu_bound"]), (True, bound))

    def assert_some(self, cells, *more, words, data=None):
        for mode, bound in [("restricted", "upper"), ("gated", "none")]:
            document = self.train(cells, *more, data=data, mode=mode)
            self.assertEqual((document["patterns"]["complete"], document["relu_bound"]), (False, bound))
        text = " ".join(self.thalweg("train", "--dataset", data or self.data, "--beta", "0.4", "--patterns", "restricted",
                                     "--cells", cells, *more).stdout.split())
        self.assert_mentions(text, *words, "some patterns, not as all")
        self.assertNotIn("All patterns", text)

    def test_the_same_data_in_another_file(self):
        self.assert_all(self.train(self.cells))
        self.assert_all(self.train(self.edited()))
        self.assert_all(self.train(self.cells, mode="gated"), "lower")
        with open(self.path("data.csv"), "w") as file:
            for row, target in zip(self.X, self.y):
                file.write(",".join(map(repr, row + [target])) + "\n")
        self.assert_all(self.answer("train", "--dataset", self.path("data.csv"), "--target-column", "-1", "--beta", "0.4",
                                    "--patterns", "restricted", "--cells", self.cells))
        self.assert_all(self.train(self.list_cells(self.data, "--bias", "--packed", name="b.npz"), "--bias"))

    def test_digests_as_documented(self):
        stored = read_npz(self.list_cells(self.data, "--bias", name="b.npz"))
        samples = struct.pack("<2q", 9, 3) + b"".join(struct.pack("<3d", *row, 1) for row in self.X)
        self.assertEqual(bytes(stored["data_sha256"][1]), hashlib.sha256(samples).digest())
        signs = struct.pack("<%db" % len(stored["signs"][1]), *stored["signs"][1])
        self.assertEqual(bytes(stored["patterns_sha256"][1]), hashlib.sha256(signs).digest())

    def test_other_data(self):
        X, y = gaussian_problem(9, 2, seed=7)
        other = write_npz(self.path("other.npz"), X=X, y=y)
        self.assert_some(self.cells, data=other, words=["other data"])
        self.assert_some(self.cells, "--bias", words=["other data"])
        self.assert_some(self.cells, "--standardize", words=["other data"])
        moved = write_npz(self.path("moved.npz"), X=[[self.X[0][0] * (1 + 2**-50), self.X[0][1]]] + self.X[1:], y=self.y)
        self.assert_some(self.cells, data=moved, words=["other data"])

    def test_changed_rows(self):
        def twice(rows):
            return rows[:3] + rows[2:3] + rows[4:]

        def flipped(rows):
            return rows[:3] + [[-v for v in rows[3]]] + rows[4:]

        for name, shuffle in [("twice", twice), ("flipped", flipped), ("short", lambda rows: rows[:-1])]:
            with self.subTest(name):
                self.assert_some(self.edited(shuffle=shuffle), words=["was changed"])

    def test_files_that_do_not_say_whose_patterns_they_are(self):
        for left_out in ["all_patterns", "data_sha256", "patterns_sha256"]:
            self.assert_some(self.edited(**{left_out: None}), words=["does not say of which data"])

    def test_parts(self):
        self.assert_some(self.list_cells(self.data, "--half", name="half.npz"), words=["one of each pair"])
        for name, box in [("lower.npy", [0.1, -5]), ("upper.npy", [5, 5])]:
            with open(self.path(name), "wb") as file:
                file.write(npy_bytes(box))
        part = self.list_cells(self.data, "--box", "lower.npy,upper.npy", name="part.npz")
        self.assertEqual(read_npz(part)["complete"][1], [True])
        self.assert_some(part, words=["under constraints"])

    def test_entries_that_are_no_signs(self):
        for wrong in [0, 3, -0.5]:
            cells = self.edited(shuffle=lambda rows: rows[:2] + [rows[2][:4] + [wrong] + rows[2][5:]] + rows[3:])
            done = self.thalweg("train", "--dataset", self.data, "--beta", "0.4", "--patterns", "restricted", "--cells",
                                cells, expect=2)
            self.assert_mentions(done.stderr, "edited.npz", "row 2, column 4", "expected 1 or -1")
        for wrong in [256, -1, 0.5]:
            cells = write_npz(self.path("bits.npz"), bits=[[7, 1], [wrong, 0]])
            done = self.thalweg("train", "--dataset", self.data, "--beta", "0.4", "--patterns", "gated", "--cells", cells,
                                expect=2)
            self.assert_mentions(done.stderr, "bits.npz", "row 1, column 0", "expected a byte")


class GatedModels(CliCase):
    """The files of --out, recomputed."""

    BETA = 0.3

    def setUp(self):
        super().setUp()
        self.X, self.y = gaussian_problem(20, 2, seed=4)
        self.data = write_npz(self.path("data.npz"), X=self.X, y=self.y)
        draw = random.Random(2)
        self.gates = [[draw.gauss(0, 1) for _ in range(3)] for _ in range(12)]
        with open(self.path("gates.npy"), "wb") as file:
            file.write(npy_bytes(self.gates))

    def train(self, *more, patterns=("gated", "--gates", "gates.npy"), expect=0):
        return self.answer("train", "--dataset", self.data, "--bias", "--beta", self.BETA, "--gap", "1e-9", "--patterns",
                           *patterns, *more, expect=expect)

    def matrix(self, arrays, name):
        (rows, columns), flat = arrays[name]
        return [flat[k * columns : (k + 1) * columns] for k in range(rows)]

    def outputs(self, arrays, X):
        """Of the gated model at samples without the column of ones."""
        W, gates = self.matrix(arrays, "W"), self.matrix(arrays, "gates")
        result = []
        for x in X:
            x = [*x, 1.0]
            f = arrays.get("output_bias", (None, [0.0]))[1][0] + dot(arrays.get("skip", (None, [0] * 3))[1], x)
            f += sum(dot(w, x) for w, row in zip(W, arrays["rows"][1]) if dot(gates[row], x) >= 0)
            result.append(f)
        return result

    def test_objective_and_gap_from_the_file_alone(self):
        for more in [[], ["--output-bias", "penalised"], ["--skip", "--output-bias", "free"]]:
            document = self.train("--out", self.path("g.npz"), *more)
            self.assertEqual(document["out_holds"], "gated_model")
            arrays = read_npz(self.path("g.npz"))
            self.assertEqual(arrays["hidden_bias"][1], [1])
            self.assertEqual(self.matrix(arrays, "gates"), self.gates)
            b = arrays.get("output_bias", (None, [0.0]))[1][0]
            bias_penalty = self.BETA / 2 * b * b if "penalised" in more else 0
            f = self.outputs(arrays, self.X)
            objective = (sum((u - v) ** 2 for u, v in zip(f, self.y)) / 2 + bias_penalty +
                         self.BETA * sum(math.hypot(*w) for w in self.matrix(arrays, "W")))
            self.assertAlmostEqual(objective, document["objective"], delta=1e-10 * objective)
            nu = arrays["dual"][1]
            ones = [[*x, 1.0] for x in self.X]
            for gate, pattern in zip(self.gates, self.matrix(arrays, "patterns")):
                self.assertEqual(pattern, [int(dot(gate, x) >= 0) for x in ones])
                pull = [sum(on * v * x[k] for on, v, x in zip(pattern, nu, ones)) for k in range(3)]
                self.assertLessEqual(math.hypot(*pull), self.BETA * (1 + 1e-12))
            bound = dot(nu, self.y) - dot(nu, nu) / 2
            if "penalised" in more:
                bound -= sum(nu) ** 2 / (2 * self.BETA)
            if "free" in more:
                for k in range(3):
                    self.assertAlmostEqual(sum(v * x[k] for v, x in zip(nu, ones)), 0, delta=1e-10)
            self.assertAlmostEqual(bound, document["lower_bound"], delta=1e-9 * objective)
            self.assertLessEqual(objective - bound, 2e-9 * objective)

    def test_test_samples_go_through_the_gates(self):
        X, y = gaussian_problem(15, 2, seed=9)
        test = write_npz(self.path("test.npz"), X=X, y=y)
        document = self.train("--out", self.path("g.npz"), "--test", test)
        f = self.outputs(read_npz(self.path("g.npz")), X)
        loss = sum((u - v) ** 2 for u, v in zip(f, y)) / 30
        self.assertAlmostEqual(document["test_loss"], loss, delta=1e-10 * loss)
        self.assertIsNotNone(document["training_loss"])

    def test_patterns_without_gates(self):
        document = self.train("--out", self.path("g.npz"), patterns=["gated", "--sample-patterns", "20"])
        arrays = read_npz(self.path("g.npz"))
        self.assertNotIn("gates", arrays)
        self.assertEqual(arrays["patterns"][0], (document["patterns"]["count"], 20))
        self.assertNotIn("alpha", arrays)
        refused = self.thalweg("certify", "--dataset", self.data, "--network", self.path("g.npz"), "--beta", "1", expect=2)
        self.assert_mentions(refused.stderr, "alpha")

    def test_a_restricted_network_keeps_its_dual(self):
        document = self.train("--out", self.path("n.npz"), patterns=["restricted", "--gates", "gates.npy"])
        self.assertEqual(document["out_holds"], "relu_network")
        nu = read_npz(self.path("n.npz"))["dual"][1]
        bound = dot(nu, self.y) - dot(nu, nu) / 2
        self.assertAlmostEqual(bound, document["lower_bound"], delta=1e-9 * document["objective"])
        self.thalweg("certify", "--dataset", self.data, "--network", self.path("n.npz"), "--beta", self.BETA)


class Refusals(TwoPoints):
    def refused(self, *more, words, code=2):
        done = self.thalweg("train", *self.problem(), *more, expect=code)
        self.assertEqual(done.stdout, "")
        self.assert_mentions(done.stderr, *words)

    def test_combinations(self):
        self.refused("--patterns", "restricted", words=["--gates", "--cells", "--sample-patterns"])
        self.refused("--sample-patterns", "5", words=["--patterns restricted or gated"])
        restricted = ["--patterns", "restricted", "--sample-patterns", "5"]
        self.refused(*restricted, "--width", "1", words=["--width"])
        self.refused(*restricted, "--network", self.one, words=["--network"])
        self.refused(*restricted, "--certificate", "x.cert", words=["--certificate"])
        self.refused(*restricted, "--decompose", "fast", words=["--decompose"])
        self.refused(*restricted, "--cells", "x.npz", words=["--cells"])
        gated = ["--patterns", "gated", "--sample-patterns", "5"]
        self.refused(*gated, "--test", self.data, words=["--test", "--gates", "--decompose"])
        self.refused("--patterns", "some", words=["--patterns"])
        self.refused("--patterns", "gated", "--sample-patterns", "0", words=["--sample-patterns"])
        self.refused("--patterns", "gated", "--sample-method", "uniform", words=["--sample-patterns"])

    def test_files(self):
        with open(self.path("wide.npy"), "wb") as file:
            file.write(npy_bytes([[1, 2]]))
        self.refused("--patterns", "gated", "--gates", "wide.npy", words=["wide.npy", "expected 1 columns"])
        self.refused("--patterns", "gated", "--gates", "none.npy", words=["none.npy"], code=3)
        short = write_npz(self.path("short.npz"), signs=[[1, -1, 1]])
        self.refused("--patterns", "restricted", "--cells", short, words=["short.npz", "expected 2 columns"])
        empty = write_npz(self.path("empty.npz"), other=[[1, -1]])
        self.refused("--patterns", "restricted", "--cells", empty, words=["empty.npz", "signs"])


if __name__ == "__main__":
    unittest.main()
