"""What a Markdown document links to, and the commands and names that it has in code."""

import re
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

PARSER = MarkdownIt("commonmark").enable("table")


@cache
def tokens(path: Path) -> list[Token]:
    """Return all tokens of a document, those inside of paragraphs too."""
    found = PARSER.parse(path.read_text("utf-8"))
    return [token for one in found for token in (one, *(one.children or ()))]


def links(path: Path) -> list[str]:
    return [str(token.attrs["href"]) for token in tokens(path) if token.type == "link_open"]


def spans(path: Path) -> list[str]:
    return [token.content for token in tokens(path) if token.type == "code_inline"]


def fences(path: Path, language: str = "") -> list[str]:
    return [token.content for token in tokens(path) if token.type == "fence" and token.info == language]


@cache
def anchors(path: Path) -> set[str]:
    """Return the anchors of the headings, as GitHub makes them."""
    found, is_heading = set(), False
    for token in tokens(path):
        if is_heading and token.type == "inline":
            found.add(re.sub(r"[^\w\- ]", "", token.content.lower()).replace(" ", "-"))
        is_heading = token.type == "heading_open" or (is_heading and token.type != "heading_close")
    return found
