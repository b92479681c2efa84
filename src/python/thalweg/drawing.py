"""What figures share: colours, axes, and words for what is missing."""

from __future__ import annotations

from typing import Any

from .errors import InvalidInput

# Okabe and Ito's colours, which remain different without red or green; line styles differ as well.
BLUE, ORANGE, GREEN, PURPLE, GREY = "#0072B2", "#D55E00", "#009E73", "#882255", "#555555"


def new_axes(ax: Any, size: Any = (6.4, 4.0)) -> Any:
    """The given axes, or those of a new figure."""
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot
    except ImportError as missing:
        raise ImportError("figures need matplotlib (Debian: python3-matplotlib): %s" % missing) from missing
    axes = pyplot.subplots(figsize=size, constrained_layout=True)[1]
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return axes


def known(value: Any, missing: str) -> Any:
    """A part of the document, which must be there."""
    if value is None:
        raise InvalidInput("figure: " + missing)
    return value


def legend_beside(ax: Any) -> None:
    """A legend right of the axes, where it hides nothing."""
    ax.legend(fontsize="small", frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
