"""Who sees to a corrective action: who can be chosen, and who was."""

from werkzeug.datastructures import MultiDict

from branches import access, owners
from branches.access import Right
from branches.errors import Refused
from branches.language import message
from branches.people import User
from branches.places import Branch
from monitor.web import gate
from reports.called import told_apart

Options = list[tuple[str, str]]

NOBODY = message("Choose from the list who sees to it.")


def options(branch: Branch) -> Options:
    """Who can be chosen there, by public id; none where there is no choice."""
    found = _told_apart(branch)
    return [(person.public_id, words) for person, words in found] if len(found) > 1 else []


def only(branch: Branch) -> str:
    """Who sees to it where there is no choice, in words; empty where there is one."""
    found = _told_apart(branch)
    if len(found) > 1:
        return ""
    say = gate.tongue().say
    if not found:
        return say(
            "Nobody can be named yet: nobody at the branch can sign in, or its staff have not been told of the audits."
        )
    return say("Seen to by {name}: nobody else can be named there yet.", name=found[0][1])


def chosen(form: MultiDict[str, str], branch: Branch) -> User | None:
    """Who was chosen in a form; nobody where it did not ask."""
    asked = form.get("owner", "")
    if not asked:
        return None
    found = {person.public_id: person for person in owners.candidates(gate.session(), branch)}
    if asked not in found:
        raise Refused(NOBODY)
    return found[asked]


def named(form: MultiDict[str, str], branch: Branch) -> User:
    """Who was chosen in a form that asks for nothing else."""
    found = chosen(form, branch)
    if found is None:
        raise Refused(NOBODY)
    return found


def other_options(branch: Branch, now: User | None) -> Options:
    """To whom it can be handed over."""
    return [(person.public_id, words) for person, words in _told_apart(branch) if now is None or person.id != now.id]


def _told_apart(branch: Branch) -> list[tuple[User, str]]:
    """Everybody there; a colleague's address is for managers and head office."""
    knows = access.reach(gate.person(), Right.READ_EDITIONS) is not None
    return told_apart(gate.tongue(), owners.candidates(gate.session(), branch), addresses=knows)
