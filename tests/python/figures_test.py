"""What figures draw is what the documents say."""

import subprocess
import sys
import unittest

import numpy
import thalweg

try:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot
except ImportError:
    sys.exit(print("skipped: matplotlib is not installed"))

# Two opposite samples with one target (examples/optimal-set/symmetric.csv): one neuron, or one for each.
SYMMETRIC = numpy.array([[1.0, 1.0, 1.0], [-1.0, -1.0, -1.0]]), numpy.array([1.0, 1.0])


def planted(samples, dimension, seed):
    """Gaussian inputs, and what three neurons make of them plus noise."""
    draw = numpy.random.default_rng(seed)
    X = draw.normal(size=(samples, dimension))
    hidden = numpy.maximum(X @ draw.normal(size=(dimension, 3)), 0)
    return X, hidden @ draw.normal(size=3) + 0.1 * draw.normal(size=samples)


def lines(ax):
    """The data of the lines that have a label, by label."""
    return {line.get_label(): line.get_xydata() for line in ax.lines if not line.get_label().startswith("_")}


class Figures(unittest.TestCase):
    def setUp(self):
        self.addCleanup(pyplot.close, "all")

    def refused(self, words, function, *arguments, **options):
        with self.assertRaisesRegex(thalweg.InvalidInput, words):
            function(*arguments, **options)

    def test_gap(self):
        X, y = planted(24, 2, 1)
        bad = thalweg.Network(numpy.ones((2, 2)), numpy.ones(2))
        result = thalweg.certify(bad, X, y, beta=0.5, verify=False)
        ax = result.figure()
        drawn = lines(ax)
        self.assertEqual(drawn["this network"][0, 0], result.gap)
        self.assertEqual(drawn["best network known"][0, 0], result.optimum_upper_bound - result.lower_bound)
        self.assertEqual(drawn["all of the objective"][0, 0], result.objective)
        zone = ax.patches[0].get_path().vertices if hasattr(ax.patches[0], "get_path") else ax.patches[0].get_xy()
        self.assertEqual(zone[:, 0].max(), result.settings.tolerance * result.objective)
        low, high = ax.get_xlim()
        self.assertTrue(0 < low < result.gap < high)
        self.assertEqual(ax.get_xscale(), "log")
        # What is optimal lies in the zone, what is not outside.
        best = thalweg.train(X, y, beta=0.5, gap=1e-10)
        ax = thalweg.certify(best.network, X, y, beta=0.5, verify=False).figure()
        self.assertLess(lines(ax)["this network"][0, 0], ax.patches[0].get_xy()[:, 0].max())
        self.assertGreater(drawn["this network"][0, 0], zone[:, 0].max())
        self.assertEqual(lines(best.figure())["this network"][0, 0], best.gap)

    def test_no_gap_at_all_is_drawn_at_the_left_end(self):
        result = thalweg.train(numpy.zeros((3, 1)), numpy.zeros(3), beta=1.0)
        self.assertEqual((result.objective, result.gap), (0.0, 0.0))
        ax = result.figure()
        ax.figure.canvas.draw()
        self.assertEqual(lines(ax)["this network"][0, 0], ax.get_xlim()[0])
        self.assertGreater(ax.get_xlim()[0], 1e-20)

    def test_predictions(self):
        X, y = SYMMETRIC
        x = numpy.array([2.0, -1.0, 0.0, 1.0])
        samples = numpy.column_stack([x, numpy.ones(4), -numpy.ones(4)])
        result = thalweg.optimal_set(X, y, beta=0.1, bias=True, predict=samples)
        ranges = numpy.array(result.prediction_range)
        self.assertGreater((ranges[:, 1] - ranges[:, 0]).max(), 0.1)
        ax = result.figure()
        bars = [segment[:, 1].tolist() for segment in ax.collections[0].get_segments()]
        self.assertEqual(bars, ranges.tolist())
        numpy.testing.assert_array_equal(lines(ax)["centre of the optimal set"][:, 1], result.prediction_centre)
        ax = result.figure(x=x)
        order = numpy.argsort(x)
        centre = lines(ax)["centre of the optimal set"]
        numpy.testing.assert_array_equal(centre, numpy.column_stack([x, result.prediction_centre])[order])
        outline = {tuple(point) for point in ax.collections[0].get_paths()[0].vertices.tolist()}
        for at, (low, high) in zip(x, ranges):
            self.assertLessEqual({(at, low), (at, high)}, outline)
        self.refused("x: expected 4 numbers", result.figure, x=x[1:])
        self.refused("what: expected", result.figure, what="colours")
        self.refused("predict=X2", thalweg.optimal_set(X, y, beta=0.1).figure, what="predictions")

    def test_directions_and_masses(self):
        X, y = planted(12, 2, 3)
        result = thalweg.optimal_set(X, y, beta=0.3)
        self.assertGreater(len(result.atoms), 1)
        ax = result.figure()
        rays = [line.get_xydata() for line in ax.lines[2:] if len(line.get_xdata()) == 2]  # after the axes
        rays = [ray[1] for ray in rays if ray[1].any()]
        expected = [mass * numpy.array(atom.u) for atom in result.atoms for mass in atom.mass if mass > 0]
        for ray, end in zip(sorted(map(tuple, rays)), sorted(map(tuple, expected))):
            numpy.testing.assert_allclose(ray, end, rtol=1e-12)
        self.assertEqual(len(rays), len(expected))
        drawn = lines(result.figure(what="masses"))
        for sign, words in ((1, "positive output weight"), (-1, "negative output weight")):
            masses = [[atom.mass[0], q] for q, atom in enumerate(result.atoms) if atom.sign == sign]
            self.assertEqual(drawn[words].tolist() if masses else [], masses)
        self.refused("in the plane only", thalweg.optimal_set(*planted(8, 3, 1), beta=0.3).figure, what="directions")
        self.refused("no optimal directions", thalweg.optimal_set(X, y, beta=1e4).figure)

    def test_width(self):
        result = thalweg.width(*SYMMETRIC, beta=0.1, bias=True)
        ax = result.figure()
        steps = result.components_by_width
        joined, isolated = ax.containers
        self.assertEqual([bar.get_x() + bar.get_width() / 2 for bar in joined], sorted(steps))
        for bar, m in zip(isolated, sorted(steps)):
            self.assertEqual(bar.get_height(), steps[m].isolated)
            self.assertEqual(bar.get_y() + bar.get_height(), steps[m].components)
        marks = {text.get_text(): text.xy[0] for text in ax.texts}
        self.assertEqual(marks["m*"], 1)  # docs/widths.md tells these numbers of this example
        self.assertEqual([at for words, at in marks.items() if words.startswith("connected")], [3])
        self.assertEqual([steps[m].components for m in sorted(steps)][:2], [1, 2])

    def path(self, **options):
        draw = numpy.random.default_rng(4)
        network = thalweg.Network(draw.normal(size=(14, 2)), draw.normal(size=14))
        return thalweg.path(network, *planted(12, 2, 3), beta=0.3, verify=False, **options)

    def test_path(self):
        result = self.path(curves=True)
        ax = result.figure()
        drawn = lines(ax)
        base = result.lower_bound if ax.get_yscale() == "log" else 0
        curve, line = result.curve, result.baselines.straight_line
        numpy.testing.assert_array_equal(drawn["this path"][:, 1], curve.objective - base)
        numpy.testing.assert_allclose(drawn["this path"][:, 0] * curve.length[-1], curve.length, rtol=1e-15)
        numpy.testing.assert_array_equal(drawn["straight line"], numpy.column_stack([line.t, line.objectives - base]))
        self.assertLessEqual(numpy.diff(drawn["this path"][:, 1]).max(), 1e-9 * result.start_objective)
        self.refused("curves=True", self.path().figure)

    def test_path_regularization(self):
        X, y = planted(12, 2, 3)
        result = thalweg.path_regularization(X, y, beta_ratio=0.01, points=5)
        ax = result.figure()
        drawn = lines(ax)
        names = {"optimum": "objectives", "lower bound": "lower_bounds", "loss": "losses", "penalty": "penalties"}
        for label, key in names.items():
            numpy.testing.assert_array_equal(drawn[label], numpy.column_stack([result.betas, result[key]]))
        self.assertEqual(drawn["events"][:, 0].tolist(), [event.beta for event in result.events])
        self.assertGreater(ax.get_xlim()[0], ax.get_xlim()[1])
        self.assertNotIn("the given network", drawn)
        counts = result.figure(what="neurons").lines[0]
        numpy.testing.assert_array_equal(counts.get_xydata(), numpy.column_stack([result.betas, result.neurons]))
        self.assertEqual(counts.get_drawstyle(), "steps-pre")
        self.refused("what: expected", result.figure, what="betas")

    def shares(self, ax, weights):
        """Compares the picture's shade at some pixels with the share of samples that ``weights`` activates."""
        shade = numpy.ma.filled(ax.images[0].get_array(), numpy.nan)
        ticks = numpy.linspace(-1, 1, len(shade))
        checked = 0
        for i, j in numpy.random.default_rng(5).integers(0, len(shade), size=(300, 2)):
            a, b = ticks[j], ticks[i]
            if a * a + b * b > 1:
                self.assertTrue(numpy.isnan(shade[i, j]))
                continue
            self.assertAlmostEqual(shade[i, j], weights(a, b), delta=1e-12)
            checked += 1
        self.assertGreater(checked, 150)

    def test_arrangement_of_rank_two(self):
        X, _ = planted(5, 2, 3)
        ax = thalweg.arrangement(X).figure()
        for row, line in zip(X, ax.lines):
            numpy.testing.assert_allclose(line.get_xydata() @ row, 0, atol=1e-14)
            numpy.testing.assert_allclose(numpy.hypot(*line.get_data()), 1)
        self.assertEqual(len(ax.lines), 6)  # and the rim
        self.shares(ax, lambda a, b: (X @ [a, b] > 0).mean())

    def test_arrangement_with_a_bias(self):
        points, _ = planted(6, 2, 3)
        ax = thalweg.arrangement(points, bias=True).figure()
        centred = points - points.mean(axis=0)
        scaled = numpy.column_stack([centred / numpy.sqrt((centred**2).sum() / 6), numpy.ones(6)])

        def lifted(a, b):  # from the disc to the half sphere, seen from its lowest point
            return numpy.array([2 * a, 2 * b, 1 - a * a - b * b])

        for row, line in zip(scaled, ax.lines):
            numpy.testing.assert_allclose([row @ lifted(*point) for point in line.get_xydata()], 0, atol=1e-12)
        self.assertEqual(len(ax.lines), 7)
        self.shares(ax, lambda a, b: (scaled @ lifted(a, b) > 0).mean())

    def test_arrangement_shows_the_cells(self):
        X, _ = planted(7, 3, 6)
        result = thalweg.arrangement(X)
        shade = numpy.ma.filled(result.figure().images[0].get_array(), numpy.nan)
        drawn = {round(share * 7) for share in shade[~numpy.isnan(shade)].tolist()}
        self.assertLessEqual(drawn, {int((signs > 0).sum()) for signs in result.signs})
        self.refused("rank 2 or 3", thalweg.arrangement(planted(7, 4, 6)[0]).figure)

    def test_axes_are_those_given(self):
        given = pyplot.subplots()[1]
        self.assertIs(thalweg.width(*SYMMETRIC, beta=0.1).figure(given), given)

    def test_no_bound_no_figure_of_the_gap(self):
        document = thalweg.train(*SYMMETRIC, beta=0.1).to_dict()
        document["gap"] = document["lower_bound"] = None
        self.refused("no lower bound is known", thalweg.TrainResult(document).figure)

    def test_no_figure(self):
        self.refused("none of InfoResult", thalweg.info(*SYMMETRIC).figure)

    def test_without_matplotlib(self):
        hidden = "import sys; sys.modules['matplotlib'] = None; import thalweg; thalweg.train([[1.0]], [1.0], beta=1.0).figure()"
        done = subprocess.run([sys.executable, "-c", hidden], capture_output=True, text=True)
        self.assertIn("ImportError: figures need matplotlib", done.stderr)


if __name__ == "__main__":
    unittest.main()
