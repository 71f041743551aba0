"""What commands print: no raw control character, no secret, nothing that stops at an encoding or a closed pipe."""

import io
import os
import re
import sys
from functools import lru_cache
from typing import Any

from results.secrets import secrets_of, without_secrets

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")  # reordering ones too
CREDENTIALS = ("MLFLOW_TRACKING_USERNAME", "MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN")
ADDRESSES = ("MLFLOW_TRACKING_URI", "RETABLE_MIRROR", "RAY_ADDRESS", "http_proxy", "https_proxy", "HTTPS_PROXY")
SHORTEST = 4  # a secret of fewer characters is hidden in addresses alone: it may be any word


class CleanStream:
    """A text stream that shows control characters, but for line feeds and tabs, and that masks secrets."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")

    def write(self, text: str) -> int:
        """Write a text, and return its length."""
        self.stream.write(clean(text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write texts."""
        for line in lines:
            self.write(line)

    @property
    def rich_proxied_file(self) -> Any:
        """Return the stream for colours and bars, as rich asks for it."""
        return raw(self.stream)

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":  # bytes would go round us
            raise AttributeError(name)
        return getattr(self.stream, name)


class Unbroken(io.FileIO):
    """A file that may be a pipe whose reader leaves: the rest goes nowhere, and the command goes on.

    So `retable run | head` loses no record, and the status is the command's own.
    """

    def write(self, data: Any) -> int:
        """Write bytes, and return how many were written."""
        try:
            return super().write(data)
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())  # libraries that write without Python are served, too
            os.close(nowhere)
            return super().write(data)


def clean_streams() -> None:
    """Let all that this process prints be clean, up to its last traceback, whoever still reads it."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, CleanStream):  # None: the caller has closed it
            setattr(sys, name, CleanStream(_unbroken(stream)))


def _unbroken(stream: Any) -> Any:
    """Return a stream to the same file that outlives its reader; what is not a file's is returned unchanged."""
    buffer = getattr(stream, "buffer", None)
    file = getattr(buffer, "raw", buffer)  # with PYTHONUNBUFFERED there is no buffer between
    if type(stream) is not io.TextIOWrapper or type(file) is not io.FileIO:
        return stream
    stream.flush()
    outliving = io.BufferedWriter(Unbroken(file.fileno(), "w", closefd=False))
    by_line = stream.line_buffering or stream.write_through
    return io.TextIOWrapper(outliving, encoding=stream.encoding, line_buffering=by_line)


def raw(stream: Any) -> Any:
    """Return the stream behind those that change what is written."""
    while (behind := getattr(stream, "rich_proxied_file", stream)) is not stream:
        stream = behind
    return stream


def clean(text: str, keep: str = "\n\t", known: frozenset[str] | None = None) -> str:
    """Return a text without secrets, and with its control characters escaped, but for those to keep.

    `known` are the secrets of this environment, where the caller has them already.
    """
    return escaped(without_secrets(text, known_secrets() if known is None else known), keep)


def escaped(text: str, keep: str = "") -> str:
    r"""Return a text with its control characters as \x1b and the like, but for those to keep."""
    return CONTROL.sub(lambda found: found[0] if found[0] in keep else _code(found[0]), text)


def masked(text: str) -> str:
    """Return a text without the passwords and tokens of this environment, or of any address."""
    return without_secrets(text, known_secrets())


def known_secrets() -> frozenset[str]:
    """Return the passwords and tokens of this environment."""
    known = {os.environ.get(name, "") for name in CREDENTIALS[1:]}
    for name in ADDRESSES:
        known |= _passwords(os.environ.get(name, ""))
    return frozenset(word for word in known if len(word) >= SHORTEST)


@lru_cache  # asked for every text that is printed
def _passwords(address: str) -> frozenset[str]:
    """Return the secrets of an address; a user's name alone may be any word."""
    user, colon, _ = address.partition("://")[2].rpartition("@")[0].partition(":")
    return frozenset(secrets_of(address)) - ({user} if colon else set())


def _code(character: str) -> str:
    return character.encode("unicode_escape").decode()
