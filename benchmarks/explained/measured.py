"""How well explanations find what was planted: every case, its answer, and whether it is the right one."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.explained.copies import planned_copy
from benchmarks.explained.explanation import Question, asked, explain, looks_at_validation
from benchmarks.explained.factors import Factor, Origin
from benchmarks.explained.laboratory import NOTHING, Laboratory
from benchmarks.explained.planted import Case, cases
from benchmarks.explained.sizes import Sizes
from benchmarks.jobs import LEADING, Planned
from benchmarks.reproduce import Runner
from data_pipelines.whole_files import write_text
from results.explanations.explanation import Explanation, Outcome
from results.records import RunRecord
from results.verdicts import Verdict, judge

SIZES = Sizes(1, 4, 8, 0)
ONCE = Sizes(0, 0, 0, 0)  # where theirs may be one of ours: more runs would not change the answer
RUNS = 10  # behind ours, and behind theirs
TRIAL_SEED = 200  # and those after it; the copies were chosen with others
OURS, THEIRS = range(240, 240 + RUNS), range(260, 260 + RUNS)  # seeds
HEADINGS = ("case", "copy", "planted", "theirs", "ours", "answer", "named", "right", "runs")
Say = Callable[[str], None]


def measure(folder: Path, runner: Runner, say: Say, only: Sequence[str] = ()) -> list[dict[str, str]]:
    """Explain every planted case, or only the named ones, and return a row for each.

    Cases of one copy share its runs.
    """
    (folder / "reproduced").mkdir(parents=True, exist_ok=True)
    found = []
    for case in cases():
        if not only or case.name in only:
            say(f"{case.name}, in {case.copy}:")
            found.append(row(case, answered(case, folder, runner, say)))
            say(str(found[-1]))
    return found


def answered(case: Case, folder: Path, runner: Runner, say: Say) -> Explanation:
    """Make theirs by the case's recipe, and explain why ours differs."""
    records = _records(case, None, folder, runner, OURS)
    theirs = _records(case, case.deviate, folder, runner, THEIRS)
    one = planned_copy(case.copy)
    value = _verdict(one, theirs).mean
    planned = planned_copy(case.copy, round(value or 0.0, 2), RUNS)
    verdict = _verdict(planned, records)
    question = asked(planned, verdict, (), LEADING)
    question = _without_backends(question)
    lab = Laboratory(
        planned,
        question.factors,
        folder,
        LEADING,
        lambda backend: runner,
        on_validation=looks_at_validation(planned, None),
    )
    sizes = ONCE if verdict.published_is_predicted else SIZES
    return explain(lab, question, sizes, say, TRIAL_SEED)


def row(case: Case, found: Explanation) -> dict[str, str]:
    """Return a case and its answer as texts by heading."""
    wanted = Outcome.EXPLAINED if case.factor else Outcome.NONE if case.deviate else Outcome.NOTHING
    is_alarm = found.outcome == Outcome.EXPLAINED
    is_right = found.outcome == wanted if case.deviate else not is_alarm
    if case.factor:
        is_right = found.named == (case.factor,)
    texts = (
        *(case.name, case.copy, wanted.value, f"{found.theirs:g}", f"{found.ours:.2f}"),
        *(found.outcome, " and ".join(found.named), "yes" if is_right else "no", str(found.trained)),
    )
    return dict(zip(HEADINGS, texts, strict=True))


def write(rows: Sequence[dict[str, str]], path: Path) -> None:
    """Write the measure as a CSV file."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, HEADINGS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, stream.getvalue())


def _records(case: Case, deviate: Callable | None, folder: Path, runner: Runner, seeds: range) -> list[RunRecord]:
    """Return runs of a copy, changed or not, with seeds of their own."""
    factor = Factor("planted", "", Origin.EVERY, deviate) if deviate else None
    levels = frozenset({"planted"}) if factor else NOTHING
    planned = planned_copy(case.copy)
    lab = Laboratory(planned, {"planted": factor} if factor else {}, folder, LEADING, lambda backend: runner)
    runs = lab.run([(levels, seed) for seed in seeds]).values()
    return [run.record for run in runs if run.record]


def _verdict(planned: Planned, records: Sequence[RunRecord]) -> Verdict:
    """Judge runs as if their seeds began at 0."""
    renamed = [replace(one, key=one.key._replace(seed=seed)) for seed, one in enumerate(records)]
    return judge(planned.cell, renamed, folds=1, runs=RUNS)


def _without_backends(question: Question) -> Question:
    """Leave other back ends out: each would compile everything again."""
    return replace(question, factors={name: one for name, one in question.factors.items() if not one.backend})
