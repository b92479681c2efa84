"""Figures of ``optimal_set``: directions, masses, ranges of prediction."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional

import numpy as np

from .drawing import BLUE, GREY, ORANGE, known, legend_beside, new_axes
from .errors import InvalidInput
from .results import Result

_MOST_MASSES = 60
_SIGNS = ((1, BLUE, "o", "positive output weight"), (-1, ORANGE, "s", "negative output weight"))


def _atoms(result: Result) -> List[Dict[str, Any]]:
    """The optimal directions whose masses are known."""
    atoms = [atom for atom in result.to_dict()["atoms"] or () if atom["mass"] is not None]
    if not atoms:
        raise InvalidInput("figure: there are no optimal directions with masses to draw")
    return atoms


def directions(result: Result, ax: Any = None) -> Any:
    """``optimal_set`` with two inputs, a bias counted: a ray for each optimal direction, thin to the
    greatest mass that it has in an optimal network and thick to the least."""
    atoms = _atoms(result)
    if any(len(atom["u"]) != 2 for atom in atoms):
        entries = len(atoms[0]["u"])
        raise InvalidInput("figure: directions are drawn in the plane only, these have %d entries" % entries)
    ax = new_axes(ax, (6.4, 4.4))
    ax.axhline(0, color=GREY, linewidth=0.5)
    ax.axvline(0, color=GREY, linewidth=0.5)
    for sign, colour, marker, words in _SIGNS:
        label: Any = words
        for atom in atoms:
            if (atom["sign"] > 0) == (sign > 0):
                unit = np.array(atom["u"]) / np.linalg.norm(atom["u"])
                least, most = (np.outer([0, mass], unit).T for mass in atom["mass"])
                ax.plot(*least, color=colour, linewidth=4.5, solid_capstyle="round")
                ax.plot(*most, "-" + marker, color=colour, linewidth=1.5, markersize=6, markevery=[1], label=label)
                label = None
    bias = result.settings.hidden_bias
    ax.set(aspect="equal", xlabel="weight of input 1", ylabel="bias" if bias else "weight of input 2")
    title = "Directions of optimal neurons: length is mass |w| |alpha|,\nthick at least, thin at most"
    ax.set_title(title, fontsize="medium")
    legend_beside(ax)
    return ax


def masses(result: Result, ax: Any = None) -> Any:
    """``optimal_set``: the range of each optimal direction's mass over all optimal networks."""
    atoms = _atoms(result)[:_MOST_MASSES]
    ax = new_axes(ax, (6.4, 1.6 + 0.22 * len(atoms)))
    for sign, colour, marker, words in _SIGNS:
        places = [q for q, atom in enumerate(atoms) if (atom["sign"] > 0) == (sign > 0)]
        if places:
            low, high = np.array([atoms[q]["mass"] for q in places]).T
            ax.hlines(places, low, high, color=colour, linewidth=3)
            ax.plot(low, places, marker, color=colour, markersize=5, label=words)
            ax.plot(high, places, marker, color=colour, markersize=5)
    ax.set(xlabel="mass |w| |alpha|", ylabel="optimal direction", ylim=(len(atoms) - 0.5, -0.5))
    ax.set_xlim(left=min(0, ax.get_xlim()[0]))
    ax.yaxis.get_major_locator().set_params(integer=True)
    ax.set_title("Masses in optimal networks, least to greatest", fontsize="medium")
    legend_beside(ax)
    return ax


def predictions(result: Result, ax: Any = None, x: Any = None) -> Any:
    """``optimal_set`` with ``predict``: least and greatest prediction of all optimal networks, over x (k),
    such as the inputs if there is one, or else by sample."""
    document = result.to_dict()
    ranges = np.array(known(document["prediction_range"], "give the samples, optimal_set(..., predict=X2)"))
    order = np.arange(len(ranges))
    if x is not None:
        x = np.asarray(x, dtype=float)
        if x.shape != order.shape:
            raise InvalidInput("x: expected %d numbers, one a sample, got shape %s" % (len(order), x.shape))
        order = np.argsort(x, kind="stable")
    ax = new_axes(ax)
    low, high = ranges[order].T
    centre = document["prediction_centre"]
    if x is None:
        ax.vlines(order, low, high, color=BLUE, linewidth=3, label="all optimal networks")
        ax.plot(order, low, "_", order, high, "_", color=BLUE, markersize=7)
        ax.xaxis.get_major_locator().set_params(integer=True)
    else:
        ax.fill_between(x[order], low, high, color=BLUE, alpha=0.3, linewidth=1, label="all optimal networks")
    if centre is not None:
        at, style = (order, "o") if x is None else (x[order], "-")
        ax.plot(at, np.array(centre)[order], style, color=ORANGE, markersize=4, label="centre of the optimal set")
    ax.set(xlabel="sample" if x is None else "x", ylabel="prediction")
    ax.set_title("What optimal networks predict", fontsize="medium")
    legend_beside(ax)
    return ax


def optimal_set(result: Result, ax: Any = None, what: Optional[str] = None, x: Any = None) -> Any:
    """``what``: ``"predictions"`` (over x), ``"directions"`` or ``"masses"``; None: the first that there is."""
    if what is None:
        atoms = result.to_dict()["atoms"] or ()
        plane = all(len(atom["u"]) == 2 for atom in atoms)
        what = "predictions" if result.to_dict()["prediction_range"] else "directions" if plane else "masses"
    if what == "predictions":
        return predictions(result, ax, x)
    figures: Dict[str, Callable[..., Any]] = {"directions": directions, "masses": masses}
    if what not in figures:
        raise InvalidInput("what: expected 'predictions', 'directions' or 'masses', got %r" % (what,))
    return figures[what](result, ax)
