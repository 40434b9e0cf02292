"""Devices: what a browser says it is, in a few words for the person's own list, and whether somebody was in it before."""

import hmac
import secrets

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
"""The first that is named counts: later ones are named by others too."""


def words(user_agent: str) -> str:
    """Such as "Firefox, Android"; empty where nothing is known of it."""
    found = (next((name for sign, name in known if sign in user_agent), "") for known in (BROWSERS, SYSTEMS))
    return ", ".join(name for name in found if name)


def mark(secret: bytes, address: str) -> str:
    """What a browser keeps in which that person has signed in; it opens nothing and does not say whose it is."""
    name = secrets.token_urlsafe(16)
    return f"{name}.{_proof(secret, address, name)}"


def known(secret: bytes, address: str, kept: str) -> str:
    """The browser's own name, if that person has signed in with it; else empty."""
    name, _, proof = kept.partition(".")
    return name if hmac.compare_digest(_proof(secret, address, name).encode(), proof.encode(errors="replace")) else ""


def _proof(secret: bytes, address: str, name: str) -> str:
    about = f"browser {name} of {address}".encode(errors="replace")
    return hmac.digest(secret, about, "sha256").hex()
