"""The report of a learned scorecard as a page for a person: plots, and beside each a table of the same numbers.

Rules kept here:
- The page stands alone: one file without script, font or address, to be read from a disk or sent to a court.
- A plot of parts shows the first that fit; the table beside it has them all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from goodstanding.core.classification import Scale
from goodstanding.learn.measure import Band, Part
from goodstanding.learn.report import Report
from goodstanding.look.environment import environment
from goodstanding.look.plot import Interval, Told, bars, calibration, intervals
from goodstanding.look.words import Translate, localised, words

PLOTTED = 20
"""Parts shown in one plot."""

Names = Mapping[str, Mapping[str, str]]


def page(found: Report, scale: Scale, note: str, judged_from: str, language: str, regions: Names | None = None) -> str:
    """Return the page.

    Args:
        scale: Gives the titles of the classes.
        note: What the points were learned from, as the proposal says it.
        judged_from: First day of the visits it was judged on, as YYYY-MM-DD.
        language: One of `goodstanding.look.words.LANGUAGES`.
        regions: Titles of the regions by their codes, where the rulebook has any.
    """
    t = words(language)
    classes = {band.code: localised(band.title, language) for band in scale.bands}
    stability = [
        (t("learn.by_quarter"), found.quarters, {}),
        (t("learn.by_region"), found.regions, {k: localised(v, language) for k, v in (regions or {}).items()}),
        (t("learn.by_inspector"), found.inspectors, {}),
    ]
    values = {
        "language": language,
        "scale": localised(scale.title, language),
        "found": found,
        "note": note,
        "judged_from": judged_from,
        "classes": classes,
        "rates": [
            (title, bands, _rates(t, title, bands, found))
            for title, bands in ((t("learn.by_class"), found.bands), (t("learn.by_class_in_force"), found.in_force))
            if bands
        ],
        "calibrated": _calibrated(t, found),
        "lift": bars(
            Told(t("learn.lift"), t("learn.lift_says")),
            [(band.code, round(band.lift, 6), f"{band.lift:.2f}") for band in found.bands],
        ),
        "stability": [
            (
                title,
                [(names.get(part.name) or part.name, part) for part in parts],
                _parts(t, title, parts, names, found),
            )
            for title, parts, names in stability
            if parts
        ],
    }
    return _environment().get_template("report.html").render(values)


@cache
def _environment() -> Environment:
    return environment([Path(__file__).parent / "templates"])


def _rates(t: Translate, title: str, bands: Sequence[Band], found: Report) -> Markup:
    overall = found.found / found.visits
    rows = [Interval(one.code, one.rate, one.low, one.high, f"{one.rate:.1%}") for one in bands if one.visits]
    return intervals(
        Told(title, t("learn.by_class_says")), rows, Interval(t("learn.all_visits"), overall, overall, overall, "")
    )


def _calibrated(t: Translate, found: Report) -> Markup:
    pairs = zip(found.learned_from, found.bands, strict=False)
    points = [
        (before.rate, Interval(after.code, after.rate, after.low, after.high, ""))
        for before, after in pairs
        if before.visits and after.visits
    ]
    told = Told(t("learn.calibration"), t("learn.calibration_says"))
    return calibration(told, points, t("learn.foretold"), t("learn.rate")) if points else Markup()


def _parts(t: Translate, title: str, parts: Sequence[Part], names: Mapping[str, str], found: Report) -> Markup:
    rows = [
        Interval(names.get(one.name) or one.name, one.auc, one.low or 0.0, one.high or 0.0, f"{one.auc:.3f}")
        for one in parts
        if one.auc is not None
    ]
    auc = found.rankings[0].measures.auc
    overall = Interval(t("learn.all_visits"), auc, auc, auc, "")
    return intervals(Told(title, t("learn.parts_says")), rows[:PLOTTED], overall)
