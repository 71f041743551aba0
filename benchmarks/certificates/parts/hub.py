"""The results of a certificate as model hubs read them: the list `model-index` of a model card."""

from collections.abc import Iterable
from typing import Any

from results.metrics import classifies
from results.verdicts import Verdict


def model_index(title: str, address: str, verdicts: Iterable[Verdict]) -> bytes:
    """Return a model for each row, with a result for each of its cells, as YAML."""
    import yaml

    rows: dict[str, list[dict[str, Any]]] = {}
    for verdict in verdicts:
        rows.setdefault(f"{verdict.cell.row}, table {verdict.cell.table}", []).append(
            _result(title, address, verdict)
        )
    models = [{"name": name, "results": results} for name, results in rows.items()]
    return yaml.safe_dump({"model-index": models}, sort_keys=False, allow_unicode=True).encode()


def _result(title: str, address: str, verdict: Verdict) -> dict[str, Any]:
    cell = verdict.cell
    task = "classification" if classifies(cell.metric) else "other"
    ours = {
        "type": cell.metric.name.replace(" ", "_"),
        "name": cell.metric.title,
        "value": verdict.mean,
        "args": {"runs": len(verdict.units), "deviation": verdict.deviation, "verdict": str(verdict.answer)},
    }
    source = {"name": title, **({"url": address} if address else {})}
    return {
        "task": {"type": task},
        "dataset": {"type": cell.column, "name": cell.column},
        "metrics": [ours],
        "source": source,
    }
