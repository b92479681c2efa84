"""The extension module: runs a command line of the program in this process."""

from typing import Any, Dict, List, TypedDict

import numpy as np

__version__: str

class Answer(TypedDict):
    status: int
    document: str
    text: str
    notes: List[str]
    error: str
    interrupted: bool
    archives: Dict[str, Dict[str, bytes]]
    texts: Dict[str, str]

def run(
    arguments: List[str],
    archives: Dict[str, Dict[str, "np.ndarray[Any, Any]"]],
    texts: Dict[str, str],
    catch_signals: bool,
) -> Answer: ...
