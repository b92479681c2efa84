"""Paths of networks: path, verify_path."""

from __future__ import annotations

from typing import Any, Optional

from .array_file import ArrayFile
from .call import Call
from .errors import InvalidInput
from .files import PathLike
from .network import NetworkPath
from .results import PathResult
from .values import is_path, path_text


def path(
    network: Any,
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
    skip: bool = False,
    sample_weights: Any = None,
    target_column: Any = None,
    standardize: bool = False,
    standardize_targets: bool = False,
    to: Any = None,
    widen: Optional[int] = None,
    tolerance: Optional[float] = None,
    out: Optional[PathLike] = None,
    certificate: Optional[PathLike] = None,
    verify: bool = True,
    curves: bool = False,
    svg_loss: Optional[PathLike] = None,
    svg_masses: Optional[PathLike] = None,
    svg_slice: Optional[PathLike] = None,
    threads: Optional[int] = None,
    time_limit: Optional[float] = None,
    seed: Optional[int] = None,
    verbose: int = 0,
) -> PathResult:
    """Walk downhill from a network to a global minimum, or from one network to another, with proof.

    Parameters
    ----------
    network, X, y, beta, weight_decay, ... verify, ... verbose
        as in :func:`certify`
    to
        mode connectivity: a path to this network instead
    widen
        append this many empty neurons first
    tolerance
        relative gap up to which a network counts as a global minimum (default 1e-8)
    out, certificate
        also write the path (.npz), and its proof, to these files
    curves
        put the objective along the path, the straight line and a Bezier curve into the document
    svg_loss, svg_masses, svg_slice
        write pictures to these files

    Returns
    -------
    PathResult
        ``status`` (``"connected"``, ``"blocked"`` or ``"disconnected"``), ``max_increase``,
        ``start_objective``, ``end_objective``, ``segments``, ``width_needed``, ... as in docs/paths.md;
        ``path`` is a NetworkPath with its ``waypoints``

    >>> walk = thalweg.path(model, X, y, weight_decay=0.02, loss="mse-mean")
    >>> walk.status, walk.max_increase, walk.path.waypoints[-1]
    """
    given = locals()
    call = _prepare(given)
    call.network(network)
    call.network(to, "to")
    call.values(given, "widen")
    call.output("out", out, default="path.npz")
    call.output("certificate", certificate)
    call.unless(given, "verify")
    for name in ("svg_loss", "svg_masses", "svg_slice"):
        call.output(name, given[name])

    def attach(result: PathResult) -> None:
        result.path = call.read_arrays(call.written["out"], NetworkPath)

    return call.run(PathResult, attach)


def verify_path(
    path: Any,
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
    skip: bool = False,
    sample_weights: Any = None,
    target_column: Any = None,
    standardize: bool = False,
    standardize_targets: bool = False,
    network: Any = None,
    to: Any = None,
    tolerance: Optional[float] = None,
    curves: bool = False,
    svg_loss: Optional[PathLike] = None,
    svg_masses: Optional[PathLike] = None,
    svg_slice: Optional[PathLike] = None,
    threads: Optional[int] = None,
    time_limit: Optional[float] = None,
    seed: Optional[int] = None,
    verbose: int = 0,
) -> PathResult:
    """Check a stored path: whether it is one, its ends and how far it rises.

    Parameters
    ----------
    path
        a NetworkPath, a file that :func:`path` wrote, or its arrays by name
    network, to
        the ends that it should have
    X, y, beta, ... verbose
        as in :func:`path`

    Returns
    -------
    PathResult
        as of :func:`path`; ``path`` is None

    >>> thalweg.verify_path(walk.path, X, y, beta=0.1).max_increase
    """
    given = locals()
    call = _prepare(given)
    if is_path(path):
        call.option("verify", path_text(path, "path"))
    elif isinstance(path, (ArrayFile, dict)):
        call.option("verify", call.named_arrays("path", path.arrays if isinstance(path, ArrayFile) else path))
    else:
        raise InvalidInput("path: expected a NetworkPath, a file or a dict of arrays, got " + type(path).__name__)
    call.network(network)
    call.network(to, "to")
    for name in ("svg_loss", "svg_masses", "svg_slice"):
        call.output(name, given[name])
    return call.run(PathResult)


def _prepare(given: Any) -> Call:
    call = Call("path")
    call.data(given)
    call.objective(given)
    call.values(given, "tolerance")
    call.flags(given, "curves")
    call.running(given)
    return call
