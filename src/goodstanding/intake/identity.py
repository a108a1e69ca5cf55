"""Identity codes: the scheme's pattern, and check digits as python-stdnum knows them."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module

from stdnum.exceptions import InvalidChecksum, ValidationError

from goodstanding.core.entity import IdentityScheme
from goodstanding.core.errors import CardInvalid
from goodstanding.intake.problem import BadCell, Reason

_REMEMBERED = 200_000  # codes a file may name before the memory starts anew


def identity_reader(scheme: IdentityScheme) -> Callable[[str], str]:
    """Return a function from a code as written to the entity id, ``scheme:code``.

    The function raises `BadCell` for a code that does not fit the pattern or fails its check digit.

    Raises:
        CardInvalid: The scheme names a validator python-stdnum does not have.
    """
    validate = _validator(scheme)
    matches = re.compile(scheme.pattern).fullmatch
    prefix = f"{scheme.code}:"
    longest = 80 - len(prefix)
    seen: dict[str, str] = {}

    def read(written: str) -> str:
        known = seen.get(written)
        if known is not None:
            return known
        code = written
        if validate is not None:
            try:
                code = validate(written)
            except InvalidChecksum:
                raise BadCell(Reason.CHECK_DIGIT, written, f"A code of scheme {scheme.code} that checks.") from None
            except ValidationError as error:
                raise BadCell(Reason.BAD_IDENTITY, written, f"A code of scheme {scheme.code}: {error}") from None
        if matches(code) is None or len(code) > longest:
            raise BadCell(Reason.BAD_IDENTITY, written, f"A code of scheme {scheme.code}: {scheme.pattern}")
        if len(seen) >= _REMEMBERED:
            seen.clear()
        entity_id = seen[written] = prefix + code
        return entity_id

    return read


def _validator(scheme: IdentityScheme) -> Callable[[str], str] | None:
    if not scheme.validator:
        return None
    if re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)?", scheme.validator):
        try:
            validate: Callable[[str], str] = import_module(f"stdnum.{scheme.validator}").validate
            return validate
        except (ImportError, AttributeError):
            pass
    raise CardInvalid(
        asked=f"To check codes of scheme {scheme.code}.",
        found=f"python-stdnum has no module {scheme.validator!r} that validates.",
        wants="A module of python-stdnum, such as lei, or no validator.",
        next_step=f"Mend identity.{scheme.code}.validator in rulebook.toml.",
    )
