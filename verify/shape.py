"""Reads a bundle and refuses what is not of the format goodstanding-draw/1, before anything is computed from it."""

import json
from datetime import date, datetime

FORMAT = "goodstanding-draw/1"
HEX = set("0123456789abcdef")


class Unreadable(Exception):
    """The file is no bundle; the message says where and why."""


# A shape is a type, [shape] for a list of them, {name: shape} for an object with exactly these names, or a word:
# "hex" for 64 hexadecimal digits, "day" and "instant" for dates and times as text.
VISIT = {
    "inspectors": [str],
    "position": int,
    "stand_ins": [str],
    "stratum": str,
    "ticket": "hex",
    "unit": str,
}
BUNDLE = {
    "format": str,
    "plan": {
        "header": {
            "as_of": "day",
            "inspectors_per_visit": int,
            "label": str,
            "reserves_per_stratum": int,
            "rulebook_digest": str,
            "seed_kind": str,
            "seed_source": str,
            "title": str,
        },
        "strata": [{"code": str, "size": int}],
        "frame": [{"id": str, "region": str, "skills": [str], "stratum": str, "weight": int}],
        "roster": [{"id": str, "recused_from": [str], "regions": [str], "skills": [str]}],
    },
    "commitment": {
        "committed_at": "instant",
        "digest": "hex",
        "header": "hex",
        "strata": ["hex"],
        "frame": ["hex"],
        "roster": ["hex"],
    },
    "seed": {"kind": str, "revealed_at": "instant", "value": str},
    "result": {"selected": [VISIT], "reserves": [VISIT]},
}


def read(path):
    """Return the bundle in a file, or raise Unreadable."""
    try:
        with open(path, encoding="utf-8") as file:
            bundle = json.load(
                file, parse_float=_refuse_number, parse_constant=_refuse_number, object_pairs_hook=_object
            )
    except OSError as error:
        raise Unreadable(f"the file cannot be opened: {error.strerror}") from error
    except RecursionError as error:
        raise Unreadable("it is nested too deeply") from error
    except ValueError as error:
        raise Unreadable(f"it is not JSON as the format allows: {error}") from error
    check(bundle)
    return bundle


def check(bundle):
    """Raise Unreadable unless the parsed JSON has exactly the parts and types of the format."""
    if not isinstance(bundle, dict) or bundle.get("format") != FORMAT:
        raise Unreadable(f"its format is not {FORMAT}")
    _check(bundle, BUNDLE, "")


def _check(value, shape, place):
    where = place or "the bundle"
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
        raise Unreadable(f"{where} is not {'text' if shape is str else 'a whole number'}")
    elif shape is str and not _is_well_formed(value):
        raise Unreadable(f"{where} holds half a character")


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
}


def _object(pairs):
    read_object = dict(pairs)
    if len(read_object) != len(pairs):
        raise ValueError("an object names one thing twice")
    return read_object


def _refuse_number(text):
    raise ValueError(f"{text} is not a whole number")
