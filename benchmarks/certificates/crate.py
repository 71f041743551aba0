"""The description of a certificate for programs that read research objects: RO-Crate 1.1."""

from collections.abc import Mapping
from typing import Any

from benchmarks.certificates.contents import (
    CODE,
    GIT,
    HISTORY,
    HUB,
    LABELS,
    LICENCE,
    LOCK,
    MANIFEST,
    RECHECKED,
    RECIPES,
    RECORDS,
    STATEMENT,
    Json,
    as_json,
    from_json,
)

VERSION = "1.1"
APACHE = "https://www.apache.org/licenses/LICENSE-2.0"
ABOUT = {
    STATEMENT: "what is stated of each cell",
    MANIFEST: "hashes of all files but the signature, as sha256sum -c checks them",
    HISTORY: "the commits that wrote the printed values and the margins",
    LABELS: "true classes of the test parts",
    LICENCE: "the licence of the code",
    LOCK: "the packages of the environment, with hashes",
    RECHECKED: "probes that found changed code to compute the same",
    HUB: "the results as model hubs read them",
    "published/": "printed cells and margins",
    f"{RECORDS}/reproduced/": "a line for each metric of each run",
    f"{RECORDS}/curves/": "a line for each epoch of each run",
    f"{RECORDS}/predictions/": "the predicted class of each test example",
    f"{RECIPES}/": "settings, data and roots of the code of a recipe",
    f"{CODE}/": "source that the digests of the records cover",
    f"{GIT}/": "an object of git, by its hash",
}
FORMATS = {"json": "application/json", "csv": "text/csv", "py": "text/x-python", "yml": "application/yaml"}


def metadata(files: Mapping[str, bytes], published: str) -> bytes:
    """Return the metadata of files, the statement among them.

    `published` is the date of the newest run, so that equal runs give equal bytes.
    """
    from rocrate.rocrate import ROCrate

    crate, statement = ROCrate(version=VERSION), from_json(STATEMENT, files)
    cells = statement["cells"]
    crate.name = f"{statement['title']}: {len(cells)} certified cell{'s' if len(cells) > 1 else ''}"
    crate.description = (
        "Printed cells of a paper with our runs, predictions and verdicts. `retable verify` judges them again."
    )
    crate.datePublished, crate.license = published, APACHE
    for name in sorted(files):
        crate.add_file(dest_path=name, properties=_described(name, len(files[name])))
    _add_people(crate, statement)
    return as_json(crate.metadata.generate())


def is_known(name: str, paper: str) -> bool:
    """Return whether a file of this name has a place in a certificate of a paper."""
    start = next((start for start in ABOUT if name == start or name.startswith(start)), "")
    if start == "published/" or start.startswith(f"{RECORDS}/"):
        return name == f"{start}{paper}.csv"
    return bool(start) and (name == start or start.endswith("/"))


def _described(name: str, size: int) -> dict[str, Any]:
    about = next(text for start, text in ABOUT.items() if name == start or name.startswith(start))
    kind = FORMATS.get(name.rpartition(".")[2], "application/octet-stream" if GIT in name else "text/plain")
    return {"name": name, "description": about, "encodingFormat": kind, "contentSize": str(size)}


def _add_people(crate: Any, statement: Json) -> None:
    """Add the paper, the program, and the key that signs."""
    from rocrate.model import ContextEntity, SoftwareApplication

    paper = statement["address"] or f"#{statement['paper']}"
    entities = [
        ContextEntity(crate, paper, {"@type": "ScholarlyArticle", "name": statement["title"]}),
        ContextEntity(crate, APACHE, {"@type": "CreativeWork", "name": "Apache License 2.0"}),
        SoftwareApplication(crate, "#retable", {"name": "retable", "version": statement["program"]}),
    ]
    for entity in entities:
        crate.add(entity)
    crate.root_dataset["about"], crate.root_dataset["license"] = entities[:2]
    if statement["signer"]:
        name = {"@type": "Person", "name": f"the owner of {statement['signer']}"}
        crate.root_dataset["author"] = crate.add(ContextEntity(crate, "#signer", name))
