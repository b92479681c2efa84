"""The estimators for scikit-learn: its own checks, and that a fit is what thalweg.train says."""

import pickle
import subprocess
import sys
import unittest
import warnings

import numpy
import thalweg

try:
    from sklearn.base import clone
    from sklearn.datasets import make_blobs
    from sklearn.exceptions import ConvergenceWarning, NotFittedError
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.utils.estimator_checks import check_estimator
except ImportError:
    sys.exit(print("skipped: scikit-learn is not installed"))

# Noise for targets, in rank 11 or five of them, takes long to fit; nothing but shapes and types is asked there.
_LONG = {"check_dtype_object", "check_regressor_multioutput"}


def planted(samples, dimension, seed):
    """Gaussian inputs, and what three neurons with biases make of them plus noise."""
    draw = numpy.random.default_rng(seed)
    X = draw.normal(size=(samples, dimension))
    hidden = numpy.maximum(X @ draw.normal(size=(dimension, 3)) + draw.normal(size=3), 0)
    return X, hidden @ draw.normal(size=3) + 2 + 0.1 * draw.normal(size=samples)


def objective(model, X, losses):
    """From the weights alone: the losses, and beta/2 times the squared weights without the free bias."""
    network = model.network_
    return losses.sum() + model.beta_ / 2 * ((network.W**2).sum() + (network.b**2).sum() + (network.alpha**2).sum())


class ScikitLearnsChecks(unittest.TestCase):
    def run_checks(self, estimator):
        """All of them, by name; the names of those that scikit-learn skips itself."""
        skipped, count = set(), 0  # those that need pandas, where it is missing
        for _, check in check_estimator(estimator, generate_only=True):
            name = getattr(check, "func", check).__name__
            count += 1
            with self.subTest(name, **getattr(check, "keywords", {})), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    check(clone(estimator).set_params(time_limit=1) if name in _LONG else clone(estimator))
                except unittest.SkipTest:
                    skipped.add(name)
        self.assertGreater(count, 35)
        return skipped

    def test_regressor(self):
        skipped = self.run_checks(thalweg.CertifiedReLURegressor())
        self.assertLessEqual(skipped, {"check_sample_weights_pandas_series", "check_regressor_data_not_an_array"})

    def test_classifier(self):
        skipped = self.run_checks(thalweg.CertifiedReLUClassifier(gap=1e-3))
        self.assertLessEqual(skipped, {"check_sample_weights_pandas_series", "check_classifier_data_not_an_array"})

    def test_a_wrong_estimator_fails_them(self):
        class Forgetful(thalweg.CertifiedReLURegressor):
            def predict(self, X):
                return super().predict(X) + numpy.random.default_rng().normal()

        with self.assertRaises(AssertionError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for estimator, check in check_estimator(Forgetful(), generate_only=True):
                if getattr(check, "func", check).__name__ == "check_fit_idempotent":
                    check(estimator)


class Regressor(unittest.TestCase):
    def setUp(self):
        self.X, self.y = planted(40, 2, 1)

    def test_is_train(self):
        model = thalweg.CertifiedReLURegressor(beta=0.5, random_state=3, verify=True).fit(self.X, self.y)
        result = thalweg.train(self.X, self.y, beta=0.5, bias=True, output_bias="free", seed=3, threads=1)
        numpy.testing.assert_array_equal(model.W_, result.network.W)
        numpy.testing.assert_array_equal(model.predict(self.X), result.network(self.X))
        self.assertEqual((model.objective_, model.gap_, model.level_), (result.objective, result.gap, result.level))
        self.assertEqual((model.level_, model.status_, model.n_features_in_), ("verified", "solved", 2))

    def test_objective_and_penalty(self):
        model = thalweg.CertifiedReLURegressor(0.05).fit(self.X, self.y)
        expected = objective(model, self.X, (model.predict(self.X) - self.y) ** 2 / 2)
        self.assertAlmostEqual(model.objective_, expected, delta=1e-10 * expected)
        self.assertLessEqual(model.lower_bound_, model.objective_)
        self.assertLess(model.relative_gap_, 1e-6)
        self.assertGreater(model.score(self.X, self.y), 0.9)
        known = thalweg.info(self.X, self.y, bias=True, output_bias="free").beta_max
        self.assertAlmostEqual(model.beta_, 0.05 * known, delta=1e-6 * known)

    def test_no_neurons_from_the_largest_penalty_on(self):
        above = thalweg.CertifiedReLURegressor(1.001).fit(self.X, self.y)
        self.assertEqual(len(above.W_), 0)
        numpy.testing.assert_allclose(above.predict(self.X), self.y.mean())
        self.assertGreater(len(thalweg.CertifiedReLURegressor(0.999).fit(self.X, self.y).W_), 0)

    def test_constant_targets(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # 0 has no relative gap
            model = thalweg.CertifiedReLURegressor().fit(self.X, numpy.full(40, 3.0))
        numpy.testing.assert_allclose(model.predict(self.X), 3.0)

    def test_huber(self):
        y = self.y.copy()
        y[0] += 50
        model = thalweg.CertifiedReLURegressor(beta=0.5, loss="huber", huber_delta=0.3).fit(self.X, y)
        off = abs(model.predict(self.X) - y)
        expected = objective(model, self.X, numpy.where(off <= 0.3, off**2 / 2, 0.3 * (off - 0.15)))
        self.assertAlmostEqual(model.objective_, expected, delta=1e-10 * expected)

    def test_sample_weights_are_repetitions(self):
        weights = numpy.arange(40) % 3
        model = thalweg.CertifiedReLURegressor(beta=0.5).fit(self.X, self.y, weights)
        again = thalweg.CertifiedReLURegressor(beta=0.5).fit(
            numpy.repeat(self.X, weights, axis=0), numpy.repeat(self.y, weights)
        )
        self.assertAlmostEqual(model.objective_, again.objective_, delta=2e-6 * again.objective_)
        unweighted = thalweg.CertifiedReLURegressor(beta=0.5).fit(self.X, self.y)
        self.assertGreater(abs(unweighted.objective_ - model.objective_), 1e-2)

    def test_several_targets(self):
        Y = numpy.column_stack([self.y, -self.y])[:20]
        model = thalweg.CertifiedReLURegressor(0.5, gap=1e-4).fit(self.X[:20], Y)
        predicted = model.predict(self.X[:20])
        expected = objective(model, self.X[:20], (predicted - Y) ** 2 / 2)
        self.assertEqual((predicted.shape, model.alpha_.shape[1]), ((20, 2), 2))
        self.assertAlmostEqual(model.objective_, expected, delta=1e-9 * expected)
        weighted = thalweg.CertifiedReLURegressor(0.5, gap=1e-4)
        self.assertEqual(weighted.fit(self.X[:20], Y, numpy.full(20, 2)).predict(self.X[:20]).shape, (20, 2))
        with self.assertRaisesRegex(ValueError, "sample_weight: .*whole numbers"):
            weighted.fit(self.X[:20], Y, numpy.full(20, 0.5))

    def test_a_limit_warns_and_keeps_a_valid_answer(self):
        X, y = planted(300, 9, 5)
        model = thalweg.CertifiedReLURegressor(beta=0.01, time_limit=0.5)
        with self.assertWarnsRegex(ConvergenceWarning, "stopped at a limit: the network is at most"):
            model.fit(X, y)
        expected = objective(model, X, (model.predict(X) - y) ** 2 / 2)
        self.assertAlmostEqual(model.objective_, expected, delta=1e-9 * expected)
        self.assertEqual(model.status_, "limit")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            thalweg.CertifiedReLURegressor().fit(self.X, self.y)

    def test_width(self):
        model = thalweg.CertifiedReLURegressor(beta=0.01, width=1).fit(self.X, self.y)
        self.assertLessEqual(len(model.W_), 1)
        wide = thalweg.CertifiedReLURegressor(beta=0.01).fit(self.X, self.y)
        self.assertLessEqual(wide.objective_, model.objective_)
        self.assertLessEqual(model.lower_bound_, wide.objective_)

    def test_refusals(self):
        def refused(words, X=self.X, y=self.y, weights=None, **options):
            with self.assertRaisesRegex(ValueError, words):
                thalweg.CertifiedReLURegressor(**options).fit(X, y, weights)

        refused("beta", beta=-1.0)
        refused("beta_fraction: expected a positive", beta_fraction=0.0)
        refused("beta_fraction: expected a positive", beta_fraction="0.1")
        refused("random_state: ", random_state=numpy.random.default_rng(0))
        refused("loss: expected 'squared_error' or 'huber'", loss="log_loss")
        refused("output.bias", output_bias="perhaps")
        refused("gap", gap=2.0)
        refused("every sample has weight 0", weights=numpy.zeros(40))
        refused("[Nn]egative", weights=-numpy.ones(40))
        refused("inconsistent", y=self.y[1:])
        refused("NaN", X=numpy.full((40, 2), numpy.nan))
        with self.assertRaises(NotFittedError):
            thalweg.CertifiedReLURegressor().predict(self.X)


class Classifier(unittest.TestCase):
    def setUp(self):
        self.X, self.y = make_blobs(n_samples=60, random_state=0)
        self.binary = numpy.array(["no", "yes"])[(self.y == 1).astype(int)]

    def test_two_classes(self):
        model = thalweg.CertifiedReLUClassifier(beta=0.5).fit(self.X, self.binary)
        self.assertEqual(list(model.classes_), ["no", "yes"])
        values, shares = model.decision_function(self.X), model.predict_proba(self.X)
        numpy.testing.assert_allclose(shares[:, 1], 1 / (1 + numpy.exp(-values)), rtol=1e-12)
        right = (self.binary == "yes").astype(int)
        expected = objective(model, self.X, -numpy.log(shares[numpy.arange(60), right]))
        self.assertAlmostEqual(model.objective_, expected, delta=1e-9 * expected)
        self.assertEqual(list(model.predict(self.X)), list(model.classes_[(values > 0).astype(int)]))
        self.assertGreater(model.score(self.X, self.binary), 0.8)
        self.assertLess(model.score(self.X, numpy.where(self.binary == "no", "yes", "no")), 0.2)

    def test_three_classes(self):
        model = thalweg.CertifiedReLUClassifier(beta=0.5, gap=1e-2).fit(self.X, self.y)
        shares = model.predict_proba(self.X)
        expected = objective(model, self.X, -numpy.log(shares[numpy.arange(60), self.y]))
        self.assertAlmostEqual(model.objective_, expected, delta=1e-9 * expected)
        numpy.testing.assert_allclose(shares.sum(axis=1), 1)
        self.assertEqual(model.decision_function(self.X).shape, (60, 3))
        self.assertGreater(model.score(self.X, self.y), 0.8)
        above = thalweg.CertifiedReLUClassifier(1.8, gap=1e-4).fit(self.X, self.y)  # > sqrt(3) of the largest class's
        self.assertEqual(len(above.W_), 0)
        numpy.testing.assert_allclose(above.predict_proba(self.X[:1]), [[1 / 3] * 3], atol=1e-6)

    def test_squared_hinge_is_verified_and_has_no_probabilities(self):
        model = thalweg.CertifiedReLUClassifier(beta=0.5, loss="squared_hinge", verify=True).fit(self.X, self.binary)
        values = model.decision_function(self.X) * numpy.where(self.binary == "yes", 1, -1)
        result = thalweg.train(
            self.X, (self.binary == "yes").astype(int), beta=0.5, loss="squared-hinge", bias=True, output_bias="free"
        )
        self.assertEqual(model.level_, "verified")
        self.assertAlmostEqual(model.objective_, result.objective, delta=2e-6 * result.objective)
        self.assertTrue(((values > 0) == (model.predict(self.X) == self.binary)).all())
        self.assertFalse(hasattr(model, "predict_proba"))
        three = thalweg.CertifiedReLUClassifier(beta=5.0, loss="squared_hinge", gap=1e-3).fit(self.X, self.y)
        self.assertGreater(three.score(self.X, self.y), 0.8)

    def test_refusals(self):
        with self.assertRaisesRegex(ValueError, "1 class"):
            thalweg.CertifiedReLUClassifier().fit(self.X, numpy.ones(60))
        with self.assertRaisesRegex(ValueError, "1 class"):  # the other class has no weight
            thalweg.CertifiedReLUClassifier().fit(self.X, self.binary, self.binary == "yes")
        with self.assertRaisesRegex(ValueError, "label type"):
            thalweg.CertifiedReLUClassifier().fit(self.X, self.X[:, 0])
        with self.assertRaisesRegex(ValueError, "loss: expected"):
            thalweg.CertifiedReLUClassifier(loss="squared_error").fit(self.X, self.binary)


class AmongOthers(unittest.TestCase):
    def test_pipeline_grid_search_pickle_clone(self):
        X, y = planted(40, 2, 2)
        pipeline = make_pipeline(StandardScaler(), thalweg.CertifiedReLURegressor())
        names = [name for name in pipeline.get_params() if name.endswith("__beta_fraction")]
        search = GridSearchCV(pipeline, {names[0]: [0.02, 2.0]}, cv=3).fit(X, y)
        self.assertEqual(search.best_params_, {names[0]: 0.02})
        model = search.best_estimator_[-1]
        loaded = pickle.loads(pickle.dumps(model))
        numpy.testing.assert_array_equal(loaded.predict(X), model.predict(X))
        self.assertEqual((loaded.gap_, loaded.result_.to_dict()), (model.gap_, model.result_.to_dict()))
        fresh = clone(model)
        self.assertEqual(fresh.get_params(), model.get_params())
        self.assertFalse(hasattr(fresh, "network_"))

    def test_certify_agrees(self):
        X, y = planted(40, 2, 4)
        model = thalweg.CertifiedReLURegressor(0.1).fit(X, y)
        known = thalweg.certify(model.network_, X, y, beta=model.beta_, output_bias="free", tolerance=1e-5)
        self.assertEqual((known.verdict, known.level), ("global_minimum", "verified"))
        spoilt = thalweg.Network(1.1 * model.W_, model.alpha_, b=model.b_, output_bias=model.output_bias_)
        known = thalweg.certify(spoilt, X, y, beta=model.beta_, output_bias="free", tolerance=1e-5)
        self.assertEqual(known.verdict, "suboptimal")

    def test_the_package_works_without_scikit_learn(self):
        hidden = "import sys; sys.modules['sklearn'] = sys.modules['joblib'] = None; import thalweg; thalweg.info([[1.0], [2.0]], [1.0, 2.0]);"
        done = subprocess.run([sys.executable, "-c", hidden], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = subprocess.run([sys.executable, "-c", hidden + "thalweg.CertifiedReLURegressor"], capture_output=True, text=True)
        self.assertIn("ImportError: thalweg's estimators need scikit-learn", done.stderr)
        lazy = "import sys, thalweg; assert 'sklearn' not in sys.modules; thalweg.CertifiedReLUClassifier; assert 'sklearn' in sys.modules"
        done = subprocess.run([sys.executable, "-c", lazy], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        with self.assertRaisesRegex(AttributeError, "CertifiedReLUCluster"):
            thalweg.CertifiedReLUCluster


if __name__ == "__main__":
    unittest.main()
