"""Texts in the units of schedulers, each by the rules of its place."""

import json
import re
import shlex
from collections.abc import Callable
from typing import Any

from data_pipelines.dataset import DataError

LONGEST_CRON_LINE = 990  # some versions cut at 1000


def shell(text: Any) -> str:
    """Quote one word for a shell."""
    return shlex.quote(str(text))


def cron(text: Any) -> str:
    """Quote one word for the shell inside a crontab, where a per cent sign ends the command."""
    if "\\" in str(text):
        raise DataError(f"{text} has a backslash, which versions of cron read in different ways.")
    return shell(text).replace("%", r"\%")


def systemd(text: Any) -> str:
    """Quote one word of a unit, where no variable is expanded."""
    escaped = str(text).replace("\\", r"\\").replace('"', r"\"")
    return f'"{_no_specifiers(escaped)}"'


def systemd_path(text: Any) -> str:
    """Return a path that is all of a setting, where quotes and backslashes mean themselves."""
    if str(text).endswith((" ", "\\")):
        raise DataError(f"{text} ends in a space or a backslash, which systemd does not keep.")
    return _no_specifiers(str(text))


def _no_specifiers(text: str) -> str:
    return text.replace("%", "%%")


def yaml(text: Any) -> str:
    """Quote a scalar of YAML: JSON, with characters that YAML does not print as codes."""
    return re.sub(
        "[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]",
        lambda found: f"\\u{ord(found[0]):04x}",
        json.dumps(str(text), ensure_ascii=False),
    )


def argument(text: Any) -> str:
    """Quote an argument of a container, where a dollar sign begins a variable."""
    return yaml(str(text).replace("$", "$$"))


def github(text: Any) -> str:
    """Quote a scalar of a workflow, where two braces begin an expression."""
    return yaml(str(text).replace("${{", "${{ '${{' }}"))


def assignment(name: str, text: str) -> str:
    """Return a line of a file that both a shell and systemd read."""
    escaped = re.sub(r'(["\\$`])', r"\\\1", text)
    return f'{name}="{escaped}"\n'


FILTERS: dict[str, Callable[[Any], str]] = {
    one.__name__: one for one in (shell, cron, systemd, systemd_path, yaml, argument, github)
}
