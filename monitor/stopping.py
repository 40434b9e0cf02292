"""The web server ends when it is asked to, at whatever moment: also in the first tenths of a second of its start.

Two things of the library are put right. Its handler of signals sets an event that the interrupted thread may just be about to wait for,
whose lock it then holds: it would wait for itself. And a worker that was just forked has inherited that handler, which does nothing
there: asked to end before it has one of its own, it would go on until it is killed.
"""

import _thread
import os
import signal
from typing import Any

from granian.server.mp import MPServer

ENDS = (signal.SIGTERM, signal.SIGINT)


class Server(MPServer):
    """The library's server, with both put right."""

    def startup(self, *given: Any) -> None:
        os.register_at_fork(before=_hold, after_in_parent=_let_go, after_in_child=_as_before)
        super().startup(*given)  # type: ignore[no-untyped-call]

    def signal_handler_interrupt(self, *_: Any, **__: Any) -> None:
        self.interrupt_signal = True
        _thread.start_new_thread(self.main_loop_interrupt.set, ())  # the plainest thread: starting it takes no lock


def end_before_serving() -> None:
    """Until the server takes over, a wish to end unwinds what was begun: a scheduler beside the pages ends too."""

    def end(*_: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)


def _hold() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)


def _let_go() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDS)


def _as_before() -> None:
    """In a worker nothing is under way yet: it may end at once."""
    for number in ENDS:
        signal.signal(number, signal.SIG_DFL)
    _let_go()
