"""What papers assume and do otherwise: entries, of which some can be tested."""

import pickle

import pytest

from benchmarks.evidence.digests import todays_digests
from benchmarks.explained.declared import declared, every_factor
from benchmarks.explained.factors import CannotChange, changed
from benchmarks.outside.paper_files import own_papers
from benchmarks.recipe import NotAttempted, Recipe
from benchmarks.settings import with_others
from benchmarks.table import load_table

ENTRIES = [(name, one) for name in own_papers() for one in load_table(name).assumptions]
FACTORS = [(name, factor) for name in own_papers() for factor in declared(load_table(name))]


@pytest.mark.parametrize(("paper", "one"), ENTRIES, ids=lambda part: getattr(part, "text", part)[:20])
def test_an_entry_is_a_text_and_one_that_can_be_tested_has_a_name(paper, one):
    assert one.text and one.text == " ".join(one.text.split()) and one.text[-1] not in ".;,"
    assert bool(one.change) == bool(one.name) == bool(one.instead)


@pytest.mark.parametrize("name", own_papers())
def test_names_of_a_papers_factors_differ(name):
    names = [one.name for one in every_factor(load_table(name), "")]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", own_papers())
def test_what_is_assumed_stands_in_entries_alone(name):
    about = load_table(name).about
    assert "we assume" not in about.casefold() and "we deviate" not in about.casefold()


@pytest.mark.parametrize(("paper", "factor"), FACTORS, ids=lambda part: getattr(part, "name", part))
def test_each_change_makes_another_recipe_of_some_cell(paper, factor):
    table, others = load_table(paper), []
    for one in {one.fingerprint: one for one in table.plan() if not isinstance(one.recipe, NotAttempted)}.values():
        try:
            others.append((one, changed(one, [factor])))
        except CannotChange:
            continue
    assert others
    assert all(one.fingerprint != other.fingerprint for one, other in others)
    first = pickle.loads(pickle.dumps(others[0][1].recipe))
    assert any(todays_digests(first)) and isinstance(first, type(others[0][0].recipe))


def test_settings_that_a_recipe_lacks_or_has_already_do_not_concern_it():
    table = load_table("kim2014")
    recipe = table.recipe(table.cells("2", "CNN-rand", "MR")[0])
    assert isinstance(recipe, Recipe)
    assert with_others({"epochs": "25"})(recipe) is None
    assert with_others({"no.such": "25"})(recipe) is None
    assert with_others({"epochs": "5", "build.dropout": "0.1"})(recipe).epochs == 5
