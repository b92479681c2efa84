"""Whatever holds numbers as arrays that the extension module reads where they lie."""

from __future__ import annotations

import io
import numbers
from typing import Any

import numpy as np

from .errors import InvalidInput

_KINDS = "fiub"


def _of_objects(array: np.ndarray, name: str) -> np.ndarray:
    """Doubles of an array of Python numbers, such as the columns of a mixed table."""
    values = np.empty(array.shape, dtype=np.float64)
    for index, value in np.ndenumerate(array):
        if not isinstance(value, numbers.Real):
            raise InvalidInput("%s: entry %s (counted from 0): expected a number, got %r" % (name, list(index), value))
        try:
            values[index] = float(value)
        except OverflowError:
            raise InvalidInput("%s: entry %s: too large for a double: %r" % (name, list(index), value)) from None
        if values[index] != value and value == value:
            raise InvalidInput("%s: entry %s: no double equals %r" % (name, list(index), value))
    return values


def _of_other_floats(array: np.ndarray, name: str) -> np.ndarray:
    """Half and extended precision: the first always fits, the second must."""
    if array.dtype.itemsize == 2:
        return array.astype(np.float32)
    doubles = array.astype(np.float64)
    if not np.array_equal(doubles, array, equal_nan=True):
        raise InvalidInput("%s: expected numbers that doubles hold, got %s; convert them first" % (name, array.dtype))
    return doubles


def _of_tensor(tensor: Any, name: str) -> Any:
    """A torch tensor as an array where it lies, from the accelerator as a copy."""
    try:
        tensor = tensor.detach().cpu()
        try:
            return tensor.numpy()
        except TypeError:  # bfloat16, which NumPy has not
            return tensor.float().numpy()
    except (RuntimeError, TypeError, ValueError) as problem:  # without values yet, sparse, quantised
        raise InvalidInput("%s: is no tensor of numbers: %s" % (name, problem)) from None


def to_array(value: Any, name: str) -> np.ndarray:
    """A contiguous array of real numbers with the values of ``value``, a view of it where possible.

    NumPy arrays, lists, anything with NumPy's protocol (pandas), and torch tensors. Errors:
    InvalidInput, naming the argument, for anything but real numbers.
    """
    if hasattr(value, "detach"):
        value = _of_tensor(value, name)
    if np.ma.is_masked(value):
        raise InvalidInput("%s: has masked entries; fill or drop them first" % name)
    if hasattr(value, "toarray") and not isinstance(value, np.ndarray):
        raise InvalidInput("%s: is sparse; give %s.toarray()" % (name, name))
    try:
        array = np.asarray(value)
    except (ValueError, TypeError) as problem:
        raise InvalidInput("%s: is no array of numbers: %s" % (name, problem)) from None
    if array.dtype == object:
        if array.ndim == 0:
            raise InvalidInput("%s: expected an array, got %s" % (name, type(value).__name__))
        array = _of_objects(array, name)
    if array.dtype.kind not in _KINDS:
        raise InvalidInput("%s: expected real numbers, got elements of type %s" % (name, array.dtype))
    if array.dtype.kind == "f" and array.dtype.itemsize not in (4, 8):
        array = _of_other_floats(array, name)
    if array.flags.c_contiguous or array.flags.f_contiguous:
        return array
    return np.ascontiguousarray(array)


def from_npy(data: bytes) -> np.ndarray:
    """The array of a ``.npy`` file."""
    return np.load(io.BytesIO(data), allow_pickle=False)
