"""What an inspection may look at, what it may find, and how many are drawn from each class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from goodstanding.core.classification import Scale
from goodstanding.core.dates import Period
from goodstanding.core.fact import FactKind
from goodstanding.core.reading import Table
from goodstanding.core.rule import Rule, overlapping


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


@dataclass(frozen=True, slots=True)
class Ratio:
    """Which share of a class a campaign draws, in parts per million, rounded up to whole entities."""

    rule: Rule
    scale: str
    class_code: str
    ratio_ppm: int
    weight: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """The inspection rules of one rulebook.

    Args:
        result_kind: Fact kind that records a result.
        result_field: Field of that kind that holds the result codes.
    """

    result_kind: str
    result_field: str
    inspectors_per_visit: int
    publish_within: Period
    items: Mapping[str, Item]
    results: Mapping[str, ResultCode]
    ratios: tuple[Ratio, ...]


def read_inspection(
    file: Table, languages: tuple[str, ...], kinds: Mapping[str, FactKind], scales: Mapping[str, Scale]
) -> Inspection:
    """Read inspection.toml."""
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
    results = {
        code: ResultCode(code, table.words("title", languages), table.flag("is_adverse"), table.flag("is_alone", False))
        for code, table in file.named("result")
    }
    known = kinds[result_kind].fields[result_field].codes
    if known != set(results):
        odd = ", ".join(sorted(known ^ set(results)))
        raise file.mistake("result", f"{odd} differ from the codes of {result_field}.", "The same codes in both.")
    ratios: list[Ratio] = []
    for table in file.tables("ratio"):
        scale, class_code = table.text("scale"), table.text("class")
        if scale not in scales or class_code not in {band.code for band in scales[scale].bands}:
            raise table.mistake("class", f"{scale}/{class_code}.", "A class of a scale of classification.toml.")
        ratio_ppm = table.whole("ratio_ppm")
        if not 0 <= ratio_ppm <= 1_000_000:
            raise table.mistake("ratio_ppm", f"{ratio_ppm}.", "0 to 1,000,000 parts per million.")
        weight = table.whole("weight", 1)
        if weight < 1:
            raise table.mistake("weight", f"{weight}.", "One or more.")
        ratio = Ratio(table.rule(languages), scale, class_code, ratio_ppm, weight)
        for other in ratios:
            same = (other.scale, other.class_code) == (scale, class_code)
            if same and overlapping(other.rule.validity, ratio.rule.validity):
                found = f"From {ratio.rule.validity.from_on}, while another from {other.rule.validity.from_on} holds."
                raise table.mistake("valid_from", found, f"One ratio of class {class_code} on any day.")
        ratios.append(ratio)
    return Inspection(
        result_kind=result_kind,
        result_field=result_field,
        inspectors_per_visit=file.whole("inspectors_per_visit"),
        publish_within=file.period("publish_within"),
        items=items,
        results=results,
        ratios=tuple(ratios),
    )
