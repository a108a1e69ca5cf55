"""How the classes develop: runs over time, one run beside the one before, and what the lots found."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from markupsafe import Markup

from goodstanding.core.classification import Scale
from goodstanding.core.monitoring import Rate, moved
from goodstanding.engine.indicators import every
from goodstanding.look.plot import Interval, Told, bars, heat, intervals, shares
from goodstanding.office.access import needs
from goodstanding.office.accounts import Role, may
from goodstanding.office.pages import language_of, page, say, the_home, the_rulebook
from goodstanding.records.models import ClassRun
from goodstanding.supervise import monitor
from goodstanding.supervise.held import Held

FARTHEST = 15
"""Indicators shown in the drift's picture; the table has them all."""


@require_GET
@needs(Role.VIEWER)
def classes(request: HttpRequest) -> HttpResponse:
    """Show every scale's runs, and how its classes developed."""
    told = []
    for code in monitor.scales_classified():
        runs = monitor.runs_of(code)
        if runs:
            scale = monitor.scale_of(the_home(), runs[-1])
            told.append((scale.title, _over_time(request, scale, runs), list(reversed(runs))))
    values = {
        "told": told,
        "visited": bool(monitor.visited_campaigns()),
        "previews": may(request.user, Role.OFFICER),
    }
    return page(request, "monitor.html", values)


@require_GET
@needs(Role.VIEWER)
def run(request: HttpRequest, number: int) -> HttpResponse:
    """Show one run: its distribution, and what changed since the run before."""
    found = monitor.run_of(number)
    scale = monitor.scale_of(the_home(), found)
    earlier = monitor.before(found)
    codes = tuple(band.code for band in scale.bands)
    values = {
        "run": found,
        "scale": scale,
        "distribution": _over_time(request, scale, [found]),
        "rows": [
            (band.title, found.counts.get(band.code, 0), found.counts.get(band.code, 0) / max(1, found.entities))
            for band in scale.bands
        ],
        "earlier": earlier,
        "steps": (),
        "drifts": (),
        "held": (),
    }
    if found.base is None and (held := monitor.held(the_home(), earlier, found)):
        values |= {"held": held, "held_plot": _held(request, held)}
    if earlier is not None:
        matrix = monitor.migration(earlier, found)
        counts = tuple(tuple(matrix.get((old, new), 0) for new in codes) for old in codes)
        drifts = monitor.drifts(the_home(), earlier, found) if found.base is None else []
        named = [(_drift_title(request, one), one) for one in drifts]
        values |= {
            "codes": codes,
            "counts": counts,
            "migration": None
            if found.base
            else heat(
                Told(
                    say(request, "office.monitor.migration", number=earlier.pk, day=earlier.as_of),
                    say(request, "office.monitor.migration_says"),
                ),
                codes,
                codes,
                counts,
                say(request, "office.monitor.from_to"),
            ),
            "steps": moved(matrix, codes),
            "arrived": sum(count for (old, _), count in matrix.items() if not old),
            "left": sum(count for (_, new), count in matrix.items() if not new),
            "drifts": named,
        }
        if drifts:
            values["drift_plot"] = bars(
                Told(say(request, "office.monitor.drift"), say(request, "office.monitor.drift_says")),
                tuple((title, round(one.index, 6), f"{one.index:.3f}") for title, one in named[:FARTHEST]),
            )
    return page(request, "monitor_run.html", values)


@require_GET
@needs(Role.VIEWER)
def calibration(request: HttpRequest) -> HttpResponse:
    """Show, lot by lot, what the visits found in each class."""
    book = the_rulebook()
    told = []
    for campaign in monitor.visited_campaigns():
        found = monitor.calibration(book, campaign)
        everybody = say(request, "office.monitor.everybody")
        picture = intervals(
            Told(
                str(campaign.title.get(language_of(request), campaign.label)),
                say(request, "office.monitor.calibration_says"),
            ),
            tuple(_interval(code, rate) for code, rate in found.rates if rate.seen),
            None if found.overall is None else _interval(everybody, found.overall),
        )
        told.append((campaign, found, picture))
    return page(request, "calibration.html", {"told": told})


def _over_time(request: HttpRequest, scale: Scale, runs: list[ClassRun]) -> Markup:
    codes = tuple(band.code for band in scale.bands)
    return shares(
        Told(say(request, "office.monitor.over_time"), say(request, "office.monitor.over_time_says")),
        codes,
        tuple((f"{one.as_of} · {one.pk}", tuple(one.counts.get(code, 0) for code in codes)) for one in runs),
    )


def _held(request: HttpRequest, held: list[Held]) -> Markup:
    # Numbers alone, which leave the bars room on a phone; the table beside has the titles.
    return bars(
        Told(say(request, "office.monitor.held"), say(request, "office.monitor.held_says")),
        tuple((one.rule.number, round(one.share, 6), f"{one.share:.2%}") for one in held),
    )


def _drift_title(request: HttpRequest, drift: monitor.Drift) -> str:
    """Return the indicator's title, with the key area where it is weighed for one."""
    language = language_of(request)
    indicator = every().get(drift.indicator)
    title = drift.indicator if indicator is None else indicator.title.get(language, drift.indicator)
    if not drift.area:
        return title
    area = the_rulebook().areas.get(drift.area)
    named = drift.area if area is None else area.rule.title.get(language, drift.area)
    return say(request, "office.monitor.in_area", indicator=title, area=named)


def _interval(label: str, rate: Rate) -> Interval:
    return Interval(label, rate.share, rate.lower, rate.upper, f"{rate.share:.1%}")
