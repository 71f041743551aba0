"""Tables as text: CSV, LaTeX, HTML and Markdown."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from results.tables import markdown
from results.writing.grid import Grid

TEMPLATES = Path(__file__).parent / "templates"
TALLEST = 45  # lines that a page takes; more are a table of several pages
LONGEST = 40  # characters that stay on one line of a column
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # with these a spreadsheet begins to compute
SYMBOLS = """
    α alpha β beta γ gamma δ delta ε epsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu ν nu ξ xi π pi ρ rho
    σ sigma τ tau υ upsilon φ phi χ chi ψ psi ω omega Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Υ Upsilon
    Φ Phi Ψ Psi Ω Omega × times ± pm · cdot ≤ leq ≥ geq ≈ approx ≠ neq ∞ infty ∝ propto → to √ surd ∑ sum ∂ partial
    † dagger ‡ ddagger
"""
TEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "|": r"\textbar{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "[": "{[}",  # after a line's end it would begin an option
    "*": "{*}",
    '"': "''",
    **{character: f"\\{character}" for character in "_%&#{}$"},
    **{symbol: f"$\\{name}$" for symbol, name in re.findall(r"(\S) (\w+)", SYMBOLS)},
    "−": "$-$",
}


def as_csv(headings: Sequence[str], lines: Iterable[Sequence[Any]]) -> str:
    """Return lines as CSV, quoted by RFC 4180; None is empty, and no text is a formula for a spreadsheet."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows([_harmless(value) for value in line] for line in [headings, *lines])
    return stream.getvalue()


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row for CSV: intervals as two columns, mappings as one a key, and lists as texts."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name == "interval":
            found["interval_low"], found["interval_high"] = value or (None, None)
        elif isinstance(value, Mapping):
            found |= {f"{name}_{key}": inner for key, inner in flat(value).items()}
        else:
            found[name] = " ".join(map(_brief, value)) if isinstance(value, list) else value
    return found


def _brief(value: Any) -> str:
    return str(value["name"] if isinstance(value, Mapping) else value)


def as_latex(grid: Grid) -> str:
    """Return a complete table environment, or longtable; a comment in it names the packages that it needs."""
    from markupsafe import Markup

    is_tall = len(grid.lines) > TALLEST
    return _rendered("table.tex", grid, tex_escaped, is_tall=is_tall, columns=Markup(_columns(grid)))


def as_html(grid: Grid) -> str:
    """Return a table element for any page; it needs no style sheet."""
    from markupsafe import escape

    return _rendered("table.html", grid, escape)


def as_markdown(grid: Grid) -> str:
    """Return a Markdown table below its title, with the legend at the end."""
    table = markdown(grid.headings, grid.lines)
    return "\n\n".join(filter(None, [f"**{grid.title}**", table, grid.legend]))


def tex_escaped(text: object) -> str:
    """Return a text as LaTeX that prints it; Latin letters are UTF-8, other alphabets need LuaLaTeX."""
    escaped = "".join(TEX.get(character, character) for character in " ".join(str(text).split()))
    without_dashes = re.sub("-(?=-)", "-{}", escaped)
    return re.sub(r"(?<!\S)-(?=[\d.])", "$-$", without_dashes)  # the minus of a number


def _columns(grid: Grid) -> str:
    """Return LaTeX's letters of the columns: numbers to the right, and long texts share half of the width."""
    columns = [[text for text in texts if text] for texts in zip(*grid.lines, strict=True)]
    long = [max(map(len, texts), default=0) > LONGEST for texts in columns]
    wide = f"p{{{0.5 / max(sum(long), 1):.2f}\\linewidth}}"
    are_numbers = [all(re.match(r"[-+]?[\d.]+\b", text) for text in texts) for texts in columns]
    return "".join(
        wide if is_long else "r" if is_number else "l"
        for is_long, is_number in zip(long, are_numbers, strict=True)
    )


def _harmless(value: Any) -> Any:
    """Return a text with an apostrophe before it where a spreadsheet would compute it."""
    if not isinstance(value, str) or not value.startswith(FORMULA):
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value


def _rendered(template: str, grid: Grid, escaped: Callable[[Any], str], **more: Any) -> str:
    """Return a grid by a template, with all texts escaped but for Markup."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    pages = Environment(
        *("<%", "%>", "<<", ">>"),
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        finalize=lambda value: value if isinstance(value, Markup) else escaped(value),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return pages.get_template(template).render(grid._asdict() | more)
