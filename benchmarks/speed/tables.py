"""docs/speed.md, from the reports of the benchmarks."""

import inspect
import json
from pathlib import Path

from benchmarks.speed.task import Task, description, load_task, task_names
from results.tables import as_markdown

INTRODUCTION = """# Speed

`retable bench NAME` compares the suite with other implementations of the same work, in one sitting, on a machine
that does nothing else. Each table below is the last report of one benchmark, with the processor, the back end and
the commit that it was measured on. The machines differ, so times in different tables are not comparable."""


def document(folder: Path) -> str:
    """Return docs/speed.md from a folder of reports, one section per kind of benchmark."""
    found = {name: load_task(name) for name in task_names()}
    parts = [INTRODUCTION]
    for kind in sorted({type(task) for task in found.values()}, key=lambda kind: kind.title):
        parts += [f"## {kind.title}", inspect.getdoc(kind) or ""]
        mine = {name: task for name, task in found.items() if type(task) is kind}
        parts += [_section(name, task, folder / f"{name}.json") for name, task in mine.items()]
    return "\n\n".join(parts) + "\n"


def _section(name: str, task: Task, path: Path) -> str:
    parts = [f"### `retable bench {name}`", description(name)]
    if not path.exists():
        return "\n\n".join([*parts, "Not measured yet."])
    report = json.loads(path.read_text("utf-8"))
    where = [*(report[key] for key in ("device", "backend") if key in report), f"commit {report['commit']}"]
    where += [f"drift {report['drift']:.0%}"] if "drift" in report else []
    parts += [f"{report['what']}; {', '.join(where)}.", as_markdown(task.rows(report))]
    return "\n\n".join(parts)
