"""A learned scorecard as a person reads and pastes it: the tables of classification.toml, without a first day.

Rules kept here:
- Nothing is put in force here. The proposal has no ``valid_from``; the loader refuses it until a person writes one.
- The proposal brings a scale of its own: class bounds belong to a scale, and points of two scales are never compared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from goodstanding.core import rulebook as rulebooks
from goodstanding.core.classification import Scale, Weighing
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine.indicators import every
from goodstanding.learn.fit import Learned

FILE = "classification.toml"
DAY_TO_COME = "# valid_from = "


def fragment(learned: Learned, scale: Scale, code: str, number: str, note: str) -> str:
    """Return the tables of a proposal.

    Args:
        scale: Gives the classes and the directions.
        code: Of the new scale.
        number: Of the new scorecard's rule.
        note: What it was learned from, in words.
    """
    names = {weighing.indicator for weighing in learned.weighings if not weighing.area}
    title = {language: f"{text} ({_LEARNED.get(language, 'learned')})" for language, text in scale.title.items()}
    told = [
        "# Proposed by `goodstanding learn`; nothing is in force until a person pastes it into classification.toml and",
        "# writes the first day of the scorecard. A change of a range against a stated direction is refused.",
        "",
        f"[scale.{code}]",
        f"title = {_table(title)}",
        "",
    ]
    for band, lower in zip(scale.bands, learned.lowers, strict=True):
        told += [f"[[scale.{code}.class]]", f"code = {_text(band.code)}", f"title = {_table(band.title)}"]
        told += [f"lower = {lower}", ""]
    stated = {name: way.value for name, way in scale.directions.items() if name in names}
    if stated:
        told += [f"[scale.{code}.direction]", *(f"{name} = {_text(way)}" for name, way in stated.items()), ""]
    told += [
        "[[scorecard]]",
        f"scale = {_text(code)}",
        f"number = {_text(number)}",
        f"title = {_table(title)}",
        DAY_TO_COME + "YYYY-MM-DD: the day a person puts it in force",
        f'source = {{ instrument = "Learned from past visits", confidence = "assumed", note = {_text(note)} }}',
        f"base = {learned.base}",
    ]
    for weighing in learned.weighings:
        told += ["", *_weighing(weighing)]
    return "\n".join(told) + "\n"


_LEARNED = {"en": "learned", "zh": "学习所得"}


def _weighing(weighing: Weighing) -> list[str]:
    told = ["[[scorecard.weigh]]"]
    if weighing.area:
        told += ["# Belonging to the key area is what counts: every business has this indicator."]
    told += [f"indicator = {_text(weighing.indicator)}"]
    if weighing.area:
        told += [f"area = {_text(weighing.area)}"]
    if weighing.missing:
        told += [f"missing = {weighing.missing}"]
    told += ["bins = ["]
    lowers = [lower for lower, _ in weighing.bins]
    for (lower, points), above in zip(weighing.bins, [*lowers[1:], None], strict=True):
        ends = [f"from = {lower}"] if lower is not None else []
        ends += [f"to = {above - 1}"] if above is not None else []
        told += ["  { " + ", ".join([*ends, f"points = {points}"]) + " },"]
    return [*told, "]"]


def _text(text: str) -> str:
    # A JSON string is a TOML basic string.
    return json.dumps(text, ensure_ascii=False)


def _table(words: Mapping[str, str]) -> str:
    return "{ " + ", ".join(f"{language} = {_text(text)}" for language, text in words.items()) + " }"


def pasted(files: Mapping[str, bytes], proposal: str, valid_from: str) -> Rulebook:
    """Return the rulebook with a proposal pasted in and put in force from a day: what its reader will meet.

    Args:
        files: The rulebook's files by name.
        valid_from: ``YYYY-MM-DD``.
    Raises:
        RulebookInvalid: The proposal has a mistake, such as points against a stated direction.
    """
    dated = re.sub(rf"^{re.escape(DAY_TO_COME)}.*$", f"valid_from = {valid_from}", proposal, flags=re.MULTILINE)
    whole = files[FILE].decode().rstrip("\n") + "\n\n" + dated
    return rulebooks.load({**files, FILE: whole.encode()}, indicators=set(every()))
