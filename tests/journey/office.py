"""What head office does on the way: assigning, returning, approving, releasing, noting that the staff were told."""

from tests.journey.chain import AUDITED, HIDDEN
from tests.journey.phone import Phone
from tests.journey.shopper import MINUTE, WHY

BRIEF = "Have your hair cut.\nAsk what it costs before you sit down."
REASON = "Thank you for going on such a wet day. One thing is not clear:"
WHY_AFTER = "Please look at your notes again."
ASKED_AFTER = "How many seconds until someone greeted you?"
RETURNED = (REASON, ASKED_AFTER, WHY_AFTER)
"""All that the shopper is told."""


def assign(phone: Phone) -> None:
    """An assignment without a shopper is refused beside the field; what was typed is still there."""
    assert phone.go("/office/") == 200
    phone.shoot("office desk")
    assert phone.follow("Assign an audit") == 200
    page = phone.page
    page.get_by_label("Branch").select_option(label=f"{AUDITED} · North")
    page.get_by_label("Last day of the visit").fill("2026-03-10")
    page.get_by_label("What to do there").fill(BRIEF)
    page.get_by_label("Fee").fill("6 000 Ft")
    assert phone.press("Assign an audit") == 422
    assert "Choose a shopper." in phone.words
    phone.shoot("office assign without shopper")
    assert page.get_by_label("What to do there").input_value().replace("\r\n", "\n") == BRIEF
    page.get_by_label("Shopper").select_option(label=HIDDEN)
    assert phone.press("Assign an audit") == 200
    assert f"{HIDDEN} is asked to audit {AUDITED}, by mail." in phone.words
    phone.shoot("office assigned")


def _review(phone: Phone, audit: str, cut: str = "waiting") -> None:
    assert phone.go(f"/office/review?show={cut}") == 200
    phone.shoot(f"office review {cut}")
    assert phone.follow(AUDITED) == 200
    assert phone.path == f"/office/review/{audit}"


def release_too_early(phone: Phone, audit: str) -> None:
    """What has not been approved offers no release, and is not released by asking for it."""
    _review(phone, audit)
    phone.shoot("office audit")
    assert [words for words in (HIDDEN, MINUTE, WHY) if words not in phone.words] == []
    assert phone.page.get_by_role("button", name="Release", exact=True).count() == 0
    seen = phone.page.locator("input[name=seen]").first.input_value()
    assert phone.post(f"/office/review/{audit}/release", seen=seen).status == 409
    assert phone.house.state(audit) == "submitted"


def send_back(phone: Phone, audit: str) -> None:
    """A return without a reason is refused; the reasons may stand at single answers."""
    _review(phone, audit)
    phone.page.locator("summary", has_text="Return it to the shopper").click()
    assert phone.press("Return it to the shopper") == 422
    assert "Say what the shopper should correct." in phone.words
    phone.shoot("office return without reason")
    assert phone.house.state(audit) == "submitted"
    asked = phone.page.locator("ul.answers > li", has_text=ASKED_AFTER)
    asked.get_by_text("Have this corrected").click()
    asked.locator("textarea").fill(WHY_AFTER)
    phone.page.locator("#reason").fill(REASON)
    assert phone.press("Return it to the shopper") == 200
    phone.shoot("office returned")
    assert phone.house.state(audit) == "returned"


def approve(phone: Phone, audit: str) -> None:
    _review(phone, audit)
    phone.shoot("office audit corrected")
    assert phone.press("Approve only") == 200
    assert phone.house.state(audit) == "approved"


def release(phone: Phone, audit: str) -> None:
    _review(phone, audit, "approved")
    assert phone.press("Release") == 200
    phone.shoot("office released")
    assert phone.house.state(audit) == "released"


def note(phone: Phone) -> None:
    """That the staff were told cannot be noted of a day to come."""
    assert phone.go(f"/office/places/branches/{phone.house.chain.branch.public_id}") == 200
    phone.shoot("office branch")
    page = phone.page
    page.get_by_label("On which day?").fill("2026-03-31")
    page.get_by_label("How, and by whom?").fill("Told by their manager at the morning meeting")
    assert phone.press("Note that they were informed") == 422
    assert "The staff cannot have been told on a day that is still to come." in phone.words
    page.get_by_label("On which day?").fill("2026-03-05")
    assert phone.press("Note that they were informed") == 200
    assert f"The staff of {AUDITED} see what is released." in phone.words
    phone.shoot("office noted")
