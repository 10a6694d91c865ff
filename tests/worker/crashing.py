"""A calendar at one of whose writes the process dies: before the service has it, or after."""

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest


class Died(BaseException):
    """Nobody handles it, as nobody handles a `kill -9`."""


@dataclass
class Countdown:
    """`writes` are let through; at the next one the process dies, after it if it is `applied`."""

    writes: int
    applied: bool

    def write(self, call):
        self.writes -= 1
        if self.writes >= 0:
            return call()
        if self.applied:
            call()
        raise Died


@dataclass
class MortalCalendar:
    there: Any
    countdown: Countdown

    def entries(self, *args):
        return self.there.entries(*args)

    def read(self, remote_id):
        return self.there.read(remote_id)

    def foreign(self, *args):
        return self.there.foreign(*args)

    def taken(self, *args):
        return self.there.taken(*args)

    def create(self, workout):
        return self.countdown.write(lambda: self.there.create(workout))

    def create_in_parts(self, workout, made):
        if not hasattr(self.there, "create_in_parts"):
            return self.create(workout)
        return self.countdown.write(lambda: self.there.create_in_parts(workout, made))

    def replace(self, remote_id, workout):
        return self.countdown.write(lambda: self.there.replace(remote_id, workout))

    def delete(self, remote_id):
        return self.countdown.write(lambda: self.there.delete(remote_id))

    def release(self, remote_id):
        return self.countdown.write(lambda: self.there.release(remote_id))


@dataclass
class MortalConnector:
    inner: Any
    countdown: Countdown

    def __getattr__(self, name):
        return getattr(self.inner, name)

    @contextmanager
    def open(self, link, now):
        with self.inner.open(link, now) as use:
            yield replace(use, calendar=MortalCalendar(use.calendar, self.countdown))


def dies(lived, name, work, *, writes, applied):
    """Do `work` with a runtime whose calendar `name` dies at a write; a minute passes, so that
    nobody holds its lease any more. False: it made no more writes than that, and is done.
    """
    mortal = MortalConnector(lived.runtime.connectors[name], Countdown(writes, applied))
    runtime = replace(lived.runtime, connectors={**lived.runtime.connectors, name: mortal})
    try:
        work(runtime)
    except Died:
        lived.clock.later(minutes=1)
        return True
    return False


each_moment = pytest.mark.parametrize("applied", [False, True], ids=["before", "after"])
