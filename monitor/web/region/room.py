"""What the pages about branches share: the blueprint, and a branch that this reader may see."""

from flask import Blueprint, abort

from branches import access
from branches.places import Branch
from monitor.web import gate

blueprint = Blueprint("region", __name__)


def the_branch(public_id: str) -> Branch:
    """A branch of this reader's; any other is not there."""
    query = access.visible_branches(gate.person()).where(Branch.public_id == public_id)
    return gate.session().exec(query).first() or abort(404)


def shows_shoppers() -> bool:
    """Whether this reader is told who audited."""
    return access.knows_shoppers(gate.person(), managers_know_shoppers=gate.site().managers_know_shoppers)
