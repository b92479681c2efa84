"""Files of this side: written in one step, so that no file of the user is ever lost or half written."""

from __future__ import annotations

import os
import tempfile
from typing import Any, Callable, Dict, IO, Mapping, Union

import numpy as np

from .errors import FileError, InvalidInput

PathLike = Union[str, "os.PathLike[str]"]


def replace_file(path: PathLike, write: Callable[[IO[bytes]], None]) -> None:
    """Writes beside the file and renames. Errors: FileError."""
    target = os.path.realpath(os.fspath(path))
    try:
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(target), suffix=".tmp")
        try:
            with os.fdopen(handle, "wb") as stream:
                write(stream)
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(temporary, 0o666 & ~mask)
            os.replace(temporary, target)
        except BaseException:
            os.unlink(temporary)
            raise
    except OSError as problem:
        raise FileError("%s: cannot be written: %s" % (os.fspath(path), problem.strerror)) from None


def write_text(path: PathLike, text: str) -> None:
    """Writes UTF-8. Errors: FileError."""

    def write(stream: IO[bytes]) -> None:
        stream.write(text.encode())

    replace_file(path, write)


def write_npz(path: PathLike, arrays: Mapping[str, Any]) -> None:
    """Writes named arrays. Errors: FileError."""
    replace_file(path, lambda stream: np.savez(stream, **arrays))


def read_npz(path: PathLike) -> Dict[str, np.ndarray]:
    """All arrays of a ``.npz`` file, by name. Errors: FileError, InvalidInput."""
    try:
        with np.load(os.fspath(path), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except OSError as problem:
        raise FileError("%s: cannot be read: %s" % (os.fspath(path), problem.strerror or problem)) from None
    except Exception as problem:  # whatever NumPy and zipfile raise for files that are none
        raise InvalidInput("%s: is no .npz file of arrays: %s" % (os.fspath(path), problem)) from None


def identity(path: str) -> Any:
    """What changes when a file is replaced; None when there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
