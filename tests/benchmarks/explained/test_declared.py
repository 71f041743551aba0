"""What papers declare: changes that fail, or return something else, are mistakes of one line."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.explained.declared import declared
from benchmarks.explained.factors import CannotChange, changed, possible
from benchmarks.explained.staleness import todays_factors
from benchmarks.table import Assumption, UnknownName, load_table

TABLE = load_table("kim2014")
(CELL,) = TABLE.plan(TABLE.cells("2", "CNN-rand", "TREC"))


def factor(change, name="mine"):
    (found,) = declared(replace(TABLE, assumptions=(Assumption("a text", name, "other", change),)))
    return found


def failing(recipe):
    return recipe.nothing


def leaving(recipe):
    raise SystemExit(2)


def of_no_plain_data(recipe):
    return replace(recipe, batch_size=np.int32(8))


def of_another_kind(recipe):
    return {"epochs": 3}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (failing, "The factor mine of the paper kim2014 fails: AttributeError: .*nothing"),
        (leaving, "fails: SystemExit: 2. Mend its change"),
        (of_no_plain_data, "fails: TypeError: Object of type int32"),
        (of_another_kind, "returned a dict. Expected a Recipe, or None"),
    ],
)
def test_a_change_that_fails_is_a_mistake_of_the_paper(change, text):
    with pytest.raises(UnknownName, match=text):
        possible(CELL, [factor(change)])


def test_factors_of_one_name_stop_no_report():
    twice = replace(TABLE, assumptions=(Assumption("a text", "dropout", "other", leaving),))
    assert "dropout" in todays_factors(TABLE)
    assert todays_factors(twice) == {}


def test_a_change_of_nothing_is_not_run():
    for change, reason in (
        (lambda recipe: recipe, "its change gives an equal recipe"),
        (lambda recipe: None, "it does not concern this recipe"),
    ):
        assert possible(CELL, [factor(change)]) == ([], {"mine": reason})


def test_what_a_change_prints_is_no_data(capsys):
    def change(recipe):
        print("half as many")
        return replace(recipe, epochs=12)

    assert changed(CELL, [factor(change)]).recipe.epochs == 12
    assert capsys.readouterr() == ("", "half as many\n")


def test_a_change_may_say_itself_why_it_is_impossible():
    def change(recipe):
        raise CannotChange("too few words")

    assert possible(CELL, [factor(change)]) == ([], {"mine": "too few words"})


@pytest.mark.parametrize(("name", "text"), [("", "a change and no name"), ("dropout", "calls a factor 'dropout'")])
def test_names_are_needed_and_differ(name, text):
    with pytest.raises(UnknownName, match=text):
        factor(of_another_kind, name)
