"""How colleagues are called where a name may be missing, and told apart where two would be called the same."""

from sqlmodel import Session

from branches.language import language
from branches.people import Role
from reports.called import called, told_apart
from tests import make

ENGLISH = language("en")


def test_a_colleague_is_called_by_name_else_by_where_they_work(session: Session) -> None:
    branch = make.branch(session)
    people = [
        make.user(session, Role.STAFF, branch=branch, name="Anna"),
        make.user(session, Role.STAFF, branch=branch, name=" "),
        make.user(session, Role.MANAGER, region=branch.region, name=""),
        make.user(session, name=""),
    ]
    told = ["Anna", "the staff of Main Street", "the manager of North", "head office"]
    assert [called(ENGLISH, one) for one in people] == told


def test_those_who_would_be_called_the_same_are_told_apart_by_address_or_number(session: Session) -> None:
    branch = make.branch(session)
    named = {"branch": branch, "name": ""}
    one = make.user(session, Role.STAFF, email="desk@example.com", **named)
    other = make.user(session, Role.STAFF, email=None, **named)
    anna = make.user(session, Role.STAFF, branch=branch, name="Anna")
    third = make.user(session, Role.STAFF, email=None, **named)
    people = [one, other, anna, third]
    assert [words for _, words in told_apart(ENGLISH, people, addresses=True)] == [
        "the staff of Main Street (desk@example.com)",
        "the staff of Main Street (1)",
        "Anna",
        "the staff of Main Street (2)",
    ]
    assert [words for _, words in told_apart(ENGLISH, people, addresses=False)] == [
        "the staff of Main Street (1)",
        "the staff of Main Street (2)",
        "Anna",
        "the staff of Main Street (3)",
    ]
