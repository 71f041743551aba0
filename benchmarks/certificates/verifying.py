"""Judging a certificate again: from the file alone, without Keras, the data or the suite's source tree."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.certificates import archive, signing
from benchmarks.certificates.checks import Check, Outcome, guarded, judged
from benchmarks.certificates.contents import (
    MANIFEST,
    METADATA,
    RECIPES,
    RECORDS,
    SIGNATURE,
    STATEMENT,
    from_json,
    is_count,
    published_file,
)
from benchmarks.certificates.crate import is_known
from benchmarks.certificates.looks import code, fixed, recipes, runs, scores
from benchmarks.certificates.opened import Opened, opened
from benchmarks.certificates.statement import RULE, differences, rejudge
from results.ledger import ResultsError
from results.tables import in_words, ours, retired

UNSIGNED = "damage and inconsistency are noticed; an author who changes runs and computes all hashes again is not"


def verify(files: Mapping[str, bytes], trusted: Collection[str] = ()) -> Iterator[Check]:
    """Yield what was checked of a certificate, and what could not be.

    `trusted` are the short names of keys, of which one must have signed; none: any, or nobody. Files that are not
    those of the manifest end the check. Raises ResultsError for another kind of file, and for a later version.
    """
    with opened(files) as certificate:
        wrong = [Check("files", Outcome.FAULT, text, name) for name, text in archive.differences(files)]
        wrong += list(_signature(certificate, trusted))
        if any(check.outcome == Outcome.FAULT for check in wrong):
            yield from wrong
            return
        yield Check("files", Outcome.OK, f"all {len(files)} are those of {MANIFEST}")
        yield from wrong
        for point, file, look in (
            ("metadata", METADATA, _metadata),
            ("printed cells and margins", published_file(certificate.paper), fixed.look),
            ("recipes", RECIPES, recipes.look),
            ("code", "code", code.look),
            ("runs", RECORDS, runs.look),
            ("predictions", RECORDS, scores.look),
            ("verdicts", STATEMENT, _verdicts),
            ("choice", STATEMENT, _choice),
        ):
            yield from guarded(point, file, partial(look, certificate))


@contextmanager
def verified_records(path: Path) -> Iterator[Path]:
    """Provide a folder with the records of a certificate. Raises ResultsError if anything is not as stated."""
    files = archive.read(path)
    faults = [check for check in verify(files) if check.outcome == Outcome.FAULT]
    if faults:
        place = f" ({faults[0].file})" if faults[0].file else ""
        raise ResultsError(f"{path} is not as stated. {faults[0].point}: {faults[0].text}{place}.")
    with opened(files) as certificate:
        yield certificate.folder / RECORDS


def _signature(certificate: Opened, trusted: Collection[str]) -> Iterator[Check]:
    named, files = certificate.statement.get("signer"), certificate.files
    if SIGNATURE not in files:
        fault = f"{STATEMENT} names a signer" if named else "no key that you trust" if trusted else ""
        yield Check("signature", Outcome.FAULT if fault else Outcome.UNCHECKED, fault or UNSIGNED, SIGNATURE)
        return
    try:
        key = signing.signer(files[MANIFEST], files[SIGNATURE])
    except ValueError as error:
        yield Check("signature", Outcome.FAULT, str(error), SIGNATURE)
        return
    name = signing.fingerprint(key)
    fault = f"it is of {name}, {STATEMENT} names another key" if key != named else ""
    if trusted and name not in trusted:
        fault = f"it is of {name}, not of a key that you trust"
    advice = "" if trusted else "; --signer compares it with a key that you know"
    yield judged("signature", fault, f"of {name}{advice}", SIGNATURE)


def _metadata(certificate: Opened) -> Iterator[Check]:
    graph = from_json(METADATA, certificate.files)["@graph"]
    listed = {entity["@id"] for entity in graph if entity["@type"] == "File"}
    present = certificate.files.keys() - {METADATA, MANIFEST, SIGNATURE}
    strange = sorted(name for name in present if not is_known(name, certificate.paper))
    faults = [
        *(f"{name} does not belong to a certificate" for name in strange),
        *(f"{name} is not described" for name in sorted(present - listed)),
        *(f"{name} is described, and missing" for name in sorted(listed - present)),
    ]
    yield judged("metadata", "; ".join(faults[:3]), f"{len(listed)} files are described", METADATA)


def _verdicts(certificate: Opened) -> Iterator[Check]:
    rule = certificate.statement.get("rule", 1)
    is_earlier = is_count(rule, least=1) and rule < RULE
    for cell, statement in certificate.stated:
        found = rejudge(cell, statement, certificate.records_of(statement))
        tried, others = int(statement["recipes_tried"]), int(statement["runs_of_other_code"])
        verdict = replace(found, completed=tried, retired=others)
        beside = filter(None, [ours(verdict), retired(verdict), str(statement["other_back_ends"])])
        point = f"{cell.name}, {cell.metric.name}"
        wrong = differences(statement, found)
        if is_earlier and wrong.keys() == {"answer"}:
            yield Check(point, Outcome.UNCHECKED, f"by an earlier rule; {wrong['answer']} from today's", STATEMENT)
            continue
        yield judged(point, "; ".join(wrong.values()), f"{in_words(verdict)}: {'; '.join(beside)}", STATEMENT)


def _choice(certificate: Opened) -> Iterator[Check]:
    """Yield what the author says of cells that are not in the certificate."""
    all_printed, left_out = certificate.statement.get("printed_cells"), certificate.statement["left_out"]
    printed = sum(cell.value is not None for cell, _ in certificate.stated)
    counts = [one[name] for _, one in certificate.stated for name in ("recipes_tried", "runs_of_other_code")]
    if not all(map(is_count, counts)) or not is_count(all_printed, least=printed, may_lack=True):
        yield Check("choice", Outcome.FAULT, "a count is no number, or too small", STATEMENT)
        return
    if not (isinstance(left_out, list) and all(isinstance(one, str) for one in left_out)):
        raise ValueError("left_out: expected a list of texts")
    own = len(certificate.stated) - printed
    texts = [
        f"{printed} of {int(all_printed)} printed cells" if all_printed else f"{printed} printed cell(s)",
        *([f"{own} of results that are not printed"] if own else []),
        "later runs, if the author left them out, would not show",
        *([f"left out, by the author: {'; '.join(map(str, left_out))}"] if left_out else []),
    ]
    yield Check("choice", Outcome.OK, "; ".join(texts), STATEMENT)
