"""Keeping: what has been kept for as long as the chain wants it, and is forgotten; scores and issued editions stay."""

from branches.keeping.forgetting import due, due_of, forget, lately
from branches.keeping.kinds import KINDS, Kind
from branches.keeping.terms import USUAL, Terms, back

__all__ = ["KINDS", "USUAL", "Kind", "Terms", "back", "due", "due_of", "forget", "lately"]
