"""Charts as Vega-Lite specifications, and as files; only this file imports altair and vl_convert.

`debug_mode(False)` skips Altair's validation against the Vega-Lite schema, which would take most of the time of a
report. A test opens the pages in a browser, where an invalid chart fails.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert
from altair.utils.schemapi import debug_mode

from results.atomic import atomic_path
from results.records import EpochEnd
from results.verdicts import Answer, Verdict

ACCENT, BAND = "#3b82c4", "#8a8f96"  # visible on light and dark pages
LANES = ("runs", "mean, 96 % interval", "next run, 95 % interval")
SHAPES = {  # by verdict, like the marks on the pages
    Answer.REPRODUCED: "circle",
    Answer.COMPATIBLE: "stroke",
    Answer.NEAR: "triangle-left",
    Answer.BETTER: "triangle-up",
    Answer.WORSE: "triangle-down",
    Answer.DIFFERS: "diamond",
    Answer.INCONCLUSIVE: "square",
    Answer.INCOMPLETE: "triangle-right",
    Answer.MEASURED: "cross",
}
Spec = dict[str, Any]


def script() -> str:
    """Return Vega, Vega-Lite and Vega-Embed as one script, so that pages need no network."""
    return vl_convert.javascript_bundle()  # type: ignore[call-arg]  # the stub is wrong: the argument is optional


@debug_mode(False)
def runs_chart(verdict: Verdict) -> Spec:
    """Return a chart of our runs as points, intervals as bars, and the published value as a line in its margin."""
    cell = verdict.cell
    axis = alt.X("value:Q", title=cell.metric.title, scale=alt.Scale(zero=False, nice=True))
    points = [{"lane": LANES[0], "value": value, "run": i} for i, value in enumerate(verdict.units, start=1)]
    layers = [_chart(points).mark_point(filled=True, size=70, color=ACCENT, opacity=0.75)]
    layers[0] = layers[0].encode(x=axis, y=_lanes(), tooltip=["run:O", alt.Tooltip("value:Q", format=".4~f")])
    for lane, ends, size in ((LANES[1], verdict.interval, 10), (LANES[2], verdict.prediction, 4)):
        if ends is not None:
            bar = _chart([{"lane": lane, "low": ends[0], "high": ends[1]}])
            bar = bar.mark_bar(size=size, color=ACCENT, opacity=0.55)
            layers.append(bar.encode(x=alt.X("low:Q"), x2="high:Q", y=_lanes(), tooltip=["low:Q", "high:Q"]))
    if verdict.mean is not None:
        mean = _chart([{"lane": LANES[1], "value": verdict.mean}]).mark_point(
            filled=True, shape="diamond", size=110, opacity=1
        )
        layers.append(mean.encode(x="value:Q", y=_lanes(), color=alt.value(ACCENT), tooltip=["value:Q"]))
    if cell.value is not None:
        layers = [*_published(cell.value, cell.margin or 0.0), *layers]
    return _spec(alt.layer(*layers), height=120)


@debug_mode(False)
def curve_chart(points: Sequence[EpochEnd], what: str, title: str) -> Spec:
    """Return a chart of the validation score (`valid`) or the `loss` over epochs, one line per job."""
    rows = [
        {
            "job": f"seed {point.key.seed}, fold {point.key.fold}, {point.key.backend}",
            "epoch": point.epoch,
            what: getattr(point, what),
        }
        for point in points
        if getattr(point, what) is not None
    ]
    lines = _chart(rows).mark_line(point=alt.OverlayMarkDef(size=12), opacity=0.6, color=ACCENT)
    lines = lines.encode(
        x=alt.X("epoch:Q", axis=alt.Axis(tickMinStep=1, format="d")),
        y=alt.Y(f"{what}:Q", title=title, scale=alt.Scale(zero=False)),
        detail="job:N",
        tooltip=["job:N", "epoch:Q", alt.Tooltip(f"{what}:Q", format=".4~f")],
    )
    return _spec(lines, height=240)


@debug_mode(False)
def distance_chart(verdicts: Sequence[Verdict]) -> Spec | None:
    """Return a chart of our mean minus the published value in margins, or None if no cell has both."""
    rows = [row for verdict in verdicts if (row := _distance(verdict)) is not None]
    if not rows:
        return None
    answers = list(dict.fromkeys(row["verdict"] for row in rows))
    y = alt.Y("cell:N", title=None, sort=[row["cell"] for row in rows])
    band = _chart([{"low": -1, "high": 1}]).mark_rect(color=BAND, opacity=0.2)
    zero = _chart([{"at": 0}]).mark_rule(color=BAND, strokeDash=[4, 3]).encode(x="at:Q")
    base = _chart(rows)
    tooltip = ["cell:N", "verdict:N", alt.Tooltip("distance:Q", format=".2f")]
    bars = base.mark_rule(color=ACCENT, strokeWidth=3, opacity=0.55).encode(x="low:Q", x2="high:Q", y=y)
    shape = alt.Shape("verdict:N", scale=alt.Scale(domain=answers, range=[SHAPES[Answer(a)] for a in answers]))
    shape = shape.legend(orient="bottom", title=None)
    marks = base.mark_point(filled=True, size=90, color=ACCENT, opacity=1)
    marks = marks.encode(
        x=alt.X("distance:Q", title="ours minus published, in margins"), y=y, shape=shape, tooltip=tooltip
    )
    layered = alt.layer(band.encode(x=alt.X("low:Q", title=None), x2="high:Q"), zero, bars, marks)
    return _spec(layered, height=26 * len(rows) + 20)


@debug_mode(False)
def time_chart(systems: list[dict[str, Any]], title: str) -> Spec:
    """Return a chart of scores over times, one labelled point per system, one shape per device.

    `systems` have a system, the seconds of one run, a score and a device.
    """
    base = _chart(systems).encode(
        x=alt.X("seconds:Q", title="seconds per run", scale=alt.Scale(type="log", nice=True)),
        y=alt.Y("score:Q", title=title, scale=alt.Scale(zero=False, padding=12)),
        tooltip=[
            *("system:N", "device:N"),
            *(alt.Tooltip("seconds:Q", format=",.1f"), alt.Tooltip("score:Q", format=".4~f")),
        ],
    )
    shape = alt.Shape("device:N").legend(orient="bottom", title=None)
    points = base.mark_point(filled=True, size=70, color=ACCENT, opacity=0.85).encode(shape=shape)
    names = base.mark_text(align="left", dx=7, fontSize=11).encode(text="system:N")
    return _spec(alt.layer(points, names), height=420)


def word_map(words: Sequence[str], points: Any, shares: Sequence[float]) -> Spec:
    """Return a chart of words at points, (words, 2); `shares` is the variance that each axis explains."""
    rows = [{"word": word, "x": float(x), "y": float(y)} for word, (x, y) in zip(words, points, strict=True)]
    titles = [f"component {number}, {share:.0%} of the variance" for number, share in enumerate(shares, start=1)]
    x, y = (alt.X("x:Q", title=titles[0]), alt.Y("y:Q", title=titles[1]))
    base = _chart(rows).encode(x=x, y=y)
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
        (value - cell.value) / cell.margin for value in (verdict.interval[0], verdict.mean, verdict.interval[1])
    )
    name = f"{cell.row}, {cell.column}"
    return {"cell": name, "verdict": str(verdict.answer), "low": low, "distance": mean, "high": high}


def _published(value: float, margin: float) -> list[Any]:
    rows = [{"low": value - margin, "high": value + margin, "published": value}]
    band = _chart(rows).mark_rect(color=BAND, opacity=0.2).encode(x=alt.X("low:Q"), x2="high:Q")
    rule = _chart(rows).mark_rule(color=BAND, strokeWidth=2).encode(x="published:Q")
    return [band, rule.encode(tooltip=["published:Q", "low:Q", "high:Q"])]


def _lanes() -> Any:
    return alt.Y("lane:N", title=None, sort=list(LANES))


def _chart(rows: list[dict[str, Any]]) -> Any:
    return alt.Chart(alt.Data(values=rows))


def _spec(chart: Any, height: int) -> Spec:
    fitted = chart.properties(
        width="container", height=height, autosize=alt.AutoSizeParams(type="fit-x", contains="padding")
    )
    return fitted.to_dict(validate=False)
