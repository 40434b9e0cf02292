"""What is deployed with: units, a container file and servers in front, held against the program that they start."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
from flask import Flask

from branches import database
from monitor.app import create_app
from monitor.config import Config
from monitor.misread import variable
from monitor.serving import LONGEST_STOP
from monitor.web.gate import Site
from monitor.web.traced import ID
from tests.monitor.rooms import NOW
from tests.test_docs import understood

DEPLOY = Path(__file__).parents[1] / "deploy"
SERVICES = ("monitor.service", "monitor-schedule.service", "monitor-backup.service")
CLOSED = {
    **dict.fromkeys(("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "ProtectClock"), "yes"),
    **dict.fromkeys(("ProtectKernelModules", "ProtectKernelTunables", "ProtectControlGroups"), "yes"),
    **dict.fromkeys(("RestrictSUIDSGID", "RestrictNamespaces", "LockPersonality"), "yes"),
    "ProtectSystem": "strict",
    "CapabilityBoundingSet": "",
    "UMask": "0077",
    "StateDirectoryMode": "0700",
}
FRONTS = ("nginx.conf", "Caddyfile")
MEGABYTE = 1_000_000

each_service = pytest.mark.parametrize("name", SERVICES)
each_front = pytest.mark.parametrize("name", FRONTS)


def unit(name: str) -> dict[str, dict[str, str]]:
    """A unit's sections; what stands twice is put together."""
    found: dict[str, dict[str, str]] = {}
    section: dict[str, str] = {}
    for line in (DEPLOY / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = found.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            key, sign, value = line.partition("=")
            assert sign, line
            section[key] = f"{section[key]} {value}" if key in section else value
    return found


def words(service: dict[str, str]) -> list[str]:
    """What comes after the program's name."""
    program, *rest = shlex.split(service["ExecStart"])
    assert Path(program).name == "monitor"
    return rest


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    engine = database.create(f"sqlite:///{tmp_path / 'chain.sqlite3'}")
    return create_app(Site(engine, lambda: NOW, "en", tmp_path, "Europe/Budapest"), bytes(32))


@each_service
def test_a_unit_starts_what_the_program_has(name: str) -> None:
    command = words(unit(name)["Service"])
    understood(command)


@each_service
def test_a_unit_may_do_no_more_than_it_needs(name: str) -> None:
    service = unit(name)["Service"]
    assert {key: service.get(key) for key in CLOSED} == CLOSED
    assert service["User"] == service["Group"] == "monitor"
    written = service["ReadWritePaths"].split()
    assert [place for place in written if not place.startswith("/var/")] == []
    assert [place for place in words(service) if place.startswith("/") and place not in written] == []


@pytest.mark.parametrize("name", ["monitor.service", "monitor-schedule.service"])
def test_a_unit_waits_for_what_is_under_way_and_comes_back(name: str) -> None:
    service = unit(name)["Service"]
    assert int(service["TimeoutStopSec"]) > LONGEST_STOP
    assert (service["Restart"], unit(name)["Install"]["WantedBy"]) == ("always", "multi-user.target")


def test_the_timer_starts_a_service_that_is_there_and_makes_up_for_nights_off() -> None:
    timer = unit("monitor-backup.timer")["Timer"]
    assert (DEPLOY / "monitor-backup.service").exists()
    assert (timer["Persistent"], unit("monitor-backup.service")["Service"]["Type"]) == ("true", "oneshot")


def steps() -> list[tuple[str, str]]:
    """The container file's instructions, each on one line."""
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(kind, rest) for kind, _, rest in (line.partition(" ") for line in lines)]


def test_the_container_runs_as_nobody_special_and_starts_the_program() -> None:
    found = steps()
    assert [kind for kind, _ in found].count("FROM") == 2
    last = found[max(place for place, (kind, _) in enumerate(found) if kind == "FROM") :]
    said = dict(last)
    assert (said["USER"], said["ENTRYPOINT"], said["STOPSIGNAL"]) == ("monitor", '["monitor"]', "SIGTERM")
    understood(re.findall(r'"(\w+)"', said["CMD"]))


def test_the_container_holds_what_is_there_and_no_secret() -> None:
    root = DEPLOY.parent
    sources = [rest.split()[:-1] for kind, rest in steps() if kind == "COPY" and not rest.startswith("--from")]
    assert [name for names in sources for name in names if not (root / name).exists()] == []
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    assert re.findall(r"(?i)password|token|MONITOR_\w*SECRET", text) == []
    packages = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    copied = {name for names in sources for name in names}
    assert {pattern.rstrip("*") for pattern in packages["find"]["include"]} <= copied


def test_the_container_sets_what_can_be_set() -> None:
    known = {
        variable(section, key)
        for section in Config.model_fields
        for key in type(getattr(Config(), section)).model_fields
    }
    named = set(re.findall(r"MONITOR_\w+__\w+", (DEPLOY / "Containerfile").read_text(encoding="utf-8")))
    assert named != set()
    assert named - known == set()


def test_what_looks_after_the_container_asks_for_a_page_that_is_there(app: Flask) -> None:
    (address,) = re.findall(r"http://127\.0\.0\.1:(\d+)(/\w+)", (DEPLOY / "Containerfile").read_text(encoding="utf-8"))
    assert int(address[0]) == Config().serve.port
    assert app.test_client().get(address[1]).status_code == 200


@each_front
def test_a_server_in_front_passes_on_what_the_pages_go_by(name: str, app: Flask) -> None:
    text = (DEPLOY / name).read_text(encoding="utf-8")
    assert ID in text
    assert f"127.0.0.1:{Config().serve.port}" in text
    hidden = re.findall(r"/(?:metrics|readyz)\b", text)
    assert {"/metrics", "/readyz"} == set(hidden) <= {rule.rule for rule in app.url_map.iter_rules()}


@each_front
def test_a_server_in_front_lets_through_what_phones_send(name: str, app: Flask) -> None:
    most = max(getattr(view, "most_bytes", 0) for view in app.view_functions.values())
    (size,) = re.findall(r"(?:client_max_body_size|max_size) (\d+)(?:m|MB)\b", (DEPLOY / name).read_text("utf-8"))
    assert int(size) * MEGABYTE >= most


def test_nginx_tells_the_pages_who_asks_and_writes_no_address_down() -> None:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    passed = dict(re.findall(r"proxy_set_header (\S+) (\S+);", text))
    names = ("Host", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", ID)
    assert [passed[name] for name in names] == ["$host", "$remote_addr", "$scheme", "$host", "$request_id"]
    (form,) = re.findall(r"log_format \w+ '([^']*)'", text)
    assert re.findall(r"\$(?:request|request_uri|uri|args|remote_\w+|http_\w+)\b", form) == []
    assert text.count("{") == text.count("}")
