"""Passwords: Flask-Security hashes, checks and judges them; its own pages, tokens and cookies stay shut in here."""

import secrets
from functools import cache

from flask import Flask
from flask_security import Security, UserDatastore, hash_password
from flask_security.utils import verify_password

from branches.errors import Refused
from branches.people import User

LEAST_LETTERS = 12
LEAST_DIFFERENT = 5
"""Letters that differ from each other."""
LONGEST = 1000
"""Of what is typed; nothing longer is looked at."""
DEMO_PIN = "271845"
"""Of the demo's invented staff: its pages tell it, and nobody else has it."""
TELLING = 4
"""Letters from which on a part of the person's own name or address must not be in a password."""


class _Rows(UserDatastore):
    """People are rows of ours: whoever opened the transaction keeps what has changed."""

    def __init__(self) -> None:
        super().__init__(User, None)  # type: ignore[arg-type]

    def put(self, model: User) -> User:
        return model


@cache
def _vault() -> Flask:
    """An application that serves nothing: the library keeps its settings in one."""
    app = Flask("passwords")
    app.config.update(
        SECRET_KEY=secrets.token_hex(32),  # nothing is signed with it
        SECURITY_PASSWORD_SALT=secrets.token_hex(32),  # nor hashed: argon2 makes a salt for each password
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_DEPRECATED_PASSWORD_SCHEMES=[],
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
        SECURITY_PASSWORD_LENGTH_MIN=LEAST_LETTERS,
    )
    Security(app, _Rows(), register_blueprint=False)
    return app


@cache
def _nobodys() -> str:
    with _vault().app_context():
        return str(hash_password(secrets.token_hex(16)))


def fits(user: User | None, password: str) -> bool:
    """Whether it is that person's password; for nobody it takes as long to say no."""
    if len(password) > LONGEST:
        return False
    kept, vault = user.password if user is not None else None, _vault()
    with vault.app_context():
        typed = vault.extensions["security"]._password_util.normalize(password)  # noqa: SLF001 - its only door
        if kept is None:
            verify_password(typed, _nobodys())
            return False
        return bool(verify_password(typed, kept))  # the row stays as it was read: it may have been changed meanwhile


def hashed(user: User, password: str) -> str:
    """The hash of a new password; a weak one is refused."""
    vault = _vault()
    with vault.app_context():
        rules = vault.extensions["security"]._password_util  # noqa: SLF001 - its only door
        faults, typed = rules.validate(password[: LONGEST + 1], is_register=False, user=user)
        if len(typed) < LEAST_LETTERS:
            raise Refused("A password needs at least {n} characters.", n=LEAST_LETTERS)
        if faults:
            raise Refused("This password is too long.")
        if _is_guessable(user, typed):
            raise Refused("This password is easy to guess: do without your name or address, and mix the characters.")
        return str(hash_password(typed))


def hashed_pin(pin: str) -> str:
    """The hash of a PIN that was found fit."""
    with _vault().app_context():
        return str(hash_password(pin))


def fits_pin(kept: str | None, pin: str) -> bool:
    """Whether it is the PIN of that hash; where there is none it takes as long to say no."""
    if len(pin) > LONGEST:
        return False
    with _vault().app_context():
        return bool(verify_password(pin, kept or _nobodys())) and kept is not None


def _is_guessable(user: User, password: str) -> bool:
    own = f"{user.name} {(user.email or '').partition('@')[0]}".lower().replace(".", " ").split()
    told = any(part in password.lower() for part in own if len(part) >= TELLING)
    return told or len(set(password)) < LEAST_DIFFERENT
