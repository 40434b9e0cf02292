"""States and their words: each can be told in every language, and a refusal words them with itself."""

import pytest
from sqlmodel import Session

from branches import audits
from branches.errors import Conflict
from branches.language import ORIGINAL, codes, language
from branches.states import COUNTED, NEXT, ActionState, AppealState, AuditState
from tests import make

STATES = [*AuditState, *AppealState, *ActionState]


@pytest.mark.parametrize("code", [code for code in codes() if code != ORIGINAL])
def test_every_state_has_a_word_in_every_language(code: str) -> None:
    words = {state.word for state in STATES} | {state.shoppers_word for state in AuditState}
    assert sorted(words - set(language(code).sentences)) == []


def test_no_two_states_of_an_audit_have_the_same_word() -> None:
    for code in codes():
        said = [language(code).say(state.word) for state in AuditState]
        assert len(set(said)) == len(AuditState)


def test_the_shopper_hears_nothing_of_what_happens_at_the_branch() -> None:
    assert {state.shoppers_word for state in COUNTED | {AuditState.APPROVED}} == {"done"}


def test_every_state_but_the_first_can_be_reached() -> None:
    assert frozenset().union(*NEXT.values()) == set(AuditState) - {AuditState.ASSIGNED}


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("en", "This audit is released and cannot become started."),
        ("hu", "Az audit állapota: közzétéve. Innen nem léphet ebbe az állapotba: elkezdve."),
    ],
)
def test_a_refusal_says_the_state_in_the_readers_language(session: Session, code: str, sentence: str) -> None:
    audit = make.audit(session, make.branch(session))
    with pytest.raises(Conflict) as refused:
        audits.start(session, audit, by=None, at=make.NOON)
    assert language(code).say(refused.value.message, **refused.value.values) == sentence
