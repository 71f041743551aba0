"""What went wrong in a job, in one line; with the place in the code of a paper from outside."""

from pathlib import Path
from traceback import walk_tb

from benchmarks.evidence.source import is_outside


def in_one_line(error: BaseException) -> str:
    """Return the kind and the text of an error, and where it left a file of a paper from outside."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    places = [
        f"{Path(frame.f_code.co_filename).name}, line {line}"
        for frame, line in walk_tb(error.__traceback__)
        if is_outside(frame.f_globals.get("__name__", ""))
    ]
    return f"{text} ({places[-1]})" if places else text
