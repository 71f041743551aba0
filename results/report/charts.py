"""Charts as Vega-Lite specifications, and as files; only this file imports altair and vl_convert.

`debug_mode(False)` skips Altair's validation against the Vega-Lite schema, which would take most of the time of a
report. A test opens the pages in a browser, where an invalid chart fails.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import altair as alt
import vl_convert
from altair.utils.schemapi import debug_mode

from results.atomic import atomic_path
from results.records import EpochEnd, JobKey
from results.verdicts import Answer, Verdict

ACCENT, BAND = "#3b82c4", "#8a8f96"  # visible on light and dark pages
MOST_POINTS = 50  # of a learning curve
LANES = ("runs", "mean, 96 % interval", "next run, 95 % interval")
SHAPES = {  # by verdict, like the marks on the pages
    Answer.REPRODUCED: "circle",
    Answer.COMPATIBLE: "M-1,-.7H1V-.2H-1ZM-1,.2H1V.7H-1Z",
    Answer.NEAR: "triangle-left",
    Answer.BETTER: "triangle-up",
    Answer.WORSE: "triangle-down",
    Answer.DIFFERS: "diamond",
    Answer.INCONCLUSIVE: "square",
    Answer.INCOMPLETE: "triangle-right",
    Answer.MEASURED: "cross",
}
Spec = dict[str, Any]


@cache
def script() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script, so that pages need no network."""
    return vl_convert.javascript_bundle()  # type: ignore[call-arg]  # the stub is wrong: the argument is optional


class Chart(NamedTuple):
    """One chart of a page: its kind, what is written about it, its rows by name, and its texts and numbers."""

    kind: str  # of `specs`
    title: str
    about: str
    data: Mapping[str, Sequence[Mapping[str, Any]]]
    values: Mapping[str, Any]  # for the names with an @ in the specification


@cache
def specs() -> dict[str, Spec]:
    """Return the specification of each kind of chart; pages bring the rows, by name, and what has an @."""
    with debug_mode(False):
        return {"runs": _runs(), "curve": _curve(), "distance": _distances(), "time": _times()}


def runs_chart(verdict: Verdict) -> Chart:
    """Return a chart of our runs as points, intervals as bars, and the published value as a line in its margin."""
    cell = verdict.cell
    about = "Each point is one complete pass of the protocol."
    if cell.value is not None:
        about += " The line is the published value, and the band is its margin."
    data: dict[str, list[dict[str, Any]]] = {
        "runs": [{"lane": LANES[0], "value": _short(v), "run": i} for i, v in enumerate(verdict.units, start=1)]
    }
    for name, lane, ends in (("mean", LANES[1], verdict.interval), ("next", LANES[2], verdict.prediction)):
        if ends is not None:
            data[name] = [{"lane": lane, "low": _short(ends[0]), "high": _short(ends[1])}]
    if verdict.mean is not None:
        data["ours"] = [{"lane": LANES[1], "value": _short(verdict.mean)}]
    if cell.value is not None:
        low, high = (_short(cell.value + sign * (cell.margin or 0.0)) for sign in (-1, 1))
        data["published"] = [{"low": low, "high": high, "published": cell.value}]
    return Chart("runs", "Spread", about, data, {"@title": cell.metric.title})


def curve_chart(curves: Mapping[JobKey, Sequence[EpochEnd]], what: str, title: str, axis: str) -> Chart | None:
    """Return a chart of the validation score (`valid`) or the `loss` over epochs, a line a job, or None."""
    lines = [
        {
            "job": f"seed {key.seed}, fold {key.fold}, {key.backend}",
            "epoch": [point.epoch for point in points],
            "value": [_short(getattr(point, what), 4) for point in points],
        }
        for key, curve in curves.items()
        if (points := thinned([point for point in curve if getattr(point, what) is not None]))
    ]
    score = "The score on the validation part" if what == "valid" else "The mean loss"
    about = f"{score} after each epoch, one line per seed and fold."
    return Chart("curve", title, about, {"lines": lines}, {"@title": axis}) if lines else None


def distance_chart(verdicts: Sequence[Verdict]) -> Chart | None:
    """Return a chart of our mean minus the published value in margins, or None if no cell has both."""
    rows = [row for verdict in verdicts if (row := _distance(verdict)) is not None]
    if not rows:
        return None
    answers = [answer for answer in SHAPES if answer in {row["verdict"] for row in rows}]
    values = {
        "@answers": [str(answer) for answer in answers],
        "@shapes": [SHAPES[answer] for answer in answers],
        "@cells": [row["cell"] for row in rows],
        "@height": 26 * len(rows) + 20,
    }
    about = "Our mean minus the published value, with its 96 % interval, in margins: -1 to 1 is within the margin."
    return Chart("distance", "Distance from the published values", about, {"cells": rows}, values)


def time_chart(systems: list[dict[str, Any]], title: str, axis: str) -> Chart:
    """Return a chart of scores over times, one labelled point per system, one shape per device.

    `systems` have a system, the seconds of one run, a score and a device.
    """
    about = (
        "One run of each of our systems, including reading its data unless an earlier run cached it. "
        "Runs that share a machine with others take longer. A name is left out where it would cover another one: "
        "point at the mark."
    )
    rows = [{**row, "seconds": _short(row["seconds"]), "score": _short(row["score"])} for row in systems]
    return Chart("time", title, about, {"systems": rows}, {"@title": axis})


def thinned(points: Sequence[EpochEnd]) -> list[EpochEnd]:
    """Return at most `MOST_POINTS` of the points at equal distances, the first and the last among them."""
    last = len(points) - 1
    if last < MOST_POINTS:
        return list(points)
    return [points[round(i * last / (MOST_POINTS - 1))] for i in range(MOST_POINTS)]


def _short(value: float, digits: int = 6) -> float:
    """Return a number with the digits that a picture can show."""
    return float(f"{value:.{digits}g}")


def _runs() -> Spec:
    axis = alt.X("value:Q", title="@title", scale=alt.Scale(zero=False, nice=True))
    band = _named("published").mark_rect(color=BAND, opacity=0.2).encode(x=alt.X("low:Q"), x2="high:Q")
    rule = _named("published").mark_rule(color=BAND, strokeWidth=2)
    rule = rule.encode(x="published:Q", tooltip=["published:Q", "low:Q", "high:Q"])
    points = _named("runs").mark_point(filled=True, size=70, color=ACCENT, opacity=0.75)
    points = points.encode(x=axis, y=_lanes(), tooltip=["run:O", alt.Tooltip("value:Q", format=".4~f")])
    mean = _named("ours").mark_point(filled=True, shape="diamond", size=110, opacity=1, color=ACCENT)
    mean = mean.encode(x="value:Q", y=_lanes(), tooltip=["value:Q"])
    bars = [_bar(name, size) for name, size in (("mean", 10), ("next", 4))]
    return _spec(alt.layer(band, rule, points, *bars, mean), height=120)


def _bar(name: str, size: int) -> Any:
    bar = _named(name).mark_bar(size=size, color=ACCENT, opacity=0.55)
    return bar.encode(x=alt.X("low:Q"), x2="high:Q", y=_lanes(), tooltip=["low:Q", "high:Q"])


def _curve() -> Spec:
    base = _named("lines").transform_flatten(["epoch", "value"])
    lines = base.mark_line(point=alt.OverlayMarkDef(size=12), opacity=0.6, color=ACCENT)
    lines = lines.encode(
        x=alt.X("epoch:Q", axis=alt.Axis(tickMinStep=1, format="d")),
        y=alt.Y("value:Q", title="@title", scale=alt.Scale(zero=False)),
        detail="job:N",
        tooltip=["job:N", "epoch:Q", alt.Tooltip("value:Q", format=".4~f")],
    )
    return _spec(lines, height=240)


def _distances() -> Spec:
    y = alt.Y("cell:N", title=None, sort="@cells")
    band = alt.Chart(alt.Data(values=[{"low": -1, "high": 1}])).mark_rect(color=BAND, opacity=0.2)
    band = band.encode(x=alt.X("low:Q", title=None), x2="high:Q")
    zero = alt.Chart(alt.Data(values=[{"at": 0}])).mark_rule(color=BAND, strokeDash=[4, 3]).encode(x="at:Q")
    base = _named("cells")
    tooltip = ["cell:N", "verdict:N", alt.Tooltip("distance:Q", format=".2f")]
    bars = base.mark_rule(color=ACCENT, strokeWidth=3, opacity=0.55).encode(x="low:Q", x2="high:Q", y=y)
    shape = alt.Shape("verdict:N", scale=alt.Scale(domain="@answers", range="@shapes"))
    marks = base.mark_point(filled=True, size=90, color=ACCENT, opacity=1)
    marks = marks.encode(
        x=alt.X("distance:Q", title="ours minus published, in margins"),
        y=y,
        shape=shape.legend(orient="bottom", title=None),
        tooltip=tooltip,
    )
    return _spec(alt.layer(band, zero, bars, marks), height="@height")


def _times() -> Spec:
    """Return the points alone: a page adds the names, where there is room for them."""
    points = _named("systems").mark_point(filled=True, size=70, color=ACCENT, opacity=0.85)
    points = points.encode(
        x=alt.X("seconds:Q", title="seconds per run", scale=alt.Scale(type="log", nice=True)),
        y=alt.Y("score:Q", title="@title", scale=alt.Scale(zero=False, padding=12)),
        shape=alt.Shape("device:N").legend(orient="bottom", title=None, labelLimit=0, columns=1),
        tooltip=[
            *("system:N", "device:N"),
            *(alt.Tooltip("seconds:Q", format=",.1f"), alt.Tooltip("score:Q", format=".4~f")),
        ],
    )
    return _spec(points, height=420)


def word_map(words: Sequence[str], points: Any, shares: Sequence[float]) -> Spec:
    """Return a chart of words at points, (words, 2); `shares` is the variance that each axis explains."""
    rows = [{"word": word, "x": float(x), "y": float(y)} for word, (x, y) in zip(words, points, strict=True)]
    titles = [f"component {number}, {share:.0%} of the variance" for number, share in enumerate(shares, start=1)]
    x, y = (alt.X("x:Q", title=titles[0]), alt.Y("y:Q", title=titles[1]))
    base = alt.Chart(alt.Data(values=rows)).encode(x=x, y=y)
    dots = base.mark_point(filled=True, color=ACCENT)
    labels = base.mark_text(dy=-9).encode(text="word:N")
    return alt.layer(dots, labels).properties(width=640, height=480, background="white").to_dict()


def save(spec: Spec, path: Path) -> None:
    """Write a chart as SVG or PNG, by the suffix of the path."""
    with atomic_path(path) as temporary:
        if path.suffix == ".svg":
            temporary.write_text(vl_convert.vegalite_to_svg(spec), "utf-8")
        else:
            temporary.write_bytes(vl_convert.vegalite_to_png(spec, scale=2))


def _distance(verdict: Verdict) -> dict[str, Any] | None:
    cell = verdict.cell
    if cell.value is None or not cell.margin or verdict.interval is None or verdict.mean is None:
        return None
    low, mean, high = (
        _short((value - cell.value) / cell.margin)
        for value in (verdict.interval[0], verdict.mean, verdict.interval[1])
    )
    name = f"{cell.row}, {cell.column}"
    return {"cell": name, "verdict": str(verdict.answer), "low": low, "distance": mean, "high": high}


def _lanes() -> Any:
    return alt.Y("lane:N", title=None, sort=list(LANES))


def _named(rows: str) -> Any:
    return alt.Chart(alt.NamedData(name=rows))


def _spec(chart: Any, height: int | str) -> Spec:
    fitted = chart.properties(width="container", autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))
    return {**fitted.to_dict(validate=False), "height": height}
