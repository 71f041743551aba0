"""Writing a certificate: everything that a stranger needs to judge cells again, but for the data."""

import platform
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from benchmarks import provenance
from benchmarks.certificates import collecting, signing
from benchmarks.certificates.archive import manifest_of
from benchmarks.certificates.collecting import Chosen, Files
from benchmarks.certificates.contents import (
    FORMAT,
    HUB,
    MANIFEST,
    METADATA,
    SIGNATURE,
    STATEMENT,
    Json,
    as_json,
    metric_as_json,
)
from benchmarks.certificates.crate import metadata
from benchmarks.certificates.parts.hub import model_index
from benchmarks.certificates.statement import RULE, stated
from benchmarks.evidence.rechecks import Rechecks
from benchmarks.jobs import Planned, lacked_what_is_here
from benchmarks.recipe import NotAttempted
from benchmarks.reproduce import verdicts
from benchmarks.table import PaperTable
from results.records import RecordFiles, RunRecord
from results.verdicts import Answer, Verdict


class Certified(NamedTuple):
    """The files of a certificate by their names, the verdicts in it, and what could not be in it."""

    files: Files  # none without a cell
    verdicts: list[Verdict]
    left_out: list[str]  # cells, with the reason


def certify(
    table: PaperTable,
    planned: Sequence[Planned],
    source: RecordFiles,
    *,
    backend: str | None = None,
    key: Ed25519PrivateKey | None = None,
) -> Certified:
    """Return the certificate of those cells of a paper that have runs of today's code, signed with a key.

    Raises DataError where the data are missing from which the labels of the test part are read.
    """
    rechecks, records = Rechecks.read(), source.records()
    chosen, left_out = [], []
    for one, verdict in zip(planned, verdicts(planned, records, backend=backend, rechecks=rechecks), strict=True):
        if reason := _reason(verdict):
            left_out.append(f"{one.cell.name}, {one.cell.metric.name}: {reason}")
        else:
            chosen.append(Chosen(one, verdict, _behind(one, verdict, records, rechecks)))
    files: Files = {}
    if chosen:
        files = _parts(table, chosen, source, rechecks)
        files[HUB] = model_index(table.title, table.address, [one.verdict for one in chosen])
        files[STATEMENT] = as_json(_statement(table, chosen, left_out, key))
        _seal(files, chosen, key)
    return Certified(files, [one.verdict for one in chosen], left_out)


def _reason(verdict: Verdict) -> str:
    """Say why a cell cannot be certified; nothing where it can."""
    if verdict.answer == Answer.NOT_ATTEMPTED:
        return verdict.reason
    if verdict.stale:
        return f"stale, {verdict.stale}"
    return "" if verdict.records else "no runs"


def _behind(
    planned: Planned, verdict: Verdict, records: Iterable[RunRecord], rechecks: Rechecks
) -> list[RunRecord]:
    """Return the records that were judged: the last run of each job, and all failures."""
    recipe = planned.recipe
    assert not isinstance(recipe, NotAttempted)
    found: dict[tuple, RunRecord] = {}
    for record in records:
        is_mine = (record.key.fingerprint, record.key.backend) == (planned.fingerprint, verdict.backend)
        if (
            is_mine
            and rechecks.same(record.code, planned.code)
            and not lacked_what_is_here(record, recipe.dataset)
        ):
            found[record.key.identity if not record.error else (record.key, record.finished)] = record
    return list(found.values())


def _parts(table: PaperTable, chosen: Sequence[Chosen], source: RecordFiles, rechecks: Rechecks) -> Files:
    return {
        **collecting.printed(table, chosen),
        **collecting.past(table, chosen),
        **collecting.runs(table.paper, chosen, source),
        **collecting.truth(chosen, source),
        **collecting.recipes(chosen),
        **collecting.probed(chosen, rechecks),
        **collecting.surroundings(chosen),
    }


def _statement(
    table: PaperTable, chosen: Iterable[Chosen], left_out: list[str], key: Ed25519PrivateKey | None
) -> Json:
    return {
        "format": FORMAT,
        "program": provenance.name(),
        "python": platform.python_version(),  # digests are over its syntax trees
        "paper": table.paper,
        "rule": RULE,
        "printed_cells": sum(cell.value is not None for cell in table.cells()),
        "title": table.title,
        "address": table.address,
        "metrics": list(map(metric_as_json, table.metrics)),
        "cells": [stated(one.planned, one.verdict) for one in chosen],
        "left_out": left_out,
        "signer": signing.public_text(key) if key else "",
    }


def _seal(files: Files, chosen: Iterable[Chosen], key: Ed25519PrivateKey | None) -> None:
    """Add what is about the other files: metadata, then the manifest, then its signature."""
    newest = max(record.finished for one in chosen for record in one.records)
    files[METADATA] = metadata(files, newest)
    files[MANIFEST] = manifest_of(files)
    if key:
        files[SIGNATURE] = signing.sign(files[MANIFEST], key).encode()
