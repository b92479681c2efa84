"""Figures of results with matplotlib, a function a figure. Needs matplotlib, which nothing else does.

Every function takes a result and axes (None: new ones) and returns the axes. What is drawn are the
numbers of the result's document; ``result.figure()`` picks the function.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List

import numpy as np

from .discs import draw_cells
from .drawing import BLUE, GREEN, GREY, ORANGE, PURPLE, known, legend_beside, new_axes
from .errors import InvalidInput
from .figures_of_optima import directions, masses, optimal_set, predictions
from .results import Result

__all__ = [
    "arrangement",
    "directions",
    "draw",
    "gap",
    "masses",
    "optimal_set",
    "path",
    "path_regularization",
    "predictions",
    "width",
]


def gap(result: Result, ax: Any = None) -> Any:
    """``certify`` and ``train``: how far above the lower bound the network, the best known one and the
    tolerance are, on a logarithmic line."""
    known(result.to_dict()["gap"], "no lower bound is known")
    ax = new_axes(ax, (6.4, 2.0))
    objective, bound = result.objective, result.lower_bound
    scale = objective if objective > 0 else 1.0
    drawn = [(result.gap, "this network", ORANGE, "o")]
    best = result.to_dict().get("optimum_upper_bound")
    if best is not None and best < objective:
        drawn.append((best - bound, "best network known", BLUE, "D"))
    tolerance = result.settings.to_dict().get("tolerance")
    marks = [height for height, *_ in drawn] + [scale] + ([] if tolerance is None else [tolerance * scale])
    low, high = max(min(mark for mark in marks if mark > 0) / 30, np.finfo(float).eps * scale / 30), 3 * scale
    for height, words, colour, marker in drawn:
        ax.plot([max(height, low)], [0], marker, color=colour, label=words, markersize=8, clip_on=False, zorder=3)
    if tolerance is not None and objective > 0:
        ax.axvspan(low, tolerance * objective, color=GREEN, alpha=0.18, linewidth=0, label="counts as a global minimum")
    if objective > 0:
        ax.axvline(objective, color=GREY, linestyle=":", linewidth=1.2, label="all of the objective")
    ax.set(xscale="log", xlim=(low, high), ylim=(-1, 1), yticks=[])
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("objective above the lower bound %.6g" % bound)
    title = "objective %.6g, relative gap %.2g (%s)" % (objective, result.relative_gap, result.level)
    ax.set_title(title, fontsize="medium")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 0.62), ncol=2, fontsize="small", frameon=False)
    return ax


def width(result: Result, ax: Any = None) -> Any:
    """The staircase of connectivity: components of the optimal networks of each width, and the widths
    that matter."""
    document = result.to_dict()
    steps = known(document["components_by_width"], "the components were not counted")
    at = sorted(map(int, steps))
    parts = np.array([[float(steps[str(m)][key]) for key in ("components", "isolated")] for m in at]).reshape(-1, 2)
    marks: Dict[int, List[str]] = {}
    words = (
        ("m_star", "m*"),
        ("M_star", "M*"),
        ("connected_from", "connected"),
        ("no_spurious_valleys_from", "no spurious\nvalleys"),
    )
    for key, word in words:
        if document[key] is not None:
            marks.setdefault(document[key], []).append(word)
    ax = new_axes(ax)
    joined = parts[:, 0] - parts[:, 1]
    ax.bar(at, joined, color=BLUE, width=0.6, label="connected pieces")
    ax.bar(at, parts[:, 1], bottom=joined, color=ORANGE, width=0.6, hatch="//", label="isolated points")
    for m, names in marks.items():
        ax.axvline(m, color=GREY, linestyle=":", linewidth=1, zorder=0)
        above = (m, 1), ("data", "axes fraction")
        ax.annotate("\n".join(names), above[0], xycoords=above[1], ha="center", va="bottom", fontsize="small")
    ax.set(xlabel="neurons", ylabel="components of the optimal networks", ylim=(0, 1.1 * parts[:, 0].max(initial=1)))
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.yaxis.get_major_locator().set_params(integer=True)
    legend_beside(ax)
    return ax


_BASELINES = (
    ("straight_line", "straight line", ORANGE, "--"),
    ("aligned_line", "straight line, neurons matched", PURPLE, ":"),
    ("bezier", "trained Bezier curve", GREY, "-."),
)


def path(result: Result, ax: Any = None) -> Any:
    """``path`` with ``curves``: the objective along the path beside the straight line and other curves."""
    document = result.to_dict()
    curve = known(document.get("curve"), "the path was not sampled: path(..., curves=True)")
    ax = new_axes(ax)
    length = np.array(curve["length"])
    share = length / length[-1] if length[-1] > 0 else length
    curves = [(share, np.array(curve["objective"]), "this path", BLUE, "-")]
    for key, words, colour, style in _BASELINES:
        baseline = (document["baselines"] or {}).get(key)
        if baseline is not None and "t" in baseline:
            curves.append((np.array(baseline["t"]), np.array(baseline["objectives"]), words, colour, style))
    bound = document["lower_bound"]
    high = max(values.max() for _, values, *_ in curves)
    # Where others are so high that the path would look level, heights on a logarithmic axis.
    logarithmic = bound is not None and curves[0][1].max() - bound < 0.05 * (high - bound)
    base = bound if logarithmic else 0.0
    for at, values, words, colour, style in reversed(curves):
        ax.plot(at, values - base, style, color=colour, linewidth=2 if colour == BLUE else 1.4, label=words)
    if logarithmic:
        ax.set(yscale="log", ylabel="objective above the lower bound %.6g" % bound)
    else:
        ax.set_ylabel("objective")
        if bound is not None:
            ax.axhline(bound, color=GREEN, linestyle=(0, (5, 3)), linewidth=1, label="no network is below")
    ax.set(xlabel="share of the way", xlim=(0, 1))
    title = "%s: rises by at most %.2g (%s)" % (result.status, result.max_increase, result.level)
    ax.set_title(title, fontsize="medium")
    ax.legend(fontsize="small", frameon=False)
    return ax


def path_regularization(result: Result, ax: Any = None, what: str = "objectives") -> Any:
    """The optimum over beta: ``what="objectives"`` (with lower bound, loss, penalty, and the network that was
    given), or ``"neurons"``."""
    document = result.to_dict()
    betas = document["betas"]
    if what not in ("objectives", "neurons"):
        raise InvalidInput("what: expected 'objectives' or 'neurons', got %r" % (what,))
    if len(betas) < 2:
        raise InvalidInput("figure: the path has fewer than two points")
    ax = new_axes(ax)
    ax.set(xscale="log", xlim=(max(betas), min(betas)), xlabel="beta, falling to the right")
    if what == "neurons":
        # What lies between two points belongs to the later one: an event changes what follows.
        ax.step(betas, document["neurons"], where="pre", color=BLUE)
        ax.set_ylabel("neurons of the optimum")
        ax.yaxis.get_major_locator().set_params(integer=True)
        return ax
    drawn = (
        ("objectives", "optimum", BLUE, "-"),
        ("lower_bounds", "lower bound", GREEN, (0, (5, 3))),
        ("losses", "loss", ORANGE, ":"),
        ("penalties", "penalty", PURPLE, "-."),
        ("network_objectives", "the given network", GREY, "--"),
    )
    for key, words, colour, style in drawn:
        if document[key] is not None:
            values = [np.nan if value is None else value for value in document[key]]
            ax.plot(betas, values, linestyle=style, color=colour, label=words)
    # Ticks where neurons come, go or meet a sample.
    ax.plot(
        [event["beta"] for event in document["events"]],
        np.full(len(document["events"]), 0.02),
        "|",
        color=GREY,
        transform=ax.get_xaxis_transform(),
        label="events" if document["events"] else None,
    )
    ax.set(yscale="log", ylabel="objective at the optimum")
    ax.legend(fontsize="small", frameon=False)
    return ax


def arrangement(result: Result, ax: Any = None) -> Any:
    """The cells of data of rank 2 or 3 in a disc of weights: a curve for each sample, at which it changes
    between active and not; the darker, the more samples are active."""
    rows = known(result.to_dict()["X"], "cells are drawn for data of rank 2 or 3 with few samples only")
    return draw_cells(np.array(rows, dtype=float), new_axes(ax, (5.6, 5.2)))


_FIGURES: Dict[str, Callable[..., Any]] = {
    "certify": gap,
    "train": gap,
    "optimal-set": optimal_set,
    "width": width,
    "path": path,
    "path-regularization": path_regularization,
    "arrangement": arrangement,
}


def draw(result: Result, ax: Any = None, **options: Any) -> Any:
    """The figure of a result. Errors: InvalidInput when there is none, ImportError without matplotlib."""
    function = _FIGURES.get(result.command)
    if function is None:
        raise InvalidInput("figure: there is none of %s" % type(result).__name__)
    return function(result, ax, **options)
