"""Codes as RFC 6238 has them, and the seal on what they are made from."""

from base64 import b32decode
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import authenticator
from monitor.authenticator import SECONDS, code, recovery_code, recovery_codes, seal, step_of, unsealed

SEED = b"12345678901234567890"
PAGES = bytes(range(32))
NOON = datetime(2026, 3, 10, 12, 0, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "of_eight"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_the_standard(seconds: int, of_eight: str) -> None:
    """RFC 6238, appendix B, SHA1; of eight digits apps show the last six."""
    assert code(SEED, seconds // SECONDS) == of_eight[-6:]


@pytest.mark.parametrize(("off", "fits"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_code_fits_half_a_minute_either_way(off: int, fits: bool) -> None:
    shown = code(SEED, int((NOON + timedelta(seconds=off)).timestamp()) // SECONDS)
    assert (step_of(SEED, shown, NOON) is not None) is fits


@given(st.text(max_size=12))
def test_whatever_is_typed_is_an_answer_and_no_fault(typed: str) -> None:
    now = int(NOON.timestamp()) // SECONDS
    shown = {code(SEED, step) for step in (now - 1, now, now + 1)}
    assert (step_of(SEED, typed, NOON) is not None) is (typed in shown)


@given(st.binary(min_size=1, max_size=64))
def test_a_seal_opens_with_its_secret_and_for_its_person_alone(made_from: bytes) -> None:
    sealed = seal(made_from, PAGES, "anna")
    assert unsealed(sealed, PAGES, "anna") == made_from
    assert {unsealed(sealed, PAGES, "bela"), unsealed(sealed, PAGES[::-1], "anna")} == {None}
    assert unsealed(sealed[:-1] + bytes([sealed[-1] ^ 1]), PAGES, "anna") is None


def test_the_same_sealed_twice_looks_different_and_holds_nothing_readable() -> None:
    one, two = seal(SEED, PAGES, "anna"), seal(SEED, PAGES, "anna")
    assert (one == two, SEED in one) == (False, False)


def test_what_is_too_short_to_be_sealed_opens_as_nothing() -> None:
    assert [unsealed(bytes(n), PAGES, "anna") for n in (12, 20, 28)] == [None] * 3


def test_an_app_reads_who_where_and_from_what() -> None:
    read = urlsplit(authenticator.address(SEED, name="kati@example.com", chain="Test & Sons"))
    told = parse_qs(read.query)
    assert (read.scheme, read.netloc) == ("otpauth", "totp")
    assert b32decode(told["secret"][0]) == SEED == b32decode(authenticator.typed_by_hand(SEED).replace(" ", ""))
    assert told["issuer"] == ["Test & Sons"]


def test_recovery_codes_are_long_all_different_and_read_however_they_are_typed() -> None:
    codes = recovery_codes(10)
    assert (len(set(codes)), {len(one) for one in codes}) == (10, {19})
    one = codes[0]
    assert {recovery_code(typed) for typed in (one, one.upper(), one.replace("-", ""), one.replace("-", " "))} == {one}
