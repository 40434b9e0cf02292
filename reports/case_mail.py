"""A mail to a shopper about a reference case that was opened; none where there is nothing left to do by then."""

from datetime import datetime

from sqlmodel import Session

from branches import access, calibration
from branches.calibration import CaseState, ReferenceCase
from branches.language import language
from branches.outbox import Mail
from branches.people import User
from reports import mail as words
from reports.addressed import Enclosed, Links, NoReader


class Settled(NoReader):
    """There is nothing to ask of this reader any more."""

    why = "The case is closed, or its reader has answered it."


def opened(session: Session, mail: Mail, reader: User, links: Links, *, now: datetime) -> Enclosed:
    """A case waits for this shopper's answers.

    Raises:
        NoReader: they may not see it, or have answered, or it is closed.
    """
    found = session.exec(access.visible_cases(reader).where(ReferenceCase.public_id == mail.about["case"])).first()
    if found is None:
        raise NoReader
    if calibration.stands(found, now.date()) is not CaseState.OPEN or calibration.answers_of(session, found, reader):
        raise Settled
    tongue = language(reader.language)
    return Enclosed(words.case_mail(found.title, found.closes_on, links.case(found.public_id), tongue))
