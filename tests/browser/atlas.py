"""Every page there is, found from the program's own routes: who opens it, where, and what forms come back with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from flask import Flask


@dataclass(frozen=True)
class Place:
    """One page: as whom it is opened (nobody: empty), where, and with which status it answers.

    One that only a form leads to is reached `through` another page, by sending these `fields`.
    """

    name: str
    person: str
    path: str
    status: int = 200
    through: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Example:
    """How a route is opened: `ids` names the thing or the word that each argument of its address stands for."""

    person: str
    ids: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    note: str = ""
    status: int = 200


def _office(**ids: str) -> Example:
    return Example("office", ids)


def _shopper(thing: str, **more: str) -> Example:
    return Example("shopper", {"public_id": thing, **more}, note=f"{thing} {more.get('step', '')}".strip())


EXAMPLES: Mapping[str, tuple[Example, ...]] = {
    "login.sign_in": (Example(""),),
    "login.code": (Example(""),),
    "login.landing": (Example("", {"token": "0123456789abcdef"}),),
    "login.demo": (Example("", {"role": "office"}),),
    "account.show": (
        *(Example("office"), Example("shopper", note="shopper"), Example("manager", note="manager")),
        *(Example("new manager", note="stands in"), Example("staff", note="staff")),
    ),
    "second.show": (Example("office"), Example("manager", note="manager")),
    "tablet.code": (Example(""),),
    "tablet.ask": (Example("tablet"), Example("lent tablet", note="lent")),
    "mails.show": (Example("", {"token": "mails"}),),
    "mails.show_alerts": (Example("", {"token": "mails"}),),
    "editions.chain": (Example("office"),),
    "editions.scope": (
        Example("manager", {"scope": "scope"}),
        Example("new manager", {"scope": "scope"}, note="stands in"),
    ),
    "editions.mine": (Example("new manager"),),
    "editions.past": (Example("office", {"scope": "chain"}),),
    "editions.so_far": (Example("new manager", {"scope": "new scope"}),),
    "editions.edition": (
        Example("office", {"public_id": "first"}),
        Example("office", {"public_id": "poor"}, note="poor"),
    ),
    "explore.show": (
        Example("office"),
        Example("manager", query="?from=2026-09-28&to=2026-11-22&section=greeting", note="manager"),
        Example("office", query="?from=2026-11-16&to=2026-11-01", note="wrong", status=422),
    ),
    "section.show": (
        Example("office", {"public_id": "first", "place": "1"}),
        Example("office", {"public_id": "poor", "place": "2"}, note="poor"),
    ),
    "plan.chain": (Example("office"), Example("office", query="?audits=12", note="supposed")),
    "plan.scope": (Example("manager", {"scope": "scope"}),),
    "portal.branch": (
        *(Example("staff"), Example("long staff", note="long"), Example("few staff", note="few")),
        Example("new staff", note="none"),
        *(Example("tablet", note="tablet"), Example("lent tablet", note="lent tablet")),
    ),
    "handbook.show": (
        Example("office"),
        *(Example(person, note=person) for person in ("manager", "staff")),
        Example("office", query="?version=9", note="no such version", status=404),
    ),
    "region.branches": (Example("manager"), Example("office", note="office")),
    "region.branch": (
        Example("manager", {"public_id": "branch"}),
        Example("office", {"public_id": "branch"}, note="office"),
    ),
    "results.audit": (
        Example("staff", {"public_id": "released"}),
        Example("office", {"public_id": "released"}, note="office"),
    ),
    "results.answer": (
        Example("staff", {"public_id": "released", "place": "failed"}),
        Example("staff", {"public_id": "released", "place": "disputed"}, note="disputed"),
        Example("manager", {"public_id": "released", "place": "failed"}, note="manager"),
        Example("tablet", {"public_id": "released", "place": "failed"}, note="tablet"),
        Example("staff", {"public_id": "settled", "place": "10"}, note="decided"),
    ),
    "results.flag": (
        Example("staff", {"public_id": "flag"}),
        Example("manager", {"public_id": "flag"}, note="manager"),
    ),
    "results.action": (
        Example("staff", {"public_id": "action"}),
        Example("staff", {"public_id": "completed"}, note="shown"),
        Example("manager", {"public_id": "completed"}, note="manager"),
        Example("staff", {"public_id": "reopened"}, note="reopened"),
        Example("staff", {"public_id": "planned"}, note="to be accepted"),
        Example("manager", {"public_id": "asked of"}, note="asked about"),
    ),
    "capture.mine": (Example("shopper"), Example("new shopper", note="none")),
    "capture.audit": tuple(_shopper(thing) for thing in ("open", "begun", "returned", "sent", "left")),
    "capture.section": (
        *(_shopper("begun", step=step) for step in ("1", "2", "all")),
        _shopper("complete", step="1"),
        _shopper("returned", step="1"),
    ),
    "capture.check": tuple(_shopper(thing) for thing in ("begun", "complete", "returned")),
    "capture.notes": tuple(_shopper(thing) for thing in ("open", "begun")),
    "capture.sent": (_shopper("sent"),),
    "capture.calendar": (Example("shopper"),),
    "capture.no_answer": (Example("shopper"),),
    "capture.nothing_done": (Example("shopper"),),
    "capture.no_network": (Example(""), Example("shopper", note="shopper")),
    "office.desk": (Example("office"),),
    "office.mail": (Example("office"),),
    "office.history": (
        *(Example("office"), Example("office", query="?kind=audit&verb=released", note="narrowed")),
        Example("office", query="?kind=user&verb=erased&to=2020-01-01", note="none"),
        Example("office", query="?from=never&by=nobody", note="wrong", status=422),
    ),
    "office.schedule": (Example("office"), Example("office", query="?show=own", note="none")),
    "office.settings": (Example("office"),),
    "office.due_time": (_office(scope="chain"), Example("office", {"scope": "scope"}, note="region")),
    "office.review": (
        Example("office"),
        Example("office", query="?q=nowhere", note="none"),
        Example("office", query="?tick=clear", note="ticked"),
        Example("office", query="?show=approved", note="approved"),
    ),
    "office.audit": tuple(
        Example("office", {"public_id": thing}, note=thing)
        for thing in ("sent", "returned", "approved", "released", "harmful")
    ),
    "office.clearing": tuple(
        Example("office", {"public_id": thing}, note=thing) for thing in ("sent", "released", "harmful")
    ),
    "office.appeals": (Example("office"),),
    "office.appealing": (Example("office"), Example("office", query="?q=nowhere", note="none")),
    "office.appeal": (_office(public_id="appeal"), Example("office", {"public_id": "decided"}, note="decided")),
    "office.open_assignments": (Example("office"),),
    "office.assigning": (Example("office"),),
    "office.assignment": (_office(public_id="open"), Example("office", {"public_id": "begun"}, note="begun")),
    "office.rotas": (Example("office"),),
    "office.asking_rota": (Example("office"),),
    "office.rota": (
        *(_office(public_id="rota"), Example("office", {"public_id": "rota"}, "?show=unplaced", note="unplaced")),
        Example("office", {"public_id": "sent rota"}, note="sent"),
    ),
    "office.planned": (_office(public_id="placed"), Example("office", {"public_id": "unplaced"}, note="unplaced")),
    "office.payroll": (Example("office"), Example("office", query="?from=soon", note="wrong", status=422)),
    "office.people": (Example("office"),),
    "office.cases": (Example("office"),),
    "office.writing_case": (Example("office"),),
    "office.case": tuple(
        Example("office", {"public_id": thing}, note=thing) for thing in ("case draft", "open case", "closed case")
    ),
    "capture.reference": (_office(public_id="case draft"),),
    "capture.case": (_shopper("open case"), _shopper("closed case")),
    "office.adding": (Example("office"),),
    "office.person": (
        *(_office(public_id="person"), Example("office", {"public_id": "manager"}, note="manager")),
        Example("office", {"public_id": "long staff"}, note="staff"),
    ),
    **dict.fromkeys(("office.people_file", "office.branches_file"), (Example("office"),)),
    "office.erasing": (
        _office(public_id="person"),
        Example("office", {"public_id": "long staff"}, note="staff"),
    ),
    "office.merging": (_office(public_id="person"),),
    "office.merging_branch": (_office(public_id="branch"),),
    "office.places": (Example("office"), Example("office", query="?show=uninformed", note="uninformed")),
    "office.informing": (Example("office"),),
    "office.opening_region": (Example("office"),),
    "office.opening_branch": (Example("office"),),
    "office.standard": (Example("office"),),
    "office.standard_head": (Example("office"),),
    "office.standard_section": (_office(key="s1"),),
    "office.standard_item": (_office(key="i2"), Example("office", {"key": "i3"}, note="timed")),
    "office.standard_changes": (Example("office"),),
    "capture.preview": (Example("office"), Example("office", query="?channel=phone", note="phone")),
    "office.region": (_office(public_id="region"),),
    "office.branch": (_office(public_id="branch"),),
}
"""An example or more of each route that gives a page."""
FILES = {
    *("health.up", "health.ready", "health.figures"),
    *("static", "capture.worker", "capture.fresh", "capture.manifest"),
    *("editions.paper", "editions.table", "editions.other_table", "editions.workbook", "portal.paper", "portal.table"),
    *("region.table", "region.workbook", "section.table", "section.workbook", "explore.table", "explore.workbook"),
    *("results.photo", "results.evidence_photo", "capture.photo", "office.photo"),
    *("handbook.paper", "capture.feed", "office.payroll_table", "office.standard_file"),
    *("office.people_table", "office.branches_table"),
    *("results.appeal_photo", "office.history_table", "office.appealing_table", "office.appealing_workbook"),
}
"""Routes that give a file."""
ONWARD = {"login.home", "second.ask"}
"""Routes that only lead on; the second step is asked of whoever has one, which a test of its own goes through."""
LONG_AGO = {"opens_on": "2020-01-01", "closes_on": "2019-01-01"}
SENT: tuple[tuple[str, str, str, str, Mapping[str, str], int], ...] = (
    ("", "/sign-in", "/sign-in", "mail address", {"email": "nobody"}, 422),
    ("", "/sign-in", "/sign-in/password", "password", {"email": "a@example.com", "password": "no"}, 422),
    ("", "/sign-in/code", "/sign-in/code", "code", {"code": "12"}, 422),
    ("office", "/account", "/account/password", "no password", {"new": "x", "again": "y"}, 422),
    ("office", "/account/second-step", "/account/second-step/begin", "setting up", {}, 200),
    ("office", "/account/second-step", "/account/second-step/off", "no code", {"code": "1"}, 422),
    ("shopper", "/audits/{open}", "/audits/{open}/cannot-go", "cannot go", {}, 422),
    (
        "shopper",
        "/audits/{begun}/form/1",
        "/audits/{begun}/form/1",
        "too long",
        {"c-cut": "x" * 5000, "m-cut": "4"},
        422,
    ),
    ("shopper", "/audits/{begun}/check", "/audits/{begun}/send", "not to be sent", {}, 422),
    ("shopper", "/audits/{complete}/check", "/audits/{complete}/send", "changed", {"content": "old"}, 409),
    ("shopper", "/audits/{open}", "/audits/{sent}/form/1", "late", {"m-greeting1": "no", "c-greeting1": "Late."}, 409),
    ("staff", "/results/{released}/answers/8", "/results/{released}/answers/8/plan", "no plan", {}, 422),
    ("staff", "/results/{released}/answers/8", "/results/{released}/answers/8/appeal", "no appeal", {}, 422),
    ("staff", "/results/{released}/answers/9", "/appeals/{appeal}/backing", "not added", {"note": "x" * 2001}, 422),
    ("staff", "/actions/{planned}", "/actions/{planned}/reply", "not replied", {}, 422),
    ("manager", "/actions/{asked of}", "/actions/{asked of}/respond", "not answered", {}, 422),
    ("office", "/office/appeals/{appeal}", "/office/appeals/{decided}", "decided before", {"decision": "So."}, 409),
    ("staff", "/flags/{flag}", "/flags/{flag}/plan", "no plan", {}, 422),
    ("", "/tablet", "/tablet", "code", {"code": "12"}, 422),
    ("tablet", "/tablet/pin", "/tablet/pin", "no PIN", {}, 422),
    ("tablet", "/flags/{flag}", "/flags/{flag}/plan", "locked", {"plan": "A bell."}, 403),
    ("office", "/office/places/branches/{branch}", "/office/places/branches/{branch}/tablets", "code", {}, 200),
    ("office", "/office/people/{long staff}", "/office/people/{long staff}/pin", "first PIN", {}, 200),
    ("staff", "/account", "/account/pin", "no PIN", {"pin": "1"}, 422),
    ("manager", "/flags/{flag}", "/flags/{flag}/dismiss", "no dismissal", {}, 422),
    ("manager", "/actions/{completed}", "/actions/{completed}/reopen", "not reopened", {}, 422),
    ("staff", "/actions/{action}", "/actions/{action}/owner", "not handed over", {}, 422),
    ("staff", "/actions/{completed}", "/actions/{completed}/evidence", "not shown", {"note": "x" * 2001}, 422),
    ("manager", "/flags/{flag}", "/flags/{flag}/seen", "not seen", {"seen": "x" * 1001}, 422),
    ("office", "/office/review", "/office/review", "nothing ticked", {}, 422),
    ("office", "/office/review", "/office/review", "changed meanwhile", {"audit": "{sent}.1", "step": "approve"}, 409),
    ("office", "/office/review/{sent}", "/office/review/{sent}/return", "not returned", {}, 422),
    ("office", "/office/review/{sent}", "/office/review/{sent}/exclude", "not excluded", {}, 422),
    (
        *("office", "/office/review/{released}/clearing", "/office/review/{released}/clearing", "too long"),
        *({"c-greeting8": "x" * 4001}, 422),
    ),
    ("office", "/office/review/{sent}/clearing", "/office/review/{sent}/clearing", "too late", {"seen": "1"}, 409),
    ("office", "/office/appeals/{appeal}", "/office/appeals/{appeal}", "not decided", {}, 422),
    ("office", "/office/assignments/new", "/office/assignments/new", "not assigned", LONG_AGO, 422),
    ("office", "/office/assignments/{open}", "/office/assignments/{open}/days", "no days", LONG_AGO, 422),
    ("office", "/office/assignments/{open}", "/office/assignments/{open}/withdraw", "not withdrawn", {}, 422),
    ("office", "/office/calibration/new", "/office/calibration/new", "not written", {"story": "x" * 10_001}, 422),
    (
        "office",
        "/office/calibration/{case draft}/reference",
        "/office/calibration/{case draft}/reference",
        "not marked",
        {"m-cut": "9"},
        422,
    ),
    ("office", "/office/calibration/{closed case}", "/office/calibration/{closed case}/certify", "nobody", {}, 422),
    ("shopper", "/cases/{open case}", "/cases/{open case}", "not answered", {}, 422),
    ("office", "/office/rotas/new", "/office/rotas/new", "not asked for", {**LONG_AGO, "each": "many"}, 422),
    ("office", "/office/rotas/{sent rota}", "/office/rotas/{sent rota}/send", "sent before", {}, 409),
    ("office", "/office/rotas/audits/{placed}", "/office/rotas/audits/{placed}", "not given", {}, 422),
    ("office", "/office/people/{person}", "/office/people/{person}/terms", "no terms", {"most_km": "far"}, 422),
    ("shopper", "/calendar", "/calendar", "made", {}, 200),
    ("office", "/office/people/file", "/office/people/file", "no file", {}, 422),
    ("office", "/office/people/{long staff}/erase", "/office/people/{long staff}/erase", "not erased", {}, 422),
    ("office", "/office/people/new", "/office/people/new", "not added", {}, 422),
    ("office", "/office/people/{person}", "/office/people/{person}/address", "no address", {"email": "nobody"}, 422),
    ("office", "/office/people/{person}", "/office/people/{person}/role", "no role", {"role": "staff"}, 422),
    ("office", "/office/places/regions/new", "/office/places/regions/new", "not opened", {}, 422),
    ("office", "/office/places/branches/new", "/office/places/branches/new", "not opened", {}, 422),
    ("office", "/office/places/regions/{region}", "/office/places/regions/{region}/name", "no name", {}, 422),
    ("office", "/office/places/branches/{branch}", "/office/places/branches/{branch}/name", "no name", {}, 422),
    ("office", "/office/places/branches/{branch}", "/office/places/branches/{branch}/notices", "no notice", {}, 422),
    (
        "office",
        "/office/places/branches/{branch}/merge",
        "/office/places/branches/{branch}/merge",
        "not merged",
        {},
        422,
    ),
    ("office", "/office/notices", "/office/notices", "not informed", {}, 422),
    ("manager", "/account", "/account/stand-in", "no stand-in", {}, 422),
    ("office", "/office/people/{manager}", "/office/people/{manager}/stand-in", "no stand-in", {}, 422),
    ("", "/mails/{mails}", "/mails/{mails}", "no choice", {}, 422),
    ("office", "/office/schedule/{scope}", "/office/schedule/{scope}", "no time", {"hour": ""}, 422),
    ("office", "/office/standard", "/office/standard/begin", "draft not begun", {}, 422),
    ("office", "/office/standard/whole", "/office/standard/whole", "no title", {"title": ""}, 422),
    (
        "office",
        "/office/standard/sections/s1",
        "/office/standard/sections/s1",
        "no weight",
        {"title-en": "x" * 201},
        422,
    ),
    ("office", "/office/standard/items/i2", "/office/standard/items/i2", "no rule", {"condition": "= ="}, 422),
    ("office", "/office/standard/changes", "/office/standard/changes", "not published", {"since": "never"}, 422),
    ("office", "/office/standard/changes", "/office/standard/changes", "no later day", {"since": "later"}, 422),
    ("office", "/account", "/language", "refused", {"language": "xx"}, 422),
    ("office", "/account", "/language", "without a token", {"csrf_token": ""}, 400),
)
"""Forms that come back: by whom, from which page, to where, and with what."""
LOST = (
    Place("error", "manager", "/nowhere", 404),
    Place("error, out", "", "/nowhere", 404),
)


def unknown(app: Flask) -> set[str]:
    """Routes that one can open and that no example is known for."""
    opened = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    return opened - EXAMPLES.keys() - FILES - ONWARD


def atlas(app: Flask, things: Mapping[str, str]) -> list[Place]:
    """Every page, with the forms that come back."""
    assert unknown(app) == set(), "these routes have no example; add one to EXAMPLES"
    return [*_opened(app, things), *_came_back(things), *LOST]


def _opened(app: Flask, things: Mapping[str, str]) -> Iterator[Place]:
    urls = app.url_map.bind("localhost")
    for endpoint, examples in EXAMPLES.items():
        for example in examples:
            ids = {name: things.get(value, value) for name, value in example.ids.items()}
            name = f"{endpoint} · {example.note}" if example.note else endpoint
            yield Place(name, example.person, urls.build(endpoint, ids) + example.query, example.status)


def _came_back(things: Mapping[str, str]) -> Iterator[Place]:
    for person, through, path, name, fields, status in SENT:
        named = {field: value.format(**things) if "{" in value else value for field, value in fields.items()}
        whole = {"csrf_token": "", **named} if status == 400 else named
        yield Place(f"{path} · {name}", person, path.format(**things), status, through.format(**things), whole)
