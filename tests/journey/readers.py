"""What the manager and the staff read at the end of the way."""

from email.message import EmailMessage

from tests.journey.phone import Phone
from tests.journey.served import House
from tests.monitor.mailbox import text
from tests.reports.pdfs import Pdf, bare


def read_mail(house: House, mail: EmailMessage) -> str:
    """The edition's mail, part by part; gives the path that it leads to."""
    assert str(mail["Subject"]).startswith("North, week of 2 Mar: ")
    link = f"{house.site.address}/editions/"
    plain, page = text(mail), text(mail, "html")
    public_id = plain.partition(link)[2].split()[0]
    assert f'href="{link}{public_id}"' in page
    (paper,) = mail.iter_attachments()
    assert (paper.get_content_type(), paper.get_filename()) == ("application/pdf", "North 2026-W10.pdf")
    content = paper.get_content()
    assert isinstance(content, bytes)
    printed = bare(Pdf(content).text())
    for word in ("Mill Lane", "Greeting", "week of 2 March 2026"):
        assert word in plain
        assert word in page
        assert bare(word) in printed
    return f"/editions/{public_id}"


def open_edition(phone: Phone, path: str) -> None:
    """The link of the mail leads to the page, over signing in."""
    assert phone.path == path
    assert phone.page.locator("h1").inner_text().startswith("North")
    assert "Mill Lane" in phone.words
    phone.shoot("manager edition")
