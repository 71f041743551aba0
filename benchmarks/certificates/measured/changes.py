"""Changes of a certificate, by kind: each takes its files and chance, and returns the name of the file it changed.

None of them calls a check; they change texts, as somebody with an editor would.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks.certificates import signing
from benchmarks.certificates.contents import (
    HISTORY,
    LABELS,
    LOCK,
    MANIFEST,
    METADATA,
    SIGNATURE,
    STATEMENT,
    as_json,
)
from results.predictions import decode, encode

Files = dict[str, bytes]
Row = dict[str, str]
Change = Callable[[Files, Random], str]
PRINTED = "published/"
LATER = "2100-01-01T00:00:00+00:00"


def _one(files: Mapping[str, bytes], start: str, random: Random, end: str = "") -> str:
    """Return the name of one of the files that begin and end so; the history is asked for by its whole name."""
    names = [name for name in files if name.startswith(start) and name.endswith(end)]
    return random.choice(sorted(name for name in names if name != HISTORY or start == HISTORY))


def _rows(files: Files, name: str) -> list[Row]:
    csv.field_size_limit(2**24)
    return list(csv.DictReader(io.StringIO(files[name].decode(), newline="")))


def _write(files: Files, name: str, rows: list[Row], columns: list[str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    files[name] = text.getvalue().encode()
    return name


def _in_table(start: str, change: Callable[[list[Row], Random], list[Row]]) -> Change:
    """Return a change of the rows of a CSV file."""

    def made(files: Files, random: Random) -> str:
        name = _one(files, start, random)
        rows = _rows(files, name)
        columns = list(rows[0])
        return _write(files, name, change(rows, random), columns)

    return made


def _in_a_row(start: str, change: Callable[[Row, Random], Row]) -> Change:
    def made(rows: list[Row], random: Random) -> list[Row]:
        index = random.randrange(len(rows))
        return [*rows[:index], rows[index] | change(rows[index], random), *rows[index + 1 :]]

    return _in_table(start, made)


def _without_one(rows: list[Row], random: Random) -> list[Row]:
    """Drop one job of the runs: a seed of a fixed split."""
    dropped = random.choice(rows)
    return [row for row in rows if any(row[name] != dropped[name] for name in ("fingerprint", "fold", "seed"))]


def _swapped(rows: list[Row], random: Random) -> list[Row]:
    """Swap the curves of two runs."""
    one, other = random.sample(sorted({row["seed"] for row in rows}), 2)
    names = {one: other, other: one}
    return [row | {"seed": names.get(row["seed"], row["seed"])} for row in rows]


def _without_an_epoch(rows: list[Row], random: Random) -> list[Row]:
    index = random.randrange(len(rows))
    return rows[:index] + rows[index + 1 :]


def _moved(name: str, amount: float) -> Callable[[Row, Random], Row]:
    def moved(row: Row, random: Random) -> Row:
        return {name: repr(round(float(row[name]) + random.choice((-1, 1)) * amount * (1 + random.random()), 4))}

    return moved


def _flipped(name: str) -> Callable[[Row, Random], Row]:
    def flipped(row: Row, random: Random) -> Row:
        classes = decode(row[name]).copy()
        index = random.randrange(len(classes))
        classes[index] = (classes[index] + 1) % (classes.max() + 1)
        return {name: encode(classes)}

    return flipped


def _margin_after_the_runs(files: Files, random: Random) -> str:
    """Widen a margin, and write it into the history with today's date."""
    name = _one(files, PRINTED, random)
    _in_a_row(name, lambda row, random: {"margin": repr(float(row["margin"] or 1) * 2)})(files, random)
    printed, rows = _rows(files, name)[0], _rows(files, HISTORY)
    wider = {"date": LATER, "commit": "f" * 40, "value": printed["value"], "margin": printed["margin"]}
    _write(files, HISTORY, [*rows, rows[-1] | wider], list(rows[0]))
    return name


def _in_json(start: str, change: Callable[[dict[str, Any], Random], None]) -> Change:
    def made(files: Files, random: Random) -> str:
        name = _one(files, start, random)
        content = json.loads(files[name])
        change(content, random)
        files[name] = as_json(content)
        return name

    return made


def _another_setting(content: dict[str, Any], random: Random) -> None:
    content["settings"]["revision"] = random.randint(2, 99)


def _other_data(content: dict[str, Any], random: Random) -> None:
    content["data"]["hashed_as"] = f"{random.getrandbits(256):064x}"


def _another_mean(content: dict[str, Any], random: Random) -> None:
    random.choice(content["cells"])["mean"] += 1 + random.random()


def _another_answer(content: dict[str, Any], random: Random) -> None:
    cell = random.choice(content["cells"])
    cell["answer"] = "worse" if cell["answer"] == "reproduced" else "reproduced"


def _not_described(content: dict[str, Any], random: Random) -> None:
    content["@graph"].pop(next(i for i, one in enumerate(content["@graph"]) if one["@type"] == "File"))


def _other_source(files: Files, random: Random) -> str:
    """Change the training loop of all that is trained, or else one of the files that a digest reads."""
    name = "code/benchmarks/training/fitting.py"
    name = name if name in files else _one(files, "code/", random, ".py")
    files[name] = files[name].replace(b" > ", b" >= ").replace(b" + ", b" - ")
    return name


def _replaced_byte(start: str) -> Change:
    def made(files: Files, random: Random) -> str:
        name = _one(files, start, random)
        index = random.randrange(len(files[name]))
        files[name] = files[name][:index] + bytes([files[name][index] ^ 1]) + files[name][index + 1 :]
        return name

    return made


def _added(files: Files, random: Random) -> str:
    name = random.choice(("notes.txt", "code/models/extra.py", "results/extra.csv", "git/0123", "recipes/0.json"))
    files[name] = b"more\n"
    return name


def _removed(files: Files, random: Random) -> str:
    name = _one({name: b"" for name in files if name not in (MANIFEST, SIGNATURE, STATEMENT)}, "", random)
    del files[name]
    return name


def _unsigned(files: Files, random: Random) -> str:
    del files[SIGNATURE]
    return SIGNATURE


def _signed_by_another(files: Files, random: Random) -> str:
    files[SIGNATURE] = signing.sign(files[MANIFEST], Ed25519PrivateKey.generate()).encode()
    return SIGNATURE


RUNS, CURVES, PREDICTIONS = (f"results/{kind}/" for kind in ("reproduced", "curves", "predictions"))
CHANGES: dict[str, Change] = {
    "a seed is dropped": _in_table(RUNS, _without_one),
    "a score is moved": _in_a_row(RUNS, _moved("value", 0.2)),
    "a run has another commit": _in_a_row(RUNS, lambda row, random: {"commit": f"{random.getrandbits(48):012x}"}),
    "a printed value is moved": _in_a_row(PRINTED, _moved("value", 0.3)),
    "a margin is moved": _in_a_row(PRINTED, _moved("margin", 0.3)),
    "a margin is moved after the runs, and the history too": _margin_after_the_runs,
    "the history is of another date": _in_a_row(HISTORY, lambda row, random: {"date": LATER}),
    "a prediction is flipped": _in_a_row(PREDICTIONS, _flipped("predictions")),
    "a true class is flipped": _in_a_row(LABELS, _flipped("labels")),
    "two curves are swapped": _in_table(CURVES, _swapped),
    "an epoch is dropped": _in_table(CURVES, _without_an_epoch),
    "a loss is moved": _in_a_row(CURVES, _moved("loss", 0.1)),
    "the source is another": _other_source,
    "a setting is another": _in_json("recipes/", _another_setting),
    "the data are others": _in_json("recipes/", _other_data),
    "a mean is stated otherwise": _in_json(STATEMENT, _another_mean),
    "a verdict is stated otherwise": _in_json(STATEMENT, _another_answer),
    "an object of git is another": _replaced_byte("git/"),
    "the lock file is another": _replaced_byte(LOCK),
    "a file is not described": _in_json(METADATA, _not_described),
    "a file is added": _added,
    "a file is removed": _removed,
    "the manifest is another": _replaced_byte(MANIFEST),
    "the signature is removed": _unsigned,
    "the signature is of another key": _signed_by_another,
}
OF_THE_SEAL = {  # what is computed again undoes them
    *("a file is not described", "the manifest is another"),
    *("the signature is removed", "the signature is of another key"),
}
