"""The staff of a branch: how their own branch stands, and what came of its audits."""

from monitor.web.portal.own import blueprint

__all__ = ["blueprint"]
