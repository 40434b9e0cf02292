"""A branch's shared tablet: let in by a code, lent by a PIN, locked by itself."""

from monitor.web.tablet import letting_in, pin
from monitor.web.tablet.bar import bar
from monitor.web.tablet.room import blueprint

__all__ = ["bar", "blueprint", "letting_in", "pin"]
