"""Until the loader of the shipped standard exists."""

import tomllib
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

import branches
from branches import standards
from branches.scoring import Total
from branches.standards import Item, Section, Standard


def ship(session: Session, *, at: datetime) -> Standard:
    path = Path(branches.__path__[0]) / "standard" / "salon.toml"
    doc = tomllib.loads(path.read_text())
    made = standards.draft(session, title=doc["title"], total=Total(doc["total"]), bands=doc.get("bands", {}))
    for position, s in enumerate(doc["sections"]):
        section = Section(
            standard_id=made.id, code=s["code"], position=position, scored=s["scored"], titles={"en": s["title"]}
        )
        session.add(section)
        session.flush()
        for n, i in enumerate(s["items"]):
            session.add(
                Item(
                    standard_id=made.id,
                    section_id=section.id,
                    code=i["code"],
                    position=n,
                    type=i["type"],
                    weight=str(i.get("weight", 1)),
                    critical=i.get("critical", False),
                    na=i.get("na", False),
                    judgement=i.get("judgement", False),
                    channels=i.get("channels", ["visit"]),
                    worst=str(i["from"]) if "from" in i else None,
                    best=str(i["to"]) if "to" in i else None,
                    condition=i.get("when", ""),
                    wording={"en": {"text": i["text"]}},
                )
            )
    session.flush()
    session.refresh(made)
    standards.publish(session, made, at=at, by=None)
    return made
