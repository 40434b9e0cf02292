"""Codes that stay: audits were or will be made by them under the newest version."""

from branches import standards
from branches.editing.content import ItemEntry, SectionEntry
from monitor.web import gate


def is_published(entry: ItemEntry | SectionEntry) -> bool:
    """Whether the newest version, in force or coming, has it under that code."""
    found = standards.newest(gate.session())
    if found is None:
        return False
    if isinstance(entry, SectionEntry):
        return any(section.code == entry.code for section in found.sections)
    return any(item.code == entry.code for section in found.sections for item in section.items)
