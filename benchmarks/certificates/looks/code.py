"""Is the source in the certificate the code of the runs?"""

import platform
from collections.abc import Iterator

from benchmarks.certificates.checks import Check, Outcome, judged
from benchmarks.certificates.contents import CODE, LOCK, RECHECKED, from_json, recipe_file
from benchmarks.certificates.opened import Opened
from benchmarks.certificates.parts.bundled_code import bundled, digests_from
from benchmarks.evidence.roots import UnknownCode
from results.records import Digests


def look(certificate: Opened) -> Iterator[Check]:
    """Yield whether the digests of the source are those of the records, or known to compute the same."""
    texts = {
        name.removeprefix(f"{CODE}/"): content
        for name, content in certificate.files.items()
        if name.startswith(f"{CODE}/")
    }
    seen = {LOCK.removeprefix(f"{CODE}/"), RECHECKED.removeprefix(f"{CODE}/")}
    code = bundled(texts, seen)
    for fingerprint in sorted({statement["recipe"] for _, statement in certificate.stated}):
        roots = from_json(recipe_file(fingerprint), certificate.files)["code"]
        try:
            found = digests_from(roots, code)
        except UnknownCode as error:
            yield Check("code", Outcome.UNCHECKED, str(error), CODE)
            continue
        yield _compared(certificate, fingerprint, found)
    if strange := sorted(texts.keys() - seen):
        yield judged("code", "no digest reads it", file=f"{CODE}/{strange[0]}")


def _compared(certificate: Opened, fingerprint: str, found: Digests) -> Check:
    records = [r for r in certificate.records if r.key.fingerprint == fingerprint]
    codes = {record.code for record in records}
    point = f"code of {certificate.name_of(fingerprint)}"
    others = [code for code in codes if any(code) and not certificate.rechecks.same(code, found)]
    if others and not _is_same_python(certificate):
        made = certificate.statement["python"]
        return Check(point, Outcome.UNCHECKED, f"digests are over syntax trees of Python {made}", CODE)
    if others:
        return Check(
            point, Outcome.FAULT, f"the source has {_text(found)}, records have {_text(others[0])}", f"{CODE}/"
        )
    if any(not any(code) for code in codes):
        return Check(point, Outcome.UNCHECKED, "some records name no code", CODE)
    equal = "" if codes == {found} else f", some by the probes in {RECHECKED}"
    return judged(point, "", f"the source has the digests of all {len(records)} records{equal}", CODE)


def _is_same_python(certificate: Opened) -> bool:
    return str(certificate.statement["python"]).split(".")[:2] == platform.python_version().split(".")[:2]


def _text(code: Digests) -> str:
    return " ".join(filter(None, code))
