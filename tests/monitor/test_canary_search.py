"""What the search for canaries leaves out, and what it does not."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.monitor.test_canaries import is_now


def test_only_the_time_of_the_answer_itself_is_left_out_of_the_search() -> None:
    now = datetime.now(UTC)
    assert is_now("Date", format_datetime(now, usegmt=True))
    assert not is_now("Date", format_datetime(now - timedelta(hours=1), usegmt=True))
    assert not is_now("Last-Modified", format_datetime(now, usegmt=True))
