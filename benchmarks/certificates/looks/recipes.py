"""Do settings and data of a recipe belong to the runs?"""

import hashlib
import json
from collections.abc import Iterator

from benchmarks.certificates.checks import Check, Outcome, judged
from benchmarks.certificates.contents import RECIPES, STATEMENT, Json, from_json, is_count, recipe_file
from benchmarks.certificates.opened import Opened
from data_pipelines.dataset import Dataset, RemoteFile, no_examples, no_files


def look(certificate: Opened) -> Iterator[Check]:
    """Yield whether the settings give the fingerprint of the records, and the files their data hash."""
    wanted = {statement["recipe"] for _, statement in certificate.stated}
    present = {name for name in certificate.files if name.startswith(f"{RECIPES}/")}
    if strange := sorted(present - set(map(recipe_file, wanted))):
        yield judged("recipes", "no cell has this recipe", file=strange[0])
    for fingerprint in sorted(wanted):
        file = recipe_file(fingerprint)
        about = from_json(file, certificate.files)
        point = f"settings of {certificate.name_of(fingerprint)}"
        yield judged(
            point, _fault(certificate, about, fingerprint), f"they give the fingerprint {fingerprint}", file
        )
        yield from _runs(certificate, about["settings"], fingerprint)


def _runs(certificate: Opened, settings: Json, fingerprint: str) -> Iterator[Check]:
    """Yield where the number of runs that the protocol asks for is not that of the settings, or not the usual one.

    A paper may ask for more or fewer seeds of a network than usual; they are in no fingerprint.
    """
    point, is_network = f"runs of {certificate.name_of(fingerprint)}", "measure" not in settings
    of_network = 5 if settings.get("dataset", {}).get("folds", 1) == 1 else 3
    usual = of_network if is_network else settings.get("runs", 1)
    for runs in {one["runs"] for _, one in certificate.stated if one["recipe"] == fingerprint} - {usual}:
        text = f"{STATEMENT} states a protocol of {runs!r}"
        if is_network and is_count(runs, least=1):
            yield Check(point, Outcome.UNCHECKED, f"{text}, usually {usual}; only its author says so", STATEMENT)
        else:
            yield Check(point, Outcome.FAULT, f"{text}, not {usual}", STATEMENT)


def _fault(certificate: Opened, about: Json, fingerprint: str) -> str:
    text = json.dumps(about["settings"], sort_keys=True)
    found = hashlib.sha256(text.encode()).hexdigest()[: len(fingerprint)]
    if found != fingerprint:
        return f"they give the fingerprint {found}, the records have {fingerprint}"
    if fault := _other_protocol(certificate, about["settings"], fingerprint):
        return fault
    stated, data = about["settings"].get("dataset", {}).get("data", ""), _data_hash(about["data"])
    if stated != data:
        return f"its files give the data hash {data}, the settings have {stated}"
    others = {r.data_hash for r in certificate.records if r.key.fingerprint == fingerprint and not r.error} - {
        data
    }
    return f"records have the data hash {min(others)}, its files give {data}" if others else ""


def _other_protocol(certificate: Opened, settings: Json, fingerprint: str) -> str:
    """Say where folds or revision are not those of the settings, in which a one is left out."""
    folds, revision = settings.get("dataset", {}).get("folds", 1), settings.get("revision", 1)
    found = [one["folds"] for _, one in certificate.stated if one["recipe"] == fingerprint]
    if any(one != folds for one in found):
        return f"they have {folds} folds, {STATEMENT} states {found[0]}"
    mine = [record.key for record in certificate.records if record.key.fingerprint == fingerprint]
    strange = [key for key in mine if key.fold >= folds or key.revision != revision]
    return f"they have {folds} folds and revision {revision}, not {strange[0]}" if strange else ""


def _data_hash(stated: Json) -> str:
    files = (RemoteFile(one["name"], one["address"], one["hash"], one["size"]) for one in stated["files"])
    name, source, examples = stated["name"], stated["source"], stated["examples"]
    return Dataset(
        *(name, source, 0, tuple(files), no_examples, no_files), examples=examples, hashed_as=stated["hashed_as"]
    ).data_hash
