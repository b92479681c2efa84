"""Named arrays of files that thalweg writes."""

from __future__ import annotations

from typing import Any, Dict, Mapping

import numpy as np

from .arrays import to_array
from .files import PathLike, read_npz, write_npz


class ArrayFile:
    """Named arrays of a file that thalweg wrote, also as attributes."""

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        self.arrays: Dict[str, np.ndarray] = {name: to_array(value, name) for name, value in arrays.items()}

    def __getattr__(self, name: str) -> np.ndarray:
        arrays = self.__dict__.get("arrays", {})
        if name in arrays:
            return arrays[name]
        raise AttributeError("%s has no array %r; it has %s" % (type(self).__name__, name, ", ".join(arrays)))

    def __getitem__(self, name: str) -> np.ndarray:
        return self.arrays[name]

    def __dir__(self) -> Any:
        return sorted({*super().__dir__(), *self.__dict__.get("arrays", ())})

    def __repr__(self) -> str:
        shapes = ("%s %s" % (name, "x".join(map(str, value.shape)) or "()") for name, value in self.arrays.items())
        return "<thalweg.%s %s>" % (type(self).__name__, ", ".join(shapes))

    def save(self, path: PathLike) -> None:
        """Writes the arrays to ``path`` (.npz)."""
        write_npz(path, self.arrays)

    @classmethod
    def load(cls, path: PathLike) -> "ArrayFile":
        """Reads them back."""
        return cls(read_npz(path))


class BranchNetwork(ArrayFile):
    """A network of another architecture: the arrays of its branches, a row of each a branch.

    Names and shapes are those of the network's file (docs/architectures.md); ``network.arrays`` has
    them all, and each is an attribute.
    """


class GatedModel(ArrayFile):
    """What ``train(patterns="gated")`` finds without ``decompose``; no ReLU network (docs/files.md)."""
