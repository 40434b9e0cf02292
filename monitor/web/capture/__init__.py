"""The shopper's side: own audits, the form section by section, photos, sending, what came back. No script is needed."""

import monitor.web.capture.asked
import monitor.web.capture.cases
import monitor.web.capture.dressed
import monitor.web.capture.feed
import monitor.web.capture.filling
import monitor.web.capture.late
import monitor.web.capture.mine
import monitor.web.capture.notes
import monitor.web.capture.offline
import monitor.web.capture.phone
import monitor.web.capture.pictures
import monitor.web.capture.preview
import monitor.web.capture.reference
import monitor.web.capture.sending  # noqa: F401 - each of these adds its routes to the blueprint
from monitor.web.capture.room import blueprint

__all__ = ["blueprint"]
