import pytest

from monitor.web.devices import known, mark, words

WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [
        ("", ""),
        ("curl/8.0", ""),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0", "Firefox, Linux"),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) {WEBKIT} Version/17.4 Safari/604.1",
            "Safari, iPhone",
        ),
        (f"Mozilla/5.0 (Linux; Android 14) {WEBKIT} SamsungBrowser/25 Chrome/121 Safari", "Samsung Internet, Android"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/124 Safari/537 Edg/124", "Edge, Windows"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 14) {WEBKIT} Chrome/124 Safari", "Chrome, Mac"),
        ("<script>" * 1000, ""),
    ],
)
def test_a_device_is_called_by_browser_and_system(user_agent: str, said: str) -> None:
    assert words(user_agent) == said


def test_a_browser_is_known_for_who_was_in_it_alone() -> None:
    kept, other = (mark(b"secret", "a@example.com") for _ in range(2))
    assert known(b"secret", "a@example.com", kept) == kept.partition(".")[0]
    assert known(b"secret", "a@example.com", kept) != known(b"secret", "a@example.com", other)
    strangers = [(b"secret", "b@example.com", kept), (b"another", "a@example.com", kept)]
    forged = [(b"secret", "a@example.com", text) for text in ("", ".", "x", f"x{kept}", f"{kept}x", "é.é", "\ud800.")]
    assert {known(*one) for one in (*strangers, *forged)} == {""}
