"""What can be wrong with a source, and how it comes and goes."""

from dataclasses import dataclass
from datetime import time

from worker import tables
from worker.connections import SIGN_IN_NEEDED
from worker.vault import Vault

BEGINS = 8  # the day of the month


class Stopped(BaseException):
    """The process dies here."""


@dataclass(frozen=True)
class Fault:
    """`happens` says in plain words what is wrong; `begin` and `end` make it so."""

    name: str
    sources: tuple[str, ...]
    happens: str
    begin: object = lambda month: None
    end: object = lambda month: None
    until: tuple[int, time] = (16, time(8))  # day and time of its end
    daily: object = lambda month: None  # each morning in between
    goal: bool = False
    vault: object = None
    key_days: int = 365
    fine: bool = True
    erases: bool = False  # nothing of before is left, by the athlete's own word at the service

    def step(self, month, here):
        if here == (BEGINS, time(8)):
            month.note(f"It begins: {self.happens}.")
            self.begin(month)
        elif here == self.until:
            month.note("It is over.")
            self.end(month)
        elif (BEGINS, time(8)) < here < self.until and here[1] == time(8):
            self.daily(month)


def queued(kind, **how):
    """Every request to the service, until it is over."""

    def begin(month):
        month.control.fault(month.service, kind, times=10**9, **how)

    return begin


def cleared(month):
    month.control.clear_faults()


def set_to(**settings):
    return lambda month: month.control.settings(**settings)


def posted(path, **body):
    return lambda month: month.control.post(path, **body)


def pages_with_holes(month):
    """Some of the last runs are deleted at Strava; pages are cut before they are left out."""
    for one in month.control.dump()["activities"][-8::2]:
        month.control.delete_activity(one["strava_id"], services=["strava"])
    month.delivered()


def revoked(month):
    match month.source:
        case "strava" | "garmin":
            month.control.revoke(month.source)
            month.delivered()
        case "garmin_personal":
            month.control.post("personal/key/revoke")
        case "garmin_partner":
            month.control.post("partner/deregister")
        case "intervals":
            month.control.post("intervals/key", renew=True)


def signed_in_again(month):
    month.note("The athlete signs in again.")
    month.sign_in()
    month.listen()


def cleared_and_mended(month):
    """A renewal whose answer was lost has cost the sign-in; what the athlete hears, they do."""
    cleared(month)
    if any(row.state == SIGN_IN_NEEDED for row in month.lived.rows(tables.connection)):
        signed_in_again(month)


def new_key(month):
    month.key_days = 365
    signed_in_again(month)


def loses(month):
    month.door.loses = True


def mixes(month):
    month.door.mixes = True


def let_in(month):
    month.door.let_in()


def straight(month):
    month.door.let_in()
    month.door.loses = month.door.mixes = False


class Fragile(Vault):
    """The process dies each time that it has stored new tokens, before it has used them."""

    dies = False

    def write(self, name, values):
        super().write(name, values)
        if self.dies:
            raise Stopped


def fragile(runtime):
    return Fragile(runtime.engine, runtime.settings)


def dying(dies):
    def change(month):
        month.lived.runtime.vault.dies = dies

    return change


def renewal_lost(month):
    month.control.fault(month.service, "timeout_after", path_contains="/token", times=1)


def silent(month):
    month.watch_is_silent = True
    month.control.post("personal/watch", silent_from=month.today.isoformat())


INACTIVE = {
    "message": "Forbidden",
    "errors": [{"resource": "Application", "field": "Status", "code": "Inactive"}],
}
ALL = ("strava", "garmin", "garmin_personal", "garmin_partner", "intervals")
TOLD_BY = ("strava", "garmin_partner", "intervals")
EVENING, THIRD_DAY = (BEGINS, time(18)), (BEGINS + 3, time(8))

FAULTS = {
    fault.name: fault
    for fault in (
        Fault(
            "429-with-retry-after",
            ALL,
            "each request is answered with 429 and Retry-After: 3600",
            queued("status", status=429, retry_after=3600),
            cleared,
            until=THIRD_DAY,
        ),
        Fault(
            "429-without-retry-after",
            ALL,
            "each request is answered with a bare 429",
            queued("status", status=429),
            cleared,
            until=THIRD_DAY,
        ),
        Fault(
            "5xx-for-hours",
            ALL,
            "each request is answered with 503, until the evening",
            queued("status", status=503),
            cleared,
            until=EVENING,
        ),
        Fault(
            "5xx-for-days",
            ALL,
            "each request is answered with 503, for three days",
            queued("status", status=503),
            cleared,
            until=THIRD_DAY,
            fine=False,
        ),
        Fault(
            "timeouts-before-applying",
            ALL,
            "no request is answered or has an effect, until the evening",
            queued("timeout_before"),
            cleared,
            until=EVENING,
            fine=False,
        ),
        Fault(
            "timeouts-after-applying",
            ALL,
            "each request has its effect and no answer, until the next morning",
            queued("timeout_after"),
            cleared_and_mended,
            until=(BEGINS + 2, time(8)),
            daily=cleared,
            fine=False,
        ),
        Fault("slow-answers", ALL, "each answer is slow", queued("slow", delay_s=0.05), cleared),
        Fault("short-pages", ("strava",), "pages of the listing have holes", pages_with_holes),
        Fault(
            "not-there-yet",
            ("strava",),
            "a new run is announced three minutes before it can be fetched",
            set_to(strava_lag_s=180),
            set_to(strava_lag_s=0),
        ),
        Fault(
            "stale-lists",
            ("garmin",),
            "lists of the calendar are a minute and a half old",
            set_to(lag_s=90),
            set_to(lag_s=0),
            goal=True,
        ),
        Fault(
            "killed-while-renewing",
            ("strava", "garmin", "garmin_partner"),
            "the process dies each time that it has stored renewed tokens",
            dying(True),
            dying(False),
            vault=fragile,
            fine=False,
        ),
        Fault(
            "renewal-lost",
            ("strava", "garmin", "garmin_partner"),
            "the answer with the renewed tokens is lost, and the old ones are worth nothing",
            renewal_lost,
            signed_in_again,
            until=(BEGINS + 2, time(18)),
            fine=False,
        ),
        Fault(
            "revoked",
            ("garmin", "garmin_personal", "intervals"),
            "the athlete takes the sign-in back at the service, and signs in again a week later",
            revoked,
            signed_in_again,
            fine=False,
        ),
        Fault(
            "deauthorised",
            ("strava", "garmin_partner"),
            "the athlete throws Goalward out at the service, and comes back a week later",
            revoked,
            signed_in_again,
            fine=False,
            erases=True,
        ),
        Fault(
            "key-expires",
            ("garmin_personal",),
            "the key ends in three days, and is made anew on the sixteenth",
            end=new_key,
            key_days=10,
            fine=False,
        ),
        Fault(
            "consent-missing",
            ("garmin",),
            "Garmin takes no workouts without the athlete's consent (412)",
            set_to(consent=False),
            set_to(consent=True),
            goal=True,
            fine=False,
        ),
        Fault(
            "application-inactive",
            ("strava",),
            "Strava has switched the application off (403)",
            queued("status", status=403, body=INACTIVE),
            cleared,
            fine=False,
        ),
        Fault("webhooks-lost", TOLD_BY, "nothing that is delivered gets through", loses, straight),
        Fault(
            "webhooks-mixed",
            TOLD_BY,
            "what is delivered comes a day late, twice, the last first",
            mixes,
            straight,
            daily=let_in,
        ),
        Fault(
            "silent-watch",
            ALL,
            "the watch hands nothing over, though its owner runs as ever",
            silent,
            lambda month: month.sync_watch(),
            goal=True,
            fine=False,
        ),
        Fault(
            "withheld",
            ("intervals",),
            "half of the runs come to intervals.icu from Strava, and are withheld",
            posted("intervals/settings", strava_share=0.5),
            posted("intervals/settings", strava_share=0.0),
            goal=True,
            fine=False,
        ),
    )
}
