"""One call of a command: Python's arguments become options, and arrays files in memory."""

from __future__ import annotations

import json
import os
import threading
import warnings
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Type, TypeVar

import numpy as np

from . import _core
from .array_file import ArrayFile
from .arrays import from_npy, to_array
from .errors import FileError, InternalError, InvalidInput, Interrupted, ThalwegWarning
from .messages import arguments_named, in_python, without_files, without_lines
from .models import arrays_of_model, is_model
from .files import identity, read_npz
from .network import Network
from .results import CheckResult, Result
from .values import MEMORY, flag_value, is_path, number_text, path_text, read_description

Given = Mapping[str, Any]
AnyResult = TypeVar("AnyResult", bound=Result)

_USAGE, _FILE, _LIMIT = 2, 3, 4


@dataclass
class Call:
    """What is handed to a command, and what came back."""

    command: str
    arguments: List[str] = field(default_factory=list)
    archives: Dict[str, Dict[str, np.ndarray]] = field(default_factory=dict)
    texts: Dict[str, str] = field(default_factory=dict)
    written: Dict[str, str] = field(default_factory=dict)
    before: Dict[str, Any] = field(default_factory=dict)
    kept: Dict[str, Dict[str, bytes]] = field(default_factory=dict)
    described: Optional[Mapping[str, Any]] = None

    def option(self, name: str, value: str) -> None:
        """``--name=value``, so that values may begin with a dash."""
        self.arguments.append("--%s=%s" % (name, value))

    # Inputs -----------------------------------------------------------------------------------

    def array(self, name: str, value: Any, option: str = "") -> None:
        """One array, or the file that holds it, as ``--name``."""
        if value is None:
            return
        self.option(option or name.replace("_", "-"), self.place(name, value))

    def place(self, name: str, value: Any) -> str:
        """Where the command finds an array or file."""
        if is_path(value):
            return path_text(value, name)
        path = MEMORY + name + ".npy"
        self.archives[path] = {"": to_array(value, name)}
        return path

    def named_arrays(self, name: str, arrays: Mapping[str, Any]) -> str:
        """Where the command finds named arrays."""
        path = MEMORY + name + ".npz"
        self.archives[path] = {key: to_array(value, "%s: %s" % (name, key)) for key, value in arrays.items()}
        return path

    def data(self, given: Given, *, targets: bool = True, required: bool = True) -> None:
        """X and y, or the file of both."""
        X, y, column = given["X"], given.get("y"), given["target_column"]
        if X is None:
            if y is not None:
                raise InvalidInput("y: given without X")
            if required:
                raise InvalidInput("X: the data are missing: give X and y, or X='F.npz'")
            return
        if is_path(X) and not os.fspath(X).lower().endswith(".npy"):
            if y is not None:
                raise InvalidInput("y: X is a file with y in it; to give y, give X as an array or as .npy")
            self.option("dataset", path_text(X, "X"))
            if column is not None:
                self.option("target-column", str(column))
            return
        if column is not None:
            raise InvalidInput("target_column: X is no .csv file")
        if targets and y is None:
            raise InvalidInput("y: the targets are missing")
        self.array("X", X, "data")
        if targets:
            self.array("y", y, "targets")

    def test(self, value: Any) -> None:
        """Test samples: a file, or a pair of X and y."""
        if value is None:
            return
        if is_path(value):
            self.option("test", path_text(value, "test"))
            return
        try:
            X, y = value
        except (TypeError, ValueError):
            raise InvalidInput("test: expected a file or a pair (X, y)") from None
        self.option("test-data", self.place("test_X", X))
        self.option("test-targets", self.place("test_y", y))

    def architecture(self, value: Any) -> None:
        """The description of an architecture: a dict or a file."""
        if value is None:
            return
        self.described = read_description(value)
        if is_path(value):
            self.option("architecture", path_text(value, "architecture"))
            return
        path = MEMORY + "architecture.json"
        try:
            self.texts[path] = json.dumps(value, default=lambda other: np.asarray(other).tolist())
        except (TypeError, ValueError) as problem:
            raise InvalidInput("architecture: expected a dict as in docs/architectures.md: %s" % problem) from None
        self.option("architecture", path)

    def branches(self) -> bool:
        """Whether the network is of another architecture than two layers."""
        return self.described is not None and self.described.get("architecture") != "two-layer"

    def network(self, value: Any, name: str = "network") -> None:
        """A network: a path, a Network, named arrays, or a PyTorch model."""
        if value is None:
            return
        if is_path(value):
            self.option(name, path_text(value, name))
            return
        if isinstance(value, Network):
            arrays: Mapping[str, Any] = value.arrays()
        elif isinstance(value, ArrayFile):
            arrays = value.arrays
        elif is_model(value):
            arrays = arrays_of_model(value, self.described)
        elif isinstance(value, Mapping):
            arrays = value
        else:
            expected = "expected a path, thalweg.Network, dict of arrays or torch.nn.Sequential"
            raise InvalidInput("%s: %s, got %s" % (name, expected, type(value).__name__))
        self.option(name, self.named_arrays(name, arrays))

    # Options ----------------------------------------------------------------------------------

    def objective(self, given: Given) -> None:
        """Loss and penalty; PyTorch's words or this project's, not a mixture."""
        loss, beta, decay = given["loss"], given.get("beta"), given.get("weight_decay")
        if loss in ("mse-mean", "mse-sum"):
            if "beta" not in given:
                raise InvalidInput("loss: %r goes with one weight_decay, here are all penalties; say 'squared'" % loss)
            if beta is not None:
                other = "is PyTorch's, whose penalty is weight_decay; beta goes with loss='squared'"
                raise InvalidInput("beta: loss=%r %s" % (loss, other))
            if decay is None:
                raise InvalidInput("weight_decay: missing; loss=%r needs PyTorch's weight_decay" % loss)
            self.option("torch-weight-decay", number_text(decay, "weight_decay"))
            self.option("torch-loss", loss)
        else:
            if decay is not None:
                words = "is PyTorch's; say loss='mse-mean' or 'mse-sum' with it, or give beta instead"
                raise InvalidInput("weight_decay: " + words)
            self.option("loss", str(loss))
            if beta is not None:
                self.option("beta", number_text(beta, "beta"))
        self.values(given, "huber_delta")
        self.words(given, "loss_scale", "output_bias", "outputs")
        self.flags(given, "bias", "skip", "standardize", "standardize_targets")
        self.array("sample_weights", given["sample_weights"])

    def values(self, given: Given, *names: str) -> None:
        """Options with a number or a word."""
        for name in names:
            value = given.get(name)
            if value is not None:
                self.option(name.replace("_", "-"), value if isinstance(value, str) else number_text(value, name))

    def words(self, given: Given, *names: str) -> None:
        """Options with a word; the command knows which."""
        for name in names:
            if given.get(name) is not None:
                self.option(name.replace("_", "-"), str(given[name]))

    def flags(self, given: Given, *names: str) -> None:
        """Options that are said or not."""
        for name in names:
            if flag_value(given.get(name), name):
                self.arguments.append("--" + name.replace("_", "-"))

    def unless(self, given: Given, *names: str) -> None:
        """Options ``--no-name`` that an argument ``name=False`` says."""
        for name in names:
            if not flag_value(given[name], name):
                self.arguments.append("--no-" + name)

    def output(self, name: str, value: Any, default: str = "", option: str = "") -> None:
        """A file to write; with ``default`` it is kept in memory under that name unless a path is given."""
        if value is None and not default:
            return
        path = MEMORY + default if value is None else path_text(value, name)
        self.written[name] = path
        self.before[path] = identity(path)
        self.option(option or name.replace("_", "-"), path)

    def folder(self, name: str, value: Any, names: Iterable[str], default: Optional[str]) -> None:
        """The same for a folder, in which the command writes ``.npz`` files of these names."""
        if value is None and default is None:
            return
        self.output(name, value, default or "")
        for file in names:
            path = os.path.join(self.written[name], file + ".npz")
            self.before[path] = identity(path)

    def running(self, given: Given) -> None:
        """Threads, time, seed, and how much is said on standard error."""
        self.values(given, "threads", "time_limit", "seed")
        verbose = given["verbose"]
        if not isinstance(verbose, (int, np.integer)):
            raise InvalidInput("verbose: expected 0, 1, 2 or 3, got %r" % (verbose,))
        self.arguments += ["--quiet"] if verbose < 1 else ["--verbose"] * (min(verbose, 3) - 1)

    # Running ----------------------------------------------------------------------------------

    def run(self, kind: Type[AnyResult], attach: Optional[Callable[[AnyResult], None]] = None) -> AnyResult:
        """Runs the command; ``attach`` gives the result what was written. Only the main thread
        listens to Ctrl-C.

        Errors: InvalidInput, FileError, InternalError; Interrupted with the partial answer.
        """
        main = threading.current_thread() is threading.main_thread()
        answer = _core.run([self.command, *self.arguments], self.archives, self.texts, main)
        self.kept = answer["archives"]
        status, error = answer["status"], in_python(answer["error"])
        result = None
        if answer["document"] and not error:
            result = kind(
                arguments_named(without_files(json.loads(answer["document"]), MEMORY)),
                text=in_python(without_lines(answer["text"], MEMORY)),
                notes=tuple(map(in_python, answer["notes"])),
                limit=status == _LIMIT,
            )
            if attach is not None:
                attach(result)
        if answer["interrupted"]:
            raise Interrupted("%s was interrupted" % self.command, result)
        if result is None or status == _USAGE:
            _raise(status, error or ("certificate: " + result["reason"] if isinstance(result, CheckResult) else ""))
        assert result is not None
        self.warn(result, status)
        return result

    def warn(self, result: Result, status: int) -> None:
        """Says aloud what is less than was asked for."""
        if status == _LIMIT:
            message = "%s stopped at a limit: the answer is valid but partial" % self.command
            warnings.warn(message, ThalwegWarning, stacklevel=4)
        if "certificate" in self.written and result.to_dict().get("certificate") is None:
            message = "no certificate was written to " + self.written["certificate"]
            warnings.warn(message, ThalwegWarning, stacklevel=4)

    def read(self, path: str) -> Optional[Dict[str, np.ndarray]]:
        """The arrays that the command wrote to ``path``, in memory or on the disk; None when it did not."""
        if path.startswith(MEMORY):
            kept = self.kept.get(path)
            return None if kept is None else {name: from_npy(data) for name, data in kept.items()}
        now = identity(path)
        return None if now is None or now == self.before.get(path) else read_npz(path)

    def read_network(self, path: str) -> Optional[Network]:
        """The two-layer network that the command wrote."""
        arrays = self.read(path)
        return None if arrays is None else Network.from_arrays(arrays)

    def read_arrays(self, path: str, kind: Type[ArrayFile]) -> Any:
        """The same as arrays of another kind."""
        arrays = self.read(path)
        return None if arrays is None else kind(arrays)


def _raise(status: int, message: str) -> None:
    if status == _FILE:
        raise FileError(message)
    if status == _USAGE:
        raise InvalidInput(message)
    raise InternalError(message or "thalweg returned %d and no answer" % status)
