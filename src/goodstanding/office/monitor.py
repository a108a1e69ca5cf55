"""How the classes develop: runs over time, one run beside the one before, and what the lots found."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from markupsafe import Markup

from goodstanding.core.classification import Scale
from goodstanding.core.monitoring import Rate, moved
from goodstanding.engine.indicators import every
from goodstanding.look.plot import Interval, Told, bars, heat, intervals, shares
from goodstanding.look.words import localised
from goodstanding.office.access import needs
from goodstanding.office.accounts import Role, may
from goodstanding.office.pages import language_of, page, say, the_home, the_rulebook
from goodstanding.records.models import ClassRun
from goodstanding.supervise import lots, monitor
from goodstanding.supervise.held import Held

FARTHEST = 15
"""Indicators shown in the drift's picture; the table has them all."""

MOST_GROUPS = 25
"""Groups shown in one picture of rates; the table has them all."""

LEAST_VISITS = 5
"""Visits from which on a group is shown in a picture: of fewer, next to nothing is known."""


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
        "visited": bool(lots.visited_campaigns()),
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
    """Show, lot by lot, what the visits tell of everybody, by class, region and sector."""
    book = the_rulebook()
    told = []
    for campaign in lots.visited_campaigns():
        lot = lots.found(book, campaign)
        title = str(campaign.title.get(language_of(request), campaign.label))
        groups = (
            (lots.CLASS, [(code, code, rate) for code, rate in lot.classes]),
            (lots.REGION, _titled(request, book.roles.region, lot.regions)),
            (lots.SECTOR, _titled(request, book.roles.sector, lot.sectors)),
        )
        told.append((campaign, lot, [_group(request, title, name, rows, lot.overall) for name, rows in groups if rows]))
    return page(request, "calibration.html", {"told": told})


def _titled(request: HttpRequest, field: str, rates: Mapping[str, Rate]) -> list[tuple[str, str, Rate]]:
    """Return (code, title, rate) of the groups of a registration's field, the worst first."""
    book = the_rulebook()
    table = book.kinds[book.roles.kind].fields[field].table if field else ""
    language = language_of(request)
    rows = [(code, localised(book.title_of(table, code), language), rate) for code, rate in rates.items()]
    return sorted(rows, key=lambda row: (-row[2].share, row[0]))


def _group(
    request: HttpRequest, title: str, name: str, rows: list[tuple[str, str, Rate]], overall: Rate
) -> tuple[str, Markup, list[tuple[str, str, Rate]]]:
    """Return a grouping's name, its picture and its rows."""
    drawn = tuple(_interval(told, rate) for _, told, rate in rows if rate.seen >= LEAST_VISITS)[:MOST_GROUPS]
    told = Told(
        f"{title} · {say(request, f'office.monitor.by_{name}')}", say(request, f"office.monitor.by_{name}_says")
    )
    everybody = _interval(say(request, "office.monitor.everybody"), overall)
    picture = intervals(told, drawn, everybody) if drawn else Markup("")
    return name, picture, rows


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
