"""`monitor standard`: the standard in force is shown, published, taken back before its day, and written out."""

from datetime import date, time
from pathlib import Path

import click

from branches import standards
from branches.database import reading, transaction
from branches.editing import coming
from branches.errors import Refused
from branches.exchange.faults import FormRefused
from branches.exchange.publishing import publish_standard, says_the_same
from branches.exchange.shipped import SHIPPED, read_standard
from branches.exchange.toml_out import write_standard
from branches.exchange.written import WrittenStandard
from branches.exchange.xlsform import ReadForm
from branches.exchange.xlsform.files import SUFFIX, read_file, write_file
from branches.standards import Item, Standard
from branches.weeks import local_date, moment
from monitor.commands.options import DAY
from monitor.config import Config, read_config
from monitor.opening import now, open_chain


@click.group("standard")
def command() -> None:
    """Show, publish and write out the standard that audits are made under."""


@command.command("show")
@click.pass_obj
def show(config_file: Path | None) -> None:
    """Print the version in force: its sections and items; and which one is coming."""
    config = read_config(config_file)
    at = now()
    with reading(open_chain(config)) as session:
        following = standards.coming(session, at)
        click.echo("\n".join(_lines(_current(standards.current(session, at) or following), config)))
        if following is not None:
            click.echo(f"\nComing: {_head(following, config)}.")


@command.command("publish")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--from", "first", type=DAY, help="The day from which it is in force, if not today: one before it, or one to come."
)
@click.option("--replace", is_flag=True, help="Let the salon standard replace another one that is in force.")
@click.pass_obj
def publish(config_file: Path | None, file: Path | None, first: date | None, replace: bool) -> None:
    """Publish FILE as the next version; without FILE the salon standard.

    FILE.toml, with FILE.LANGUAGE.toml beside it, or the XLSForm FILE.xlsx. Where the version in force says the same, nothing changes. Audits keep the version they were made under.
    """
    config = read_config(config_file)
    written = _read(file, config)
    since = moment(first, time(0), config.chain.timezone) if first is not None else None
    with transaction(open_chain(config)) as session:
        newest = standards.newest(session)
        if file is None and not replace and newest is not None and not says_the_same(newest, written):
            raise Refused(
                "Version {version} of a standard is published and says otherwise. "
                "To have the one for salons in its place: monitor standard publish --replace",
                version=newest.version,
            )
        standard, new = publish_standard(session, written, at=now(), since=since)
        if new:
            click.echo(f"Published {_head(standard, config)}.")
        else:
            click.echo(f"Nothing new: version {standard.version} says the same.")


@command.command("take-back")
@click.argument("version", type=int)
@click.pass_obj
def take_back(config_file: Path | None, version: int) -> None:
    """Take VERSION back, which is published for a day to come; it becomes the draft again where there is none."""
    with transaction(open_chain(read_config(config_file))) as session:
        coming.take_back(session, version=version, by=None, at=now())
    click.echo(f"Taken back: version {version}. It never comes into force.")


@command.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--xlsform", is_flag=True, help="Write an XLSForm, as ODK and KoboToolbox read it; so FILE.xlsx does.")
@click.pass_obj
def export(config_file: Path | None, file: Path, xlsform: bool) -> None:
    """Write the version in force to FILE.toml, and each further language to FILE.LANGUAGE.toml; or all to FILE.xlsx."""
    config = read_config(config_file)
    with reading(open_chain(config)) as session:
        standard = _current(standards.current(session, now()))
        if xlsform or file.suffix == SUFFIX:
            write_file(standard, file)
            made = [file]
        else:
            made = write_standard(standard, file)
    click.echo(f"Written: {', '.join(str(path) for path in made)}.")


def _current(standard: Standard | None) -> Standard:
    if standard is None:
        raise Refused("There is no standard yet; publish the one for salons with: monitor standard publish")
    return standard


def _read(file: Path | None, config: Config) -> WrittenStandard:
    """What the files say; each of their faults is printed, and what was left out of an XLSForm."""
    try:
        if file is None:
            return read_standard(SHIPPED)
        if not file.is_file():
            raise Refused("There is no file {file}.", file=str(file))
        if file.suffix == SUFFIX:
            return _told(read_file(file, language=config.chain.language))
        if file.suffix != ".toml" or "." in file.stem:
            raise Refused("{file} is no name for a standard; write one such as salon.toml.", file=file.name[:60])
        return read_standard(file.absolute().parent, file.stem)
    except FormRefused as refused:
        for fault in refused.faults:
            click.echo(str(fault), err=True)
        raise Refused("Nothing was published. Faults: {n}.", n=len(refused.faults) + refused.more) from refused
    except OSError as error:
        raise Refused("{file} cannot be read: {why}.", file=str(file), why=error.strerror or "") from error


def _told(read: ReadForm) -> WrittenStandard:
    for remark in read.remarks:
        click.echo(str(remark), err=True)
    if read.more:
        click.echo(f"Remarks that are not listed: {read.more}.", err=True)
    return read.standard


def _head(standard: Standard, config: Config) -> str:
    items = sum(len(section.items) for section in standard.sections)
    since = ""
    if standard.published_at is not None:
        word = "from" if standard.published_at > now() else "since"
        since = f" {word} {local_date(standard.published_at, config.chain.timezone)}"
    title = f" \N{MIDDLE DOT} {standard.title}" if standard.title else ""
    return f"version {standard.version}{title}, in force{since}: {len(standard.sections)} sections, {items} items"


def _lines(standard: Standard, config: Config) -> list[str]:
    language = config.chain.language
    titles, texts = standards.titles(standard, language), standards.item_texts(standard, language)
    lines = [f"The standard: {_head(standard, config)}."]
    for section in standard.sections:
        lines += ["", f"{titles[section.code]} ({section.code}{'' if section.scored else ', not scored'})"]
        lines += [f"  {item.code}: {texts[item.code]} [{_rule(item)}]" for item in section.items]
    return lines


def _rule(item: Item) -> str:
    """How the item counts, in a few words."""
    words = [item.type if item.worst is None else f"{item.type} {item.worst} to {item.best}"]
    words += [f"weight {item.weight}"] if item.scored else ["not scored"]
    words += ["critical"] if item.critical else []
    words += [f"when {item.condition}"] if item.condition else []
    return ", ".join(words)
