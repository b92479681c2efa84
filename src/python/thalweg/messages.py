"""Messages of the commands in the words of Python: arguments instead of options and files."""

from __future__ import annotations

import re
from typing import Any

# Options whose argument has another name here.
_ARGUMENTS = {
    "data": "X",
    "targets": "y",
    "dataset": "X",
    "torch-weight-decay": "weight_decay",
    "torch-loss": "loss",
    "no-verify": "verify=False",
    "no-escape": "escape=False",
    "no-full": "full=False",
    "test": "test",
    "test-data": "test",
    "test-targets": "test",
}

_WORDS = (
    "none|penalised|free|shared|independent|sum|mean|squared|logistic|huber|squared-hinge|softmax|"
    "all|restricted|gated|mse-mean|mse-sum|minimum-norm|fast|neurons"
)
_MEMORY = re.compile(r"memory:([\w/]+)(?:\.(?:npz|npy|json|svg))?")
_TWICE = re.compile(r"\b(\w+): \1: ")
_CHOICE = re.compile(r"--([a-z][a-z-]*) (%s)\b(?!-)" % _WORDS)
_VALUE = re.compile(r"--([a-z][a-z-]*) ([A-Z][A-Z0-9]*(?:\.[a-z]+)?)\b")
_OPTION = re.compile(r"--([a-z][a-z-]*)")
_NEXT = re.compile(r"is in\s+memory:improved\.npz")
_HELP = re.compile(r"\s*Run with --help for more information\.\s*")


def _name(option: str) -> str:
    return _ARGUMENTS.get(option, option.replace("-", "_"))


def in_python(text: str) -> str:
    """``--output-bias free`` becomes ``output_bias='free'``, ``memory:X.npy`` becomes ``X``."""
    text = _NEXT.sub("is `improved` of this result", _HELP.sub("", text))
    text = _TWICE.sub(r"\1: ", _MEMORY.sub(lambda found: found[1], text))
    text = _CHOICE.sub(lambda found: "%s='%s'" % (_name(found[1]), found[2]), text)
    text = _VALUE.sub(lambda found: "%s=%s" % (_name(found[1]), found[2]), text)
    return _OPTION.sub(lambda found: _name(found[1]), text)


def arguments_named(document: Any) -> Any:
    """The document with the names of arguments where inputs were arrays in memory."""
    for source in document.get("inputs", {}).values():
        source["path"] = in_python(source["path"]) if source["path"].startswith("memory:") else source["path"]
    return document


def without_files(value: Any, place: str) -> Any:
    """The document with None for files written to paths that begin with ``place``; inputs stay."""
    if isinstance(value, dict):
        return {name: part if name == "inputs" else without_files(part, place) for name, part in value.items()}
    return None if isinstance(value, str) and value.startswith(place) else value


def without_lines(text: str, place: str) -> str:
    """The text without the lines, and what continues them, that say what was written to such paths."""
    return re.sub(r"^(?:written to|out) +%s.*\n(?: {20}.*\n)*" % re.escape(place), "", text, flags=re.MULTILINE)
