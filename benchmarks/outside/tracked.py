"""Groups of runs of any MLflow experiment as pandas frames."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pandas import DataFrame

    from results.groups.compared import Compared
    from results.groups.runs import Run


class ComparedRuns(NamedTuple):
    """The groups one a line, their pairs one a line, and what a reader has to know of both."""

    groups: "DataFrame"
    pairs: "DataFrame"
    notes: list[str]


def compare_runs(
    experiments: str | Sequence[str],
    *,
    metric: str,
    group_by: str | Sequence[str],
    pair_by: str | Sequence[str] = (),
    where: str = "",
    store: str | None = None,
    strict: bool = False,
    **options: Any,
) -> ComparedRuns:
    """Return the groups of the runs of some experiments, compared as by `retable compare --experiment`.

    Keys are named as in `params.optimizer`; `store` is an address of MLflow, by default that of the suite's runs.
    Other options are `unit`, `repeats`, `level`, `better` and `margin`. Raises ResultsError for names that do not
    exist and for runs that must not be compared.
    """
    from results.groups.compared import compare_runs as compared
    from results.groups.question import asked

    question = asked(metric, _several(group_by), _several(pair_by), **options)
    return _frames(compared(_runs(_several(experiments), where, store), question, strict=strict))


def _runs(experiments: Sequence[str], where: str, store: str | None) -> "list[Run]":
    from results.folders import results_folder
    from results.groups.store import address_of, opened, read

    return read(opened(address_of(store, results_folder())), experiments, where)


def _frames(found: "Compared") -> ComparedRuns:
    from pandas import DataFrame

    from results.groups.wording import as_data
    from results.writing.formats import flat

    data = as_data(found)
    groups, pairs = (DataFrame(list(map(flat, data[name]))) for name in ("groups", "pairs"))
    return ComparedRuns(groups.drop(columns="values"), pairs, data["notes"])


def _several(names: str | Sequence[str]) -> Sequence[str]:
    return [names] if isinstance(names, str) else names
