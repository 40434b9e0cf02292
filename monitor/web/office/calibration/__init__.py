"""Calibration of shoppers: reference cases, what shoppers made of them, and who is certified."""

from monitor.web.office.calibration import certifying, listing, showing, writing

__all__ = ["certifying", "listing", "showing", "writing"]
