"""JSON documents as objects with attributes."""

from __future__ import annotations

from typing import Any, Dict, Iterator, Mapping

import numpy as np


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_grid(values: Any) -> bool:
    """Whether a list is all numbers, or all such lists of one length."""
    if not isinstance(values, list) or not values:
        return False
    if all(isinstance(value, list) for value in values):
        return len({len(value) for value in values}) == 1 and all(_is_grid(value) for value in values)
    return all(map(_is_number, values))


def from_json(value: Any) -> Any:
    """Objects become records (dicts by number where all keys are numbers), grids of numbers arrays."""
    if isinstance(value, dict):
        if value and all(key.isdigit() for key in value):
            return {int(key): from_json(part) for key, part in value.items()}
        return Record(value)
    if isinstance(value, list):
        return np.array(value) if _is_grid(value) else [from_json(part) for part in value]
    return value


class Record:
    """An object of a document: ``record.gap`` and ``record["gap"]`` are the same."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document: Dict[str, Any] = dict(document)
        self._values: Dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._document:
            raise AttributeError("%s has no attribute %r" % (type(self).__name__, name))
        return self[name]

    def __getitem__(self, name: str) -> Any:
        if name not in self._values:
            self._values[name] = from_json(self._document[name])
        return self._values[name]

    def __contains__(self, name: object) -> bool:
        return name in self._document

    def __iter__(self) -> Iterator[str]:
        return iter(self._document)

    def __len__(self) -> int:
        return len(self._document)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Record) and self._document == other._document

    __hash__ = None  # type: ignore[assignment]

    def keys(self) -> Any:
        """The names."""
        return self._document.keys()

    def __dir__(self) -> Any:
        return sorted({*super().__dir__(), *self.__dict__.get("_document", ())})

    def to_dict(self) -> Dict[str, Any]:
        """The JSON object as plain dicts, lists and numbers."""
        return self._document

    def __repr__(self) -> str:
        return "Record(%s)" % ", ".join("%s=%s" % (name, brief(value)) for name, value in self._document.items())


def brief(value: Any, most: int = 60) -> str:
    """A value in a few characters."""
    if isinstance(value, dict):
        return "{%d entries}" % len(value)
    if isinstance(value, list) and (len(value) > 4 or any(isinstance(part, (list, dict)) for part in value)):
        return "[%d entries]" % len(value)
    if isinstance(value, float):
        return "%.6g" % value
    text = repr(value)
    return text if len(text) <= most else text[: most - 3] + "..."
