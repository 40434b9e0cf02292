"""How a colleague is called: by name, else by where they work, since a branch's tablet may sign in for everybody there."""

from collections import Counter
from collections.abc import Iterable

from branches.language import Language
from branches.people import User
from reports import wording


def called(language: Language, person: User) -> str:
    """A person's name, or the people they sign in for."""
    if person.erased_at is not None:
        return language.say("a person who was erased")
    if person.name.strip():
        return wording.isolated(person.name.strip())
    if person.branch is not None:
        return language.say("the staff of {branch}", branch=wording.isolated(person.branch.name))
    if person.region is not None:
        return language.say("the manager of {region}", region=wording.isolated(person.region.name))
    return language.say("head office")


def told_apart(language: Language, people: Iterable[User], *, addresses: bool) -> list[tuple[User, str]]:
    """The same of several; those who would be called the same have a number, or for who may know it their address."""
    named = [(person, called(language, person)) for person in people]
    if addresses:
        often = Counter(words for _, words in named)
        named = [(one, f"{words} ({one.email})" if often[words] > 1 and one.email else words) for one, words in named]
    often, met = Counter(words for _, words in named), Counter[str]()
    for n, (person, words) in enumerate(named):
        if often[words] > 1:
            met[words] += 1
            named[n] = person, f"{words} ({met[words]})"
    return named
