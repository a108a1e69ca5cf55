"""Where the province lies and how its businesses are called: ``province.toml``, read strictly against the rulebook."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from importlib import import_module
from math import gcd
from typing import TypeVar

from goodstanding.core.reading import Table
from goodstanding.core.rulebook import Rulebook
from goodstanding.synth.chance import Weighted

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Codes:
    """How identity codes are made: prefix, region, series, serial number, check character.

    Args:
        digits: Length of the serial number, in characters of the alphabet.
        step: Multiplier that scatters serial numbers; it has no common factor with the alphabet's length.
        check: Returns the check character of a code without it.
    """

    scheme: str
    alphabet: str
    series: str
    digits: int
    step: int
    prefixes: Mapping[str, str]
    check: Callable[[str], str]

    @property
    def capacity(self) -> int:
        """How many different codes one region and prefix can hold."""
        return int(len(self.alphabet) ** self.digits)


@dataclass(frozen=True, slots=True)
class Statuses:
    """The rulebook's codes for what a business may be."""

    open: str
    dormant: str
    deregistered: str
    revoked: str


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Businesses from ``years_from`` until before ``years_until`` years old on the last day."""

    years_from: int
    years_until: int
    factor: int


@dataclass(frozen=True, slots=True)
class Size:
    """Capital in whole currency units, usual number of people, and what that means for risk, in per cent."""

    capital: int
    factor: int
    employees: int


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of business.

    Args:
        factor: Risk, in per cent.
        report_factor: How much likelier a yearly report is missed, in per cent.
        has_figures: Whether its reports state capital and balance.
    """

    code: str
    factor: int
    report_factor: int
    close_ppm: int
    name: str
    forms: tuple[str, ...]
    has_figures: bool
    sizes: Weighted[Size]


@dataclass(frozen=True, slots=True)
class Sector:
    """One line of business: what it means for risk, and the words that name such a business, by kind."""

    code: str
    factor: int
    scope: str
    words: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Region:
    """One region."""

    code: str
    place: str
    short: str
    weight: int
    factor: int
    authority: str


@dataclass(frozen=True, slots=True)
class Names:
    """Parts of invented names and addresses."""

    trade: tuple[str, ...]
    family: str
    given: str
    streets: tuple[str, ...]
    address: str
    rooms: str
    shared_address: str
    shared_addresses_per_region: int
    phone: str
    email: str
    website: str
    extra_scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """All of ``province.toml``.

    Args:
        readme: The text that says the folder is synthetic, by language.
        minor: Minor units in one unit of the currency.
        sectors: By kind of business.
    """

    title: Mapping[str, str]
    readme: Mapping[str, str]
    minor: int
    codes: Codes
    statuses: Statuses
    ages: Weighted[AgeBand]
    kinds: Weighted[Kind]
    sectors: Mapping[str, Weighted[Sector]]
    names: Names
    regions: tuple[Region, ...]
    region: Weighted[Region]


def read_setting(file: Table, book: Rulebook) -> Setting:
    """Read ``province.toml``.

    Raises:
        RulebookInvalid: An unknown key, a missing one, or a code the rulebook does not have.
    """
    roles = book.roles
    fields = book.kinds[roles.kind].fields
    subject_types = fields[roles.subject_type].codes
    statuses = fields[roles.status].codes
    title = file.words("title", book.languages)
    readme = file.words("readme", book.languages)
    minor = file.whole("minor_per_unit")
    codes = _read_codes(file, book, subject_types)
    with file.table("status") as table:
        status = Statuses(
            *(known_code(table, name, statuses) for name in ("open", "dormant", "deregistered", "revoked"))
        )
    with file.table("age") as table:
        ages = read_weighted(
            table,
            "bands",
            lambda band: AgeBand(band.whole("from"), band.whole("until"), band.whole("factor")),
        )
    kinds = read_weighted(file, "subject_type", lambda table: _read_kind(table, subject_types))
    sectors = _read_sectors(file, subject_types, fields[roles.sector].codes)
    names = _read_names(file)
    with file.table("authority") as table:
        authority = table.text("name")
    regions = tuple(_read_region(table, authority, fields[roles.region].codes) for table in file.tables("region"))
    region = Weighted(regions, [one.weight for one in regions])
    return Setting(title, readme, minor, codes, status, ages, kinds, sectors, names, regions, region)


def known_code(table: Table, name: str, codes: Collection[str]) -> str:
    """Read a code and check that the rulebook has it."""
    code = table.text(name)
    if code not in codes:
        raise table.mistake(name, f"{code!r}.", "A code of the rulebook: " + ", ".join(sorted(codes)) + ".")
    return code


def read_weighted(file: Table, name: str, read: Callable[[Table], T]) -> Weighted[T]:
    """Read a list of tables, each with a weight."""
    things: list[T] = []
    weights: list[int] = []
    for table in file.tables(name):
        weight = table.whole("weight")
        if weight < 0:
            raise table.mistake("weight", f"{weight}.", "Zero or more.")
        weights.append(weight)
        things.append(read(table))
    if not sum(weights):
        raise file.mistake(name, "No weight above zero.", "At least one.")
    return Weighted(things, weights)


def _read_codes(file: Table, book: Rulebook, subject_types: Collection[str]) -> Codes:
    with file.table("identity") as table:
        scheme = known_code(table, "scheme", book.schemes)
        module = table.text("module")
        function = table.text("function")
        try:
            check: Callable[[str], str] = getattr(import_module(module), function)
        except (ImportError, AttributeError):
            raise table.mistake("module", f"{module}.{function}.", "A function that can be imported.") from None
        alphabet = table.text("alphabet")
        step = table.whole("step")
        if gcd(step, len(alphabet)) != 1:
            raise table.mistake("step", f"{step}.", f"No common factor with {len(alphabet)}, the alphabet's length.")
        with table.table("prefix") as prefix:
            prefixes = {code: prefix.text(code) for code in sorted(subject_types) if prefix.has(code)}
        return Codes(scheme, alphabet, table.text("series"), table.whole("digits"), step, prefixes, check)


def _read_kind(table: Table, subject_types: Collection[str]) -> Kind:
    return Kind(
        code=known_code(table, "code", subject_types),
        factor=table.whole("factor"),
        report_factor=table.whole("report_factor"),
        close_ppm=table.whole("close_ppm"),
        name=table.text("name"),
        forms=table.texts("forms"),
        has_figures=table.flag("has_figures"),
        sizes=read_weighted(
            table,
            "sizes",
            lambda size: Size(size.whole("capital"), size.whole("factor"), size.whole("employees")),
        ),
    )


def _read_sectors(
    file: Table, subject_types: Collection[str], codes: Collection[str]
) -> Mapping[str, Weighted[Sector]]:
    found: list[tuple[Sector, Mapping[str, int]]] = []
    for table in file.tables("sector"):
        with table.table("words") as inner:
            words = {code: inner.texts(code) for code in sorted(subject_types) if inner.has(code)}
        with table.table("weight") as inner:
            weights = {code: inner.whole(code) for code in sorted(subject_types) if inner.has(code)}
        sector = Sector(known_code(table, "code", codes), table.whole("factor"), table.text("scope"), words)
        for code, weight in weights.items():
            if weight > 0 and not words.get(code):
                raise table.mistake(f"words.{code}", "No words.", "Words for every kind of business with a weight.")
        found.append((sector, weights))
    return {
        code: Weighted([sector for sector, _ in found], [weights.get(code, 0) for _, weights in found])
        for code in sorted(subject_types)
    }


def _read_names(file: Table) -> Names:
    with file.table("names") as table:
        return Names(
            trade=table.texts("trade"),
            family=table.text("family"),
            given=table.text("given"),
            streets=table.texts("streets"),
            address=table.text("address"),
            rooms=table.text("rooms"),
            shared_address=table.text("shared_address"),
            shared_addresses_per_region=table.whole("shared_addresses_per_region"),
            phone=table.text("phone"),
            email=table.text("email"),
            website=table.text("website"),
            extra_scopes=table.texts("extra_scopes"),
        )


def _read_region(table: Table, authority: str, codes: Collection[str]) -> Region:
    place = table.text("place")
    return Region(
        code=known_code(table, "code", codes),
        place=place,
        short=table.text("short"),
        weight=table.whole("weight"),
        factor=table.whole("factor"),
        authority=authority.format(place=place),
    )
