"""Card files to cards: strict, and checked against the rulebook before any source file is read.

An unknown key, a kind or field the catalogue does not have, a required field nobody fills, or two facts of one row
under one record key are mistakes of the card.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import date

from goodstanding.core.entity import IdentityScheme
from goodstanding.core.errors import CardInvalid, RulebookInvalid
from goodstanding.core.fact import Field, FieldType, Value
from goodstanding.core.reading import Table, parse
from goodstanding.core.rulebook import Rulebook
from goodstanding.intake.card import (
    Card,
    CodeIdentity,
    Condition,
    DayColumn,
    Encoding,
    FactPlan,
    FileFormat,
    Filling,
    GridIdentity,
    Identity,
    Layout,
    RecordIdentity,
    Template,
)
from goodstanding.intake.days import DIRECTIVES, is_day_format

_DIGEST = ":digest"


def load_card(name: str, content: bytes, book: Rulebook) -> Card:
    """Read a card and check it against a rulebook.

    Args:
        name: File name, for the error.
        content: The card's bytes.
        book: Whose kinds, fields, schemes and code tables the card may use.
    Raises:
        CardInvalid: With file, key, what was found and what is wanted, for the first mistake met.
    """
    try:
        with parse(name, content) as file:
            return _read(file, book, hashlib.sha256(content).hexdigest())
    except RulebookInvalid as error:
        raise CardInvalid(
            asked=error.asked,
            found=error.found,
            wants=error.wants,
            next_step=f"Mend {name} and run the command again; docs/cards.md is the manual.",
        ) from None


def _read(file: Table, book: Rulebook, digest: str) -> Card:
    code = file.text("code")
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,79}", code):
        raise file.mistake("code", f"{code!r}.", "Small letters, digits and underscores, at most 80.")
    title = file.words("title", book.languages)
    layout = _read_layout(file)
    known = file.maybe_table("known_at")
    known_at = None
    if known is not None:
        with known:
            known_at = DayColumn(known.text("column"), _formats(known, instants=True))
    leave_out = tuple(_read_condition(table) for table in file.tables("leave_out", required=False))
    facts = tuple(_read_plan(table, book) for table in file.tables("fact"))
    if not facts:
        raise file.mistake("fact", "An empty list.", "At least one [[fact]].")
    _check_refs(file, facts)
    return Card(code, title, layout, known_at, leave_out, facts, digest)


def _read_layout(file: Table) -> Layout:
    with file.table("file") as table:
        format_ = table.choice("format", FileFormat)
        layout = Layout(
            format=format_,
            encoding=table.choice("encoding", Encoding, Encoding.UTF_8),
            delimiter=table.text("delimiter", ","),
            sheet=table.text("sheet", ""),
            header_row=table.whole("header_row", 1),
            max_row_bytes=table.whole("max_row_bytes", 65_536),
            max_cell_characters=table.whole("max_cell_characters", 10_000),
            empty_words=frozenset(table.texts("empty", [])),
        )
        if len(layout.delimiter) != 1 or not layout.delimiter.isascii() or layout.delimiter in '"\r\n':
            raise table.mistake("delimiter", f"{layout.delimiter!r}.", "One ASCII character that is no quote.")
        if layout.header_row < 1:
            raise table.mistake("header_row", f"{layout.header_row}.", "1 or more.")
        if not 256 <= layout.max_row_bytes <= 16_777_216:
            raise table.mistake("max_row_bytes", f"{layout.max_row_bytes}.", "From 256 to 16777216.")
        if layout.max_cell_characters < 1:
            raise table.mistake("max_cell_characters", f"{layout.max_cell_characters}.", "1 or more.")
        return layout


def _read_plan(table: Table, book: Rulebook) -> FactPlan:
    code = table.text("kind")
    kind = book.kinds.get(code)
    if kind is None:
        raise table.mistake("kind", f"{code!r}.", "A kind of the rulebook's catalogue: " + ", ".join(book.kinds) + ".")
    identity = _read_identity(table, book)
    from_record = isinstance(identity, RecordIdentity) and not table.has("valid_from")
    fillings = []
    for name, inner in table.named("field", required=False):
        known = kind.fields.get(name)
        if known is None:
            raise inner.mistake("", "The field is unknown.", f"A field of kind {code}: " + ", ".join(kind.fields) + ".")
        fillings.append(_read_filling(inner, known, book))
    filled = {filling.field.name for filling in fillings}
    for name, known in kind.fields.items():
        if known.required and name not in filled:
            raise table.mistake(f"field.{name}", "The key is missing.", f"Kind {code} requires this field.")
    when = table.maybe_table("when")
    condition = None
    if when is not None:
        with when:
            condition = _read_condition(when)
    return FactPlan(
        kind=code,
        identity=identity,
        ref=_template(table, "ref"),
        valid_from=None if from_record else _read_first_day(table),
        valid_until=_read_last_day(table) if table.has("valid_until") else None,
        when=condition,
        fillings=tuple(fillings),
    )


def _read_identity(table: Table, book: Rulebook) -> Identity:
    with table.table("entity") as entity:
        if entity.has("source"):
            return RecordIdentity(entity.text("source"), _template(entity, "ref"))
        scheme = entity.text("scheme")
        if scheme not in book.schemes:
            raise entity.mistake(
                "scheme", f"{scheme!r}.", "A scheme of rulebook.toml: " + ", ".join(book.schemes) + "."
            )
        if entity.has("columns"):
            return GridIdentity(scheme, entity.texts("columns"), entity.whole("times", 1))
        return CodeIdentity(scheme, entity.text("column"))


def _read_condition(table: Table) -> Condition:
    return Condition(table.text("column"), frozenset(table.texts("values")))


def _read_last_day(table: Table) -> DayColumn:
    with table.table("valid_until") as day:
        return DayColumn(
            column=day.text("column"),
            formats=_formats(day),
            includes_last_day=day.flag("includes_last_day", False),
            open_words=frozenset(day.texts("open", [])),
        )


def _read_first_day(table: Table) -> DayColumn | date:
    with table.table("valid_from") as day:
        if day.has("constant"):
            return day.day("constant")
        return DayColumn(day.text("column"), _formats(day))


def _formats(table: Table, instants: bool = False) -> tuple[str, ...]:
    if table.has("formats"):
        formats = table.texts("formats")
        if not formats:
            raise table.mistake("formats", "An empty list.", "At least one format.")
    else:
        formats = (table.text("format", "%Y-%m-%d"),)
    for written in formats:
        if not is_day_format(written, instants):
            wants = f"A format with %Y, %m and %d, each once, out of {DIRECTIVES}."
            raise table.mistake("format", f"{written!r}.", wants)
    return formats


def _template(table: Table, key: str) -> Template:
    text = table.text(key)
    parts = tuple(re.split(r"\{([^{}]+)\}", text))
    if len(parts) < 3 or any("{" in part or "}" in part for part in parts[0::2]):
        raise table.mistake(key, f"{text!r}.", "Text with at least one {column} in it.")
    named = [part.removesuffix(_DIGEST) for part in parts[1::2]]
    digested = {part.removesuffix(_DIGEST) for part in parts[1::2] if part.endswith(_DIGEST)}
    if digested & {part for part in parts[1::2] if not part.endswith(_DIGEST)}:
        raise table.mistake(key, f"{text!r}.", "A column either as it stands or by its digest, not both.")
    whole = list(parts)
    whole[1::2] = named
    return Template(tuple(whole), frozenset(digested))


def _read_filling(table: Table, field: Field, book: Rulebook) -> Filling:
    if table.has("constant"):
        return Filling(field, "", _read_constant(table, field), (), None, "", "", 1, False)
    column = table.text("column")
    formats: tuple[str, ...] = ()
    words: Mapping[str, str | bool] | None = None
    otherwise, separator, times, rounds = "", "", 1, False
    bands: tuple[tuple[int | None, str], ...] = ()
    scheme: IdentityScheme | None = None
    match field.type:
        case FieldType.DAY:
            formats = _formats(table)
        case FieldType.INTEGER:
            times = table.whole("times", 1)
            rounds = table.flag("rounds", False)
            if times < 1:
                raise table.mistake("times", f"{times}.", "1 or more.")
        case FieldType.BOOLEAN:
            yes, no = table.texts("true", ["true"]), table.texts("false", ["false"])
            words = {**dict.fromkeys(yes, True), **dict.fromkeys(no, False)}
            if len(words) < len(yes) + len(no):
                raise table.mistake("false", f"{list(no)}.", "Words that stand once, under true or false.")
        case FieldType.CODE | FieldType.CODES if table.has("bands"):
            bands = _read_bands(table, field)
        case FieldType.CODE | FieldType.CODES:
            words = _read_map(table, field)
            otherwise = table.text("otherwise", "")
            if otherwise and otherwise not in field.codes:
                raise table.mistake("otherwise", f"{otherwise!r}.", f"A code of table {field.table}.")
            if field.type is FieldType.CODES:
                separator = table.text("separator", ";")
                if not separator:
                    raise table.mistake("separator", "Empty text.", "What stands between two codes.")
        case FieldType.TEXT:
            name = table.text("scheme", "")
            if name and name not in book.schemes:
                raise table.mistake(
                    "scheme", f"{name!r}.", "A scheme of rulebook.toml: " + ", ".join(book.schemes) + "."
                )
            scheme = book.schemes.get(name)
    return Filling(field, column, None, formats, words, otherwise, separator, times, rounds, bands, scheme)


def _read_map(table: Table, field: Field) -> Mapping[str, str | bool] | None:
    mapping = table.maybe_table("map")
    if mapping is None:
        return None
    words: dict[str, str | bool] = {}
    with mapping:
        for word in mapping.keys:
            code = mapping.text(word)
            if code not in field.codes:
                raise mapping.mistake(word, f"{code!r}.", f"A code of table {field.table}.")
            words[word] = code
    return words


def _read_bands(table: Table, field: Field) -> tuple[tuple[int | None, str], ...]:
    """Read ranges of whole numbers, both ends included, that together hold every number once."""
    bands: list[tuple[int | None, str]] = []
    last: int | None = None
    for inner in table.tables("bands"):
        lower, upper, code = inner.maybe_whole("from"), inner.maybe_whole("to"), inner.text("code")
        if code not in field.codes:
            raise inner.mistake("code", f"{code!r}.", f"A code of table {field.table}.")
        wanted = None if last is None else last + 1
        if (bands and last is None) or lower != wanted:
            wants = "A first band without `from`, each further one from the number after the last `to`."
            raise inner.mistake("from", f"{lower}.", wants)
        if lower is not None and upper is not None and upper < lower:
            raise inner.mistake("to", f"{upper}, below {lower}.", "A last number not below the first.")
        last = upper
        bands.append((lower, code))
    if not bands or last is not None:
        raise table.mistake("bands", f"What is above {last} falls in no band.", "Bands, the last one without `to`.")
    return tuple(bands)


def _read_constant(table: Table, field: Field) -> Value:
    value: Value
    match field.type:
        case FieldType.INTEGER:
            value = table.whole("constant")
        case FieldType.BOOLEAN:
            value = table.flag("constant")
        case FieldType.CODES:
            value = tuple(sorted(set(table.texts("constant"))))
        case _:
            value = table.text("constant")
    problem = field.problem(value)
    if problem is not None:
        raise table.mistake("constant", f"{problem}.", f"A value of field {field.name}.")
    return value


def _check_refs(file: Table, facts: tuple[FactPlan, ...]) -> None:
    """Refuse two facts of one row under one record key: the second would pass for a correction of the first."""
    for index, plan in enumerate(facts):
        for earlier in facts[:index]:
            apart = (
                plan.when is not None
                and earlier.when is not None
                and plan.when.column == earlier.when.column
                and not plan.when.values & earlier.when.values
            )
            if plan.ref == earlier.ref and not apart:
                wants = "A record key of its own for each fact of a row, or conditions that exclude each other."
                raise file.mistake(f"fact[{index}].ref", "The same record key as an earlier fact.", wants)
