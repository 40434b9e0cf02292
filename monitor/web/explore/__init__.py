"""Explore: any window, region and section, against the window before, as figures nobody issued."""

from monitor.web.explore import files, page
from monitor.web.explore.room import blueprint

__all__ = ["blueprint", "files", "page"]
