"""Names of the package that are made when first asked for, since they need scikit-learn."""

from __future__ import annotations

from typing import Any

_ESTIMATORS = ("CertifiedReLUClassifier", "CertifiedReLURegressor")


def __getattr__(name: str) -> Any:
    """The package's own ``__getattr__``. Errors: ImportError without scikit-learn."""
    if name not in _ESTIMATORS:
        raise AttributeError("module 'thalweg' has no attribute %r" % name)
    from . import estimators

    return getattr(estimators, name)
