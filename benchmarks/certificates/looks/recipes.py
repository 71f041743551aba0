"""Do settings and data of a recipe belong to the runs?"""

import hashlib
import json
from collections.abc import Iterator

from benchmarks.certificates.checks import Check, judged
from benchmarks.certificates.contents import RECIPES, Json, from_json, recipe_file
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
        yield judged("settings", _fault(certificate, about, fingerprint), f"they give {fingerprint}", file)


def _fault(certificate: Opened, about: Json, fingerprint: str) -> str:
    text = json.dumps(about["settings"], sort_keys=True)
    found = hashlib.sha256(text.encode()).hexdigest()[: len(fingerprint)]
    if found != fingerprint:
        return f"they give the fingerprint {found}, the records have {fingerprint}"
    stated, data = about["settings"].get("dataset", {}).get("data", ""), _data_hash(about["data"])
    if stated != data:
        return f"its files give the data hash {data}, the settings have {stated}"
    others = {r.data_hash for r in certificate.records if r.key.fingerprint == fingerprint and not r.error} - {
        data
    }
    return f"records have the data hash {min(others)}, its files give {data}" if others else ""


def _data_hash(stated: Json) -> str:
    files = (RemoteFile(one["name"], one["address"], one["hash"], one["size"]) for one in stated["files"])
    name, source, examples = stated["name"], stated["source"], stated["examples"]
    return Dataset(
        *(name, source, 0, tuple(files), no_examples, no_files), examples=examples, hashed_as=stated["hashed_as"]
    ).data_hash
