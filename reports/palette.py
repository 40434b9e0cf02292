"""The colours of the charts: the light half of the tokens in monitor/static/tokens.css, under the same names."""

from collections.abc import Mapping
from types import MappingProxyType

from reports.figures import State

COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "paper": "#fcfbf8",
        "wash": "#f3f0ec",
        "line": "#d7d4ce",
        "ink": "#1d2229",
        "grey": "#595e66",
        "accent": "#075f5f",
        "short": "#92500b",
        "watch": "#726222",
        "norm": "#566768",
        "above": "#2666a2",
        "critical": "#b51e26",
        "few": "#606369",
        "short-wash": "#faddc0",
        "watch-wash": "#f1eac9",
        "norm-wash": "#e8eeee",
        "above-wash": "#cee6fc",
        "critical-wash": "#ffdfde",
    }
)

TOKEN_OF: Mapping[State, str] = MappingProxyType(
    {
        State.FALLS_SHORT: "short",
        State.WATCH: "watch",
        State.AS_NORM: "norm",
        State.ABOVE: "above",
        State.NOT_ENOUGH: "few",
    }
)


def tint_token(state: State) -> str:
    """The quiet ground behind a state's mark; only what asks for a look has a colour of its own."""
    return "wash" if state in {State.AS_NORM, State.NOT_ENOUGH} else f"{TOKEN_OF[state]}-wash"
