"""What runs: the scheduler and what it failed at, reports, mail, and whether the clock can be."""

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import col, select

from branches import agenda, editions, outbox, reconciled, runs
from branches.history import Event
from branches.outbox import Mail
from monitor import mailer
from monitor.doctor.patient import LONGEST, Finding, Patient
from monitor.mailer import Folder
from monitor.opening import due_times
from monitor.reconciling import LATELY as LOOKED_BACK

AWAKE = timedelta(minutes=5)
"""Jobs look every minute at the latest."""
LATELY = timedelta(hours=1)
LONG = timedelta(days=1)
"""So long a mail waits for no mail server that is well."""
ASTRAY = timedelta(minutes=5)


def scheduler(patient: Patient) -> Finding:
    """When it looked last."""
    with patient.rows() as session:
        last = max(runs.looks(session).values(), default=None)
    start = "Start it: monitor schedule, or monitor serve --with-schedule."
    if last is None:
        return Finding("it has never looked whether there is something to do", start)
    said = f"it last looked at {last:%Y-%m-%d %H:%M} UTC"
    if last > patient.at + ASTRAY:
        return Finding(f"{said}, which is still to come: the clock was ahead then", f"See that it runs. {start}")
    return Finding(said, start) if patient.at - last > AWAKE else Finding(said)


def jobs(patient: Patient) -> Finding:
    """What failed within the last hour."""
    with patient.rows() as session:
        failed = runs.failures(session, patient.at - LATELY, most=1)
    if not failed:
        return Finding("none failed within the last hour")
    why = " ".join(failed[0].failed.split())[:LONGEST]
    return Finding(f"“{failed[0].job}” failed: {why}", "See Schedule on head office's pages, and the scheduler's log.")


def reports(patient: Patient) -> Finding:
    """Which are due and were not issued."""
    config = patient.read.config
    with patient.rows() as session:
        scopes = editions.scopes(session, config.chain.timezone, due_times(config))
        late = [(one.scope, week) for one in agenda.standings(session, scopes, patient.at) for week in one.missing]
    if not late:
        return Finding("none is late")
    scope, week = late[0]
    first = f"{scope.region_code or 'the chain'}, {week}"
    return Finding(
        f"late: {len(late)}, the first of {first}", "See that the scheduler runs; then monitor schedule --once."
    )


def mail(patient: Patient) -> Finding:
    """Where it goes, and whether any has waited for long."""
    to = mailer.transport(patient.read.config)
    way = f"kept as files in {to.folder}" if isinstance(to, Folder) else "sent by the mail server of [mail]"
    with patient.rows() as session:
        query = select(sa.func.count(), sa.func.min(col(Mail.id))).where(
            outbox.waiting(), col(Mail.made_at) < patient.at - LONG
        )
        waits, oldest = session.exec(query).one()
        trouble = session.get_one(Mail, oldest).trouble if waits else ""
    if not waits:
        return Finding(f"{way}; none has waited for a day")
    said = f"{way}; waiting for more than a day: {waits}"
    return Finding(
        f"{said}. {trouble}".strip()[:LONGEST], "Run monitor mail list, put it right, then monitor mail retry."
    )


def accepted(patient: Patient) -> Finding:
    """Whether what came lately is whole; photos on the disk are looked at by another check."""
    config = patient.read.config
    with patient.rows() as session:
        scopes = editions.scopes(session, config.chain.timezone, due_times(config))
        gaps = reconciled.look(session, None, scopes, since=patient.at - LOOKED_BACK, at=patient.at)
    if not gaps.counts:
        return Finding("photos, mails, reports and scores of the last five weeks are there")
    kinds = (
        ("photos", "audits short of photos"),
        ("mails", "reports never mailed to a reader"),
        ("weeks", "weeks without a report"),
        ("scores", "audits without a score"),
    )
    said = ", ".join(f"{words}: {gaps.counts[kind]}" for kind, words in kinds if kind in gaps.counts)
    return Finding(f"missing: {said}", "See Schedule on head office's pages; it says what to do about each kind.")


def clock(patient: Patient) -> Finding:
    """Whether anything was done at a time that has not come."""
    with patient.rows() as session:
        newest = session.exec(select(Event.at).order_by(col(Event.id).desc()).limit(1)).first()
    said = f"{patient.at:%Y-%m-%d %H:%M} UTC"
    if newest is not None and newest > patient.at + ASTRAY:
        return Finding(f"{said}, but the last entry is of {newest:%Y-%m-%d %H:%M}", "Set this machine's clock (NTP).")
    return Finding(said)
