"""The gate "regressed": verdicts that turned since the baseline, and equal jobs that became worse."""

from dataclasses import replace

import pytest

from benchmarks.nights.plan import Plan, PlannedRun
from benchmarks.nights.series.baseline import baseline_of, known, turned, turned_bad
from benchmarks.nights.series.journal import Kind
from benchmarks.nights.series.settings import Gate
from benchmarks.nights.series.states import States, Today
from benchmarks.nights.series.surroundings import as_names
from benchmarks.nights.series.watch import Clock
from benchmarks.nights.series.worse import judge_pairs, lasting_of, milestones_of
from benchmarks.nights.summary import RunState, in_words, summarise
from benchmarks.signals import Status
from data_pipelines.dataset import DataError
from results.verdicts import Answer, Verdict
from tests.support.nights import DEVICE, MACHINE, VERSIONS, cell_of, entry, nights_of, summary, verdict_then

TREC = cell_of()
NOW = ("2026-11-09", "feed00")
PLAN = Plan(run=(PlannedRun(paper="kim2014"),), hours=1)


def verdict(answer, mean=85.0, **changes):
    return Verdict(TREC.cell, Answer(answer), units=(mean,) * 5, mean=mean, **changes)


def nights(*answers):
    """Return nights with these verdicts; a night that closed its gate has one in capitals."""
    return [
        summary(
            number,
            commit=f"c{number}00000",
            cells=[verdict_then(TREC, answer.lower())],
            regressed=["TREC"] if answer.isupper() else [],
        )
        for number, answer in enumerate(answers, start=1)
    ]


def baseline(summaries, wanted=None):
    return baseline_of(summaries, wanted, NOW, ["regressed"])


def test_the_baseline_is_the_last_night_that_found_nothing_worse():
    assert baseline([]).night == -1
    assert baseline(nights("reproduced", "near", "WORSE", "WORSE")).night == 2
    assert baseline(nights("reproduced", "near")).night == 2


def test_a_plan_may_name_the_night_by_date_or_commit():
    four = nights("worse", "reproduced", "WORSE", "WORSE")
    assert baseline(four, "2026-11-03").night == 3
    assert baseline(four, "c100").night == 1
    assert baseline(four, "c10000000000").night == 1
    assert baseline(four, "2026-11-09").night == baseline(four, "feed").night == -1  # that begins now
    with pytest.raises(DataError, match="baseline is 'abcd', and no night has .* 2026-11-04 .c400000.."):
        baseline(four, "abcd")
    with pytest.raises(DataError, match="No night is kept yet"):
        baseline([], "2026-11-03")


@pytest.mark.parametrize(
    ("then", "now", "is_closed"),
    [
        *(
            (then, now, True)
            for then in ("reproduced", "near", "compatible", "better")
            for now in ("worse", "differs")
        ),
        *(("worse", now, False) for now in ("worse", "differs", "reproduced", "inconclusive")),
        *(("reproduced", now, False) for now in ("reproduced", "near", "inconclusive", "incomplete")),
        ("inconclusive", "worse", False),
        ("incomplete", "worse", False),
    ],
)
def test_only_a_turn_from_good_to_bad_closes(then, now, is_closed):
    before = baseline(nights(then)).verdicts
    assert bool(turned_bad([verdict(now)], before)) == is_closed
    assert turned_bad([verdict(now, stale="code changed")], before) == []


def test_a_cell_is_compared_with_its_last_verdict_until_the_baseline():
    three = nights("reproduced", "incomplete", "not attempted")
    three[2]["cells"][0]["stale"] = "code changed"
    (text,) = turned_bad([verdict("worse")], baseline(three).verdicts)
    assert text == (
        "kim2014 2 / CNN-rand / TREC, test accuracy (%): reproduced (90, n 5) in night 1 of 2026-11-01, "
        "commit c100000 -> worse (85, n 5)"
    )
    assert turned([verdict("near")], known(three))[0].endswith("-> near (85, n 5)")
    assert turned([verdict("reproduced")], known(three)) == []


@pytest.mark.parametrize(
    ("gate", "beside", "status"),
    [
        ((), {"regressed": ["TREC: reproduced -> worse"]}, Status.FAILED),
        ((), {"slower": ["TREC: from 1 s to 2 s"]}, Status.DONE),
        (("regressed", "slower"), {"slower": ["TREC: from 1 s to 2 s"]}, Status.FAILED),
        ((), {}, Status.DONE),
        (("worse",), {}, Status.FAILED),
    ],
)
def test_the_gate_is_closed_by_what_the_plan_asks_for(gate, beside, status):
    plan = Plan(run=PLAN.run, hours=1, **({"gate": gate} if gate else {}))
    found = summarise(plan, [RunState([verdict("worse")], 0, 0)], [], "", Clock(), beside=beside)
    assert found["exit code"] == status
    assert in_words(found)[-1].startswith("Gate: closed by" if status else "Gate: open")


def test_every_verdict_may_close_a_gate():
    assert {gate.value for gate in Gate} == {answer.value for answer in Answer} | {"regressed", "slower"}


@pytest.fixture(scope="module")
def today():
    return Today(States.read(), as_names(VERSIONS.replace("3.15", "3.16")), MACHINE)


def later(drops, night=4, **changes):
    """Return the runs of a later night by today's code and versions, each worse by so much."""
    settings = {"code": TREC.code, "versions": VERSIONS.replace("3.15", "3.16"), **changes}
    return [
        entry(TREC, night, Kind.RERUN, seed, 90.0 + seed - drop, **settings) for seed, drop in enumerate(drops)
    ]


def worse(entries, summaries, today, planned=(TREC,)):
    known = milestones_of(summaries, baseline(summaries)), lasting_of(summaries, baseline(summaries))
    return judge_pairs(planned, entries, *known, today, night=4).texts


def test_equal_jobs_that_became_worse_close_the_gate(today):
    three, before = nights("reproduced", "reproduced", "reproduced"), nights_of(TREC, 3)
    (text,) = worse([*before, *later((5, 5.2, 4.8))], three, today)
    assert text.startswith(
        "kim2014 2 / CNN-rand / TREC, since night 3 of 2026-11-03, commit c300000, by 3 pair(s)"
    )
    for fine in ((0, 0, 0), (5, 5.2), (0.3, 0.32, 0.28), (-5, -5.2, -4.8), (5, -4, 1)):
        assert worse([*before, *later(fine)], three, today) == []
    gone = [*before, *later((5, 5.2, 4.8), versions=VERSIONS)]  # by what no longer runs
    assert worse(gone, three, today) == []
    assert worse([*before, *later((5, 5.2, 4.8), device="GPU")], three, today) == []


def test_what_a_plan_no_longer_has_keeps_nothing_closed(today):
    mark = f"{TREC.fingerprint} tensorflow {DEVICE} test accuracy"
    last = [summary(1, worse={mark: {"text": "TREC", "jobs": [[0, 0]], "night": 1}})]
    assert worse([], last, today) == ["TREC"]
    assert worse([], last, today, [cell_of("MR")]) == []


def test_the_pairs_of_several_nights_since_the_baseline_add_up(today):
    runs = [*nights_of(TREC, 1), *later((5,), 2), replace(later((5, 5.2), 3)[1]), later((5, 5.2, 4.8), 4)[2]]
    assert worse(runs, nights("reproduced"), today)
    assert worse(runs[:-1], nights("reproduced"), today) == []
