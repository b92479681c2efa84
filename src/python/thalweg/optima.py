"""All optima: optimal_set, width."""

from __future__ import annotations

import os
from typing import Any, Dict, Iterable, List, Optional, Set, Tuple, Union

from .array_file import ArrayFile
from .call import Call
from .files import PathLike
from .network import Network
from .results import OptimalSetResult, WidthResult
from .values import numbers_text


def optimal_set(
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
    tolerance: Optional[float] = None,
    predict: Any = None,
    predict_targets: Any = None,
    cells: bool = False,
    out: Optional[PathLike] = None,
    sample: Optional[int] = None,
    width: Optional[int] = None,
    svg: Optional[PathLike] = None,
    max_vertices: Optional[int] = None,
    threads: Optional[int] = None,
    time_limit: Optional[float] = None,
    seed: Optional[int] = None,
    verbose: int = 0,
) -> OptimalSetResult:
    """All global minima over all widths: directions, the polytope of their masses, networks.

    Parameters
    ----------
    X, y, beta, weight_decay, ... architecture, ... verbose
        as in :func:`train`
    network, tolerance
        is this network a global minimum, up to this relative gap (default 1e-8)?
    predict, predict_targets
        samples (k x d) at which the range of the optimal networks' predictions is wanted; their
        targets (k), for the range of the loss there
    cells
        list the activation patterns that touch each direction
    sample, width
        also this many random optimal networks, of this many neurons
    out, svg
        also write the networks to this folder, and a picture of the ranges to this file
    max_vertices
        give up listing the polytope's vertices after this many (default 20000)

    Returns
    -------
    OptimalSetResult
        ``optimum``, ``atoms`` (``sign``, ``u``, ``mass``), ``unique``, ``vertices``, ``m_star``, ``M_star``,
        ``member``, ``prediction_range``, ``level``, ... as in docs/optimal-set.md; the networks
        ``smallest``, ``largest``, ``centre`` and ``samples``, and ``polytope`` with all vertices

    >>> optima = thalweg.optimal_set(X, y, beta=0.01, bias=True)
    >>> optima.unique, optima.smallest.width
    """
    given = locals()
    call = Call("optimal-set")
    call.data(given)
    call.architecture(architecture)
    call.network(network)
    call.objective(given)
    call.values(given, "tolerance", "sample", "width", "max_vertices")
    call.array("predict", predict)
    call.array("predict_targets", predict_targets)
    call.flags(given, "cells")
    names = ["vertices", "smallest", "largest", "centre"] + ["sample_%04d" % (k + 1) for k in range(sample or 0)]
    call.folder("out", out, names, default=None if call.branches() else "optimal")
    call.output("svg", svg)
    call.running(given)

    def attach(result: OptimalSetResult) -> None:
        if "out" not in call.written:
            return
        folder = call.written["out"]
        result.polytope = call.read_arrays(os.path.join(folder, "vertices.npz"), ArrayFile)
        found = [call.read_network(os.path.join(folder, name + ".npz")) for name in names[1:]]
        result.smallest, result.largest, result.centre = found[:3]
        result.samples = [network for network in found[3:] if network is not None]

    return call.run(OptimalSetResult, attach)


def width(
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
    search: Union[None, str, int, Iterable[int]] = None,
    starts: Optional[int] = None,
    witness: Optional[PathLike] = None,
    svg: Optional[PathLike] = None,
    max_vertices: Optional[int] = None,
    threads: Optional[int] = None,
    time_limit: Optional[float] = None,
    seed: Optional[int] = None,
    verbose: int = 0,
) -> WidthResult:
    """The widths that matter: m*, M*, from where optima are connected, where spurious valleys end.

    Parameters
    ----------
    X, y, beta, weight_decay, ... verbose
        as in :func:`train`
    search, starts
        widths at which to look for spurious valleys (``3``, ``range(1, 5)`` or ``"1-4"``), with this many
        descents at each (default 20)
    witness, svg
        also write the networks that prove a valley to this folder, and a picture to this file
    max_vertices
        as in :func:`optimal_set`

    Returns
    -------
    WidthResult
        ``m_star``, ``M_star``, ``connected_from``, ``no_spurious_valleys_from``,
        ``components_by_width[m]``, ``spurious_valleys[m]``, ``levels``, ... as in docs/widths.md;
        ``witnesses[m]`` is (strict local minimum, lower network)

    >>> widths = thalweg.width(X, y, beta=0.01, bias=True)
    >>> widths.connected_from, widths.no_spurious_valleys_from
    """
    given = locals()
    call = Call("width")
    call.data(given)
    call.objective(given)
    call.values(given, "starts", "max_vertices")
    widths = []
    if search is not None:
        if not isinstance(search, str):
            search = numbers_text([search] if isinstance(search, int) else search, "search")
        call.option("search", search)
        widths = _widths(search)
    names = ["%s_%d" % (kind, m) for m in widths for kind in ("spurious", "lower")]
    call.folder("witness", witness, names, default="witness" if widths else None)
    call.output("svg", svg)
    call.running(given)

    def attach(result: WidthResult) -> None:
        result.witnesses = _witnesses(call, widths)

    return call.run(WidthResult, attach)


def _widths(text: str) -> List[int]:
    """The widths of ``1,3,7-9``; none where the command will refuse the text."""
    widths: Set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        if not first.isdigit() or not (last or first).isdigit() or int(last or first) - int(first) > 10**6:
            return []
        widths.update(range(int(first), int(last or first) + 1))
    return sorted(widths)


def _witnesses(call: Call, widths: List[int]) -> Dict[int, Tuple[Network, Network]]:
    found = {}
    for m in widths:
        names = ["spurious_%d.npz" % m, "lower_%d.npz" % m]
        pair = [call.read_network(os.path.join(call.written["witness"], name)) for name in names]
        if pair[0] is not None and pair[1] is not None:
            found[m] = (pair[0], pair[1])
    return found
