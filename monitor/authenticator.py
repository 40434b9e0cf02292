"""The authenticator: codes of six digits that a phone shows for half a minute (RFC 6238), and the seal on what makes them."""

import hmac
import secrets
from base64 import b32encode
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.twofactor.totp import TOTP

DIGITS, SECONDS = 6, 30
"""What every app takes for granted."""
DRIFT = 1
"""Half minutes by which a phone's clock may be off, either way."""
SECRET_BYTES = 20
"""As long as the digest: RFC 4226, section 4."""
NONCE_BYTES = 12
RECOVERY_BYTES = 10
"""80 bits: nobody tries them out, not even with a copy of their hashes."""
GROUP = 4
"""Letters that are written together."""


def fresh() -> bytes:
    """What a new phone makes its codes from."""
    return secrets.token_bytes(SECRET_BYTES)


def seal(made_from: bytes, pages: bytes, whose: str) -> bytes:
    """Can be kept in the database: it opens with the secret of the pages alone, and for that person alone."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(_key(pages)).encrypt(nonce, made_from, whose.encode())


def unsealed(sealed: bytes, pages: bytes, whose: str) -> bytes | None:
    """What was sealed; None where it was for somebody else, or the secret of the pages is another one now."""
    try:
        return AESGCM(_key(pages)).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], whose.encode())
    except InvalidTag:
        return None


def _key(pages: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"second step").derive(pages)


def step_of(made_from: bytes, typed: str, at: datetime) -> int | None:
    """The half minute whose code that is, of now or beside; all are looked at, whichever fits."""
    now = int(at.timestamp()) // SECONDS
    near = range(max(now - DRIFT, 0), now + DRIFT + 1)
    fits = [
        step for step in near if hmac.compare_digest(code(made_from, step).encode(), typed.encode(errors="replace"))
    ]
    return max(fits, default=None)


def code(made_from: bytes, step: int) -> str:
    """What the phone shows in that half minute."""
    return _totp(made_from).generate(step * SECONDS).decode()


def address(made_from: bytes, *, name: str, chain: str) -> str:
    """What an app reads from the picture: whose codes, of what, and what they are made from."""
    return _totp(made_from).get_provisioning_uri(name, chain)


def typed_by_hand(made_from: bytes) -> str:
    """The same for who cannot take a picture, in groups."""
    return _grouped(b32encode(made_from).decode(), " ")


def recovery_codes(n: int) -> list[str]:
    """Codes to write down for when the phone is gone."""
    return [_grouped(b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower(), "-") for _ in range(n)]


def recovery_code(typed: str) -> str:
    """As it was shown, whatever of blanks, hyphens and large letters was typed."""
    return _grouped("".join(sign for sign in typed.lower() if sign.isalnum()), "-")


def _totp(made_from: bytes) -> TOTP:
    return TOTP(made_from, DIGITS, SHA1(), SECONDS)  # noqa: S303 - as a keyed digest it holds, and apps know no other


def _grouped(text: str, between: str) -> str:
    return between.join(text[at : at + GROUP] for at in range(0, len(text), GROUP))
