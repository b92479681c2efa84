"""The disc of weights: activation patterns of data of rank 2 or 3 as a picture."""

from __future__ import annotations

from typing import Any, Tuple

import numpy as np

from .errors import InvalidInput

_PIXELS = 400
_POINTS = 181


def _plane(X: np.ndarray) -> Tuple[np.ndarray, bool]:
    """The rows in 2 or 3 coordinates in which the picture is even, and whether the last is a bias.

    Rank 2 in two columns stays as it is. With a column of ones the points' mean goes to the centre and
    their spread to 1; else the row space is turned and scaled so that normals spread evenly.
    """
    rank = np.linalg.matrix_rank(X)
    if rank not in (2, 3):
        raise InvalidInput("figure: cells are drawn for data of rank 2 or 3, not %d" % rank)
    if X.shape[1] == rank == 2:
        return X, False
    if X.shape[1] == rank == 3 and (X[:, 2] == X[0, 2]).all() and X[0, 2] != 0:
        points = X[:, :2] - X[:, :2].mean(axis=0)
        return np.column_stack([points / np.sqrt((points**2).sum(axis=1).mean()), np.ones(len(X))]), True
    units = X / np.maximum(np.linalg.norm(X, axis=1, keepdims=True), np.finfo(float).tiny)
    _, stretch, turned = np.linalg.svd(units, full_matrices=False)
    return X @ (turned[:rank].T / stretch[:rank]), False


def _lift(points: np.ndarray, rank: int) -> np.ndarray:
    """The weights of points of the disc (k x 2): themselves, or on the half sphere (stereographic)."""
    if rank == 2:
        return points
    squares = (points**2).sum(axis=1, keepdims=True)
    return np.hstack([2 * points, 1 - squares]) / (1 + squares)


def _curve(row: np.ndarray) -> np.ndarray:
    """Points of the disc (k x 2) whose weights are orthogonal to a row."""
    if len(row) == 2:
        along = np.array([-row[1], row[0]]) / np.linalg.norm(row)
        return np.array([-along, along])
    unit = row / np.linalg.norm(row)
    rim = np.array([-unit[1], unit[0], 0.0])
    if not rim.any():  # the rim itself
        angle = np.linspace(0, 2 * np.pi, 2 * _POINTS)
        return np.column_stack([np.cos(angle), np.sin(angle)])
    rim /= np.linalg.norm(rim)
    top = np.cross(unit, rim)
    top *= 1 if top[2] >= 0 else -1
    angle = np.linspace(0, np.pi, _POINTS)[:, None]
    weights = np.cos(angle) * rim + np.sin(angle) * top
    return weights[:, :2] / (1 + weights[:, 2:])


def draw_cells(X: np.ndarray, ax: Any) -> Any:
    """Draws {u : x_i^T u = 0} for the rows of X (n x d) and the share of active samples between.

    Rank 2: the plane of weights. Rank 3: the half sphere of weights with a positive last coordinate, from
    below; opposite points of the rim are opposite weights. Errors: InvalidInput.
    """
    X = X[np.abs(X).max(axis=1) > 0]
    rows, bias = _plane(X)
    rank = rows.shape[1]
    ticks = np.linspace(-1, 1, _PIXELS)
    points = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    inside = (points**2).sum(axis=1) <= 1
    share = np.full(len(points), np.nan)
    share[inside] = (_lift(points[inside], rank) @ rows.T > 0).mean(axis=1)
    grid = share.reshape(_PIXELS, _PIXELS)
    # The upper limit keeps the darkest cells lighter than the curves.
    image = ax.imshow(grid, extent=(-1, 1, -1, 1), origin="lower", cmap="Blues", vmin=0, vmax=1.15)
    for row in rows:
        ax.plot(*_curve(row).T, color="black", linewidth=0.9)
    angle = np.linspace(0, 2 * np.pi, 2 * _POINTS)
    ax.plot(np.cos(angle), np.sin(angle), color="#555555", linewidth=1.2)
    ax.set(aspect="equal", xlim=(-1.03, 1.03), ylim=(-1.03, 1.03), xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set_visible(False)
    bar = ax.figure.colorbar(image, ax=ax, shrink=0.75, label="share of samples that are active")
    bar.ax.set_ylim(0, 1)
    title = "Activation patterns: a curve is where a sample switches"
    ax.set_title(title + ("\n(centre: active on all)" if bias else ""), fontsize="medium")
    return ax
