"""The pages of explanations: why ours differs from theirs."""

import base64
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from results.atomic import atomic_path
from results.explanations.explanation import Explanation
from results.explanations.picture import draw
from results.explanations.wording import rows, sentences
from results.report.pages import slug
from results.tables import headings_in_use

TEMPLATES = Path(__file__).parent / "templates"


def page_name(answer: Explanation) -> str:
    """Return the file of an explanation, in the folder of its paper."""
    return f"why-{slug(*answer.place[1:])}.html"


def content(answer: Explanation, stale: bool = False) -> dict[str, Any]:
    """Return the variables of the template of an explanation."""
    lines = rows(answer)
    first, *rest = sentences(answer)
    return {
        "name": f"{answer.row}, {answer.column}: {answer.metric}",
        "first": first,
        "sentences": rest,
        "lines": lines,
        "headings": headings_in_use(lines),
        "picture": picture(answer),
        "facts": list((answer.facts or {}).items()),
        "is_stale": stale,
    }


def picture(answer: Explanation) -> str:
    """Return the forest plot as an address that holds the picture itself."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "effects.svg"
        draw(answer, path)
        return f"data:image/svg+xml;base64,{base64.b64encode(path.read_bytes()).decode()}"


def write_page(answer: Explanation, title: str, path: Path) -> None:
    """Write one answer as a page that needs no other file."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    pages = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    shared: Mapping[str, Any] = {"title": title, "css": (TEMPLATES / "report.css").read_text("utf-8")}
    text = pages.get_template("explained_alone.html").render({**shared, **content(answer)})
    with atomic_path(path) as temporary:
        temporary.write_text(text, "utf-8")
