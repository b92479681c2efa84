"""Two-layer ReLU networks as arrays, and paths of them."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple, Optional

import numpy as np

from .array_file import ArrayFile
from .arrays import to_array
from .errors import InvalidInput
from .files import PathLike, read_npz, write_npz

class Standardization(NamedTuple):
    """The map of the data that a network is for: ``z = (x - input_mean) / input_scale``.

    ``input_mean``, ``input_scale``: (d). ``output_mean``, ``output_scale``: (c) or None; predictions
    are ``output_mean + output_scale * network(z)``.
    """

    input_mean: np.ndarray
    input_scale: np.ndarray
    output_mean: Optional[np.ndarray] = None
    output_scale: Optional[np.ndarray] = None


class Network:
    """A two-layer ReLU network, ``f(x) = sum_j max(w_j . x + b_j, 0) alpha_j + output_bias + skip . x``.

    W (m x d)
        hidden weights, a row a neuron
    alpha (m), or (m x c) with several outputs
        output weights
    b (m), output_bias (c), skip (d x c, with ``b`` (d + 1) x c)
        or None
    standardization
        None, or the :class:`Standardization` of the data that it is for; calling the network applies it

    All arrays are doubles. Every function of this package that takes a network takes one of these.

    >>> network = thalweg.Network(W=[[1.0], [-1.0]], alpha=[1.0, 1.0])
    >>> network([[-2.0], [3.0]])
    array([2., 3.])
    """

    def __init__(
        self,
        W: Any,
        alpha: Any,
        *,
        b: Any = None,
        output_bias: Any = None,
        skip: Any = None,
        standardization: Optional[Standardization] = None,
    ) -> None:
        def doubles(value: Any, name: str) -> Any:
            return None if value is None else np.array(to_array(value, name), dtype=np.float64)

        self.W: np.ndarray = doubles(W, "W")
        self.alpha: np.ndarray = doubles(alpha, "alpha")
        self.b: Optional[np.ndarray] = doubles(b, "b")
        self.output_bias: Optional[np.ndarray] = doubles(output_bias, "output_bias")
        self.skip: Optional[np.ndarray] = doubles(skip, "skip")
        self.standardization = standardization
        self._check()

    def _check(self) -> None:
        if self.W.ndim != 2:
            raise InvalidInput("W: expected two dimensions (a row a neuron), got shape %s" % (self.W.shape,))
        if self.alpha.ndim not in (1, 2) or len(self.alpha) != self.width:
            raise InvalidInput("alpha: expected %d rows as W has, got shape %s" % (self.width, self.alpha.shape))
        if self.b is not None:
            if self.b.size != self.width:
                raise InvalidInput("b: expected %d numbers, one a neuron, got %d" % (self.width, self.b.size))
            self.b = self.b.reshape(-1)
        if self.output_bias is not None:
            if self.output_bias.size != self.outputs:
                given = self.output_bias.size
                raise InvalidInput("output_bias: expected %d, one an output, got %d" % (self.outputs, given))
            self.output_bias = self.output_bias.reshape(-1)
        if self.skip is not None:
            rows = self.W.shape[1] + (self.b is not None)
            if self.skip.size != rows * self.outputs:
                raise InvalidInput("skip: expected shape (%d, %d), got %s" % (rows, self.outputs, self.skip.shape))
            self.skip = self.skip.reshape(rows, self.outputs)

    @property
    def width(self) -> int:
        """m, the number of hidden neurons."""
        return self.W.shape[0]

    @property
    def outputs(self) -> int:
        """c, the number of outputs."""
        return 1 if self.alpha.ndim == 1 else self.alpha.shape[1]

    def __call__(self, X: Any) -> np.ndarray:
        """Predictions at X (k x d): (k), or (k x c) when ``alpha`` has two dimensions."""
        inputs = np.asarray(to_array(X, "X"), dtype=np.float64)
        if inputs.ndim != 2 or inputs.shape[1] != self.W.shape[1]:
            raise InvalidInput("X: expected shape (k, %d), got %s" % (self.W.shape[1], inputs.shape))
        scaled = self.standardization
        if scaled is not None:
            inputs = (inputs - scaled.input_mean) / scaled.input_scale
        hidden = inputs @ self.W.T
        if self.b is not None:
            hidden += self.b
        values = np.maximum(hidden, 0) @ self.alpha.reshape(self.width, self.outputs)
        if self.output_bias is not None:
            values += self.output_bias
        if self.skip is not None:
            columns = inputs.shape[1]
            values += inputs @ self.skip[:columns] + self.skip[columns:].sum(axis=0)
        if scaled is not None and scaled.output_mean is not None and scaled.output_scale is not None:
            values = values * scaled.output_scale + scaled.output_mean
        return values[:, 0] if self.alpha.ndim == 1 else values

    def arrays(self) -> Dict[str, np.ndarray]:
        """The arrays of its file, by name."""
        named: Dict[str, Any] = {
            "W": self.W,
            "alpha": self.alpha,
            "b": self.b,
            "output_bias": self.output_bias,
            "skip": self.skip,
        }
        if self.standardization is not None:
            named.update(self.standardization._asdict())
        return {name: value for name, value in named.items() if value is not None}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Any]) -> "Network":
        """The network of named arrays: ``W``, ``alpha``, ..., or PyTorch's ``0.weight``, ``2.weight``, ..."""
        if "0.weight" in arrays:
            return cls._from_torch(arrays)
        alpha = arrays.get("alpha", arrays.get("a"))
        if "W" not in arrays or alpha is None:
            raise InvalidInput("network: expected arrays W and alpha, got " + ", ".join(sorted(arrays)))
        scaled = None
        if "input_mean" in arrays:
            parts = {name: arrays[name] for name in Standardization._fields if arrays.get(name) is not None}
            doubles = {name: np.asarray(part, dtype=np.float64).reshape(-1) for name, part in parts.items()}
            scaled = Standardization(**doubles)
        return cls(
            arrays["W"],
            alpha,
            b=arrays.get("b"),
            output_bias=arrays.get("output_bias"),
            skip=arrays.get("skip"),
            standardization=scaled,
        )

    @classmethod
    def _from_torch(cls, arrays: Mapping[str, Any]) -> "Network":
        """The same with the names of ``Sequential(Linear, ReLU, Linear)``."""
        names = ("0.weight", "0.bias", "2.weight", "2.bias")
        W, b, out, bias = (to_array(arrays[name], name) if name in arrays else None for name in names)
        if set(arrays) - set(names) or W is None or out is None or out.ndim != 2:
            found = ", ".join(sorted(arrays))
            raise InvalidInput("network: expected 0.weight, 2.weight and perhaps their biases, got " + found)
        return cls(W, out[0] if len(out) == 1 else out.T, b=b, output_bias=bias)

    @classmethod
    def load(cls, path: PathLike) -> "Network":
        """Reads an ``.npz`` with this package's names or PyTorch's."""
        return cls.from_arrays(read_npz(path))

    def save(self, path: PathLike) -> None:
        """Writes an ``.npz`` that :meth:`load`, every function here and the program read back, to the bit."""
        write_npz(path, self.arrays())

    def to_torch(self, dtype: Any = None) -> Any:
        """The same function as ``torch.nn.Sequential(Linear, ReLU, Linear)``, in doubles unless ``dtype``.

        A standardisation is folded into the weights, so the function is the same to rounding, but
        not what weight decay would measure. Errors: InvalidInput with a skip connection, which no
        Sequential has; ImportError without torch.
        """
        if self.skip is not None:
            raise InvalidInput("to_torch: the network has a skip connection, which nn.Sequential cannot hold")
        import torch

        W, b, alpha, bias = self._folded()
        model = torch.nn.Sequential(
            torch.nn.Linear(W.shape[1], len(W), bias=b is not None),
            torch.nn.ReLU(),
            torch.nn.Linear(len(W), alpha.shape[1], bias=bias is not None),
        ).to(dtype or torch.float64)
        named = {"0.weight": W, "0.bias": b, "2.weight": alpha.T, "2.bias": bias}
        model.load_state_dict({name: torch.tensor(value) for name, value in named.items() if value is not None})
        return model

    def _folded(self) -> Any:
        """(W, b, alpha, output_bias) of the same function of the data as they are, alpha (m x c)."""
        W, b, bias = self.W, self.b, self.output_bias
        alpha = self.alpha.reshape(self.width, self.outputs)
        scaled = self.standardization
        if scaled is None:
            return W, b, alpha, bias
        W = W / scaled.input_scale
        b = (0 if b is None else b) - W @ scaled.input_mean
        if scaled.output_mean is not None and scaled.output_scale is not None:
            alpha = alpha * scaled.output_scale
            bias = scaled.output_scale * (0 if bias is None else bias) + scaled.output_mean
        return W, b, alpha, bias

    def __repr__(self) -> str:
        parts = ["width %d, %d inputs" % (self.width, self.W.shape[1])]
        if self.outputs > 1:
            parts.append("%d outputs" % self.outputs)
        parts += [name for name in ("b", "output_bias", "skip", "standardization") if getattr(self, name) is not None]
        return "<thalweg.Network %s>" % ", ".join(parts)


class NetworkPath(ArrayFile):
    """A path of networks (docs/files.md, Paths): ``W`` (k x m x d), ``alpha`` (k x m), ``kind`` (k - 1), ..."""

    def __len__(self) -> int:
        return len(self.arrays["W"])

    @property
    def waypoints(self) -> List[Network]:
        """The k networks, in order."""
        return [self.waypoint(i) for i in range(len(self))]

    def waypoint(self, i: int) -> Network:
        """The network number i, counted from 0."""
        arrays = {name: self.arrays[name][i] for name in ("W", "alpha", "output_bias", "skip") if name in self.arrays}
        if "hidden_bias" in self.arrays and self.arrays["hidden_bias"]:
            arrays["b"] = arrays["W"][:, -1]
            arrays["W"] = arrays["W"][:, :-1]
        arrays.update({name: self.arrays[name] for name in Standardization._fields if name in self.arrays})
        return Network.from_arrays(arrays)
