"""What is known to be all there, and what is known to be kept from us.

A day without a run is a day of rest only when its sources are complete; else it is unknown.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from planning.activity import Activity, Observation
from planning.matching import SAME_START_S
from planning.wellness import Wellness

DAY = timedelta(days=1)
SILENT_DAYS = 7  # after so many unknown days the plan stops growing and the forecast widens
FEEDING_DAYS = 28  # a source without an activity for so long is not where the runs come from
WORN_RUNS = 7  # the last runs that say which watch is worn
WINDOW_DAYS = 28  # over which what is withheld is counted
MOST_WITHHELD = 0.2  # of all activities: above it nothing is foretold


@dataclass(frozen=True, slots=True)
class Coverage:
    """A source is complete up to the end of `until`, and why we may say so."""

    source: str  # connector name
    until: date  # the athlete's day
    because: str  # in plain words: "the watch synced on 24 November"


@dataclass(frozen=True, slots=True)
class Withheld:
    """An activity that a source names and does not give. `reason` and `remedy` are sentences,
    `title` is what people call the source.
    """

    source: str
    external_id: str
    day: date | None  # None: not even that is said
    reason: str
    remedy: str
    start_at: datetime | None = None
    title: str = ""

    @property
    def key(self) -> str:
        return f"{self.source}:{self.external_id}"


# --- up to which day ----------------------------------------------------------------------------


def complete_until(
    connected: Collection[str],
    *,
    seen: Iterable[Observation],
    wellness: Iterable[Wellness] = (),
    coverage: Iterable[Coverage] = (),
) -> date | None:
    """The last day of which nothing can be missing at any source that feeds; None: there is none.

    `connected` names the sources that are asked for activities. Of these all must be complete that
    gave an activity in the four weeks before the newest one. Without any, as where files are
    imported by hand, a later activity is all the proof there is.
    """
    recorded = list({each.key: each for each in seen}.values())
    nights, proofs = list(wellness), list(coverage)
    if not recorded:
        return None
    newest = max(each.day for each in recorded)
    since = newest - timedelta(days=FEEDING_DAYS)
    feeding = {each.record.source for each in recorded if each.day > since} & set(connected)
    if not feeding:
        return newest - DAY
    found = (proof(name, seen=recorded, wellness=nights, coverage=proofs) for name in feeding)
    return min(each.until for each in found if each is not None)


def proof(
    source: str,
    *,
    seen: Iterable[Observation],
    wellness: Iterable[Wellness] = (),
    coverage: Iterable[Coverage] = (),
) -> Coverage | None:
    """The best proof that one source is complete; None when it has given nothing.

    Either it said so itself (`coverage`), or it knows how a later day began (`wellness` of a day
    comes in its morning, and says nothing of its evening), or the watch handed over a later
    activity; of the day of that activity another may still be missing.
    """
    own = [each for each in coverage if each.source == source]
    days = [each.day for each in wellness if each.source == source and not each.is_empty]
    if days:
        until = max(days) - DAY
        own.append(Coverage(source, until, f"the watch told of the night to {_on(max(days))}"))
    synced = _last_synced([each for each in seen if each.record.source == source])
    if synced:
        own.append(Coverage(source, synced - DAY, f"the watch handed over a run of {_on(synced)}"))
    return max(own, key=lambda each: (each.until, each.because), default=None)


def _last_synced(seen: Sequence[Observation]) -> date | None:
    """The day of the last activity of the watch that is worn: the one of most of the last runs.

    Another one's, as of an indoor trainer or an old watch, proves nothing of that watch; nor does
    what was typed in by hand, unless everything is. Where a device is not known, as where a
    service's terms have taken it away again, it is no other one.
    """
    told = [each for each in seen if not each.record.is_manual] or list(seen)
    runs = [each for each in told if each.record.sport == "run"] or told
    last = sorted(runs, key=lambda each: (each.record.start_at, each.key))[-WORN_RUNS:]
    if not last:
        return None
    counts = Counter(each.record.device for each in reversed(last) if each.record.device)
    if not counts:
        return max(each.day for each in told)
    worn = counts.most_common(1)[0][0]  # of two as often worn, the later one
    return max(each.day for each in told if each.record.device == worn)


def heard_until(
    today: date, *, complete: date | None, ran: Iterable[date], said: Iterable[date]
) -> date | None:
    """The last day before `today` of which anything is known: complete, run on, or spoken of."""
    last = today - DAY
    days = [day for day in (complete, *ran, *said) if day is not None]
    return max((min(day, last) for day in days), default=None)


def is_silent(today: date, heard: date | None) -> bool:
    """Whether over a week has passed of which nothing is known."""
    return heard is not None and (today - heard).days > SILENT_DAYS


# --- what is kept from us -----------------------------------------------------------------------


def missing(
    withheld: Iterable[Withheld],
    activities: Iterable[Activity],
    today: date,
    *,
    days: int = WINDOW_DAYS,
) -> tuple[Withheld, ...]:
    """The withheld activities of the last `days` that no other source gave, one for each run.

    Those of an unknown day are left out: nobody knows whether they are of these weeks.
    """
    first = today - timedelta(days=days - 1)
    of_late = [each for each in withheld if each.day is not None and first <= each.day <= today]
    given = _Given(activities if of_late else ())
    told: list[Withheld] = []
    for each in sorted(of_late, key=_order):
        twice = any(each.source != other.source and _is_same(each, other) for other in told)
        if not twice and not given.take(each):
            told.append(each)
    return tuple(told)


def share_withheld(
    missed: Sequence[Withheld], activities: Iterable[Activity], today: date
) -> float:
    """The share of the last 28 days' activities that is withheld, 0 to 1; `missed` as `missing`
    tells it.
    """
    first = today - timedelta(days=WINDOW_DAYS - 1)
    known = sum(1 for each in activities if first <= each.day <= today)
    return len(missed) / (known + len(missed)) if missed else 0.0


def withheld_words(missed: Sequence[Withheld], title: str) -> str:
    """What one service withholds, and what to do: sentences. "" when it is nothing.

    `title` is what the service is called. The reason named is the most frequent one.
    """
    if not missed:
        return ""
    reasons = Counter((each.reason, each.remedy) for each in missed)
    (reason, remedy), _ = min(reasons.items(), key=lambda item: (-item[1], item[0]))
    count = "1 activity" if len(missed) == 1 else f"{len(missed)} activities"
    verb = "is" if len(missed) == 1 else "are"
    told = f"{count} of the last four weeks {verb} withheld by {title}."
    return " ".join(part for part in (told, reason, remedy) if part)


def too_much_withheld(missed: Sequence[Withheld], share: float) -> str:
    """Why there is no forecast when over a fifth is withheld; "" when it is not so much."""
    if share <= MOST_WITHHELD:
        return ""
    sources = ", ".join(sorted({each.title or each.source for each in missed}))
    remedies = sorted({each.remedy for each in missed if each.remedy})
    told = f"No forecast: {share:.0%} of the last four weeks' activities are withheld by {sources}."
    return " ".join((told, *remedies))


class _Given:
    """The activities that were given, each of which answers for one that is withheld."""

    def __init__(self, activities: Iterable[Activity]) -> None:
        self._left: dict[date, list[Activity]] = {}
        for each in sorted(activities, key=lambda each: (each.start_at, each.id)):
            self._left.setdefault(each.day, []).append(each)

    def take(self, sought: Withheld) -> bool:
        for near in self._near(sought.day):
            for index, each in enumerate(near):
                sources = {key.partition(":")[0] for key in each.sources}
                if sources != {sought.source} and _fits(sought, each.day, each.start_at):
                    del near[index]
                    return True
        return False

    def _near(self, day: date | None) -> Iterator[list[Activity]]:
        """Of the day and its neighbours: around midnight two sources may name two days."""
        if day is not None:
            yield from (self._left.get(day + DAY * n, []) for n in (-1, 0, 1))


def _order(each: Withheld) -> tuple[bool, date, str]:
    """Those whose start is known choose first: they can be told apart."""
    return each.start_at is None, each.day or date.min, each.key


def _is_same(one: Withheld, other: Withheld) -> bool:
    return other.day is not None and _fits(one, other.day, other.start_at)


def _fits(sought: Withheld, day: date, start_at: datetime | None) -> bool:
    if sought.start_at is None or start_at is None:
        return sought.day == day
    return abs((sought.start_at - start_at).total_seconds()) <= SAME_START_S


# --- asking the athlete -------------------------------------------------------------------------


def question(days: Sequence[date], connected: Sequence[str], skippable: date | None) -> str:
    """What to ask about planned days of which nothing is known; `connected` are titles.

    `skippable`: the first of them that can still be answered for by a command.
    """
    named = ", ".join(_on(day) for day in days)
    did = "Did you run?" if len(days) == 1 else "Did you run on these days?"
    synced = (
        f"If so, sync your watch: nothing has come from {' or '.join(connected)} since."
        if connected
        else "If so, import the recording (`goalward import PATH`), or connect your service "
        "(`goalward connect --help`)."
    )
    skip = f"If not, say so: `goalward plan skip {skippable.isoformat()}`." if skippable else ""
    until = "Until then the plan takes it neither for done nor for missed."
    return " ".join(
        part for part in (f"Nothing is known of {named}.", did, synced, skip, until) if part
    )


def _on(day: date) -> str:
    return f"{day.day} {day:%B}"
