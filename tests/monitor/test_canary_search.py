"""What the search for canaries leaves out, and what it does not."""

import base64
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import quote

import pytest

from tests.monitor.test_canaries import CODE, NAME, Got, is_now, leaks, spelled


def test_only_the_time_of_the_answer_itself_is_left_out_of_the_search() -> None:
    now = datetime.now(UTC)
    assert is_now("Date", format_datetime(now, usegmt=True))
    assert not is_now("Date", format_datetime(now - timedelta(hours=1), usegmt=True))
    assert not is_now("Last-Modified", format_datetime(now, usegmt=True))


@pytest.mark.parametrize("text", [NAME, CODE])
def test_the_search_reads_every_way_of_writing(text: str) -> None:
    secret = spelled("it", text)
    ways = [text.encode(), quote(text).encode(), text.encode().hex().encode(), text.encode("utf-16-be")]
    ways += [base64.b64encode(b"x" * skip + text.encode() + b"after it") for skip in range(3)]
    assert [way for way in ways if not leaks(Got("", 200, (b"", way)), [secret])] == []
