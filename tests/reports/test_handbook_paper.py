"""The handbook as PDF: the whole standard with its contents, tagged, in every language, and the way to the page of today."""

from datetime import date
from xml.etree import ElementTree as ET

import pytest
from sqlmodel import Session

from branches.exchange.publishing import publish_standard
from branches.exchange.shipped import SHIPPED, read_standard
from branches.language import codes, language
from reports.handbook import handbook
from reports.handbook_changes import changes
from reports.handbook_paper import handbook_pdf
from reports.purpose import purpose
from reports.qr import square
from tests import make
from tests.reports.pdfs import Pdf, bare
from tests.reports.versions import version

ADDRESS = "https://salons.example/handbook"


@pytest.mark.slow
@pytest.mark.parametrize("code", codes())
def test_the_whole_standard_stands_on_it(session: Session, code: str) -> None:
    tongue = language(code)
    before = version(session, {"greeting": {"greeted": {}, "gone": {}}})
    now, _ = publish_standard(session, read_standard(SHIPPED), at=make.NOON)
    book, brought = handbook(now, tongue, date(2026, 3, 30)), changes(before, now, tongue)
    pdf = Pdf(handbook_pdf(book, tongue, chain="Nine Salons", address=ADDRESS, changes=brought))
    text = bare(pdf.text())
    texts = [one.promised.text for chapter in book.chapters for one in chapter.promises]
    said = [*texts, *(chapter.title for chapter in book.chapters), brought.title, purpose(tongue), ADDRESS]
    assert [words for words in said if bare(words) not in text] == []
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf.raw


@pytest.mark.slow
def test_the_same_words_are_the_same_bytes_and_an_odd_letter_is_told(session: Session) -> None:
    made = version(session, {"greeting": {"greeted": {"wording": {"en": {"text": "欢 #panic() $x$ *a*"}}}}})
    book = handbook(made, language("en"), None)
    one, other = (handbook_pdf(book, language("en"), chain="", address=ADDRESS) for _ in range(2))
    assert (one == other, bare("#panic() $x$ *a*") in bare(Pdf(one).text())) == (True, True)
    assert bare("Letters that our fonts do not have") in bare(Pdf(one).text())


def test_the_square_is_black_on_white_with_room_around_it() -> None:
    drawn = ET.fromstring(square(ADDRESS))
    ground, squares = list(drawn)
    assert (ground.get("fill"), squares.get("stroke")) == ("#fff", "#000")
    assert (drawn.get("viewBox"), ground.get("d")) == ("0 0 37 37", "M0 0h37v37h-37z")
    assert (squares.get("d") or "").startswith("M4 4.5h7")
    assert square(ADDRESS) != square(f"{ADDRESS}s")
