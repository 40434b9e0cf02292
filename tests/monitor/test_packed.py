"""Fewer bytes on the way: who gets an answer packed, in which coding, and who does not."""

import gzip
from collections.abc import Callable

import brotli
import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from werkzeug.datastructures import Accept

from monitor.web import files, packed

WORDS = "So many words that are said again and again. " * 40
UNPACKED: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    "": lambda plain: plain,
}


@pytest.fixture
def client() -> FlaskClient:
    app = Flask(__name__, static_folder=None)
    app.after_request(packed.pack)
    app.add_url_rule("/page", "page", lambda: WORDS)
    app.add_url_rule("/short", "short", lambda: WORDS[: packed.LEAST - 1])
    app.add_url_rule("/picture", "picture", lambda: Response(WORDS, mimetype="image/png"))
    app.add_url_rule("/tagged", "tagged", lambda: Response(WORDS, headers={"ETag": '"1"'}))
    app.add_url_rule("/files/<path:filename>", "file", files.serve)
    return app.test_client()


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ([("br", 1), ("gzip", 1)], "br"),
        ([("gzip", 1)], "gzip"),
        ([("br", 0), ("gzip", 0.1)], "gzip"),
        ([("gzip", 1), ("br", 0.1)], "br"),
        ([("br", 0), ("gzip", 0)], ""),
        ([("*", 1)], "br"),
        ([("*", 1), ("br", 0)], "gzip"),
        ([("zstd", 1)], ""),
        ([], ""),
    ],
)
def test_a_coding_is_taken_only_where_the_browser_takes_it(accepted: list[tuple[str, float]], coding: str) -> None:
    assert packed.coding(Accept(accepted)) == coding


@pytest.mark.parametrize("coding", ["br", "gzip"])
@pytest.mark.parametrize("asker", packed.OWN)
def test_a_page_is_packed_for_the_person_and_our_own_pages(client: FlaskClient, asker: str, coding: str) -> None:
    got = client.get("/page", headers={"Accept-Encoding": coding, "Sec-Fetch-Site": asker})
    assert (got.headers["Content-Encoding"], got.headers["Vary"]) == (coding, "Accept-Encoding")
    assert UNPACKED[coding](got.data).decode() == WORDS
    assert int(got.headers["Content-Length"]) == len(got.data)


@pytest.mark.parametrize("asker", ["cross-site", "same-site", ""])
def test_what_another_site_asks_for_is_sent_as_it_is(client: FlaskClient, asker: str) -> None:
    heads = {"Accept-Encoding": "br, gzip"} | ({"Sec-Fetch-Site": asker} if asker else {})
    got = client.get("/page", headers=heads)
    assert (got.text, got.headers.get("Content-Encoding"), got.headers["Vary"]) == (WORDS, None, "Accept-Encoding")


@pytest.mark.parametrize("path", ["/short", "/picture", "/tagged"])
def test_what_gains_nothing_or_is_tagged_is_sent_as_it_is(client: FlaskClient, path: str) -> None:
    got = client.get(path, headers={"Accept-Encoding": "br", "Sec-Fetch-Site": "same-origin"})
    assert (got.headers.get("Content-Encoding"), got.headers.get("Vary")) == (None, None)


@pytest.mark.parametrize("path", ["/page", "/files/theme.js"])
def test_the_head_alone_says_what_the_whole_would(client: FlaskClient, path: str) -> None:
    heads = {"Accept-Encoding": "br", "Sec-Fetch-Site": "same-origin"}
    whole, head = client.get(path, headers=heads), client.head(path, headers=heads)
    names = ("Content-Encoding", "Content-Length", "Content-Type", "Vary", "ETag")
    assert head.data == b""
    assert [head.headers.get(name) for name in names] == [whole.headers.get(name) for name in names]


@pytest.mark.parametrize(("accepted", "coding"), [("br", "br"), ("gzip", "gzip"), ("identity", ""), ("br;q=0", "")])
def test_a_file_is_packed_for_everybody_as_they_take_it(client: FlaskClient, accepted: str, coding: str) -> None:
    got = client.get("/files/theme.js", headers={"Accept-Encoding": accepted, "Sec-Fetch-Site": "cross-site"})
    assert got.headers.get("Content-Encoding", "") == coding
    assert got.headers["Vary"] == "Accept-Encoding"
    assert UNPACKED[coding](got.data).decode() == files.text("theme.js")


def test_a_file_that_a_browser_has_is_not_sent_again_in_that_coding(client: FlaskClient) -> None:
    tags = {one: client.get("/files/theme.js", headers={"Accept-Encoding": one}).headers["ETag"] for one in UNPACKED}
    assert len(set(tags.values())) == len(tags)
    for coding in UNPACKED:
        again = {
            one: client.get("/files/theme.js", headers={"Accept-Encoding": coding, "If-None-Match": tag})
            for one, tag in tags.items()
        }
        assert {one: got.status_code for one, got in again.items()} == {
            one: 304 if one == coding else 200 for one in tags
        }
        assert (again[coding].data, again[coding].headers["Vary"]) == (b"", "Accept-Encoding")


def test_a_picture_is_not_packed_twice(client: FlaskClient) -> None:
    got = client.get("/files/icons/192.png", headers={"Accept-Encoding": "br"})
    assert (got.headers.get("Content-Encoding"), got.headers.get("Vary")) == (None, None)
    assert got.data == (files.FOLDER / "icons/192.png").read_bytes()
