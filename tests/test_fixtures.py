"""The suite's own ground: databases are separate and rolled back, and nothing reaches the network."""

import socket

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Error
from sqlmodel import Session

ELSEWHERE = "192.0.2.1"  # an address that is nobody's (RFC 5737)


@pytest.mark.parametrize("turn", ["first", "second"])
def test_session_leaves_nothing_behind(session: Session, turn: str) -> None:
    session.connection().execute(sa.text("CREATE TABLE left_behind (turn VARCHAR)"))
    session.connection().execute(sa.text("INSERT INTO left_behind VALUES (:turn)"), {"turn": turn})
    session.commit()
    assert session.connection().execute(sa.text("SELECT turn FROM left_behind")).scalars().all() == [turn]


@pytest.mark.parametrize("turn", ["first", "second"])
def test_database_url_is_of_the_tests_own(engine: sa.Engine, turn: str) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE left_behind (turn VARCHAR)"))
    assert "left_behind" in sa.inspect(engine).get_table_names()


@pytest.mark.parametrize("host", [ELSEWHERE, "example.org"])
def test_network_is_refused(host: str) -> None:
    with pytest.raises(RuntimeError, match=f"tests reach no network, and this one asked for {host}"):
        socket.create_connection((host, 80), timeout=1)


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


@pytest.mark.browser
@pytest.mark.parametrize("host", [ELSEWHERE, "example.org"])
def test_browser_finds_no_host_but_this(browser: Browser, host: str) -> None:
    page = browser.new_page()
    with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
        page.goto(f"http://{host}/")
    page.close()
