"""A certificate of what stands on the public lists, as a code that carries its own proof.

Rules kept here:
- The code holds the whole statement and the authority's Ed25519 signature over its canonical bytes; whoever has the
  public key needs nothing else, and nobody is asked.
- It tells of one day and one position of ledger and public log, and of no other; what changed since it does not know.
- What a stranger hands in is read within bounds, and believed only after the signature holds.

Both who gives certificates and who checks them use this, the portal among them; so it opens no records.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from goodstanding.core.canonical import canonical_bytes
from goodstanding.core.errors import CertificateUnknown

FORMAT = "goodstanding-certificate/1"

MAX_CODE = 4_000
"""No longer text is looked at; a certificate of fifty entries is shorter."""

_SIGNATURE_BYTES = 64
_MAX_BODY = 16_384
_GROUP = 6


@dataclass(frozen=True, slots=True)
class Certificate:
    """A signed statement.

    Args:
        body: ``format``, ``number``, ``entity``, ``name``, ``day``, ``ledger_position``, ``log_size`` and
            ``log_root`` of the public log as last signed, ``rulebook``, ``issued_at``,
            the codes of the ``lists`` looked at, and what was ``standing`` on them: ``list``, ``since``, ``decision``.
        signature: Ed25519 over the canonical bytes of the body.
    """

    body: Mapping[str, Any]
    signature: bytes

    @property
    def code(self) -> str:
        """The certificate as one word of letters, digits, hyphens and underlines."""
        packed = self.signature + zlib.compress(canonical_bytes(dict(self.body)), 9)
        return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()

    @property
    def printed(self) -> str:
        """The code in groups, so that lines may break; `read` drops the blanks."""
        code = self.code
        return " ".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))

    def as_json(self) -> dict[str, Any]:
        """Return the certificate as it is handed out."""
        return {"certificate": dict(self.body), "signature": self.signature.hex(), "code": self.code}


def sign(body: Mapping[str, Any], key: Ed25519PrivateKey) -> Certificate:
    """Return a statement with its signature."""
    return Certificate(body, key.sign(canonical_bytes(dict(body))))


def read(code: str) -> Certificate:
    """Read a code, in groups or whole; what it says is to be believed only after `verify`.

    Raises:
        CertificateUnknown: It is no code of a certificate.
    """
    plain = "".join(code.split())
    try:
        if not 0 < len(plain) <= MAX_CODE:
            raise ValueError
        packed = base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
        opened = zlib.decompressobj()
        content = opened.decompress(packed[_SIGNATURE_BYTES:], _MAX_BODY)
        body = json.loads(content)
        # One certificate has one writing: anything else could be two statements to two readers.
        if not opened.eof or opened.unused_data or not isinstance(body, dict) or canonical_bytes(body) != content:
            raise ValueError
    except (ValueError, RecursionError, zlib.error, binascii.Error, CertificateUnknown):
        raise _unknown("It cannot be read as a certificate.") from None
    if body.get("format") != FORMAT:
        raise _unknown("It states something else than a certificate does.")
    return Certificate(body, packed[:_SIGNATURE_BYTES])


def verify(certificate: Certificate, key: str) -> None:
    """Hold a certificate against the authority's public key.

    Args:
        key: Hex, from where the authority publishes it.
    Raises:
        CertificateUnknown: It is not signed by that key, or was changed since.
    """
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(certificate.signature, canonical_bytes(dict(certificate.body)))
    except (InvalidSignature, ValueError):
        raise _unknown("It was changed since it was signed, or somebody else signed it.") from None


def _unknown(found: str) -> CertificateUnknown:
    return CertificateUnknown(
        asked="Whether a certificate is the authority's.",
        found=found,
        wants="The code as it stands on the certificate, and the key as the authority publishes it.",
        next_step="Copy the whole code again; if that does not help, ask for a new certificate.",
    )
