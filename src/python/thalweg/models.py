"""PyTorch models as named arrays. Torch is never imported: what is asked of a model is its
``state_dict()``, and of a ``Sequential`` also its layers, since ``Tanh`` has no weights to tell it by."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Tuple

import numpy as np

from .arrays import to_array
from .errors import InvalidInput

_WRAPPERS = ("module.", "_orig_mod.")
_SHAPING = {"Flatten", "Unflatten", "Identity"}
_POOLING = {
    "sum": (),
    "average": ("AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AvgPool1d", "AvgPool2d"),
    "max": ("AdaptiveMaxPool1d", "AdaptiveMaxPool2d", "MaxPool1d", "MaxPool2d"),
}


def is_model(value: Any) -> bool:
    """Whether something has a state dict, as ``torch.nn.Module`` has."""
    return callable(getattr(value, "state_dict", None))


def _arrays(state: Mapping[str, Any]) -> Dict[str, np.ndarray]:
    return {name: to_array(value, "network: " + name) for name, value in state.items()}


def _unwrapped(state: Mapping[str, Any]) -> Dict[str, Any]:
    """Without the prefix that DataParallel or torch.compile put before every name."""
    named = dict(state)
    for prefix in _WRAPPERS:
        if named and all(name.startswith(prefix) for name in named):
            named = {name[len(prefix) :]: value for name, value in named.items()}
    return named


def _is_sequential(model: Any) -> bool:
    """Whether it computes its layers one after the other: a Sequential, or a class of one that changes no forward."""
    kind: Any = type(model)
    base: Any = next((base for base in kind.__mro__ if base.__name__ == "Sequential"), None)
    return base is not None and kind.forward is base.forward


def _layers(model: Any) -> Optional[List[Tuple[str, Any, str]]]:
    """(name, layer, kind) of a Sequential, those that only shape left out; None for other models."""
    while type(model).__name__ in ("DataParallel", "OptimizedModule", "DistributedDataParallel"):
        model = getattr(model, "module", None) or model._orig_mod
    if not _is_sequential(model):
        return None
    found: List[Tuple[str, Any, str]] = []
    for name, layer in model.named_children():
        inner = _layers(layer)
        if inner is not None:
            found += [(name + "." + below, leaf, kind) for below, leaf, kind in inner]
        elif type(layer).__name__ not in _SHAPING:
            found.append((name, layer, type(layer).__name__))
    return found


def _refuse(kinds: List[str], expected: str) -> None:
    raise InvalidInput("network: expected %s, got Sequential(%s)" % (expected, ", ".join(kinds)))


def _two_layer(layers: List[Tuple[str, Any, str]], arrays: Dict[str, np.ndarray]) -> Dict[str, np.ndarray]:
    kinds = [kind for _, _, kind in layers]
    if kinds != ["Linear", "ReLU", "Linear"]:
        _refuse(kinds, "Sequential(Linear, ReLU, Linear), or another one with architecture=")
    places = {layers[0][0] + ".": "0.", layers[2][0] + ".": "2."}
    return {places[name.rsplit(".", 1)[0] + "."] + name.rsplit(".", 1)[1]: value for name, value in arrays.items()}


def _pair(value: Any) -> List[int]:
    """The last numbers of (1, 1), 1 or [1], for comparing strides and paddings."""
    return [int(part) for part in np.ravel(value)]


def _same(given: Any, said: Any) -> bool:
    a, b = _pair(given), _pair(said)
    longest = max(len(a), len(b))
    return (a * longest if len(a) == 1 else a) == (b * longest if len(b) == 1 else b)


def _check_convolution(layer: Any, description: Mapping[str, Any]) -> None:
    """What the weights' shapes do not tell: stride, padding and the like are those described."""
    for key, usual in (("stride", 1), ("padding", 0)):
        has, said = getattr(layer, key, usual), description.get(key, usual)
        if not isinstance(has, str) and not _same(has, said):
            raise InvalidInput("network: its convolution has %s %s, the architecture says %s" % (key, has, said))
    unusual = (
        not _same(getattr(layer, "dilation", 1), 1)
        or getattr(layer, "groups", 1) != 1
        or isinstance(getattr(layer, "padding", 0), str)
        or getattr(layer, "padding_mode", "zeros") != "zeros"
    )
    if unusual:
        raise InvalidInput("network: its convolution has dilation, groups or a padding that is no number of zeros")


def _check_described(layers: List[Tuple[str, Any, str]], description: Mapping[str, Any]) -> None:
    """Refuses a Sequential that computes something else than its weights' names suggest."""
    kinds = [kind for _, _, kind in layers]
    architecture = description.get("architecture")
    middle = list(_POOLING.get(description.get("pooling", ""), ())) if architecture == "cnn" else []
    plain = kinds[2:-1]
    fits = (
        architecture in ("cnn", "cnn-flattened")
        and len(kinds) >= 3
        and kinds[0] in ("Conv1d", "Conv2d")
        and kinds[1] == "ReLU"
        and kinds[-1] in ("Linear", "Conv1d", "Conv2d")
        and len(plain) == (1 if middle else 0)
        and all(kind in middle for kind in plain)
    )
    if not fits:
        wanted = "Sequential(Conv2d, ReLU, %sFlatten, Linear) for the architecture %s" % (
            middle[1] + ", " if len(middle) > 1 else "",
            architecture,
        )
        _refuse(kinds, wanted + "; or give its arrays")
    _check_convolution(layers[0][1], description)


def arrays_of_model(model: Any, description: Optional[Mapping[str, Any]]) -> Dict[str, np.ndarray]:
    """The model's weights by PyTorch's names, its own doubles or the widened floats.

    ``description`` is that of another architecture, or None for two layers. Errors: InvalidInput
    for what computes something else, or may, whose weights would be taken for those of another function.
    """
    arrays = _arrays(_unwrapped(model.state_dict()))
    layers = _layers(model)
    two_layer = description is None or description.get("architecture") == "two-layer"
    if layers is None and two_layer:
        other = "give the arrays of another class that is the same function as a dict: W, alpha, b, output_bias"
        raise InvalidInput("network: expected Sequential(Linear, ReLU, Linear), got %s; %s" % (type(model).__name__, other))
    if layers is None:
        return arrays
    if two_layer:
        return _two_layer(layers, arrays)
    assert description is not None
    _check_described(layers, description)
    return arrays
