"""What the estimators share. Needs scikit-learn, which nothing else of this package does."""

from __future__ import annotations

import numbers
import warnings
from typing import Any, Dict, Optional, Tuple

import numpy as np

from .errors import InvalidInput, ThalwegWarning
from .patterns import info
from .results import TrainResult
from .training import train

try:
    from joblib import effective_n_jobs
    from sklearn.base import BaseEstimator
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.utils.validation import _check_sample_weight, check_is_fitted
except ImportError as missing:
    reason = "thalweg's estimators need scikit-learn (Debian: python3-sklearn): %s" % missing
    raise ImportError(reason) from missing

try:
    from sklearn.utils.validation import validate_data
except ImportError:  # before scikit-learn 1.6

    def validate_data(estimator: Any, *args: Any, **options: Any) -> Any:
        return estimator._validate_data(*args, **options)


__all__ = ["CertifiedReLU", "drop_weightless", "validate_data"]

#: seconds for the search of the largest useful penalty, whose value is found much earlier than proved
_SCALE_SECONDS = 1.0


def drop_weightless(X: np.ndarray, y: np.ndarray, given: Any) -> Tuple[np.ndarray, np.ndarray, Optional[np.ndarray]]:
    """X, y and weights without the samples of weight 0; no weights where all are 1, which has proofs.

    Errors: ValueError for weights that are negative, all 0 or of another shape.
    """
    if given is None:
        return X, y, None
    weights = _check_sample_weight(given, X, dtype=np.float64, only_non_negative=True)
    if not weights.any():
        raise InvalidInput("sample_weight: every sample has weight 0")
    if not weights.all():
        X, y, weights = X[weights > 0], y[weights > 0], weights[weights > 0]
    return X, y, None if (weights == 1).all() else weights


class CertifiedReLU(BaseEstimator):
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

    def _train(self, X: np.ndarray, y: np.ndarray, weights: Any, loss: str, **options: Any) -> None:
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
        """The fraction of the least penalty at which neurons are of no use, of several outputs the largest."""
        if not (isinstance(self.beta_fraction, numbers.Real) and self.beta_fraction > 0):
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
        if self.random_state is None:
            return None
        if isinstance(self.random_state, (int, np.integer)):
            return int(self.random_state)
        raise InvalidInput("random_state: expected a seed or numpy.random.RandomState, got %r" % (self.random_state,))

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
