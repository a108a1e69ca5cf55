"""Reading ``behaviour.toml`` strictly, against the rulebook."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Protocol, TypeVar

from goodstanding.core.reading import Table
from goodstanding.core.rulebook import Rulebook
from goodstanding.synth.behaviour import (
    Behaviour,
    BySector,
    Complaints,
    Corrections,
    DayRange,
    Evaluations,
    Evaluator,
    Finding,
    Frailty,
    Inspections,
    InspectorNumbers,
    Investments,
    ItemOf,
    LicenceKind,
    Licensing,
    Penalties,
    PenaltyTypes,
    Product,
    Rate,
    Reports,
    Samplings,
    Topic,
    Unreachable,
    Violation,
)
from goodstanding.synth.chance import Weighted
from goodstanding.synth.setting import known_code, read_weighted

CHANGES = ("address", "representative", "capital", "scope", "name")
"""What a change of registration may change."""


def read_behaviour(file: Table, book: Rulebook) -> Behaviour:
    """Read ``behaviour.toml``.

    Raises:
        RulebookInvalid: An unknown key, a missing one, or a code, duty or item the rulebook does not have.
    """
    sectors = book.kinds[book.roles.kind].fields[book.roles.sector].codes
    with file.table("frailty") as table:
        frailty = Frailty(
            Weighted(table.wholes("values"), table.wholes("weights")), table.whole("lowest"), table.whole("highest")
        )
    with file.table("changes") as table:
        changes = read_rate(table)
        change_kinds = read_weighted(table, "kinds", lambda kind: known_code(kind, "what", CHANGES))
        redelivered_days = table.whole("redelivered_days")
    with file.table("dormancy") as table:
        dormancy = read_rate(table)
    return Behaviour(
        frailty=frailty,
        changes=changes,
        change_kinds=change_kinds,
        redelivered_days=redelivered_days,
        dormancy=dormancy,
        unreachable=_read_unreachable(file, book),
        reports=_read_reports(file, book),
        licensing=_read_licensing(file),
        penalties=_read_penalties(file, book, sectors),
        inspections=_read_inspections(file, book, sectors),
        corrections=_read_corrections(file, book),
        complaints=_read_complaints(file, book, sectors),
        samplings=_read_samplings(file, sectors),
        evaluations=_read_evaluations(file, book),
        investments=_read_investments(file, book),
        inspectors=_read_inspectors(file),
    )


def read_rate(table: Table, name: str = "yearly_ppm", most: str = "most_ppm") -> Rate:
    """Read a rate and its bound."""
    return Rate(table.whole(name), table.whole(most))


def read_range(table: Table, name: str) -> DayRange:
    """Read an inner table of days, ``from`` and ``through``."""
    with table.table(name) as inner:
        return _bounds(inner)


def _bounds(table: Table) -> DayRange:
    least, most = table.whole("from"), table.whole("through")
    if least > most:
        raise table.mistake("through", f"{most}.", f"{least} or more.")
    return DayRange(least, most)


def _codes(table: Table, name: str, codes: Collection[str]) -> tuple[str, ...]:
    found = table.texts(name)
    for code in found:
        if code not in codes:
            raise table.mistake(name, f"{code!r}.", "Codes of the rulebook: " + ", ".join(sorted(codes)) + ".")
    return tuple(sorted(set(found)))


def _field_codes(book: Rulebook, kind: str, field: str) -> frozenset[str]:
    return book.kinds[kind].fields[field].codes


class _HasSectors(Protocol):
    @property
    def sectors(self) -> frozenset[str]: ...


S = TypeVar("S", bound=_HasSectors)


def _by_sector(things: Iterable[tuple[S, int]], sectors: Collection[str]) -> BySector[S]:
    """Sort weighted things by the sectors they fit; no sectors named means all."""
    every = list(things)
    found: BySector[S] = BySector()
    for sector in sorted(sectors):
        fitting = [(thing, weight) for thing, weight in every if not thing.sectors or sector in thing.sectors]
        found[sector] = Weighted([thing for thing, _ in fitting], [weight for _, weight in fitting])
    return found


def read_sector_list(
    file: Table, name: str, sectors: Collection[str], read: Callable[[Table, frozenset[str]], S]
) -> BySector[S]:
    """Read weighted things and the sectors they fit."""
    return _by_sector(
        [
            (read(table, frozenset(_codes(table, "sectors", sectors))), table.whole("weight", 1))
            for table in file.tables(name)
        ],
        sectors,
    )


def _read_unreachable(file: Table, book: Rulebook) -> Unreachable:
    outcomes = _field_codes(book, "address_contact", "outcome")
    with file.table("contact") as table, table.table("outcome") as inner:
        regained, moved = known_code(inner, "regained", outcomes), known_code(inner, "moved", outcomes)
    with file.table("unreachable") as table:
        return Unreachable(
            rate=read_rate(table),
            regained_ppm=table.whole("regained_ppm"),
            by_moving_ppm=table.whole("by_moving_ppm"),
            days=read_range(table, "days"),
            revoked_after_days=table.whole("revoked_after_days"),
            revoked_ppm=table.whole("revoked_ppm"),
            shared_address_ppm=table.whole("shared_address_ppm"),
            shared_address_most_ppm=table.whole("shared_address_most_ppm"),
            regained=regained,
            moved=moved,
        )


def _read_reports(file: Table, book: Rulebook) -> Reports:
    states = _field_codes(book, "annual_report", "state")
    with file.table("report") as table:
        with table.table("state") as inner:
            state_open, state_closed = known_code(inner, "open", states), known_code(inner, "closed", states)
        months = table.wholes("months")
        return Reports(
            duty=book.duties[known_code(table, "duty", book.duties)],
            windows_at_least=table.whole("windows_at_least"),
            missed=read_rate(table, "missed_ppm", "missed_most_ppm"),
            missed_when_gone_ppm=table.whole("missed_when_gone_ppm"),
            late_ppm=table.whole("late_ppm"),
            months=Weighted(tuple(range(len(months))), months),
            late_days=read_weighted(table, "late_days", _bounds),
            publishes_ppm=table.whole("publishes_ppm"),
            invests_ppm=table.whole("invests_ppm"),
            transfers_ppm=table.whole("transfers_ppm"),
            has_website_ppm=table.whole("has_website_ppm"),
            state_open=state_open,
            state_closed=state_closed,
        )


def _read_licensing(file: Table) -> Licensing:
    kinds = tuple(
        LicenceKind(
            name=table.text("name"),
            category=table.text("category"),
            number=table.text("number"),
            document=table.text("document"),
            scope=table.text("scope"),
            words=frozenset(table.texts("words")),
            held_ppm=table.whole("held_ppm"),
            years=table.whole("years"),
        )
        for table in file.tables("licence")
    )
    with file.table("licensing") as table:
        return Licensing(
            kinds, read_rate(table, "lapsed_ppm", "lapsed_most_ppm"), read_range(table, "granted_within_days")
        )


def _read_penalties(file: Table, book: Rulebook, sectors: Collection[str]) -> Penalties:
    severities = _field_codes(book, "penalty", "severity")
    kinds = _field_codes(book, "penalty", "penalty_types")
    violations = read_sector_list(
        file,
        "violation",
        sectors,
        lambda table, of: Violation(table.text("name"), table.text("facts"), table.text("basis"), of),
    )
    with file.table("penalties") as table:
        bounds = table.wholes("bounds")
        codes: list[str] = []
        weights: list[tuple[int, ...]] = []
        for inner in table.tables("severities"):
            codes.append(known_code(inner, "code", severities))
            weights.append(inner.wholes("weights"))
            if len(weights[-1]) != len(bounds) + 1:
                raise inner.mistake("weights", f"{len(weights[-1])} weights.", f"{len(bounds) + 1} weights.")
        types: dict[str, tuple[list[PenaltyTypes], list[int]]] = {code: ([], []) for code in codes}
        for inner in table.tables("types"):
            things, type_weights = types[known_code(inner, "severity", codes)]
            type_weights.append(inner.whole("weight"))
            things.append(
                PenaltyTypes(
                    codes=_codes(inner, "codes", kinds),
                    fines=inner.wholes("fines"),
                    ban_years=inner.whole("ban_years", 0),
                    confiscates=inner.flag("confiscates", False),
                )
            )
        return Penalties(
            rate=read_rate(table),
            severities=tuple(Weighted(codes, column) for column in zip(*weights, strict=True)),
            bounds=bounds,
            published=read_range(table, "published_days"),
            document=table.text("document"),
            content=table.text("content"),
            content_without_fine=table.text("content_without_fine"),
            types={code: Weighted(*pair) for code, pair in types.items()},
            violations=violations,
        )


def _read_inspections(file: Table, book: Rulebook, sectors: Collection[str]) -> Inspections:
    codes = frozenset(book.inspection.results)
    with file.table("inspections") as table:
        with table.table("results") as inner:
            clean, dormant, deregistered, revoked, unreachable, report_open = (
                _codes(inner, name, codes)
                for name in ("clean", "dormant", "deregistered", "revoked", "unreachable", "report_open")
            )
        with table.table("needs_correction") as inner:
            needs_correction = frozenset(_codes(inner, "codes", codes))
        return Inspections(
            yearly_ppm=table.whole("yearly_ppm"),
            by_risk=Rate(table.whole("yearly_by_risk_ppm"), table.whole("most_ppm")),
            tasks=table.texts("tasks"),
            finding=read_rate(table, "finding_ppm", "finding_most_ppm"),
            report_open_ppm=table.whole("report_open_ppm"),
            gone_ppm=table.whole("gone_ppm"),
            correct=read_range(table, "correct_days"),
            inspectors=table.whole("inspectors"),
            clean=clean,
            dormant=dormant,
            deregistered=deregistered,
            revoked=revoked,
            unreachable=unreachable,
            report_open=report_open,
            findings=read_sector_list(
                table, "finding", sectors, lambda inner, of: Finding(_codes(inner, "results", codes), of)
            ),
            needs_correction=needs_correction,
            items=tuple(
                ItemOf(known_code(inner, "code", book.inspection.items), frozenset(_codes(inner, "sectors", sectors)))
                for inner in table.tables("item")
            ),
        )


def _read_corrections(file: Table, book: Rulebook) -> Corrections:
    with file.table("corrections") as table:
        return Corrections(
            results=frozenset(_codes(table, "results", book.inspection.results)),
            made_ppm=table.whole("made_ppm"),
            days=read_range(table, "days"),
            items=_codes(table, "items", _field_codes(book, "correction_made", "item")),
        )


def _read_complaints(file: Table, book: Rulebook, sectors: Collection[str]) -> Complaints:
    with file.table("complaints") as table:
        channels = table.texts("channels")
        known = _field_codes(book, "complaint", "channel")
        for code in channels:
            if code not in known:
                raise table.mistake("channels", f"{code!r}.", "Codes of the rulebook: " + ", ".join(sorted(known)))
        return Complaints(
            rate=read_rate(table),
            upheld=read_rate(table, "upheld_ppm", "upheld_most_ppm"),
            closed=read_range(table, "closed_days"),
            channels=channels,
            topics=read_sector_list(table, "topic", sectors, lambda inner, of: Topic(inner.text("name"), of)),
        )


def _read_samplings(file: Table, sectors: Collection[str]) -> Samplings:
    with file.table("samplings") as table:
        return Samplings(
            rate=read_rate(table),
            failed=read_rate(table, "failed_ppm", "failed_most_ppm"),
            products=read_sector_list(table, "product", sectors, lambda inner, of: Product(inner.text("name"), of)),
        )


def _read_evaluations(file: Table, book: Rulebook) -> Evaluations:
    known = _field_codes(book, "evaluation", "evaluator_kind")
    grade = book.kinds["evaluation"].fields["grade"]
    with file.table("evaluations") as table:
        bounds = table.wholes("bounds")
        best, worst = grade.minimum or 0, grade.maximum or 0
        if list(bounds) != sorted(bounds) or len(bounds) != worst - best:
            raise table.mistake(
                "bounds", f"{list(bounds)}.", f"{worst - best} rising numbers, one for each grade but 1."
            )
        return Evaluations(
            rate=read_rate(table),
            evaluators=tuple(
                Evaluator(inner.text("name"), known_code(inner, "kind", known)) for inner in table.tables("evaluator")
            ),
            bounds=bounds,
            blurred_ppm=table.whole("blurred_ppm"),
        )


def _read_investments(file: Table, book: Rulebook) -> Investments:
    kinds = _field_codes(book, book.roles.kind, book.roles.subject_type)
    with file.table("investments") as table:
        return Investments(
            kinds=frozenset(_codes(table, "kinds", kinds)),
            held_ppm=table.whole("held_ppm"),
            most=table.whole("most"),
            ended_ppm=table.whole("ended_ppm"),
            relation=known_code(table, "relation", _field_codes(book, "investment", "relation")),
        )


def _read_inspectors(file: Table) -> InspectorNumbers:
    with file.table("inspectors") as table:
        return InspectorNumbers(
            table.whole("per_region_at_least"), table.whole("one_per_businesses"), table.whole("recused_ppm")
        )
