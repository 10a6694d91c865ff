"""The one world both services show: athletes, what they ran, what stands in their calendars.

It is touched by the event loop's thread alone, so nothing here is locked.
"""

import hashlib
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from connectors.sandbox.faults import Fault
from connectors.sandbox.garmin_calendar import GarminCalendar
from connectors.sandbox.multisport import Multisport
from connectors.sandbox.recorded import RecordedRun
from connectors.sandbox.runner import Run, Runner
from connectors.sandbox.tokens import Tokens
from connectors.sandbox.wellness import Watch

FIRST_STRAVA_ATHLETE = 777_000
FIRST_GARMIN_PROFILE = 70_011_222


@dataclass(slots=True)
class Account:
    """One athlete with an account in both services. `number` counts from 1."""

    number: int
    runner: Runner
    calendar: GarminCalendar
    activities: list[RecordedRun] = field(default_factory=list)
    multisports: list[Multisport] = field(default_factory=list)
    watch: Watch = field(default_factory=Watch)
    lift: float = 0.0  # how much better than believed (ln speed) the races have shown it to be
    consent: bool = True  # Garmin's upload consent

    @property
    def display_name(self) -> str:
        return f"runner-{self.number}"

    @property
    def email(self) -> str:
        return f"runner{'' if self.number == 1 else self.number}@example.com"

    @property
    def strava_id(self) -> int:
        return FIRST_STRAVA_ATHLETE + self.number

    @property
    def profile_id(self) -> int:
        return FIRST_GARMIN_PROFILE + self.number

    def fitness(self, day: date) -> float:
        """Ln of the true 10 km speed, from everything that was run before."""
        minutes: dict[date, float] = {}
        for activity in self.activities:
            there = activity.local_day
            minutes[there] = minutes.get(there, 0.0) + activity.run.moving_s / 60.0
        return self.runner.fitness(day, minutes) + self.lift


@dataclass(slots=True)
class Limits:
    """Strava's: overall per 15 minutes and day, and the same for reads."""

    short: int = 400
    day: int = 4000
    read_short: int = 200
    read_day: int = 2000


@dataclass(slots=True)
class Approval:
    """What the athlete answers when Strava asks: who, yes or no, and which scopes."""

    athlete: str = "runner-1"
    deny: bool = False
    scope: str | None = None  # None: all that is asked for


class World:
    def __init__(
        self, *, machine_now: Callable[[], datetime], seed: int, lag_s: float, record_every_s: int
    ) -> None:
        self.machine_now = machine_now
        self.seed = seed
        self.lag_s = lag_s
        self.strava_lag_s = 0.0  # from an announcement until it can be fetched
        self.record_every_s = record_every_s
        self.today: date = machine_now().date()
        self.tokens = Tokens(seed)
        self.limits = Limits()
        self.approval = Approval()
        self.faults: list[Fault] = []
        self.requests: Counter[str] = Counter()
        self._accounts: dict[str, Account] = {}
        self._garmin_ids = itertools.count(21_000_000_001)
        self._strava_ids = itertools.count(19_000_000_001)

    def account(self, display_name: str = "runner-1") -> Account:
        """The athlete called `runner-N`, made when first asked for. KeyError for other names."""
        if display_name not in self._accounts:
            prefix, _, number = display_name.partition("-")
            if prefix != "runner" or not number.isdigit():
                raise KeyError(display_name)
            self._accounts[display_name] = self._new_account(int(number))
        return self._accounts[display_name]

    def accounts(self) -> Iterator[Account]:
        yield from self._accounts.values()

    def record(self, account: Account, run: Run, *, workout_id: int | None = None) -> RecordedRun:
        """The watch has synced: from now on both services know the run."""
        recorded = RecordedRun(
            run=run,
            garmin_id=next(self._garmin_ids),
            strava_id=next(self._strava_ids),
            owner=account.number,
            zone=account.runner.zone,
            every_s=self.record_every_s,
            workout_id=workout_id,
            updated_at=self.machine_now(),
            processed_at=self.machine_now() + timedelta(seconds=self.strava_lag_s),
        )
        account.activities.append(recorded)
        account.activities.sort(key=lambda activity: activity.run.start_at)
        return recorded

    def activity(self, identity: str) -> tuple[Account, RecordedRun]:
        """By either service's id, or `latest` for the newest of the first athlete. KeyError."""
        if identity == "latest":
            account = self.account()
            return account, account.activities[-1]
        for account in self.accounts():
            for activity in account.activities:
                if identity in (str(activity.garmin_id), str(activity.strava_id)):
                    return account, activity
        raise KeyError(identity)

    def _new_account(self, number: int) -> Account:
        told = hashlib.sha256(f"{self.seed}:{number}".encode()).digest()
        seed = self.seed if number == 1 else int.from_bytes(told[:4])
        calendar = GarminCalendar(
            owner_id=FIRST_GARMIN_PROFILE + number,
            first_id=1_400_000_000 + 1_000_000 * number,
            machine_now=self.machine_now,
            lag=lambda: timedelta(seconds=self.lag_s),
        )
        return Account(number, replace(Runner(), seed=seed), calendar)
