"""What an inspection may look at, and what it may find."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from goodstanding.core.dates import Period
from goodstanding.core.fact import FactKind
from goodstanding.core.reading import Table
from goodstanding.core.rule import Rule

INSPECTORS = "inspectors"
"""Field of a result that says who went, where its kind has one: codes with commas between."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that may be inspected; what is not on the list may not."""

    code: str
    rule: Rule
    is_key: bool
    method: str


@dataclass(frozen=True, slots=True)
class ResultCode:
    """One possible result of an inspection; one inspection may carry several."""

    code: str
    title: Mapping[str, str]
    is_adverse: bool
    is_alone: bool  # stands by itself: no other code beside it
    is_clean: bool = False  # the business was looked at and nothing was amiss: more than not being adverse


@dataclass(frozen=True, slots=True)
class Inspection:
    """The inspection rules of one rulebook.

    Args:
        result_kind: Fact kind that records a result.
        result_field: Field of that kind that holds the result codes.
        frame_is_public: Whether it may be told in which stratum everybody in a lot is; not where strata tell classes.
    """

    result_kind: str
    result_field: str
    inspectors_per_visit: int
    publish_within: Period
    items: Mapping[str, Item]
    results: Mapping[str, ResultCode]
    frame_is_public: bool = False


def read_inspection(file: Table, languages: tuple[str, ...], kinds: Mapping[str, FactKind]) -> Inspection:
    """Read items and results of inspection.toml; how classes are treated is read beside this."""
    result_kind = file.text("result_kind")
    if result_kind not in kinds:
        raise file.mistake("result_kind", f"{result_kind!r}.", "A fact kind of facts.toml.")
    result_field = file.text("result_field")
    if result_field not in kinds[result_kind].fields:
        raise file.mistake("result_field", f"{result_field!r}.", f"A field of kind {result_kind}.")
    items = {
        code: Item(code, table.rule(languages), table.flag("is_key", False), table.text("method"))
        for code, table in file.named("item", required=False)
    }
    results = {}
    for code, table in file.named("result"):
        is_adverse, is_clean = table.flag("is_adverse"), table.flag("is_clean", False)
        if is_adverse and is_clean:
            raise table.mistake("is_clean", "true, and adverse as well.", "A clean result is not adverse.")
        title = table.words("title", languages)
        results[code] = ResultCode(code, title, is_adverse, table.flag("is_alone", False), is_clean)
    known = kinds[result_kind].fields[result_field].codes
    if known != set(results):
        odd = ", ".join(sorted(known ^ set(results)))
        raise file.mistake("result", f"{odd} differ from the codes of {result_field}.", "The same codes in both.")
    return Inspection(
        result_kind=result_kind,
        result_field=result_field,
        inspectors_per_visit=file.whole("inspectors_per_visit"),
        publish_within=file.period("publish_within"),
        items=items,
        results=results,
        frame_is_public=file.flag("frame_is_public", False),
    )
