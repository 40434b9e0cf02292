"""What the shopper does on the way: the form section by section, what it refuses, sending, correcting."""

import re
from collections.abc import Iterator

from playwright.sync_api import FilePayload, Locator, Page

from tests.journey.camera import shots
from tests.journey.phone import Phone

VISIT = "2026-03-04T14:37"
MINUTE = "14:37"
GIVEN = {
    "greeted": "yes",
    "greeted_after": "95",
    "eye_contact": "no",
    "house_greeting": "no",
    "name_known": "yes",
    "asked_to_wait": "na",
    "thanked": "yes",
    "invited_back": "no",
    "full_attention": "no",
    "clean_tools": "no",
    "as_agreed": "4",
    "waiting_minutes": "12",
    "minutes_over": "na",
    "satisfaction": "3",
    "remarks": "The radio was too loud to talk.",
}
"""Of everything else: yes."""
WHY = "The comb fell to the floor and was used all the same."


def start(phone: Phone, audit: str) -> None:
    assert phone.go("/audits") == 200
    phone.shoot("shopper list")
    assert phone.follow(phone.house.chain.branch.name) == 200
    phone.shoot("shopper audit")
    assert phone.press("Start") == 200
    assert phone.path == f"/audits/{audit}/form/1"


def fill_in(phone: Phone) -> None:
    """Every section; the first without one answer that is wanted, a number that is given and does not apply."""
    page = phone.page
    assert "not asked here" not in phone.words  # nothing has been answered that could rule a question out
    page.locator("#visited").fill(VISIT)
    _fill(page, leave="thanked")
    phone.shoot("form greeting")
    assert phone.press("Save and go on") == 200
    assert "Your answers lead to 1 more question." in phone.words
    phone.shoot("form one more question")
    _fill(page, leave="thanked")
    for section in ("Care and honesty", "Offerings", "Service quality"):
        assert phone.press("Save and go on") == 200
        assert section in phone.words
        _fill(page)
        phone.shoot(f"form {section}")
    page.locator("#m-minutes_over").fill("5")
    assert phone.press("Save and go on") == 200
    assert "give a value or mark that it does not apply, not both." in phone.words
    assert phone.press("Save and go on") == 200
    assert "Overall impression" in phone.words
    _fill(page)
    page.locator("#p-visit").set_input_files([_file(one.name, one.content) for one in shots()])
    phone.shoot("form overall")
    assert phone.press("Save and look it over") == 200


def _file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def _fill(page: Page, leave: str = "") -> None:
    """Answers what the page asks."""
    for code, question in _questions(page):
        if code != leave:
            _answer(page, code, question, GIVEN.get(code, "yes"))
        if code == "clean_tools":
            question.get_by_text("Comment").click()
            page.locator(f"#c-{code}").fill(WHY)


def _questions(page: Page) -> Iterator[tuple[str, Locator]]:
    for question in page.locator(".question").all():
        comment = question.locator("textarea[name^=c-]")
        if comment.count():
            yield str(comment.get_attribute("name")).removeprefix("c-"), question


def _answer(page: Page, code: str, question: Locator, mark: str) -> None:
    words = {"yes": "Yes", "no": "No", "na": "Does not apply"}
    choices = question.locator("fieldset.choice, fieldset.scale")
    if choices.count() or mark == "na":
        question.get_by_label(words.get(mark, mark), exact=mark != "na").check()  # a box says as well of what
    else:
        page.locator(f"#m-{code}").fill(mark)


def put_right(phone: Phone, audit: str) -> None:
    """What is missing or wrong is named, each with the way to it; until it is put right nothing can be sent."""
    both = "“How many minutes longer than they said did the work take?”: give a value or mark that it does not apply, not both."
    assert _faults(phone) == ["“Did they thank you at the end?” is not answered yet.", both]
    phone.shoot("check two faults")
    _refused(phone, audit)
    _answer_that_may_not_be(phone, audit)
    assert phone.follow("Did they thank you at the end?") == 200
    assert phone.path == f"/audits/{audit}/form/1#m-thanked"
    phone.page.locator(".question", has_text="Did they thank you").get_by_label("Yes", exact=True).check()
    assert phone.press("Save and go on") == 200
    phone.go(f"/audits/{audit}/check")
    assert phone.follow("How many minutes longer") == 200
    phone.page.locator("#m-minutes_over").fill("")
    assert phone.press("Save and go on") == 200
    assert phone.press("Save and look it over") == 200
    assert "Everything is there. You can send it." in phone.words
    phone.shoot("check complete")


def _faults(phone: Phone) -> list[str]:
    return phone.page.locator("main [role=alert] li").all_inner_texts()


def _refused(phone: Phone, audit: str) -> None:
    """There is no button to send, and sending all the same is of no use."""
    assert phone.page.get_by_role("button", name=re.compile("send", re.IGNORECASE)).count() == 0
    refused = phone.post(f"/audits/{audit}/send", key="0123456789abcdef", content=phone.house.filled(audit)[1])
    assert refused.status == 422
    assert phone.house.state(audit) == "started"


def _answer_that_may_not_be(phone: Phone, audit: str) -> None:
    """Thanks always apply: whoever sends that they do not is told so."""
    seen = phone.house.filled(audit)[0]
    phone.post(f"/audits/{audit}/form/1", **{"c-thanked": "", "m-thanked": "na", "seen": str(seen)})
    phone.go(f"/audits/{audit}/check")
    assert _faults(phone)[0] == "“Did they thank you at the end?” always applies and cannot be marked otherwise."
    _refused(phone, audit)


def send(phone: Phone, audit: str, *, fast: bool = False) -> dict[str, str]:
    """Sends it, while the first section stays open in another window; gives what was sent."""
    sent = {name: phone.page.locator(f"input[name={name}]").input_value() for name in ("key", "content")}
    assert ("The form was filled in very fast." in phone.words) == fast
    assert phone.press("It is right as it is: send" if fast else "Send") == 200
    assert phone.path == f"/audits/{audit}/sent"
    phone.shoot("sent")
    return sent


def send_again(phone: Phone, audit: str, sent: dict[str, str], older: Page) -> None:
    """The same again is the same success; anything else is refused and what is stored stays."""
    phone.go("/audits")
    again = phone.post(f"/audits/{audit}/send", **sent)
    assert (again.status, again.headers["location"]) == (303, f"/audits/{audit}/sent")
    assert phone.post(f"/audits/{audit}/send", **{**sent, "content": "0" * 64}).status == 409
    older.locator(".question", has_text="look you in the eye").get_by_label("Yes", exact=True).check()
    with older.expect_navigation() as answer:
        older.get_by_role("button", name="Save", exact=True).click()
    assert answer.value is not None
    assert answer.value.status == 409
    assert "look you in the eye" in older.locator("main").inner_text()


def correct(phone: Phone, audit: str, reasons: tuple[str, ...]) -> None:
    assert phone.go("/audits") == 200
    assert [words for words in reasons if words not in phone.words] == []
    phone.shoot("shopper returned")
    assert phone.follow(phone.house.chain.branch.name) == 200
    phone.shoot("shopper audit returned")
    assert phone.follow("Go on") == 200
    phone.page.locator("#m-greeted_after").fill("150")
    phone.shoot("form returned")
    assert phone.press("Save and go on") == 200
    assert phone.go(f"/audits/{audit}/check") == 200
    phone.shoot("check returned")


def refused_to_others(phone: Phone, audit: str) -> None:
    """Another shopper finds nothing there, whatever they know of its address."""
    for path in ("", "/form/1", "/form/all", "/check", "/sent"):
        assert phone.go(f"/audits/{audit}{path}") == 404
    phone.go("/account")
    assert phone.post(f"/audits/{audit}/send", key="0123456789abcdef", content="0").status == 404
    assert phone.post(f"/audits/{audit}/form/1", seen="0").status == 404
