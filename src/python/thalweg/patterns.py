"""Data sets and their activation patterns: info, arrangement."""

from __future__ import annotations

import os
import tempfile
from typing import Any, Optional, Tuple

from .array_file import ArrayFile
from .call import Call
from .files import PathLike
from .results import ArrangementResult, InfoResult
from .values import number_text, pair


def info(
    X: Any = None,
    y: Any = None,
    *,
    beta: Optional[float] = None,
    weight_decay: Optional[float] = None,
    loss: str = "squared",
    huber_delta: Optional[float] = None,
    loss_scale: Optional[str] = None,
    bias: bool = False,
    output_bias: Optional[str] = None,
    outputs: Optional[str] = None,
    skip: bool = False,
    sample_weights: Any = None,
    target_column: Any = None,
    standardize: bool = False,
    standardize_targets: bool = False,
    network: Any = None,
    architecture: Any = None,
    threads: Optional[int] = None,
    time_limit: Optional[float] = None,
    seed: Optional[int] = None,
    verbose: int = 0,
) -> InfoResult:
    """Size, rank, activation patterns and the largest useful penalty of a data set.

    Parameters are those of :func:`train`; a penalty is not needed.

    Returns
    -------
    InfoResult
        ``n``, ``d``, ``rank``, ``cells``, ``beta_max``, ``advice``, ... as in docs/commands.md

    >>> thalweg.info(X, y, bias=True).beta_max
    """
    given = locals()
    call = Call("info")
    call.data(given)
    call.architecture(architecture)
    call.network(network)
    if beta is None and weight_decay is None and loss in ("mse-mean", "mse-sum"):
        given["loss"] = "squared"
    call.objective(given)
    call.running(given)
    return call.run(InfoResult)


def arrangement(
    X: Any = None,
    *,
    bias: bool = False,
    target_column: Any = None,
    out: Optional[PathLike] = None,
    keep: bool = True,
    half: bool = False,
    packed: bool = False,
    unsorted: bool = False,
    witness: bool = False,
    engine: Optional[str] = None,
    max_cells: Optional[int] = None,
    range: Optional[Tuple[int, int]] = None,
    prefix: Optional[str] = None,
    cone: Any = None,
    box: Any = None,
    graph: bool = False,
    graph_out: Optional[PathLike] = None,
    count: bool = False,
    sample: Optional[int] = None,
    method: Optional[str] = None,
    network: Any = None,
    svg: Optional[PathLike] = None,
    svg_labels: bool = False,
    threads: Optional[int] = None,
    time_limit: Optional[float] = None,
    seed: Optional[int] = None,
    verbose: int = 0,
) -> ArrangementResult:
    """List, count, sample or connect the activation patterns of a data set.

    Parameters
    ----------
    X
        data (n x d), or the path of a file
    bias
        append a column of ones
    keep
        return the patterns; with False, and without ``out``, they are only counted by listing
    out, svg, svg_labels, graph_out
        also write the patterns, a picture (with each cell's pattern), the graph to these files
    half, packed, unsorted, witness
        only one of two opposite patterns; ``bits`` instead of ``signs``; in the order in which they are
        found; also a direction inside each cell
    engine
        ``"auto"``, ``"pencil"`` or ``"tree"``
    max_cells, range, prefix, cone, box
        stop after this many; only work units (A, B); only cells whose first signs are these
        (``"+-.+"``), that meet C u > 0 (C: q x d), that meet lower < u < upper (a pair of vectors (d))
    graph
        also connect cells that share a wall
    count
        count only, exactly where affordable, else with a confidence interval
    sample, method, network
        draw this many instead: ``"uniform"``, ``"gaussian"``, ``"local"``, ``"pencil"``, or ``"neurons"`` about
        those of ``network``
    threads, time_limit, seed, verbose
        as in :func:`certify`

    Returns
    -------
    ArrangementResult
        ``cells``, ``complete``, ``method``, ... as in docs/commands.md; ``signs`` (p x n, int8), or ``bits``;
        ``witness_points``; ``graph`` with ``edges`` and ``wall``; ``patterns``, all arrays of the file

    >>> thalweg.arrangement(X, bias=True).signs
    """
    given = locals()
    call = Call("arrangement")
    call.data(given, targets=False)
    call.flags(given, "bias", "half", "packed", "unsorted", "witness", "graph", "count", "svg_labels")
    call.values(given, "engine", "max_cells", "prefix", "sample", "method")
    if range is not None:
        call.option("range", ":".join(number_text(end, "range") for end in pair(range, "range")))
    call.array("cone", cone)
    if box is not None:
        lower, upper = pair(box, "box")
        call.option("box", call.place("lower", lower) + "," + call.place("upper", upper))
    call.network(network)
    call.output("svg", svg)
    call.running(given)
    # Listings grow on the disk, so that they need no memory while they do.
    with tempfile.TemporaryDirectory(prefix="thalweg-") as folder:
        if out is not None or (keep and not count):
            call.output("out", out if out is not None else os.path.join(folder, "cells.npz"))
        if graph_out is not None or (keep and graph):
            call.output("graph_out", graph_out if graph_out is not None else os.path.join(folder, "graph.npz"))

        def attach(result: ArrangementResult) -> None:
            _attach(call, result, keep)
            result.forget_files(folder + os.sep)

        return call.run(ArrangementResult, attach)


def _attach(call: Call, result: ArrangementResult, keep: bool) -> None:
    if not keep:
        return
    if "out" in call.written:
        result.patterns = call.read_arrays(call.written["out"], ArrayFile)
    if result.patterns is not None:
        arrays = result.patterns.arrays
        result.signs, result.bits = arrays.get("signs"), arrays.get("bits")
        result.witness_points = arrays.get("witness")
    if call.written.get("graph_out", "").endswith(".npz"):
        result.graph = call.read_arrays(call.written["graph_out"], ArrayFile)
