"""What is written is read back by the programs that it is for: spreadsheets, browsers, LaTeX."""

import csv
import io
from xml.etree import ElementTree

import pytest

from results.writing.formats import as_csv, as_html, as_latex, as_markdown, flat, tex_escaped
from results.writing.grid import Entry, Grid

NASTY = 'a_b & 5 % "c", #{<x>} ~^\\$|V|†β[d]--*'
GRID = Grid(
    f"caption {NASTY}",
    ["row", "value", "x"],
    [
        [[Entry(NASTY), Entry("published"), Entry("-0.5")], [Entry(""), Entry("ours"), Entry("0.25", "W*")]],
        [[Entry("last"), Entry("published"), Entry("3")]],
    ],
    labels=2,
    legend="W worse.",
)


def test_csv_has_numbers_as_numbers_and_quotes_texts():
    text = as_csv(["row", "x,y"], [[NASTY, -0.5], ["two\nlines", None]])
    assert list(csv.reader(io.StringIO(text))) == [["row", "x,y"], [NASTY, "-0.5"], ["two\nlines", ""]]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("- attention", "'- attention"),
        ("+dropout", "'+dropout"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("+0.41", "+0.41"),
        ("-1e-3", "-1e-3"),
        ("CNN-rand", "CNN-rand"),
    ],
)
def test_no_text_of_csv_is_a_formula(text, written):
    assert list(csv.reader(io.StringIO(as_csv([text], [])))) == [[written]]


def test_intervals_mappings_and_lists_are_flat_columns():
    row = {"first": {"n": 2, "interval": [1.0, 2.0]}, "interval": None, "seeds": [0, 1], "files": [{"name": "a"}]}
    assert flat(row) == {
        "first_n": 2,
        "first_interval_low": 1.0,
        "first_interval_high": 2.0,
        "interval_low": None,
        "interval_high": None,
        "seeds": "0 1",
        "files": "a",
    }


def test_html_is_well_formed_with_a_caption_and_scopes():
    table = ElementTree.fromstring(as_html(GRID))
    assert table.findtext("caption") == f"caption {NASTY}"
    assert [head.get("scope") for head in table.findall("thead/tr/th")] == ["col"] * 3
    group, last = table.findall("tbody")
    first, second = group.findall("tr")
    (row,) = group.findall("tr/th[@scope='rowgroup']")
    assert (row.text, row.get("rowspan")) == (NASTY, "2")
    assert [cell.text for cell in first.findall("td")] == ["-0.5"]
    assert (second.findtext("th"), second.findtext("td/sup")) == ("ours", "W*")
    assert table.findtext("tfoot/tr/td") == "W worse."


def test_latex_is_complete_and_each_line_has_every_column():
    text = as_latex(GRID)
    assert text.startswith(r"% Needs \usepackage{booktabs,graphicx}.")
    for part in (r"\begin{table}", r"\begin{tabular}{llr}", r"\end{tabular}", r"\end{table}"):
        assert text.count(part) == 1
    body = text.split(r"\midrule")[1].split(r"\bottomrule")[0]
    lines = [line for line in body.splitlines() if line.endswith(r"\\")]
    assert [line.replace(r"\&", "").count("&") for line in lines] == [2, 2, 2]
    assert r"0.25\textsuperscript{W{*}}" in body
    assert "$-$0.5" in body
    unescaped = text.replace(r"\{", "").replace(r"\}", "")
    assert unescaped.count("{") == unescaped.count("}")


def test_a_table_of_several_pages_is_a_longtable():
    tall = GRID._replace(groups=GRID.groups * 20)
    assert r"\begin{longtable}{llr}" in as_latex(tall)
    assert r"\begin{table}" not in as_latex(tall)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("50 % & #1_2 {x} $", r"50 \% \& \#1\_2 \{x\} \$"),
        ("~^\\", r"\textasciitilde{}\textasciicircum{}\textbackslash{}"),
        ("|V| < 3 > [a]", r"\textbar{}V\textbar{} \textless{} 3 \textgreater{} {[}a]"),
        ("RNN † β × é", r"RNN $\dagger$ $\beta$ $\times$ é"),
        ("CNN-rand -- a --- b", "CNN-rand -{}- a -{}-{}- b"),
        ("-0.3 to -1", "$-$0.3 to $-$1"),
        ("two\nlines", "two lines"),
    ],
)
def test_texts_are_printed_by_latex(text, written):
    assert tex_escaped(text) == written


def test_markdown_has_title_and_legend():
    title, table, legend = as_markdown(GRID).split("\n\n")
    assert legend == "W worse."
    assert table.splitlines()[3] == "||ours|0.25 W*|"
