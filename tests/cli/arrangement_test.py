"""`thalweg arrangement`: cells listed, counted, sampled, connected and drawn, and the files they are written to."""

import itertools
import math
import os
import re
import shlex
import signal
import subprocess
import time
import unittest
import xml.etree.ElementTree as ElementTree
from fractions import Fraction

from cli_case import BINARY, SOURCE, CliCase, gaussian_problem, npy_bytes, read_npz, write_npz

KEYS = {"cells", "complete", "method", "edges", "sampled", "work_units", "n", "d", "rank"}
GRID = [[x, y] for x in range(3) for y in range(3)] + [[3.5, 0.5]]


def general_position(hyperplanes, rank):
    return 2 * sum(math.comb(hyperplanes - 1, k) for k in range(rank))


def sign(value):
    return (value > 0) - (value < 0)


def pattern(X, u):
    """Exact signs of X u for doubles; 0 where u lies on the hyperplane of a nonzero row, 1 for zero rows."""
    signs = []
    for row in X:
        product = sum(Fraction(a) * Fraction(b) for a, b in zip(row, u))
        signs.append(sign(product) if any(row) else 1)
    return tuple(signs)


def projective_cells(X):
    """The number of cells in rank 3: twice the faces of an arrangement of lines in the projective plane, which are 1 plus
    the sum over its vertices of (lines through the vertex - 1). The rows are pairwise not parallel."""
    rows = [[Fraction(v) for v in row] for row in X]
    vertices = {}
    for (i, a), (j, b) in itertools.combinations(enumerate(rows), 2):
        v = (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
        lead = next(c for c in v if c != 0)
        vertices.setdefault(tuple(c / lead for c in v), set()).update((i, j))
    return 2 * (1 + sum(len(lines) - 1 for lines in vertices.values()))


class Arrangement(CliCase):
    def dataset(self, X, name="data.npz"):
        return write_npz(self.path(name), X=X)

    def gaussian(self, samples, dimension, seed, name="data.npz"):
        X, _ = gaussian_problem(samples, dimension, seed)
        return X, self.dataset(X, name)

    def run_it(self, data, *more, expect=0):
        document = self.answer("arrangement", "--dataset", data, *more, expect=expect)
        self.assertLessEqual(KEYS, set(document))
        return document

    def rows(self, path, array="signs"):
        """The patterns of a file as tuples of +-1, and its other arrays."""
        arrays = read_npz(path)
        (count, width), values = arrays[array]
        rows = [tuple(values[i * width:(i + 1) * width]) for i in range(count)]
        if array == "bits":
            (samples,) = arrays["samples"][1]
            rows = [tuple(1 if row[i // 8] >> i % 8 & 1 else -1 for i in range(samples)) for row in rows]
            spare = [values[i * width + width - 1] >> (samples - 8 * (width - 1)) for i in range(count)]
            self.assertFalse(any(spare))
        return rows, arrays

    def listed(self, data, *more, expect=0, array="signs"):
        out = self.path("cells.npz")
        document = self.run_it(data, "--out", out, *more, expect=expect)
        rows, arrays = self.rows(out, array)
        self.assertEqual(len(set(rows)), len(rows))
        self.assertEqual(document["out"]["rows"], len(rows))
        self.assertEqual(arrays["complete"], ((), [document["complete"]]))
        return document, rows, arrays


class Listing(Arrangement):
    def assert_all_cells(self, X, document, rows, arrays):
        """Distinct patterns, each with a point that proves it, as many as there are: the whole set."""
        (count, d), points = arrays["witness"]
        self.assertEqual(count, len(rows))
        for i, row in enumerate(rows):
            self.assertEqual(pattern(X, points[i * d:(i + 1) * d]), row)
        self.assertEqual(rows, sorted(rows))
        self.assertEqual(document["cells"], len(rows))
        self.assertIs(document["complete"], True)
        self.assertEqual(document["status"], "complete")

    def test_general_position(self):
        for samples, dimension in [(1, 1), (7, 2), (12, 3), (9, 4), (8, 6), (3, 5), (70, 2)]:
            X, data = self.gaussian(samples, dimension, seed=samples)
            document, rows, arrays = self.listed(data, "--witness")
            self.assert_all_cells(X, document, rows, arrays)
            self.assertEqual(len(rows), general_position(samples, min(samples, dimension)))
            self.assertEqual(rows[::-1], [tuple(-s for s in row) for row in rows])
            self.assertEqual(document["method"], "vertex_pencil+general_position")

    def test_degenerate_data_and_both_engines(self):
        X = [row + [1] for row in GRID]
        data = self.dataset(GRID)
        for engine, word in [("pencil", "vertex_pencil"), ("tree", "sign_tree")]:
            document, rows, arrays = self.listed(data, "--bias", "--witness", "--engine", engine)
            self.assert_all_cells(X, document, rows, arrays)
            self.assertEqual(len(rows), projective_cells(X))
            self.assertEqual(document["engine"], word)
            self.assertTrue(document["method"].startswith(word + "+"))

    def test_zero_and_parallel_rows(self):
        X = [[0, 0, 0], [1, 2, 0], [-0.5, -1, 0], [3, 0, 1], [0, 0, 0], [1, 0, 0], [2, 4, 0]]
        document, rows, arrays = self.listed(self.dataset(X), "--witness")
        self.assert_all_cells(X, document, rows, arrays)
        self.assertEqual(len(rows), 8)
        self.assertEqual((document["zero_rows"], document["parallel_rows"], document["hyperplanes"]), (2, 2, 3))
        self.assertTrue(all(row[0] == row[4] == 1 for row in rows))

    def test_no_hyperplane_at_all(self):
        document, rows, _ = self.listed(self.dataset([[0, 0], [0, 0], [0, 0]]))
        self.assertEqual((document["cells"], rows), (1, [(1, 1, 1)]))

    def test_half_packed_and_unsorted_hold_the_same(self):
        _, data = self.gaussian(70, 3, seed=5)
        _, rows, _ = self.listed(data)
        _, half, _ = self.listed(data, "--half")
        self.assertEqual(half, rows[:len(rows) // 2])
        self.assertTrue(all(row[0] == -1 for row in half))
        document, packed, arrays = self.listed(data, "--packed", array="bits")
        self.assertEqual(packed, rows)
        self.assertEqual(arrays["bits"][0], (len(rows), 9))
        self.assertEqual(document["out"]["array"], "bits")
        document, unsorted, _ = self.listed(data, "--unsorted")
        self.assertEqual(sorted(unsorted), rows)
        self.assertEqual(document["out"]["order"], "as_found")
        _, both, _ = self.listed(data, "--unsorted", "--packed", "--half", array="bits")
        self.assertEqual(sorted(both), half)

    def test_the_same_file_with_any_seed_and_threads(self):
        _, data = self.gaussian(25, 4, seed=6)
        contents = set()
        for more in [["--seed", "1"], ["--seed", "2", "--threads", "1"], ["--threads", "2"], ["--engine", "tree"]]:
            self.run_it(data, "--out", self.path("cells.npz"), *more)
            with open(self.path("cells.npz"), "rb") as file:
                contents.add(file.read())
        self.assertEqual(len(contents), 1)

    def test_without_a_file_cells_are_listed_and_dropped(self):
        _, data = self.gaussian(40, 5, seed=7)
        document = self.run_it(data)
        self.assertEqual((document["cells"], document["complete"]), (general_position(40, 5), True))
        self.assertIsNone(document["out"])
        self.assertIsNone(document["edges"])
        self.assertIsNone(document["sampled"])

    def test_text_for_people(self):
        X, data = self.gaussian(9, 3, seed=8)
        text = self.thalweg("arrangement", "--dataset", data, "--out", self.path("c.npz")).stdout
        self.assert_mentions(text, "74 activation patterns (all)", "9 in rank 3", "lexicographic order", "complete")


class Inputs(Arrangement):
    def test_x_alone_is_enough(self):
        X, data = self.gaussian(8, 2, seed=1)
        with open(self.path("X.npy"), "wb") as file:
            file.write(npy_bytes(X))
        with open(self.path("X.csv"), "w") as file:
            file.write("a,b,t\n" + "".join("%r,%r,7\n" % tuple(row) for row in X))
        write_npz(self.path("both.npz"), X=X, y=[[1, 2]] * 8)
        for files in [["--dataset", data], ["--data", "X.npy"], ["--dataset", "both.npz"],
                      ["--dataset", "X.csv", "--target-column", "t"]]:
            document = self.answer("arrangement", *files)
            self.assertEqual((document["cells"], document["d"]), (16, 2))
        self.assertEqual(self.answer("arrangement", "--dataset", "X.csv")["d"], 3)

    def test_wrong_usage(self):
        X, data = self.gaussian(8, 4, seed=1)
        for wrong, words in [
            (["--range", "3"], ["--range", "A:B"]), (["--range", "4:4"], ["--range"]), (["--range=-1:2"], ["--range"]),
            (["--range", "0:1000000"], ["--range", "work units", "1000000"]), (["--max-cells", "1"], ["--max-cells"]),
            (["--max-cells", "x"], ["--max-cells", "'x'"]), (["--engine", "lp"], ["--engine"]),
            (["--prefix=+x"], ["--prefix", "+x"]), (["--prefix=" + 9 * "+"], ["--prefix", "at most 8", "got 9"]),
            (["--half"], ["--out"]), (["--witness"], ["--out"]), (["--packed"], ["--out"]),
            (["--out", "cells.txt"], ["--out", ".npz", "cells.txt"]), (["--svg", "a.svg"], ["--svg", "rank 4"]),
            (["--svg-labels"], ["--svg"]), (["--graph-out", "g.npz"], ["--graph"]),
            (["--graph", "--graph-out", "g.txt"], ["--graph-out", ".graphml", "g.txt"]),
            (["--count", "--out", "c.npz"], ["--count"]), (["--count", "--sample", "3"], ["--sample"]),
            (["--method", "uniform"], ["--sample"]), (["--sample", "0"], ["--sample"]),
            (["--sample", "5", "--method", "neurons"], ["--method neurons", "--network"]),
            (["--prefix=+-", "--half", "--out", "c.npz"], ["--half"]), (["--prefix=+", "--graph"], ["--graph"]),
            (["--range", "0:1", "--prefix=+"], ["--range"]), (["--data", "X.npy"], ["--data"]),
        ]:
            done = self.thalweg("arrangement", "--dataset", data, *wrong, expect=2)
            self.assertEqual(done.stdout, "")
            self.assert_mentions(done.stderr, *words)
        self.assert_mentions(self.thalweg("arrangement", expect=2).stderr, "--dataset", "--data")
        self.assertEqual(sorted(os.listdir(self.folder)), ["data.npz"])

    def test_files_that_cannot_be(self):
        _, data = self.gaussian(8, 3, seed=1)
        self.thalweg("arrangement", "--dataset", "none.npz", expect=3)
        done = self.thalweg("arrangement", "--dataset", data, "--out", "no/such/c.npz", expect=3)
        self.assert_mentions(done.stderr, "no/such")
        for outputs in [["--out", data], ["--svg", data], ["--out", "c.npz", "--svg", "c.npz"],
                        ["--out", "c.npz", "--graph", "--graph-out", "./c.npz"]]:
            done = self.thalweg("arrangement", "--dataset", data, *outputs, expect=2)
            self.assert_mentions(done.stderr, "same file")
        write = self.path("C.npy")
        with open(write, "wb") as file:
            file.write(npy_bytes([[1, 0, 0]]))
        done = self.thalweg("arrangement", "--dataset", data, "--cone", write, "--svg", write, expect=2)
        self.assert_mentions(done.stderr, "--cone", "same file")


class Parts(Arrangement):
    def test_ranges_share_the_work(self):
        _, data = self.gaussian(14, 4, seed=3)
        _, rows, _ = self.listed(data)
        units = self.run_it(data)["work_units"]
        cuts = [0, units // 3, units // 2, units]
        found = []
        for begin, end in zip(cuts, cuts[1:]):
            document, part, _ = self.listed(data, "--range", "%d:%d" % (begin, end))
            self.assertFalse(document["complete"])
            self.assertEqual(document["status"], "range_complete")
            found += part
        self.assertEqual(sorted(found), rows)

    def test_prefix_cone_and_box(self):
        X, data = self.gaussian(12, 3, seed=4)
        _, rows, _ = self.listed(data)
        some = [row for row in rows if row[:4] == (1, -1, row[2], 1)]
        document, prefixed, _ = self.listed(data, "--prefix=+-.+")
        self.assertEqual(prefixed, some)
        self.assertTrue(document["complete"])
        self.assertEqual(document["engine"], "sign_tree")
        for name, array in [("C.npy", [X[0], [-v for v in X[1]], X[3]]), ("low.npy", [-1, -1, -1]), ("up.npy", [1, 1, 1]),
                            ("point.npy", [0.5, 0.25, -0.75]), ("above.npy", [0.5000001, 0.2500001, -0.7499999])]:
            with open(self.path(name), "wb") as file:
                file.write(npy_bytes(array))
        document, inside, _ = self.listed(data, "--cone", "C.npy")
        self.assertEqual(inside, some)
        self.assertEqual(document["inputs"]["cone"]["shape"], [3, 3])
        self.assertEqual(self.listed(data, "--box", "low.npy,up.npy")[1], rows)
        self.assertEqual(self.listed(data, "--box", "point.npy", "above.npy")[1], [pattern(X, [0.5, 0.25, -0.75])])
        empty, none, _ = self.listed(data, "--prefix=" + "".join("+" if s > 0 else "-" for s in rows[0]),
                                     "--cone", "C.npy")
        self.assertEqual((empty["cells"], none, empty["complete"]), (0, [], True))

    def test_constraints_that_do_not_fit(self):
        _, data = self.gaussian(12, 3, seed=4)
        for name, array in [("C.npy", [[1, 2]]), ("low.npy", [0, 0, 0]), ("up.npy", [1, 0, 1]), ("short.npy", [1, 1])]:
            with open(self.path(name), "wb") as file:
                file.write(npy_bytes(array))
        for wrong, words in [(["--cone", "C.npy"], ["--cone", "C.npy", "3 columns", "found 2"]),
                             (["--box", "low.npy,up.npy"], ["--box", "entry 1", "lower < upper"]),
                             (["--box", "low.npy,short.npy"], ["short.npy", "3 entries", "found 2"])]:
            self.assert_mentions(self.thalweg("arrangement", "--dataset", data, *wrong, expect=2).stderr, *words)

    def test_max_cells(self):
        _, data = self.gaussian(20, 4, seed=9)
        _, rows, _ = self.listed(data)
        for more, order in [([], "lexicographic"), (["--unsorted"], "as_found")]:
            document, part, _ = self.listed(data, "--max-cells", "101", *more, expect=4)
            self.assertEqual((document["cells"], document["complete"], document["status"]), (100, False, "cell_limit"))
            self.assertLessEqual(set(part), set(rows))
            self.assertEqual(document["out"]["order"], order)
        document, all_of_them, _ = self.listed(data, "--max-cells", len(rows))
        self.assertEqual((all_of_them, document["complete"]), (rows, True))


class TooLarge(Arrangement):
    def setUp(self):
        super().setUp()
        _, self.data = self.gaussian(100, 6, seed=10, name="large.npz")  # 1.5e8 cells

    def test_refused_before_any_work(self):
        advice = ["--count", "--sample", "--max-cells", "--range"]
        _, huge = self.gaussian(400, 9, seed=11, name="huge.npz")
        for data, more, words in [(self.data, ["--out", "c.npz"], ["1.51e+08", "10000000", "--packed"]),
                                  (self.data, ["--out", "c.npz", "--max-cells", "20000000"], ["--packed"]),
                                  (huge, [], ["--time-limit"]), (huge, ["--graph"], ["memory"]),
                                  (huge, ["--out", "c.npz", "--packed"], ["--unsorted"]),
                                  (huge, ["--out", "c.npz", "--packed", "--unsorted"], ["disk"])]:
            done = self.thalweg("arrangement", "--dataset", data, *more, expect=2)
            self.assert_mentions(done.stderr, os.path.basename(data), "activation patterns", *words, *advice)
        self.assertFalse(os.path.exists(self.path("c.npz")))

    def test_a_time_limit_leaves_a_valid_file(self):
        out = self.path("cells.npz")
        document = self.run_it(self.data, "--out", out, "--packed", "--unsorted", "--time-limit", "0.05", expect=4)
        self.assertEqual((document["complete"], document["status"]), (False, "stopped"))
        arrays = read_npz(out)
        self.assertEqual(arrays["complete"][1], [False])
        self.assertEqual(arrays["bits"][0], (document["cells"], 13))

    def test_ctrl_c(self):
        process = subprocess.Popen([BINARY, "arrangement", "--dataset", self.data, "--engine", "tree", "--json"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 4, stderr)
        self.assertFalse(self.parse(stdout)["complete"])

    def test_counting(self):
        document = self.run_it(self.data, "--count")
        self.assertIsNone(document["cells"])
        self.assertEqual((document["complete"], document["method"]), (False, "estimate"))
        estimate = document["estimate"]
        self.assertLessEqual(estimate["low"], estimate["value"])
        self.assertLessEqual(estimate["value"], estimate["high"])
        self.assertAlmostEqual(estimate["value"] / general_position(100, 6), 1, delta=1e-9)
        _, data = self.gaussian(20, 4, seed=1)
        document = self.run_it(data, "--count")
        self.assertEqual((document["cells"], document["complete"]), (general_position(20, 4), True))
        self.assertIn(document["method"], ["general_position", "characteristic_polynomial"])
        document = self.run_it(self.dataset(GRID), "--count", "--bias")
        self.assertEqual(document["cells"], projective_cells([row + [1] for row in GRID]))
        self.assertEqual(document["method"], "characteristic_polynomial")


class Sampling(Arrangement):
    def drawn(self, data, *more, expect=0):
        out = self.path("sample.npz")
        document = self.run_it(data, "--out", out, *more, expect=expect)
        rows, arrays = self.rows(out)
        self.assertEqual(document["sampled"], len(rows))
        self.assertEqual((document["complete"], arrays["complete"][1]), (False, [False]))
        self.assertIsNone(document["cells"])
        return document, rows

    def test_every_method_draws_cells(self):
        _, data = self.gaussian(15, 3, seed=2)
        _, rows, _ = self.listed(data)
        for method in ["uniform", "gaussian", "local", "pencil"]:
            document, sample = self.drawn(data, "--sample", "300", "--method", method)
            self.assertEqual(document["method"], "sample_" + method)
            self.assertLessEqual(set(sample), set(rows))
            self.assertEqual(document["distinct"], len(set(sample)))
            if method != "pencil":
                self.assertEqual(len(sample), 300)
            for threads in ["1", "2"]:
                again = self.drawn(data, "--sample", "300", "--method", method, "--threads", threads)[1]
                self.assertEqual(again, sample)
            self.assertNotEqual(self.drawn(data, "--sample", "300", "--method", method, "--seed", "7")[1], sample)

    def test_uniform_is_the_default(self):
        _, data = self.gaussian(15, 3, seed=2)
        self.assertEqual(self.drawn(data, "--sample", "5")[0]["method"], "sample_uniform")

    def test_around_neurons(self):
        X, data = self.gaussian(15, 3, seed=2)
        _, rows, _ = self.listed(data)
        W = [[1, 2, -1], [-3, 0.5, 1]]
        network = write_npz(self.path("network.npz"), W=W, alpha=[1, -1])
        _, sample = self.drawn(data, "--sample", "8", "--method", "neurons", "--network", network)
        self.assertLessEqual(set(sample), set(rows))
        self.assertLessEqual(len(sample), 8)
        self.assertEqual(len(set(sample)), len(sample))
        for w in W:
            self.assertIn(pattern(X, w), sample)
        biased = write_npz(self.path("biased.npz"), W=W, b=[1, 2], alpha=[[1, 2], [3, 4]])
        document, sample = self.drawn(data, "--sample", "2", "--method", "neurons", "--network", biased)
        self.assertEqual(document["d"], 4)
        self.assertEqual(set(sample), {pattern([row + [1] for row in X], w + [b]) for w, b in zip(W, [1, 2])})
        narrow = write_npz(self.path("narrow.npz"), W=[[1, 2]], alpha=[1])
        done = self.thalweg("arrangement", "--dataset", data, "--sample", "2", "--method", "neurons", "--network", narrow,
                            expect=2)
        self.assert_mentions(done.stderr, "narrow.npz", "3 columns")


class Graph(Arrangement):
    def check_edges(self, rows, ends, walls):
        for (a, b), wall in zip(ends, walls):
            self.assertEqual([i for i in range(len(rows[a])) if rows[a][i] != rows[b][i]], [wall])

    def test_general_position(self):
        n, r = 11, 3
        _, data = self.gaussian(n, r, seed=4)
        document, rows, _ = self.listed(data, "--graph", "--graph-out", self.path("g.npz"))
        # Each hyperplane carries the cells of the others' restrictions to it.
        self.assertEqual(document["edges"], n * general_position(n - 1, r - 1))
        graph = read_npz(self.path("g.npz"))
        (count, two), flat = graph["edges"]
        self.assertEqual((count, two), (document["edges"], 2))
        ends = list(zip(flat[::2], flat[1::2]))
        self.assertEqual(len(set(ends)), count)
        self.assertTrue(all(a < b for a, b in ends))
        self.check_edges(rows, ends, graph["wall"][1])
        self.assertEqual(graph["cells"], ((), [len(rows)]))

    def test_graphml(self):
        data = self.dataset(GRID)
        document = self.run_it(data, "--bias", "--graph", "--graph-out", self.path("g.graphml"))
        root = ElementTree.parse(self.path("g.graphml")).getroot()
        space = {"g": root.tag[1:root.tag.index("}")]}
        self.assertEqual(len(root.findall(".//g:node", space)), document["cells"])
        self.assertEqual(len(root.findall(".//g:edge", space)), document["edges"])
        self.assert_mentions(self.thalweg("arrangement", "--dataset", data, "--bias", "--graph").stdout, "edges",
                             str(document["edges"]))

    def test_no_graph_of_a_part(self):
        _, data = self.gaussian(11, 3, seed=4)
        document = self.run_it(data, "--graph", "--max-cells", "20", "--graph-out", self.path("g.npz"), expect=4)
        self.assertIsNone(document["edges"])
        self.assertFalse(os.path.exists(self.path("g.npz")))


class Pictures(Arrangement):
    def test_svg(self):
        data = self.dataset(GRID)
        for more in [[], ["--svg-labels"]]:
            document = self.run_it(data, "--bias", "--svg", self.path("a.svg"), *more)
            self.assertEqual(document["svg"], self.path("a.svg"))
            self.assertTrue(ElementTree.parse(self.path("a.svg")).getroot().tag.endswith("svg"))


class Example(Arrangement):
    def test_the_page_of_the_example_runs(self):
        """Every command of examples/arrangement/README.md, in its order."""
        os.symlink(os.path.join(SOURCE, "examples"), self.path("examples"))
        with open(os.path.join(SOURCE, "examples/arrangement/README.md"), encoding="utf-8") as page:
            commands = re.findall(r"^thalweg (.*)$", page.read().replace("\\\n", " "), re.M)
        self.assertGreater(len(commands), 3)
        for command in commands:
            self.thalweg(*shlex.split(command))


if __name__ == "__main__":
    unittest.main()
