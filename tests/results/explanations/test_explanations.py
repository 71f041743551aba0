"""Answers: files, words, pictures and pages."""

import json
from dataclasses import replace

import pytest

from results.explanations.answers import answers_section
from results.explanations.case import case_parts
from results.explanations.effects import Effect
from results.explanations.explanation import FAR, Explanation, FactorEffects, Outcome, Together
from results.explanations.picture import draw
from results.explanations.store import keep, kept, make_ready
from results.explanations.wording import as_data, as_lines, ordered, rows, sentences
from results.ledger import ResultsError
from results.report.explanations import content, write_page
from results.writing.formats import flat

EFFECT = Effect(-2.0, -2.5, -1.5, 0.001, 5)
CASE = FactorEffects("letter case", "words <in> one case", "assumed", "", EFFECT, 0.7, EFFECT, EFFECT, 0.003)
DROPOUT = FactorEffects("dropout", "no dropout", "every recipe", "", Effect(0.5, 0.1, 0.9, 0.04, 8), 0.1)
POOLING = FactorEffects("pooling", "the mean", "every recipe", "no layer pools")
FOUND = Explanation(
    *("kim2014", "2", "CNN-rand", "TREC", "test accuracy"),
    theirs=89.0,
    ours=91.2,
    low=90.0,
    high=92.4,
    runs=5,
    part="validation",
    outcome="explained",
    factors=(POOLING, DROPOUT, CASE),
    sets=(Together(("letter case",), 89.2, 88.0, 90.4, 5, True),),
    at_most=2.5,
    trained=40,
    hours=1.5,
    facts={"fingerprint": "abc", "code": "a  b"},
)
NONE = replace(FOUND, outcome=Outcome.NONE.value, sets=(Together(("dropout",), 91.0, 90, 92, 5, False),))


def test_an_answer_is_kept_and_replaced(tmp_path):
    keep(replace(FOUND, theirs=1.0), tmp_path)
    path = keep(FOUND, tmp_path)
    assert kept(tmp_path, "kim2014") == [FOUND]
    assert kept(tmp_path, "lecun1989") == []
    path.write_text(json.dumps({"paper": "kim2014"}))
    with pytest.raises(ResultsError, match="is not an answer of `retable explain`"):
        kept(tmp_path, "kim2014")


def test_all_answers_are_a_section_of_the_chapter():
    assert answers_section([]) == "None is kept yet."
    pairs = [(replace(NONE, paper="adams2020"), True), (FOUND, False)]
    headings, _, first, second = answers_section(pairs).splitlines()
    assert headings == "|cell|theirs|ours|answer|runs|hours|"
    assert first.startswith("|adams2020, table 2: CNN-rand") and "|Stale. None of the declared factors" in first
    assert "|89|91.2 (90.0 to 92.4)|Theirs may be one of ours with this change: letter case" in second


def test_one_case_is_followed_from_beginning_to_end(tmp_path):
    other = replace(NONE, column="MR")
    for answer in (FOUND, other):
        keep(answer, tmp_path)
    parts = case_parts(tmp_path, FOUND.place, other.place)
    assert parts["case difference"].startswith("Theirs 89, ours 91.2")
    assert "|pooling|no layer pools|" in parts["case untested"] and "pooling" not in parts["case factors"]
    assert (
        "|letter case|" in parts["case alone"] and "dropout" not in parts["case alone"]
    )  # changed with others only
    assert "None of the declared factors" in parts["case beside"]
    with pytest.raises(ResultsError, match="has no explanation of kim2014, 2, CNN-rand, SST-1"):
        case_parts(tmp_path, (*FOUND.place[:3], "SST-1", "test accuracy"), other.place)


def test_the_answer_comes_first():
    first, *rest = sentences(FOUND)
    assert first.startswith("Theirs may be one of ours with this change: letter case (ours is then 89.2")
    assert any("Looked at: the validation part" in text for text in rest)
    assert "Theirs 89, ours 91.2 (90.0 to 92.4 for a printed number of ours, 5 runs)." in rest
    assert FOUND.named == ("letter case",) and NONE.named == ()


def test_what_is_not_explained_has_a_bound():
    first, nearest, *rest = sentences(NONE)
    bound = "alone, each of the 2 with several runs moves ours towards theirs by at most 2.5, of 2.2."
    answer = f"None of the declared factors: {bound}"
    assert first == f"{answer} So these runs don't rule them out."
    assert sentences(replace(NONE, at_most=0.5))[0] == answer.replace("2.5", "0.5")
    once = tuple(FactorEffects(name, "", "every recipe", once=moved) for name, moved in (("a", -0.3), ("b", 0.7)))
    assert sentences(replace(NONE, factors=(DROPOUT, *once)))[0].endswith(
        "2 more were changed in one run each, which moved it by -0.3 to +0.7."
    )
    single = sentences(replace(NONE, factors=(DROPOUT, once[0])))[0]
    assert (
        single.endswith("One more was changed in one run, which moved it by -0.3.")
        and "the only one with several runs" in single
    )
    older = tuple(replace(one, once=None) for one in once)
    assert sentences(replace(NONE, factors=(DROPOUT, *older)))[0].endswith(" 2 more were changed in one run each.")
    untested = replace(NONE, factors=(POOLING,), at_most=None, are_factors_asked=True, sets=())
    assert sentences(untested)[:2] == [
        "None of the factors that were asked for: no effect of theirs could be estimated.",
        "Only these factors were tried, as asked: pooling.",
    ]
    huge = replace(POOLING, reason=f"{FAR} -60, far more than the difference")
    far = "Left out of this, because one run moved the number by far more: pooling."
    assert far in sentences(replace(NONE, factors=(DROPOUT, huge)))[0]
    assert nearest.startswith("The nearest that was tried: dropout")
    nothing = replace(FOUND, outcome=Outcome.NOTHING.value, sets=(), part="test")
    assert sentences(nothing)[0].startswith("Nothing to explain")
    assert "no validation part" in " ".join(sentences(nothing))
    asked = " ".join(sentences(replace(nothing, is_part_asked=True)))
    assert "the printed number itself, also to choose, as asked." in asked and "no validation part" not in asked


def test_factors_of_the_answer_come_first_and_untested_ones_last():
    assert [one.name for one in ordered(FOUND)] == ["letter case", "dropout", "pooling"]
    first, second, last = rows(FOUND)
    assert first["alone, printed number"] == "-2.0 (-2.5 to -1.5)" and first["share"] == "70 %"
    assert second["screening"] == "+0.5 (+0.1 to +0.9)" and second["p by Holm"] == ""
    assert last["not tested"] == "no layer pools"


def test_plain_data_name_their_numbers():
    found = json.loads(json.dumps(as_data(FOUND)))
    assert found["factors"][0]["effect"]["low"] == -2.5
    assert found["named"] == ["letter case"] and found["factors"][2]["effect"] is None
    first, _, last = as_lines(FOUND)
    assert first["effect"]["low"] == -2.5 and last["effect"]["low"] is None
    assert [list(flat(line)) for line in (first, last)] == [list(flat(first))] * 2


def test_answers_before_some_numbers_were_kept_are_read(tmp_path):
    path = keep(FOUND, tmp_path)
    data = json.loads(path.read_text("utf-8"))
    for name in ("is_part_asked", "are_factors_asked"):
        del data[name]
    for factor in data["factors"]:
        del factor["screened_printed"], factor["once"]
    path.write_text(json.dumps(data), "utf-8")
    assert kept(tmp_path, "kim2014") == [FOUND]


def test_the_bound_is_of_the_printed_number():
    printed = Effect(1.0, 0.5, 1.5, 0.01, 8)
    assert replace(DROPOUT, screened_printed=printed).best == printed
    assert replace(CASE, screened_printed=printed).best == EFFECT


def test_a_folder_that_cannot_be_written_is_refused_before_the_runs(tmp_path):
    make_ready(tmp_path, "kim2014")
    assert not list((tmp_path / "explained" / "kim2014").iterdir())
    (tmp_path / "file").touch()
    with pytest.raises(ResultsError, match="The folder of answers .* can't be written"):
        make_ready(tmp_path / "file", "kim2014")


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_picture(tmp_path, ending):
    path = tmp_path / f"effects.{ending}"
    draw(FOUND, path)
    assert path.stat().st_size > 1000


def test_the_page_needs_no_other_file(tmp_path):
    path = tmp_path / "why.html"
    write_page(FOUND, "Kim <2014>", path)
    text = path.read_text("utf-8")
    assert "words &lt;in&gt; one case" in text and "Kim &lt;2014&gt;" in text
    assert "data:image/svg+xml;base64," in text and 'href="report.css"' not in text
    assert content(FOUND, stale=True)["is_stale"]
