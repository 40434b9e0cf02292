"""A full disk: how it is known whatever met it first, and what is answered then, so that nobody thinks a thing is kept."""

import errno
import sqlite3
from logging import Logger
from types import TracebackType
from typing import Any

from flask import Flask
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, InternalServerError

from branches.language import message

NO_ROOM = message("There is no room left on our side, so this was not kept. Nothing was changed. Try again later.")
STATUS = 507
_OF_FILES = (errno.ENOSPC, errno.EDQUOT)
_OF_SQLITE = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE)
"""The second where the file that readers and writers share cannot grow."""
_OF_POSTGRESQL = "53100"


class NoRoom(HTTPException):
    """There is no room for what somebody sends."""

    code = STATUS
    description = NO_ROOM


def met(error: BaseException | None) -> bool:
    """Whether something failed because the disk is full."""
    if isinstance(error, InternalServerError):
        error = error.original_exception
    if isinstance(error, NoRoom):
        return True
    if isinstance(error, OSError):
        return error.errno in _OF_FILES
    said: Any = error.orig if isinstance(error, DBAPIError) else None
    code = getattr(said, "sqlite_errorcode", None)
    return code in _OF_SQLITE or getattr(said, "sqlstate", None) == _OF_POSTGRESQL


def log(logger: Logger, what: str) -> None:
    """A line, without a traceback: nothing is wrong with the program."""
    logger.error("no room left on the disk: %s", what)


class Pages(Flask):
    """A web program to which a full disk is no fault of its own."""

    def log_exception(
        self,
        exc_info: tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None],
    ) -> None:
        if met(exc_info[1]):
            log(self.logger, "what was sent was not kept")
        else:
            super().log_exception(exc_info)
