"""docs/certify.md: what a certificate is, one from beginning to end, and which changes of it are noticed."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from results.tables import as_markdown

ABOUT = Path(__file__).parent.parent / "templates" / "certify.md"


def certificates_document(case: str, counts: Sequence[Mapping[str, int | str]]) -> str:
    """Return docs/certify.md.

    `counts` has kind, made, noticed, named, resealed and seen of each kind of change.
    """
    made, noticed, named, resealed, seen = (
        sum(int(count[name]) for count in counts) for name in ("made", "noticed", "named", "resealed", "seen")
    )
    rates = (
        f"The certificate of this case was signed, and changed {made} times. `verify` noticed {noticed} changes "
        f"and named the file of {named}. An author without a key then computed all hashes of {resealed} changed "
        f"ones again: {seen} were noticed all the same. The others are what a signature is for."
    )
    parts = [ABOUT.read_text("utf-8").strip(), f"```\n{case.strip()}\n```", "## Which changes are noticed", rates]
    return "\n\n".join([*parts, as_markdown(list(map(_row, counts)))]) + "\n"


def _row(count: Mapping[str, int | str]) -> dict[str, str]:
    sealed = f"{count['seen']} of {count['resealed']}" if count["resealed"] else ""
    return {
        "change": str(count["kind"]),
        "noticed": f"{count['noticed']} of {count['made']}",
        "file named": str(count["named"]),
        "noticed after all hashes were computed again": sealed,
    }
