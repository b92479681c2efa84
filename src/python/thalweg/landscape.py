"""Questions about one network: certify, stationary, simplify; and check, about a certificate."""

from __future__ import annotations

from typing import Any, Optional

from .array_file import BranchNetwork
from .call import Call
from .files import PathLike
from .results import CertifyResult, CheckResult, SimplifyResult, StationaryResult
from .values import path_text


def certify(
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
    outputs: Optional[str] = None,
    skip: bool = False,
    sample_weights: Any = None,
    target_column: Any = None,
    architecture: Any = None,
    tolerance: Optional[float] = None,
    certificate: Optional[PathLike] = None,
    improved: Optional[PathLike] = None,
    same_width: bool = False,
    verify: bool = True,
    test: Any = None,
    threads: Optional[int] = None,
    time_limit: Optional[float] = None,
    seed: Optional[int] = None,
    verbose: int = 0,
) -> CertifyResult:
    """Prove how far a trained network is from a global minimum over networks of all widths.

    Parameters
    ----------
    network
        ``torch.nn.Sequential(Linear, ReLU, Linear)``, :class:`Network`, dict of arrays ``W`` (m x d),
        ``alpha`` (m or m x c) and perhaps ``b`` (m), ``output_bias`` (c), ``skip``, or the path of a
        file (.npz, .safetensors, .onnx). Float32 weights are taken exactly.
    X, y
        data (n x d) and targets (n or n x c); or ``X`` the path of a ``.npz`` with both or of a
        ``.csv`` with ``target_column``
    beta
        penalty: the objective is ``loss(f, y) + beta/2 (sum of squared weights)``
    weight_decay, loss
        PyTorch's words instead of ``beta``: the network was trained with ``nn.MSELoss()``
        (``loss="mse-mean"``) or with ``reduction="sum"`` (``"mse-sum"``) and this ``weight_decay`` by SGD
        or Adam. Otherwise ``loss`` is ``"squared"`` (1/2 |f - y|^2), ``"logistic"``, ``"huber"`` (with
        ``huber_delta``), ``"squared-hinge"`` or ``"softmax"``
    loss_scale
        ``"sum"`` (default) or ``"mean"``, the loss divided by n
    bias, output_bias, skip
        a column of ones appended to X; ``"none"``, ``"penalised"`` or ``"free"``; a linear skip connection.
        A network that has them says so by itself
    outputs
        ``"shared"`` (default) or ``"independent"`` neurons of several outputs
    sample_weights
        positive weights (n)
    architecture
        another network than two layers: a dict as in docs/architectures.md, or its ``.json`` file
    tolerance
        relative gap that counts as a global minimum (default 1e-8)
    certificate
        keep the proof in this file, for :func:`check` and ``thalweg-check``
    improved, same_width
        also write the lower network to this file; it has at most the network's own width
    verify
        build the proof and have it checked; without it the level is ``estimate``
    test
        samples ``(X, y)``, or their file, on which loss and accuracy are reported
    threads, time_limit, seed
        all cores, no limit in seconds, 0 unless given
    verbose
        0: nothing on standard error, 1: progress and warnings, 2 and 3: more

    Returns
    -------
    CertifyResult
        ``verdict``, ``objective``, ``lower_bound``, ``gap``, ``relative_gap``, ``level``, ... as in
        docs/commands.md; ``improved`` is the lower network, or None

    Raises
    ------
    InvalidInput, FileError
        what is wrong names the argument. At a limit the answer comes with a ThalwegWarning
    Interrupted
        after Ctrl-C, with the partial answer in ``result``

    >>> result = thalweg.certify(model, X, y, weight_decay=0.02, loss="mse-mean")
    >>> result.verdict, result.gap
    """
    given = locals()
    call = Call("certify")
    call.data(given)
    call.architecture(architecture)
    call.network(network)
    call.objective(given)
    call.values(given, "tolerance")
    call.unless(given, "verify")
    call.output("certificate", certificate)
    call.output("improved", improved, default="improved.npz")
    call.flags(given, "same_width")
    call.test(test)
    call.running(given)

    def attach(result: CertifyResult) -> None:
        path = call.written["improved"]
        result.improved = call.read_arrays(path, BranchNetwork) if call.branches() else call.read_network(path)
        if improved is None:
            result.drop_note("improved is not written")

    return call.run(CertifyResult, attach)


def stationary(
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
    distance: Optional[float] = None,
    residual: Optional[float] = None,
    nearby: Optional[PathLike] = None,
    escape: bool = True,
    threads: Optional[int] = None,
    time_limit: Optional[float] = None,
    seed: Optional[int] = None,
    verbose: int = 0,
) -> StationaryResult:
    """Is a network a stationary point or a local minimum, or next to one, and how to leave it?

    Parameters
    ----------
    network, X, y, beta, ... verbose
        as in :func:`certify`
    distance
        how far each neuron may move, relative to its length (default 1e-9)
    residual
        what counts as no gradient, times beta (default 1e-8)
    nearby
        also write the point that was looked at to this file
    escape
        also ask whether the network is a global minimum and what improves it

    Returns
    -------
    StationaryResult
        ``balanced``, ``clarke``, ``d_stationary``, ``local_minimum`` (``"yes"``, ``"no"``, ``"undecided"``),
        ``descent_direction``, ``escape``, ... as in docs/stationarity.md; ``nearby`` is a network

    >>> thalweg.stationary(model, X, y, weight_decay=0.02, loss="mse-mean").local_minimum
    """
    given = locals()
    call = Call("stationary")
    call.data(given)
    call.network(network)
    call.objective(given)
    call.values(given, "distance", "residual")
    call.unless(given, "escape")
    call.output("nearby", nearby, default="nearby.npz")
    call.running(given)

    def attach(result: StationaryResult) -> None:
        result.nearby = call.read_network(call.written["nearby"])

    return call.run(StationaryResult, attach)


def simplify(
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
    outputs: Optional[str] = None,
    skip: bool = False,
    sample_weights: Any = None,
    target_column: Any = None,
    out: Optional[PathLike] = None,
    threads: Optional[int] = None,
    time_limit: Optional[float] = None,
    seed: Optional[int] = None,
    verbose: int = 0,
) -> SimplifyResult:
    """Make a network smaller without raising its objective: balance, merge, prune.

    Parameters are those of :func:`certify`; ``out`` also writes the network to a file.

    Returns
    -------
    SimplifyResult
        ``width_before``, ``width_after``, ``decrease``, ...; ``network``, the same function on the data

    >>> smaller = thalweg.simplify(model, X, y, weight_decay=0.02, loss="mse-mean").network
    """
    given = locals()
    call = Call("simplify")
    call.data(given)
    call.network(network)
    call.objective(given)
    call.output("out", out, default="simplified.npz")
    call.running(given)

    def attach(result: SimplifyResult) -> None:
        found = call.read_network(call.written["out"])
        if found is not None:
            result.network = found

    return call.run(SimplifyResult, attach)


def check(
    certificate: PathLike,
    X: Any = None,
    y: Any = None,
    *,
    network: Any = None,
    target_column: Any = None,
    architecture: Any = None,
    threads: Optional[int] = None,
    time_limit: Optional[float] = None,
    seed: Optional[int] = None,
    verbose: int = 0,
) -> CheckResult:
    """Check a certificate in exact arithmetic, and that it is about these data and this network.

    Without ``X``, ``y`` and ``network`` the certificate still proves its statement, about the data and
    the network that it contains.

    Returns
    -------
    CheckResult
        true when verified; ``verified``, ``reason``, ``gap``, ``level``, ... as in docs/commands.md

    >>> bool(thalweg.check("network.cert", X, y, network=model))
    """
    given = locals()
    call = Call("check")
    call.arguments.append(path_text(certificate, "certificate"))
    call.data(given, required=False)
    call.architecture(architecture)
    call.network(network)
    call.running(given)
    return call.run(CheckResult)
