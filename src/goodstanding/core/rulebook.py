"""A jurisdiction's law as dated data: bytes in, checked values out, with a digest.

A rulebook is a folder of TOML files. All of them are read whole before anything is used, every mistake names file and
key, and the digest over all files goes on every decision taken under it. Files: rulebook.toml (who, identity, roles,
code tables), calendar.toml, facts.toml, disclosure.toml, duties.toml, lists.toml, classification.toml,
inspection.toml; and, where the jurisdiction has such, measures.toml, procedures.toml with a file of its own for
each procedure (`PROCEDURE`), and gravity.toml.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from goodstanding.core.annulment import Annulment, read_annulment
from goodstanding.core.classification import Area, Scale, Scorecard
from goodstanding.core.classification_reading import read_areas, read_scales, read_scorecards
from goodstanding.core.dates import Calendar
from goodstanding.core.disclosure import Disclosure, read_disclosure
from goodstanding.core.duty import Duty, read_duties
from goodstanding.core.entity import IdentityScheme, Roles, read_roles, read_schemes
from goodstanding.core.errors import NoRuleInForce, ScaleUnknown
from goodstanding.core.fact import Exposure, FactKind, Field, FieldType, Subject
from goodstanding.core.forbidden import lowered, why_never
from goodstanding.core.gravity import Gravity
from goodstanding.core.gravity_reading import read_gravity
from goodstanding.core.inspection import Inspection, read_inspection
from goodstanding.core.listing import Lists
from goodstanding.core.listing_reading import read_lists
from goodstanding.core.measure import EMPTY, Measures
from goodstanding.core.measure_reading import read_measures
from goodstanding.core.procedure import EFFECTS, NONE, Procedures
from goodstanding.core.procedure_reading import read_procedures
from goodstanding.core.reading import Table, mistake, parse
from goodstanding.core.related import Relation, read_related
from goodstanding.core.repair import Repair, read_repairs
from goodstanding.core.rule import Rule
from goodstanding.core.treatment import Supervision
from goodstanding.core.treatment_reading import read_supervision

FILES = ("rulebook", "calendar", "facts", "disclosure", "duties", "lists", "classification", "inspection")

OPTIONAL_FILES = ("measures", "procedures", "gravity")
"""What a jurisdiction may have besides; one without such a file has nothing of the kind."""

PROCEDURE = "procedure_"
"""How the names of further files begin: one for each procedure, beside procedures.toml and with what it declares."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Everything one jurisdiction's law says here, checked whole.

    Args:
        tables: Code tables: table code, then code, then title by language.
        digest: SHA-256, in hex, over names and bytes of all files; see docs/specs/ledger.md.
    """

    code: str
    title: Mapping[str, str]
    authority: Mapping[str, str]
    languages: tuple[str, ...]
    timezone: str
    currency: str
    schemes: Mapping[str, IdentityScheme]
    roles: Roles
    tables: Mapping[str, Mapping[str, Mapping[str, str]]]
    calendar: Calendar
    kinds: Mapping[str, FactKind]
    related: tuple[Relation, ...]
    disclosure: Disclosure
    repairs: tuple[Repair, ...]
    duties: Mapping[str, Duty]
    lists: Lists
    annulment: Annulment | None
    scales: Mapping[str, Scale]
    areas: Mapping[str, Area]
    scorecards: tuple[Scorecard, ...]
    inspection: Inspection
    supervision: Supervision
    measures: Measures
    procedures: Procedures
    gravity: Gravity | None
    digest: str

    def title_of(self, table: str, code: str) -> Mapping[str, str]:
        """Return a code's title by language; the code itself where the table does not know it."""
        known = self.tables.get(table, {}).get(code)
        return known if known is not None else dict.fromkeys(self.languages, code)

    def scale(self, code: str = "") -> Scale:
        """Return the scale of a code; the first one where none is named.

        Raises:
            ScaleUnknown: There is no such scale.
        """
        chosen = code or next(iter(self.scales))
        if chosen not in self.scales:
            raise ScaleUnknown(
                asked=f"The scale {chosen}.",
                found=f"The rulebook {self.code} has no such scale.",
                wants=f"One of {', '.join(self.scales)}.",
                next_step="Name one of these with --scale.",
            )
        return self.scales[chosen]

    def scorecard_on(self, scale: str, day: date) -> Scorecard:
        """Return the scorecard of a scale in force on a day; without a name, of the first scale.

        Raises:
            ScaleUnknown: There is no such scale.
            NoRuleInForce: None is in force on the day; the loader has refused two.
        """
        code = self.scale(scale).code
        versions = [(place, card) for place, card in enumerate(self.scorecards) if card.scale == code]
        for _, card in versions:
            if card.rule.validity.contains(day):
                return card
        spans = [
            f"scorecard[{place}] ({card.rule.number}) is valid from {card.rule.validity.from_on}"
            + ("" if card.rule.validity.until_on is None else f" until before {card.rule.validity.until_on}")
            for place, card in versions
        ]
        raise NoRuleInForce(
            asked=f"To place on the scale {code} on {day}.",
            found=f"In classification.toml {'; '.join(spans) or 'no scorecard is of that scale'}.",
            wants=f"A [[scorecard]] of scale {code} in force on the day.",
            next_step="Choose another day, or mend valid_from or valid_until of a scorecard in classification.toml.",
        )

    def rules(self) -> dict[str, list[Rule]]:
        """Return every rule by its number, versions in written order."""
        found: list[Rule] = [kind.rule for kind in self.kinds.values()]
        found += [item.rule for item in (*self.disclosure.display, *self.disclosure.elsewhere)]
        found += [item.rule for item in self.disclosure.deadlines]
        found += [item.rule for item in self.repairs]
        found += [item.rule for item in self.disclosure.hidings]
        found += [item.rule for item in self.duties.values()]
        for definition in self.lists.lists.values():
            found += definition.remedies
            for ground in definition.grounds:
                found += [ground.rule, *(way.rule for way in ground.exits)]
                if ground.end_rule is not None:
                    found.append(ground.end_rule)
        for card in self.scorecards:
            found += card.rules
        found += [area.rule for area in self.areas.values()]
        found += [relation.rule for relation in self.related]
        found += [item.rule for item in self.inspection.items.values()]
        found += self.supervision.rules
        found += self.measures.rules
        found += self.procedures.rules
        found += [] if self.gravity is None else self.gravity.rules
        found += [] if self.annulment is None else [self.annulment.rule]
        by_number: dict[str, list[Rule]] = {}
        for rule in found:
            by_number.setdefault(rule.number, []).append(rule)
        return by_number


def load(files: Mapping[str, bytes], indicators: Collection[str] | None = None) -> Rulebook:
    """Read and check a whole rulebook.

    Args:
        files: Content by file name (``facts.toml``), all files of `FILES`.
        indicators: Names of the engine's indicators, against which scorecards are checked; ``None`` checks none.
    Raises:
        RulebookInvalid: With file, key, what was found and what is wanted, for the first mistake met.
    """
    tables = {}
    for name in FILES:
        file = f"{name}.toml"
        if file not in files:
            raise mistake(file, "", "The file is missing.", "All files: " + ", ".join(FILES) + ".", f"Write {file}.")
        tables[name] = parse(file, files[file])
    for name in OPTIONAL_FILES:
        if f"{name}.toml" in files:
            tables[name] = parse(f"{name}.toml", files[f"{name}.toml"])
    of_procedures = [parse(name, files[name]) for name in sorted(files) if name.startswith(PROCEDURE)]
    if of_procedures and "procedures" not in tables:
        raise mistake("procedures.toml", "", "The file is missing.", "Roles and evidence that procedures may name.")

    head = tables["rulebook"]
    languages = head.texts("languages")
    if not languages:
        raise head.mistake("languages", "An empty list.", "At least one language code.")
    codes = _read_code_tables(head, languages)
    never_weighed = lowered(head.texts("never_weighed", []))
    kinds = _read_kinds(tables["facts"], languages, codes, never_weighed)
    roles = read_roles(head)
    duties = read_duties(tables["duties"], languages, kinds)
    lists = read_lists(tables["lists"], languages, kinds, duties)
    annulment = read_annulment(tables["lists"], languages)
    scales = read_scales(tables["classification"], languages, indicators)
    areas = read_areas(tables["classification"], languages, kinds)
    inspection = read_inspection(tables["inspection"], languages, kinds)
    supervision = read_supervision(tables["inspection"], languages, kinds, scales, areas, inspection)
    measures = EMPTY
    if "measures" in tables:
        measures = read_measures(tables["measures"], languages, kinds, supervision.benefits)
    procedures = NONE
    if "procedures" in tables:
        procedures = read_procedures(tables["procedures"], of_procedures, languages, EFFECTS, kinds)
    gravity = None
    if "gravity" in tables:
        gravity = read_gravity(tables["gravity"], languages, kinds, {one.code for one in procedures.versions})
    book = Rulebook(
        code=head.text("code"),
        title=head.words("title", languages),
        authority=head.words("authority", languages),
        languages=languages,
        timezone=head.text("timezone"),
        currency=head.text("currency"),
        schemes=read_schemes(head, languages),
        roles=roles,
        tables=codes,
        calendar=_read_calendar(tables["calendar"]),
        kinds=kinds,
        related=read_related(tables["facts"], languages, kinds, roles.kind),
        disclosure=read_disclosure(tables["disclosure"], languages, kinds),
        repairs=read_repairs(tables["disclosure"], languages, kinds, lists.lists),
        duties=duties,
        lists=lists,
        annulment=annulment,
        scales=scales,
        areas=areas,
        scorecards=read_scorecards(tables["classification"], languages, scales, areas, indicators),
        inspection=inspection,
        supervision=supervision,
        measures=measures,
        procedures=procedures,
        gravity=gravity,
        digest=digest(files),
    )
    _check_roles(head, book, never_weighed)
    for table in (*tables.values(), *of_procedures):
        table.close()
    return book


def digest(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256, in hex, over the rulebook's files.

    For each file of `FILES`, each of `OPTIONAL_FILES` that is there and each of a `PROCEDURE`, in the order of their
    names: the name, a zero byte, the SHA-256 of the content.
    """
    whole = hashlib.sha256()
    names = {f"{name}.toml" for name in FILES} | ({f"{name}.toml" for name in OPTIONAL_FILES} & set(files))
    names |= {name for name in files if name.startswith(PROCEDURE)}
    for name in sorted(names):
        whole.update(name.encode() + b"\0" + hashlib.sha256(files[name]).digest())
    return whole.hexdigest()


def _read_code_tables(head: Table, languages: tuple[str, ...]) -> dict[str, dict[str, Mapping[str, str]]]:
    """Read ``[codes.<table>]``: each code is a table of words."""
    found: dict[str, dict[str, Mapping[str, str]]] = {}
    for name, table in head.named("codes", required=False):
        found[name] = {code: table.words(code, languages) for code in table.keys}
    return found


def _read_kinds(
    file: Table,
    languages: tuple[str, ...],
    codes: Mapping[str, Mapping[str, Mapping[str, str]]],
    never_weighed: Collection[str],
) -> dict[str, FactKind]:
    kinds: dict[str, FactKind] = {}
    features: dict[str, FieldType] = {}
    for code, table in file.named("kind"):
        fields = {}
        for name, inner in table.named("field", required=False):
            fields[name] = _read_field(name, inner, languages, codes)
            if fields[name].feature:
                _check_weighable(inner, fields[name], never_weighed, codes.get(fields[name].table))
            if fields[name].feature and features.setdefault(name, fields[name].type) is not fields[name].type:
                raise inner.mistake("type", fields[name].type.value, "One type for a feature field in every kind.")
        kind = FactKind(
            code=code,
            rule=table.rule(languages),
            fields=fields,
            authority_field=table.text("authority_field", ""),
            basis_field=table.text("basis_field", ""),
            is_public=table.flag("is_public"),
            is_feature=table.flag("is_feature"),
            subject=table.choice("subject", Subject, Subject.BUSINESS),
        )
        if kind.is_feature:
            _check_weighable(table, kind, never_weighed)
        for key in ("authority_field", "basis_field"):
            named = getattr(kind, key)
            if named and named not in fields:
                raise table.mistake(key, f"{named!r}.", "A field of this kind.")
        kinds[code] = kind
    return kinds


def _read_field(
    name: str, table: Table, languages: tuple[str, ...], codes: Mapping[str, Mapping[str, Mapping[str, str]]]
) -> Field:
    type_ = table.choice("type", FieldType)
    coded = type_ in (FieldType.CODE, FieldType.CODES)
    name_of_table = table.text("codes") if coded else ""
    if coded and name_of_table not in codes:
        raise table.mistake("codes", f"{name_of_table!r}.", "A code table of rulebook.toml.")
    return Field(
        name=name,
        title=table.words("title", languages),
        type=type_,
        required=table.flag("required", False),
        max_length=table.whole("max_length", 500),
        minimum=table.maybe_whole("minimum"),
        maximum=table.maybe_whole("maximum"),
        codes=frozenset(codes.get(name_of_table, ())),
        table=name_of_table,
        exposure=table.choice("exposure", Exposure, Exposure.PUBLIC),
        feature=table.flag("feature", False),
        subject=table.choice("subject", Subject, Subject.BUSINESS),
    )


def _check_weighable(
    table: Table,
    thing: FactKind | Field,
    never_weighed: Collection[str],
    titles_of_codes: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Refuse a feature that may never be one."""
    why = why_never(thing, never_weighed, titles_of_codes)
    if why is not None:
        raise table.mistake(*why)


def _read_calendar(file: Table) -> Calendar:
    covers = file.wholes("covers")
    if len(covers) != 2 or covers[0] > covers[1]:
        raise file.mistake("covers", f"{list(covers)}.", "First and last year covered.")
    weekdays = file.wholes("rest_weekdays")
    if not all(1 <= weekday <= 7 for weekday in weekdays):
        raise file.mistake("rest_weekdays", f"{list(weekdays)}.", "ISO weekdays, Monday 1 to Sunday 7.")
    holidays: set[date] = set()
    makeup: set[date] = set()
    for table in file.tables("year", required=False):
        table.text("source")
        off, on = table.days("holidays"), table.days("makeup_days")
        for day in sorted(off | on):
            if not covers[0] <= day.year <= covers[1]:
                raise table.mistake("holidays", f"{day}.", f"Days of the years covered, {covers[0]} to {covers[1]}.")
        holidays |= off
        makeup |= on
    for day in sorted(holidays & makeup):
        raise file.mistake("year", f"{day} is both off and worked.", "Each day once.")
    return Calendar(
        rest_weekdays=frozenset(weekdays),
        holidays=frozenset(holidays),
        makeup_days=frozenset(makeup),
        covers=(covers[0], covers[1]),
        estimates_beyond=file.flag("estimates_beyond", False),
    )


def _check_roles(head: Table, book: Rulebook, never_weighed: Collection[str]) -> None:
    """Refuse a role, list or subject type that names what the catalogue does not have."""
    roles = book.roles
    kind = book.kinds.get(roles.kind)
    if kind is None:
        raise head.mistake("registration.kind", f"{roles.kind!r}.", "A fact kind of facts.toml.")
    for role in ("name", "subject_type", "status", "region", "sector", "address"):
        field = getattr(roles, role)
        if field and field not in kind.fields:
            raise head.mistake(f"registration.{role}", f"{field!r}.", f"A field of kind {roles.kind}.")
    established = kind.fields.get(roles.established)
    if roles.established and (established is None or established.type is not FieldType.DAY):
        wants = f"A field of type day in kind {roles.kind}."
        raise head.mistake("registration.established", f"{roles.established!r}.", wants)
    # The engine reads the business's age of it, so it is weighed like a feature.
    why = None if established is None else why_never(established, never_weighed)
    if why is not None:
        raise head.mistake("registration.established", f"{roles.established!r}: {why[1]}", why[2])
    statuses = kind.fields[roles.status].codes if roles.status else frozenset()
    _check_codes("rulebook.toml", "registration.active_statuses", roles.active_statuses, statuses)
    types = kind.fields[roles.subject_type].codes if roles.subject_type else frozenset()
    entry = book.kinds[book.lists.entry_kind].fields
    for code, definition in book.lists.lists.items():
        _check_codes("lists.toml", f"list.{code}", {code}, entry["list"].codes)
        for ground in definition.grounds:
            _check_codes("lists.toml", f"list.{code}.subject_types", ground.subject_types, types)
            _check_codes("lists.toml", f"list.{code}.ground.{ground.code}", {ground.code}, entry["ground"].codes)
    for measure in book.measures.measures:
        _check_codes("measures.toml", f"measure.{measure.code}.subject_types", measure.subject_types, types)
    for ban in book.measures.bans:
        codes = book.kinds[book.measures.ban_kinds[ban.target]].fields["ban"].codes
        _check_codes("measures.toml", f"ban.{ban.code}", {ban.code}, codes)
    shown_kinds = {rule.kind for rule in book.disclosure.display}
    for code, shown_kind in book.kinds.items():
        if shown_kind.is_public and code not in shown_kinds:
            raise mistake(
                "disclosure.toml",
                "display",
                f"No display rule for the public kind {code}.",
                "A display rule for every kind that facts.toml calls public.",
            )


def _check_codes(file: str, key: str, used: Collection[str], known: Collection[str]) -> None:
    """Refuse a code that its table does not have; a field without a table takes any."""
    odd = sorted(set(used) - set(known))
    if known and odd:
        raise mistake(file, key, f"{', '.join(odd)}.", "One of: " + ", ".join(sorted(known)) + ".")
