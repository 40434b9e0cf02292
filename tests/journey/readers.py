"""What the manager and the staff read at the end of the way, and what they never read."""

import re
from email.message import EmailMessage
from html import unescape

from playwright.sync_api import APIResponse

from tests.journey.camera import DEVICE, FILE, MOMENT, shots, told
from tests.journey.chain import AUDITED
from tests.journey.phone import Phone
from tests.journey.served import House
from tests.journey.shopper import MINUTE, WHY
from tests.monitor.mailbox import text
from tests.reports.pdfs import Pdf, bare

_LINK = re.compile(r'(?:href|src)="(/[^"#]*)')
_DAY = ("2026-03-04", "4 March", "March 4", "4 Mar", "Mar 4", "04/03", "03/04")
"""The day of the visit, as somebody might write it."""


def read_mail(house: House, mail: EmailMessage) -> str:
    """The edition's mail, part by part; gives the path that it leads to."""
    assert str(mail["Subject"]).startswith("North, week of 2 Mar: ")
    link = f"{house.site.address}/editions/"
    plain, page = text(mail), text(mail, "html")
    public_id = plain.partition(link)[2].split()[0]
    assert f'href="{link}{public_id}"' in page
    shown = [str(part["Content-ID"]).strip("<>") for part in mail.walk() if part.get_content_type() == "image/png"]
    assert [f"cid:{one}" in page for one in shown] == [True]
    (paper,) = mail.iter_attachments()
    assert (paper.get_content_type(), paper.get_filename()) == ("application/pdf", "North 2026-W10.pdf")
    content = paper.get_content()
    assert isinstance(content, bytes)
    printed = bare(Pdf(content).text())
    for word in (AUDITED, "Greeting", "week of 2 March 2026"):
        assert word in plain
        assert word in page
        assert bare(word) in printed
    return f"/editions/{public_id}"


def open_edition(phone: Phone, path: str, audit: str) -> None:
    """The link of the mail leads to the page, over signing in; what the shopper was called stands nowhere."""
    assert phone.path == path
    assert phone.page.locator("h1").inner_text().startswith("North")
    assert AUDITED in phone.words
    phone.shoot("manager edition")
    assert phone.go(f"/results/{audit}") == 200
    phone.shoot("manager audit")
    for where in ("/branches", path, f"/results/{audit}"):
        _says_nothing_of(_who(phone.house), phone.get(where))


def _who(house: House) -> tuple[str, ...]:
    shopper = house.chain.shopper
    return ("Zebulon", "Quarles", str(shopper.email), str(shopper.code), shopper.public_id)


def nothing_yet(phone: Phone, audit: str) -> None:
    """The audit is not there, however it is asked for."""
    assert phone.go("/branch") == 200
    assert (audit in phone.page.content(), WHY in phone.page.content()) == (False, False)
    for path in (f"/results/{audit}", f"/results/{audit}/answers/1", f"/audits/{audit}", f"/office/review/{audit}"):
        assert phone.go(path) == 404


def uninformed(phone: Phone, audit: str) -> None:
    """Whatever has been released: who was not told of audits is shown nothing, on paper or in tables either."""
    nothing_yet(phone, audit)
    phone.go("/branch")
    assert "Nothing is shown here yet." in phone.words
    phone.shoot("staff uninformed")
    assert [phone.go(path) for path in ("/branch.pdf", "/branch.csv")] == [404, 404]


def not_before_monday(phone: Phone, audit: str) -> None:
    """Whoever was told of audits reads the earlier ones; this week's are there once the week is over."""
    nothing_yet(phone, audit)
    phone.go("/branch")
    assert "There is no report yet." in phone.words
    assert phone.page.locator("#audits ~ * a").count() > 0
    phone.shoot("staff branch There is no report yet.")


def read_audit(phone: Phone, audit: str, headline: str) -> None:
    """The branch's page leads to the audit: its week, its answers, its photos."""
    assert phone.go("/branch") == 200
    assert headline in phone.words
    phone.shoot(f"staff branch {headline}")
    assert phone.go(f"/results/{audit}") == 200
    assert phone.page.locator("h1").inner_text().endswith("week of 2 March 2026")
    assert WHY in phone.words
    assert phone.page.locator("main img").count() == 2
    phone.shoot("staff audit")


def never_told(phone: Phone, audit: str) -> None:
    """What the staff's pages lead to is searched for the shopper; of other shoppers' audits not answer by answer."""
    canaries = (*_who(phone.house), MINUTE, "2:37", DEVICE, FILE.removesuffix(".jpg"), MOMENT)
    assert all(told(shot.content) for shot in shots())
    waiting, seen, photos = ["/branch", f"/results/{audit}"], set[str](), 0
    while waiting:
        path = waiting.pop()
        if path in seen or path.startswith("/static/") or ("/answers/" in path and audit not in path):
            continue
        seen.add(path)
        answer = phone.get(path)
        assert answer.status == (302 if path == "/" else 200), path
        own = path == "/account"  # tells when they signed in themselves
        _says_nothing_of(canaries if own else (*canaries, *_DAY), answer)
        waiting += [unescape(one) for one in _LINK.findall(_written(answer))]
        if answer.headers["content-type"] == "image/jpeg":
            photos += 1
            assert told(answer.body()) == set()
    assert (photos, {"/branch.pdf", "/branch.csv"} <= seen) == (4, True)


def _written(answer: APIResponse) -> str:
    kind = answer.headers["content-type"]
    if kind == "application/pdf":
        return Pdf(answer.body()).text()
    return answer.body().decode("latin-1" if kind.startswith("image/") else "utf-8")


def _says_nothing_of(canaries: tuple[str, ...], answer: APIResponse) -> None:
    raw = answer.body()
    headers = {name: value for name, value in answer.headers.items() if name != "date"}  # that of the tests' own day
    written = f"{headers} {_written(answer)}"
    assert [one for one in canaries if one in written or one.encode() in raw] == [], answer.url
