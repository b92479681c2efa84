"""Estimators for scikit-learn."""

from __future__ import annotations

from typing import Any, Dict, Optional

import numpy as np

from .errors import InvalidInput
from .estimator_base import CertifiedReLU, drop_weightless, validate_data

# After the line above, which says what is missing where scikit-learn is.
from sklearn.base import ClassifierMixin, RegressorMixin  # isort: skip
from sklearn.utils.metaestimators import available_if  # isort: skip
from sklearn.utils.multiclass import check_classification_targets  # isort: skip


class CertifiedReLURegressor(RegressorMixin, CertifiedReLU):
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
        X, y, weights = drop_weightless(X, np.asarray(y, dtype=np.float64), sample_weight)
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


class CertifiedReLUClassifier(ClassifierMixin, CertifiedReLU):
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
        X, y, weights = drop_weightless(X, y, sample_weight)
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
