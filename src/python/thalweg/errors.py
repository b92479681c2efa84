"""What goes wrong, and what was cut short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

if TYPE_CHECKING:
    from .results import Result


class ThalwegError(Exception):
    """Base of all errors of this package."""


class InvalidInput(ThalwegError, ValueError):
    """An argument, array or file does not say what it must; the message names the argument."""


class FileError(ThalwegError, OSError):
    """A file cannot be read or written."""


class InternalError(ThalwegError, RuntimeError):
    """A defect of thalweg; please report it with the data."""


class ThalwegWarning(UserWarning):
    """The answer is valid, but not all of what was asked for."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, or SIGTERM, stopped the work.

    ``result`` is the valid partial answer, of the type that the function returns; None when it was
    too early for one.
    """

    def __init__(self, message: str, result: Optional["Result"] = None) -> None:
        super().__init__(message)
        self.result = result
