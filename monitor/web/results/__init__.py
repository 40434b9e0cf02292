"""The results of released audits, and what is answered to them: by the branch, its manager, head office."""

from monitor.web.results import actions, answers, audit, disputed, flagged, replying, shown
from monitor.web.results.room import blueprint

__all__ = ["actions", "answers", "audit", "blueprint", "disputed", "flagged", "replying", "shown"]
