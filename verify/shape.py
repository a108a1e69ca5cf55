"""Reads a bundle or an excerpt and refuses what is not of its format, before anything is computed from it."""

import json
from datetime import date, datetime

FORMAT = "goodstanding-draw/2"
EXCERPT_FORMAT = "goodstanding-draw-excerpt/2"
HEX = set("0123456789abcdef")


class Unreadable(Exception):
    """The file is neither bundle nor excerpt; the message says where and why."""


# A shape is a type, [shape] for a list of them, {name: shape} for an object with exactly these names, or a word:
# "hex" for 64 hexadecimal digits, "day" and "instant" for dates and times as text, "instant or nothing".
HEADER = {
    "as_of": "day",
    "frame_is_public": bool,
    "inspectors_per_visit": int,
    "label": str,
    "reserves_per_stratum": int,
    "rulebook_digest": str,
    "seed": {
        "kind": str,
        "parties": [{"digest": "hex", "name": str}],
        "reveal_by": "instant or nothing",
        "round": int,
        "source": str,
    },
    "title": str,
    "visits_per_inspector": int,
}
STRATA = [{"code": str, "even": bool, "size": int, "units": int}]
UNIT = {"id": str, "region": str, "salt": str, "skills": [str], "stratum": str, "weight": int}
ROOT = {"count": int, "root": "hex"}
COMMITMENT = {
    "committed_at": "instant",
    "digest": "hex",
    "header": "hex",
    "strata": ["hex"],
    "frame": ROOT,
    "roster": ROOT,
}
SEED = {
    "kind": str,
    "revealed_at": "instant",
    "round": int,
    "shares": [{"name": str, "share": str}],
    "value": str,
    "witnesses": [str],
}
VISIT = {
    "chance": [int],
    "inspectors": [str],
    "position": int,
    "stand_ins": [str],
    "stratum": str,
    "ticket": "hex",
    "unit": str,
}
RESULT = {"selected": [VISIT], "reserves": [VISIT]}
SHAPES = {
    FORMAT: {
        "format": str,
        "plan": {
            "header": HEADER,
            "strata": STRATA,
            "frame": [UNIT],
            "roster": [{"id": str, "recused_from": [str], "regions": [str], "salt": str, "skills": [str]}],
        },
        "commitment": COMMITMENT | {"leaves": {"frame": ["hex"], "roster": ["hex"]}},
        "seed": SEED,
        "result": RESULT,
    },
    EXCERPT_FORMAT: {
        "format": str,
        "header": HEADER,
        "strata": STRATA,
        "commitment": COMMITMENT,
        "lines": [{"index": int, "line": UNIT, "path": ["hex"]}],
        "seed": SEED,
        "result": RESULT,
    },
}


def read(path):
    """Return the bundle or excerpt in a file, or raise Unreadable."""
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(
                file, parse_float=_refuse_number, parse_constant=_refuse_number, object_pairs_hook=_object
            )
    except OSError as error:
        raise Unreadable(f"the file cannot be opened: {error.strerror}") from error
    except RecursionError as error:
        raise Unreadable("it is nested too deeply") from error
    except ValueError as error:
        raise Unreadable(f"it is not JSON as the format allows: {error}") from error
    check(document)
    return document


def check(document):
    """Raise Unreadable unless the parsed JSON has exactly the parts and types of its format."""
    form = document.get("format") if isinstance(document, dict) else None
    if not isinstance(form, str) or form not in SHAPES:
        raise Unreadable(f"its format is neither {FORMAT} nor {EXCERPT_FORMAT}")
    _check(document, SHAPES[form], "")


def _check(value, shape, place):
    where = place or "the document"
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            raise Unreadable(f"{where} is not an object")
        for name in sorted(set(shape) - set(value)):
            raise Unreadable(f"{where} has no {name}")
        for name in sorted(set(value) - set(shape)):
            raise Unreadable(f"{where} has {name!a}, which the format does not know")
        for name, inner in shape.items():
            _check(value[name], inner, f"{place}.{name}" if place else name)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            raise Unreadable(f"{where} is not a list")
        for index, item in enumerate(value):
            _check(item, shape[0], f"{place}[{index}]")
    elif isinstance(shape, str):
        if not isinstance(value, str) or not _TEXTS[shape](value):
            raise Unreadable(f"{where} is not written as the format wants ({shape})")
    elif type(value) is not shape:
        raise Unreadable(f"{where} is not {_NAMES[shape]}")
    elif shape is str and not _is_well_formed(value):
        raise Unreadable(f"{where} holds half a character")


_NAMES = {str: "text", int: "a whole number", bool: "true or false"}


def _is_hex(text):
    return len(text) == 64 and set(text) <= HEX


def _is_day(text):
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_instant(text):
    # Reading forgives other spellings, so the text must also come back the same.
    try:
        at = datetime.fromisoformat(text.removesuffix("Z") + "+00:00")
    except ValueError:
        return False
    return at.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z" == text


def _is_well_formed(text):
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


_TEXTS = {
    "hex": _is_hex,
    "day": _is_day,
    "instant": _is_instant,
    "instant or nothing": lambda text: text == "" or _is_instant(text),
}


def _object(pairs):
    read_object = dict(pairs)
    if len(read_object) != len(pairs):
        raise ValueError("an object names one thing twice")
    return read_object


def _refuse_number(text):
    raise ValueError(f"{text} is not a whole number")
