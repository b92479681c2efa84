"""Certified loss landscapes of ReLU networks with weight decay.

>>> import thalweg
>>> result = thalweg.certify(model, X, y, weight_decay=0.02, loss="mse-mean")
>>> print(result)

A function for every command of the program ``thalweg``; docs/python.md is the page for users.
"""

from ._core import __version__
from .array_file import ArrayFile, BranchNetwork, GatedModel
from .errors import FileError, InternalError, Interrupted, InvalidInput, ThalwegError, ThalwegWarning
from .landscape import certify, check, simplify, stationary
from .network import Network, NetworkPath, Standardization
from .on_demand import __getattr__  # the estimators
from .optima import optimal_set, width
from .paths import path, verify_path
from .patterns import arrangement, info
from .record import Record
from .results import (
    ArrangementResult,
    CertifyResult,
    CheckResult,
    InfoResult,
    OptimalSetResult,
    PathRegularizationResult,
    PathResult,
    Result,
    SimplifyResult,
    StationaryResult,
    TrainResult,
    WidthResult,
)
from .training import path_regularization, train

__all__ = [
    "ArrangementResult",
    "ArrayFile",
    "BranchNetwork",
    "CertifyResult",
    "CheckResult",
    "FileError",
    "GatedModel",
    "InfoResult",
    "InternalError",
    "Interrupted",
    "InvalidInput",
    "Network",
    "NetworkPath",
    "OptimalSetResult",
    "PathRegularizationResult",
    "PathResult",
    "Record",
    "Result",
    "SimplifyResult",
    "Standardization",
    "StationaryResult",
    "ThalwegError",
    "ThalwegWarning",
    "TrainResult",
    "WidthResult",
    "__version__",
    "arrangement",
    "certify",
    "check",
    "info",
    "optimal_set",
    "path",
    "path_regularization",
    "simplify",
    "stationary",
    "train",
    "verify_path",
    "width",
]
