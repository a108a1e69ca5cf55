"""Canonical JSON and its SHA-256, as docs/specs/draw.md defines them."""

import hashlib
import unicodedata

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def text_of(value):
    """Return the canonical JSON text of null, booleans, whole numbers, text, lists and objects."""
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if type(value) is int:
        return str(value)
    if type(value) is str:
        return quoted(value)
    if type(value) is list:
        return "[" + ",".join([text_of(item) for item in value]) + "]"
    if type(value) is dict:
        normal = {unicodedata.normalize("NFC", key): item for key, item in value.items()}
        return "{" + ",".join([quoted(key) + ":" + text_of(normal[key]) for key in sorted(normal)]) + "}"
    raise TypeError(f"canonical JSON has no {type(value).__name__}")


def quoted(text):
    """Return a string in normalisation form C between quotes, escaping only what JSON demands."""
    out = ['"']
    for character in unicodedata.normalize("NFC", text):
        if character in _ESCAPES:
            out.append(_ESCAPES[character])
        elif character < " ":
            out.append(f"\\u{ord(character):04x}")
        else:
            out.append(character)
    return "".join(out) + '"'


def digest(value):
    """Return the SHA-256 of the canonical JSON of a value, as hexadecimal text."""
    return hashlib.sha256(text_of(value).encode("utf-8")).hexdigest()
