"""The standard's editor: a draft of the next version, its sections and items, what it would change, and publishing it."""

from monitor.web.office.standard import beginning, changes, head, item, overview, section, stepping

__all__ = ["beginning", "changes", "head", "item", "overview", "section", "stepping"]
