"""What the functions of this package return: the document of the command, and networks."""

from __future__ import annotations

import copy
import html
import json
from typing import Any, Dict, List, Mapping, Optional, Tuple

import numpy as np

from .array_file import ArrayFile
from .files import PathLike, write_text
from .messages import without_files, without_lines
from .network import Network, NetworkPath, Standardization
from .record import Record, brief


#: keys whose words say enough without their name
_SPEAKING = ("verdict", "status", "level", "method")


class Result(Record):
    """The answer of a command.

    Every key of its JSON document (docs/commands.md) is an attribute; lists of numbers are arrays.
    ``str(result)`` is the text for people, ``notes`` what was decided by itself.
    """

    _headline: Tuple[str, ...] = ()

    def __init__(
        self, document: Mapping[str, Any], *, text: str = "", notes: Tuple[str, ...] = (), limit: bool = False
    ) -> None:
        super().__init__(document)
        self._text = text
        self._notes = list(notes)
        self._limit = limit

    @property
    def notes(self) -> List[str]:
        """What was decided by itself, a sentence each."""
        return list(self._notes)

    @property
    def stopped_at_limit(self) -> bool:
        """Whether time or Ctrl-C cut the work; what the result says is valid."""
        return bool(self._document.get("stopped_at_limit", False)) or self._limit

    def to_dict(self) -> Dict[str, Any]:
        """Exactly the JSON document, a copy."""
        return copy.deepcopy(self._document)

    def to_json(self, path: Optional[PathLike] = None) -> Optional[str]:
        """The document as text; with ``path`` it is written there instead (``thalweg report`` reads it)."""
        text = json.dumps(self._document, indent=2, ensure_ascii=False) + "\n"
        if path is None:
            return text
        write_text(path, text)
        return None

    def drop_note(self, beginning: str) -> None:
        """Forgets a note about a file that nobody asked for."""
        self._notes = [note for note in self._notes if not note.startswith(beginning)]
        lines = self._text.splitlines(keepends=True)
        self._text = "".join(line for line in lines if not line.startswith("note" + " " * 16 + beginning))

    def figure(self, ax: Any = None, **options: Any) -> Any:
        """Draws the result with matplotlib on ``ax``, or on new axes, and returns the axes.

        Options are those of the function for it in ``thalweg.figures`` (docs/python-estimators.md). Errors:
        InvalidInput where there is nothing to draw, ImportError without matplotlib.
        """
        from .figures import draw

        return draw(self, ax, **options)

    def forget_files(self, place: str) -> None:
        """No word of files whose path begins with ``place``, which nobody asked for."""
        self._document = without_files(self._document, place)
        self._text = without_lines(self._text, place)

    def _repr_parts(self) -> List[str]:
        parts = []
        for name in self._headline:
            value = self._document.get(name)
            if value is not None:
                parts.append(value if name in _SPEAKING else "%s=%s" % (name, brief(value)))
        if self.stopped_at_limit:
            parts.append("stopped_at_limit")
        return parts

    def __repr__(self) -> str:
        return "<thalweg.%s %s>" % (type(self).__name__, " ".join(self._repr_parts()))

    def __str__(self) -> str:
        return self._text or repr(self)

    def _repr_html_(self) -> str:
        hidden = ("schema_version", "command", "version", "inputs", "settings")
        row = "<tr><th style='text-align:left'>%s</th><td>%s</td></tr>"
        rows = "".join(
            row % (html.escape(name), html.escape(brief(value, 100)))
            for name, value in self._document.items()
            if name not in hidden
        )
        title = "thalweg %s %s" % (self._document.get("command", ""), self._document.get("version", ""))
        return "<table><caption>%s</caption>%s</table>" % (html.escape(title), rows)


class CertifyResult(Result):
    """How far a network is from a global minimum (docs/commands.md, certify)."""

    _headline = ("verdict", "objective", "gap", "level")
    verdict: str
    objective: float
    lower_bound: float
    gap: float
    relative_gap: float
    level: str
    #: the lower network, when there is one that was found (see ``improvement``), else None
    improved: Any = None


class TrainResult(Result):
    """A trained network and its gap (docs/commands.md, train)."""

    _headline = ("status", "objective", "gap", "width", "level")
    objective: float
    lower_bound: float
    gap: float
    relative_gap: float
    level: str
    #: the :class:`Network`; another architecture's :class:`BranchNetwork`; a :class:`GatedModel` with
    #: ``patterns="gated"`` and no ``decompose``; None when there is none
    network: Any = None


class OptimalSetResult(Result):
    """All global minima (docs/optimal-set.md). Networks are None for other architectures."""

    _headline = ("unique", "optimum", "m_star", "M_star", "level")
    optimum: float
    unique: str
    level: str
    #: the vertex with fewest neurons, that with most, and a network with mass wherever there may be some
    smallest: Optional[Network] = None
    largest: Optional[Network] = None
    centre: Optional[Network] = None
    #: the networks that ``sample`` asked for
    samples: List[Network] = []
    #: ``sign`` (p), ``u`` (p x d), ``masses`` (vertices x p), ``edges``, ``centre``, ``fit``, ``dual``
    polytope: Optional[ArrayFile] = None


class WidthResult(Result):
    """The widths that matter (docs/widths.md)."""

    _headline = ("m_star", "M_star", "connected_from", "no_spurious_valleys_from", "level")
    level: str
    #: by width: (strict local minimum, lower network), what proves a spurious valley there
    witnesses: Dict[int, Tuple[Network, Network]] = {}


class StationaryResult(Result):
    """Is it stationary, a local minimum, or next to one (docs/stationarity.md)?"""

    _headline = ()
    balanced: str
    clarke: str
    d_stationary: str
    local_minimum: str
    #: the point that was looked at
    nearby: Optional[Network] = None

    def _repr_parts(self) -> List[str]:
        names = ("balanced", "clarke", "d_stationary", "local_minimum")
        return ["%s=%s" % (name, self._document.get(name)) for name in names]


class PathResult(Result):
    """A path of networks and how far the objective rises on it (docs/paths.md)."""

    _headline = ("status", "start_objective", "end_objective", "max_increase", "segments", "level")
    status: str
    level: str
    #: the :class:`NetworkPath`, None when none was found
    path: Optional[NetworkPath] = None


class ArrangementResult(Result):
    """Activation patterns (docs/arrangements.md)."""

    _headline = ("cells", "complete", "method", "status")
    #: (p x n) int8 of 1 and -1, a row a pattern; None when they were not kept
    signs: Optional[np.ndarray] = None
    #: (p x ceil(n/8)) uint8 instead of ``signs``, with ``packed``
    bits: Optional[np.ndarray] = None
    #: (p x d) a direction inside each cell, with ``witness``
    witness_points: Optional[np.ndarray] = None
    #: all arrays of the listing's file; ``train(cells=result)`` reads them
    patterns: Optional[ArrayFile] = None
    #: with ``graph``: ``edges`` (e x 2, rows of ``signs``), ``wall`` (e), ``cells``
    graph: Optional[ArrayFile] = None


class PathRegularizationResult(Result):
    """The optimum for every beta (docs/path-regularization.md)."""

    _headline = ("method", "status", "beta_max", "worst_gap")
    betas: np.ndarray
    objectives: np.ndarray
    #: everything, the arrays of its file: ``point``, ``W``, ``alpha``, ``fit``, ``dual``, ...
    points: Optional[ArrayFile] = None

    def _repr_parts(self) -> List[str]:
        return ["%d points" % len(self._document.get("betas", ())), *super()._repr_parts()]

    def network(self, k: int) -> Network:
        """The optimal network at ``betas[k]``."""
        assert self.points is not None
        arrays = self.points.arrays
        count = len(self._document["betas"])
        if not -count <= k < count:
            raise IndexError("point %d of %d" % (k, count))
        k %= count
        here = arrays["point"] == k
        W, b = arrays["W"][here], None
        if self._document["settings"]["hidden_bias"]:
            W, b = W[:, :-1], W[:, -1]
        named: Dict[str, Any] = {"W": W, "alpha": arrays["alpha"][here], "b": b}
        if self._document["settings"]["output_bias"] != "none":
            named["output_bias"] = arrays["output_bias"][k]
        if "skip" in arrays:
            named["skip"] = arrays["skip"][k]
        scaled = self._document["settings"]["standardization"]
        if scaled is not None:
            keys = ("mean", "scale", "target_mean", "target_scale")
            named.update({name: scaled[key] for name, key in zip(Standardization._fields, keys)})
        return Network.from_arrays(named)


class SimplifyResult(Result):
    """A smaller network that is no worse (docs/commands.md, simplify)."""

    _headline = ("width_before", "width_after", "decrease")
    width_before: int
    width_after: int
    network: Network


class InfoResult(Result):
    """Size, rank, patterns and the largest useful penalty of a data set (docs/commands.md, info)."""

    _headline = ("n", "d", "rank", "cells", "beta_max")

    def _repr_parts(self) -> List[str]:
        return ["%s=%s" % (name, brief(self._document.get(name))) for name in self._headline]


class CheckResult(Result):
    """The verdict of the independent checker (docs/commands.md, check)."""

    _headline = ("gap",)
    verified: bool
    reason: str

    def __bool__(self) -> bool:
        return bool(self._document["verified"])

    def _repr_parts(self) -> List[str]:
        return ["verified" if self else "not verified: " + self._document["reason"], *super()._repr_parts()]
