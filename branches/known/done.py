"""What history holds of a person: what they did, with the reason in their own words, and what was done about them, with when."""

from sqlmodel import Session, col, select

from branches import history
from branches.history import Event
from branches.known.lines import Lines, line
from branches.people import User


def of(session: Session, user: User) -> Lines:
    """To what kind of thing, never to which: that may be another person."""
    query = select(Event).where(Event.by_id == user.id).order_by(col(Event.id))
    return {
        "did": [
            line(did=one.verb, to=one.thing, when=one.at, said=one.details.get("reason")) for one in session.exec(query)
        ],
        "noted": [line(noted=one.verb, when=one.at) for one in history.of(session, user)],
    }
