"""Messages of the commands in the words of Python: arguments instead of options and files."""

from __future__ import annotations

import re

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
_HELP = re.compile(r"\s*Run with --help for more information\.\s*")


def _name(option: str) -> str:
    return _ARGUMENTS.get(option, option.replace("-", "_"))


def in_python(text: str) -> str:
    """``--output-bias free`` becomes ``output_bias='free'``, ``memory:X.npy`` becomes ``X``."""
    text = _HELP.sub("", text)
    text = _TWICE.sub(r"\1: ", _MEMORY.sub(lambda found: found[1], text))
    text = _CHOICE.sub(lambda found: "%s='%s'" % (_name(found[1]), found[2]), text)
    text = _VALUE.sub(lambda found: "%s=%s" % (_name(found[1]), found[2]), text)
    return _OPTION.sub(lambda found: _name(found[1]), text)
