"""The shopper's side: own audits, the form section by section, photos, sending, what came back. No script is needed."""

from monitor.web.capture import asked, filling, mine, pictures, sending
from monitor.web.capture.room import blueprint

__all__ = ["asked", "blueprint", "filling", "mine", "pictures", "sending"]
