"""Arguments as the words of a command line."""

from __future__ import annotations

import json
import operator
import os
from typing import Any, Iterable, Mapping, Optional, Tuple

import numpy as np

from .errors import InvalidInput

#: what the paths of arrays begin with that are handed over, or kept, in memory
MEMORY = "memory:"


def is_path(value: Any) -> bool:
    """Whether something names a file."""
    return isinstance(value, (str, os.PathLike))


def path_text(value: Any, name: str) -> str:
    """The path as text. Errors: InvalidInput."""
    try:
        path = os.fspath(value)
    except TypeError:
        raise InvalidInput("%s: expected a path, got %s" % (name, type(value).__name__)) from None
    if not isinstance(path, str) or not path or "\0" in path:
        raise InvalidInput("%s: expected a path, got %r" % (name, path))
    try:
        path.encode()
    except UnicodeEncodeError:
        raise InvalidInput("%s: expected a path in UTF-8, got %r" % (name, path)) from None
    return os.path.join(".", path) if path.startswith(MEMORY) else path


def flag_value(value: Any, name: str) -> bool:
    """True or False, so that ``"no"`` is not taken for yes. Errors: InvalidInput."""
    if value is None or isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)) and value in (0, 1):
        return bool(value)
    raise InvalidInput("%s: expected True or False, got %r" % (name, value))


def pair(value: Any, name: str) -> Tuple[Any, Any]:
    """Two things. Errors: InvalidInput."""
    try:
        first, second = value
    except (TypeError, ValueError):
        raise InvalidInput("%s: expected a pair, got %r" % (name, value)) from None
    return first, second


def number_text(value: Any, name: str) -> str:
    """A number with all its digits. Errors: InvalidInput for what is none."""
    if isinstance(value, (bool, np.bool_)):
        raise InvalidInput("%s: expected a number, got %r" % (name, value))
    try:
        return str(operator.index(value))
    except TypeError:
        pass
    try:
        return repr(float(value))
    except (TypeError, ValueError):
        raise InvalidInput("%s: expected a number, got %r" % (name, value)) from None


def numbers_text(values: Iterable[Any], name: str) -> str:
    """Whole numbers with commas between. Errors: InvalidInput."""
    try:
        return ",".join(str(operator.index(value)) for value in values)
    except TypeError:
        raise InvalidInput("%s: expected whole numbers" % name) from None


def read_description(architecture: Any) -> Optional[Mapping[str, Any]]:
    """The description of an architecture as a dict; None when it is a file that is none, which the
    command then refuses."""
    if isinstance(architecture, Mapping):
        return dict(architecture)
    if not is_path(architecture):
        raise InvalidInput("architecture: expected a dict or a path, got " + type(architecture).__name__)
    try:
        with open(os.fspath(architecture), encoding="utf-8") as stream:
            described = json.load(stream)
    except (OSError, ValueError):
        return None
    return described if isinstance(described, dict) else None
