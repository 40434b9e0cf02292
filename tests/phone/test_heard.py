"""What a screen reader is told of the form: which question each control belongs to, what is wrong with it, how it stands."""

import pytest
from playwright.sync_api import expect

from tests.phone.handset import Handset

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FORM = """
- heading "Kossuth <b>tér</b>" [level=1]
- paragraph: 0 of 6 questions answered
- textbox "When were you there?"
- heading "Greeting" [level=2]
- group "About greeted?":
  - radio "Yes"
  - radio "No"
- group "About cut? (optional)":
  - radio "1"
  - radio "2"
  - radio "3"
  - radio "4"
  - radio "5"
  - radio "Does not apply"
- heading "Rest" [level=2]
- group "About drink? (optional)":
  - radio "tea"
  - radio "water"
- textbox "About people? (optional)"
- 'checkbox "Does not apply: About people?"'
- textbox "About why? (optional)"
- 'checkbox "Does not apply: About why?"'
- button "About mirror?"
- 'checkbox "Does not apply: About mirror?"'
- button "Photos of the visit (optional)"
- status
- button "Save and look it over"
- button "Save"
- navigation "Sections"
"""
WRONG = "“About people?”: give a value or mark that it does not apply, not both."
FOCUS = "document.activeElement.getAttribute('role')"


def test_each_control_says_what_it_is_about(phone: Handset) -> None:
    page = phone.open("/form/all")
    expect(page.locator("main")).to_match_aria_snapshot(FORM)


def test_what_is_wrong_is_heard_on_top_and_at_its_control(phone: Handset) -> None:
    page = phone.open("/form/all")
    page.locator("#m-people").fill("5")
    page.locator("[name=n-people]").check()
    page.get_by_role("button", name="Save and look it over").click()
    expect(page.get_by_role("alert")).to_have_text(WRONG)
    assert page.evaluate(FOCUS) == "alert"
    expect(page.locator("#m-people")).to_have_accessible_description(WRONG)
    page.locator("[name=n-people]").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_have_count(0)
    phone.stands("With head office")
    expect(page.locator("#m-people")).to_have_accessible_description("")


def test_with_no_network_a_group_says_what_is_missing(phone: Handset) -> None:
    phone.prepare()
    phone.context.set_offline(True)
    page = phone.open("/form/all")
    page.get_by_role("button", name="Save and look it over").click()
    group = page.get_by_role("group", name="About greeted?", exact=True)
    expect(group).to_have_accessible_description("“About greeted?” is not answered yet.")


def test_the_end_of_a_watch_and_what_was_kept_are_said(phone: Handset) -> None:
    page = phone.open("/form/1")
    page.locator("#m-greeted").check()
    page.get_by_role("button", name="Start the watch: “About after?”").click()
    page.get_by_role("button", name="Stop the watch: “About after?”").click()
    expect(page.get_by_role("status").filter(has_text="Measured: 0 seconds.")).to_have_count(1)
    expect(page.get_by_role("status").filter(has_text="With head office: 3 July 2025")).to_have_count(1)
