"""Estimators for scikit-learn. Needs scikit-learn, which nothing else of this package does."""

from __future__ import annotations

import warnings
from typing import Any, Dict, Optional, Tuple

import numpy as np

from .errors import InvalidInput, ThalwegWarning
from .patterns import info
from .results import TrainResult
from .training import train

try:
    from joblib import effective_n_jobs
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.utils.metaestimators import available_if
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import _check_sample_weight, check_is_fitted
except ImportError as missing:
    raise ImportError("thalweg's estimators need scikit-learn (Debian: python3-sklearn): %s" % missing) from missing

try:
    from sklearn.utils.validation import validate_data
except ImportError:  # before scikit-learn 1.6

    def validate_data(estimator: Any, *args: Any, **options: Any) -> Any:
        return estimator._validate_data(*args, **options)


#: seconds for the search of the largest useful penalty, whose value is found much earlier than proved
_SCALE_SECONDS = 1.0


def _drop_weightless(
    X: np.ndarray, y: np.ndarray, weights: Optional[np.ndarray]
) -> Tuple[np.ndarray, np.ndarray, Optional[np.ndarray]]:
    """Without the samples of weight 0; no weights where all are 1, which is what has proofs."""
    if weights is None:
        return X, y, None
    if not weights.any():
        raise InvalidInput("sample_weight: every sample has weight 0")
    if not weights.all():
        X, y, weights = X[weights > 0], y[weights > 0], weights[weights > 0]
    return X, y, None if (weights == 1).all() else weights


class _CertifiedReLU(BaseEstimator):
    """What regressor and classifier share: the training problem, and what is known after it."""

    def __init__(
        self,
        beta_fraction: float,
        beta: Optional[float],
        loss: str,
        hidden_bias: bool,
        output_bias: str,
        skip: bool,
        standardize: bool,
        outputs: str,
        gap: float,
        width: Optional[int],
        verify: bool,
        time_limit: Optional[float],
        n_jobs: Optional[int],
        random_state: Any,
    ) -> None:
        self.beta_fraction = beta_fraction
        self.beta = beta
        self.loss = loss
        self.hidden_bias = hidden_bias
        self.output_bias = output_bias
        self.skip = skip
        self.standardize = standardize
        self.outputs = outputs
        self.gap = gap
        self.width = width
        self.verify = verify
        self.time_limit = time_limit
        self.n_jobs = n_jobs
        self.random_state = random_state

    def _loss_name(self, names: Dict[str, str]) -> str:
        if self.loss not in names:
            raise InvalidInput("loss: expected %s, got %r" % (" or ".join(map(repr, names)), self.loss))
        return names[self.loss]

    def _train(self, X: np.ndarray, y: np.ndarray, weights: Optional[np.ndarray], loss: str, **options: Any) -> None:
        """Trains and keeps the answer. y: (n), or (n x c) for several outputs; softmax's are classes."""
        several = y.ndim == 2 or loss == "softmax"
        if several and weights is not None:
            if (weights != np.floor(weights)).any():
                raise InvalidInput("sample_weight: several outputs or classes take whole numbers only")
            X, y = (np.repeat(values, weights.astype(int), axis=0) for values in (X, y))
            weights = None
        problem: Dict[str, Any] = dict(
            bias=self.hidden_bias,
            output_bias=self.output_bias,
            skip=self.skip,
            sample_weights=weights,
            standardize=self.standardize,
            threads=effective_n_jobs(self.n_jobs),
            seed=self._seed(),
            **options,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ThalwegWarning)  # fit says it in scikit-learn's way
            self.beta_ = self._beta(X, y, loss, problem) if self.beta is None else self.beta
            result = train(
                X,
                y,
                beta=self.beta_,
                loss=loss,
                outputs=self.outputs if several else None,
                gap=self.gap,
                width=self.width,
                verify=self.verify,
                time_limit=self.time_limit,
                **problem,
            )
        self._keep(result)

    def _beta(self, X: np.ndarray, y: np.ndarray, loss: str, problem: Dict[str, Any]) -> float:
        """The fraction of the least penalty at which neurons are of no use; of several outputs the largest."""
        if not self.beta_fraction > 0:
            raise InvalidInput("beta_fraction: expected a positive number, got %r" % (self.beta_fraction,))
        if loss == "softmax":  # with a free bias its residual at no neurons is that of these targets
            y, loss = np.eye(len(np.unique(y)))[y], "squared"
        columns = y.reshape(len(y), -1).T
        seconds = _SCALE_SECONDS if self.time_limit is None else min(_SCALE_SECONDS, self.time_limit)
        scales = [info(X, column, loss=loss, time_limit=seconds, **problem).beta_max_lower for column in columns]
        if None in scales:
            raise InvalidInput("beta: give one; no largest useful penalty was found in %g seconds" % seconds)
        return self.beta_fraction * max(scales) or 1.0  # 0: any penalty makes all weights vanish

    def _seed(self) -> Optional[int]:
        if hasattr(self.random_state, "randint"):
            return int(self.random_state.randint(np.iinfo(np.int32).max))
        return self.random_state

    def _keep(self, result: TrainResult) -> None:
        self.result_ = result
        self.network_ = result.network
        self.objective_ = result.objective
        self.lower_bound_ = result.lower_bound
        self.gap_ = result.gap
        self.relative_gap_ = result.relative_gap
        self.level_ = result.level
        self.status_ = result.status
        self.W_ = result.network.W
        self.alpha_ = result.network.alpha
        self.b_ = result.network.b
        self.output_bias_ = result.network.output_bias
        self.skip_ = result.network.skip
        if self.status_ in ("limit", "reduced_accuracy"):
            why = "stopped at a limit" if self.status_ == "limit" else "did not reach the requested gap"
            warnings.warn(
                "%s %s: the network is at most %.3g (relative %.3g) above the optimum, gap=%g was asked for"
                % (type(self).__name__, why, self.gap_, self.relative_gap_, self.gap),
                ConvergenceWarning,
                stacklevel=4,
            )

    def _outputs(self, X: Any) -> np.ndarray:
        """The network's outputs: (k), or (k x c)."""
        check_is_fitted(self)
        return self.network_(validate_data(self, X, dtype=np.float64, reset=False))


class CertifiedReLURegressor(RegressorMixin, _CertifiedReLU):
    """Two-layer ReLU regression trained over all widths to a certified gap.

    Minimises ``sum_i w_i loss(f(x_i), y_i) + beta/2 (sum of squared weights)`` over networks of every
    width, and bounds how far the network that was found is above the minimum.

    Parameters
    ----------
    beta_fraction
        the penalty as a fraction of the least one at which neurons are of no use (``thalweg.info``'s
        ``beta_max``; with several targets or classes of the largest for one of them)
    beta
        the penalty itself instead, as Ridge's ``alpha`` (the loss is half the squared error, summed over
        the samples)
    loss, huber_delta
        ``"squared_error"``, or ``"huber"``: quadratic up to residuals of ``huber_delta``, linear beyond
    hidden_bias
        neurons have biases, penalised like weights
    output_bias
        ``"free"`` (not penalised), ``"penalised"`` or ``"none"``
    skip
        also a linear function of the inputs, not penalised
    standardize, standardize_targets
        centre and scale the columns of X, and y, by powers of two; the network keeps the map
    outputs
        with several targets: ``"shared"`` neurons, or ``"independent"`` ones, each for one target
    gap
        relative gap to reach
    width
        at most this many neurons; then the gap is to the optimum over all widths, and may stay open
    verify
        also prove the numbers in exact arithmetic where that is known (one output, squared error or
        Huber, no sample weights, no skip connection); a proof may take much longer than the fit
    time_limit
        seconds after which a fit ends with what it has, or None
    n_jobs
        threads, as everywhere in scikit-learn: None is 1, -1 all cores
    random_state
        seed; None is a fixed one

    Attributes
    ----------
    network_
        the :class:`thalweg.Network`
    beta_
        the penalty
    objective_, lower_bound_, gap_, relative_gap_
        of the network; what no network of any width is below; their difference, also over the objective
    level_
        ``"verified"`` (recomputed exactly), ``"value"`` or ``"estimate"`` (floating point)
    status_
        ``"solved"``, ``"limit"``, ``"reduced_accuracy"`` or ``"width_limited"`` (docs/commands.md, train)
    W_ (m x d), b_ (m), alpha_ (m) or (m x c), output_bias_ (c), skip_
        the network's weights, None where it has none
    n_features_in_, feature_names_in_
        as everywhere in scikit-learn
    result_
        all that :func:`thalweg.train` returned

    >>> model = thalweg.CertifiedReLURegressor(beta_fraction=0.1).fit(X, y)
    >>> model.predict(X), model.gap_
    """

    _losses = {"squared_error": "squared", "huber": "huber"}

    def __init__(
        self,
        beta_fraction: float = 0.4,
        *,
        beta: Optional[float] = None,
        loss: str = "squared_error",
        huber_delta: float = 1.0,
        hidden_bias: bool = True,
        output_bias: str = "free",
        skip: bool = False,
        standardize: bool = False,
        standardize_targets: bool = False,
        outputs: str = "shared",
        gap: float = 1e-6,
        width: Optional[int] = None,
        verify: bool = False,
        time_limit: Optional[float] = 60.0,
        n_jobs: Optional[int] = None,
        random_state: Any = None,
    ) -> None:
        super().__init__(
            beta_fraction,
            beta,
            loss,
            hidden_bias,
            output_bias,
            skip,
            standardize,
            outputs,
            gap,
            width,
            verify,
            time_limit,
            n_jobs,
            random_state,
        )
        self.huber_delta = huber_delta
        self.standardize_targets = standardize_targets

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "CertifiedReLURegressor":
        """Trains on X (n x d) and y (n) or (n x c), with weights (n) >= 0 or none.

        Errors: ValueError. Warns: ConvergenceWarning when the gap was not reached; what the
        attributes say holds all the same.
        """
        X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, dtype=np.float64, only_non_negative=True)
        X, y, weights = _drop_weightless(X, np.asarray(y, dtype=np.float64), sample_weight)
        self._column = y.ndim == 2 and y.shape[1] == 1
        loss = self._loss_name(self._losses)
        huber = {"huber_delta": self.huber_delta} if loss == "huber" else {}
        targets = y[:, 0] if self._column else y
        self._train(X, targets, weights, loss, standardize_targets=self.standardize_targets, **huber)
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Predictions at X (k x d), shaped as the y of ``fit``: (k) or (k x c)."""
        values = self._outputs(X)
        return values[:, None] if self._column else values

    def _more_tags(self) -> Dict[str, Any]:
        return {"multioutput": True}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def _log_loss(classifier: "CertifiedReLUClassifier") -> bool:
    return classifier.loss == "log_loss"


class CertifiedReLUClassifier(ClassifierMixin, _CertifiedReLU):
    """Two-layer ReLU classification trained over all widths to a certified gap.

    Minimises ``sum_i w_i loss(f(x_i), y_i) + beta/2 (sum of squared weights)`` over networks of every
    width. Two classes have one output; more have one each.

    Parameters
    ----------
    loss
        ``"log_loss"`` (logistic; softmax cross-entropy for more than two classes) or
        ``"squared_hinge"`` (one class against the rest for more than two)
    outputs
        with more than two classes: ``"shared"`` neurons, or ``"independent"`` ones, each for one class
    beta_fraction, beta, hidden_bias, ... random_state
        as for :class:`CertifiedReLURegressor`; exact proofs are known for the squared hinge of two
        classes

    Attributes
    ----------
    classes_
        the labels, in increasing order
    network_, objective_, ... result_
        as for :class:`CertifiedReLURegressor`

    >>> model = thalweg.CertifiedReLUClassifier(beta_fraction=0.1).fit(X, labels)
    >>> model.predict_proba(X), model.gap_
    """

    def __init__(
        self,
        beta_fraction: float = 0.4,
        *,
        beta: Optional[float] = None,
        loss: str = "log_loss",
        hidden_bias: bool = True,
        output_bias: str = "free",
        skip: bool = False,
        standardize: bool = False,
        outputs: str = "shared",
        gap: float = 1e-6,
        width: Optional[int] = None,
        verify: bool = False,
        time_limit: Optional[float] = 60.0,
        n_jobs: Optional[int] = None,
        random_state: Any = None,
    ) -> None:
        super().__init__(
            beta_fraction,
            beta,
            loss,
            hidden_bias,
            output_bias,
            skip,
            standardize,
            outputs,
            gap,
            width,
            verify,
            time_limit,
            n_jobs,
            random_state,
        )

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "CertifiedReLUClassifier":
        """Trains on X (n x d) and labels y (n), with weights (n) >= 0 or none.

        Errors: ValueError, also for labels of one class. Warns: as the regressor's.
        """
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, dtype=np.float64, only_non_negative=True)
        X, y, weights = _drop_weightless(X, y, sample_weight)
        self.classes_, places = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise InvalidInput("y: expected samples of at least 2 classes with positive weight, got 1 class")
        binary = len(self.classes_) == 2
        logistic = "logistic" if binary else "softmax"
        loss = self._loss_name({"log_loss": logistic, "squared_hinge": "squared-hinge"})
        if loss == "softmax":
            targets = places
        else:
            right = places == 1 if binary else places[:, None] == np.arange(len(self.classes_))
            targets = np.where(right, 1, -1)
        self._train(X, targets, weights, loss)
        return self

    def decision_function(self, X: Any) -> np.ndarray:
        """The network's outputs at X (k x d): (k), positive for ``classes_[1]``, or (k x c)."""
        return self._outputs(X)

    def predict(self, X: Any) -> np.ndarray:
        """Labels (k)."""
        values = self.decision_function(X)
        return self.classes_[(values > 0).astype(int) if values.ndim == 1 else values.argmax(axis=1)]

    @available_if(_log_loss)
    def predict_proba(self, X: Any) -> np.ndarray:
        """Probabilities (k x c) of the classes; with the log loss only."""
        values = self.decision_function(X)
        if values.ndim == 1:
            values = np.stack([np.zeros_like(values), values], axis=1)
        shares = np.exp(values - values.max(axis=1, keepdims=True))
        return shares / shares.sum(axis=1, keepdims=True)
