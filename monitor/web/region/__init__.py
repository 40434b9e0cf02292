"""Managers: their branches, what the audits found there, and what is being done about it."""

from monitor.web.region import branch, branches
from monitor.web.region.room import blueprint

__all__ = ["blueprint", "branch", "branches"]
