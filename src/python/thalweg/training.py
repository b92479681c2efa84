"""Optima: train, path_regularization."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from .array_file import ArrayFile, BranchNetwork, GatedModel
from .call import Call
from .errors import InvalidInput
from .files import PathLike
from .results import ArrangementResult, PathRegularizationResult, TrainResult
from .values import is_path


def train(
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
    gap: Optional[float] = None,
    width: Optional[int] = None,
    rank: Optional[int] = None,
    full: bool = True,
    patterns: Optional[str] = None,
    gates: Any = None,
    cells: Any = None,
    sample_patterns: Optional[int] = None,
    sample_method: Optional[str] = None,
    decompose: Optional[str] = None,
    out: Optional[PathLike] = None,
    certificate: Optional[PathLike] = None,
    verify: bool = True,
    test: Any = None,
    threads: Optional[int] = None,
    time_limit: Optional[float] = None,
    seed: Optional[int] = None,
    verbose: int = 0,
) -> TrainResult:
    """Train over all widths to a certified gap.

    Parameters
    ----------
    X, y, beta, weight_decay, ... sample_weights, architecture, verify, test, ... verbose
        as in :func:`certify`
    standardize, standardize_targets
        centre and scale the columns of X, and y, by powers of two; the network keeps the map
    network
        start from this one
    gap
        relative gap to reach (default 1e-6)
    width
        at most this many neurons
    rank, full
        train on the data truncated to this rank; also on the full data, to measure the factor lost
    patterns
        ``"all"`` (default), ``"restricted"`` or ``"gated"``: over which activation patterns, those of
        ``gates`` (p x d), of ``cells`` (what :func:`arrangement` returned, or its file), or
        ``sample_patterns`` drawn ones, by ``sample_method`` ``"gaussian"`` or ``"uniform"``
    decompose
        with ``"gated"``: ``"minimum-norm"`` or ``"fast"``, the ReLU network of the solution
    out, certificate
        also write the network, and the proof of its gap, to these files

    Returns
    -------
    TrainResult
        ``objective``, ``lower_bound``, ``relative_gap``, ``width``, ``status``, ``level``, ... as in
        docs/commands.md; ``network``, which predicts when called

    >>> result = thalweg.train(X, y, beta=1.5, bias=True, output_bias="penalised")
    >>> result.network(X)
    """
    given = locals()
    call = Call("train")
    call.data(given)
    call.architecture(architecture)
    call.network(network)
    call.objective(given)
    call.values(given, "gap", "width", "rank", "patterns", "sample_patterns", "sample_method", "decompose")
    call.unless(given, "full", "verify")
    call.array("gates", gates)
    if cells is not None:
        call.option("cells", _listing(call, cells))
    call.output("out", out, default="trained.npz")
    call.output("certificate", certificate)
    call.test(test)
    call.running(given)

    def attach(result: TrainResult) -> None:
        path = call.written["out"]
        if call.branches():
            result.network = call.read_arrays(path, BranchNetwork)
        elif result.to_dict().get("out_holds") == "gated_model":
            result.network = call.read_arrays(path, GatedModel)
        else:
            result.network = call.read_network(path)

    return call.run(TrainResult, attach)


def _listing(call: Call, cells: Any) -> str:
    """Where the command finds listed patterns."""
    if is_path(cells):
        return call.place("cells", cells)
    if isinstance(cells, ArrangementResult):
        cells = cells.patterns
    if isinstance(cells, ArrayFile):
        cells = cells.arrays
    if not isinstance(cells, Mapping):
        raise InvalidInput("cells: expected what thalweg.arrangement returned, its file, or its arrays by name")
    return call.named_arrays("cells", cells)


def path_regularization(
    X: Any = None,
    y: Any = None,
    *,
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
    beta_min: Optional[float] = None,
    beta_ratio: Optional[float] = None,
    points: Optional[int] = None,
    exact: bool = True,
    gap: Optional[float] = None,
    out: Optional[PathLike] = None,
    csv: Optional[PathLike] = None,
    svg: Optional[PathLike] = None,
    threads: Optional[int] = None,
    time_limit: Optional[float] = None,
    seed: Optional[int] = None,
    verbose: int = 0,
) -> PathRegularizationResult:
    """The optimum over networks of all widths for every beta from beta_max down.

    Parameters
    ----------
    X, y, loss, ... sample_weights, ... verbose
        as in :func:`train`; ``loss`` is never PyTorch's, since there is no single penalty
    network
        scan this network's gap over the points as well
    beta_min, beta_ratio
        the last beta, or its share of beta_max (default 1e-3)
    points
        requested betas, log-spaced (default 50)
    exact
        follow the path and locate its events; else train the requested betas only
    gap
        relative gap to reach at every point (default 1e-6)
    out, csv, svg
        also write everything, the curves, a picture to these files

    Returns
    -------
    PathRegularizationResult
        ``betas``, ``objectives``, ``lower_bounds``, ``neurons``, ``events``, ... as in docs/commands.md;
        ``network(k)`` is the optimal network at ``betas[k]``, ``points`` has all arrays

    >>> path = thalweg.path_regularization(X, y, bias=True, beta_ratio=0.01)
    >>> path.network(-1)(X)
    """
    given = locals()
    call = Call("path-regularization")
    call.data(given)
    call.network(network)
    call.objective(given)
    call.values(given, "beta_min", "beta_ratio", "points", "gap")
    if not exact:
        call.arguments.append("--grid")
    call.output("out", out, default="path.npz")
    call.output("csv", csv)
    call.output("svg", svg)
    call.running(given)

    def attach(result: PathRegularizationResult) -> None:
        result.points = call.read_arrays(call.written["out"], ArrayFile)

    return call.run(PathRegularizationResult, attach)
