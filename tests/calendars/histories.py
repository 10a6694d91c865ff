"""Histories of one calendar, by chance from a seed, and the promise that each of them ends with.

The plan moves, days go by, the athlete touches what stands there, the service fails, workers crash
and two are at it at once. When the trouble stops, two runs make the calendar equal to the plan, and
a third one writes nothing.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import timedelta

from planning.calendar import EntryState
from planning.schedule import library
from planning.workout import Kind, PlannedWorkout, digest
from tests.connectors.library import one_of_each
from tests.planning.schedule.cases import PACES
from worker.vault import LOCK_FOR

IDENTS = [f"g1-{letter}" for letter in "abcdef"]
SESSIONS = [one for one in one_of_each().values() if one.kind is not Kind.RACE]
EASY = [library.easy(metres, PACES) for metres in range(5_000, 12_000, 1_000)]
STEPS = 14
SETTLE = timedelta(seconds=130)  # after which what is read is believed
TRIES = 12  # to draw a change that a plan may make
MOST_GONE = 3  # by the athlete's hand: more at once looks like a fault
A_TROUBLE = 8  # writes at most that one crash or fault may cost: a session written anew, twice


@dataclass
class Counts:
    """What was lived, for the line at the end."""

    histories: int = 0
    runs: int = 0
    writes: int = 0
    crashes: int = 0
    faults: int = 0
    hands: int = 0
    overtaken: int = 0

    def __str__(self):
        return ", ".join(f"{value} {name}" for name, value in vars(self).items())


@dataclass
class History:
    """`hand` is what the athlete left on purpose, as it stood then, by id; `removed` are sessions
    they took off; `loose` is what they touched while a write of ours was unfinished, or is equal to
    what we once wrote: that may stay or go. A workout on no day that a `broken` write left is not told
    from the athlete's own copy of one: it stays until it is pruned, one for each such write.
    """

    lived: object
    chance: random.Random
    counts: Counts = field(default_factory=Counts)
    hand: dict = field(default_factory=dict)
    removed: set = field(default_factory=set)
    loose: set = field(default_factory=set)
    shared: set = field(default_factory=set)  # workouts that stand on several days
    ever: dict = field(default_factory=dict)  # what the plan ever wanted, by ident
    gone: int = 0
    edits: int = 0
    trouble: int = 0
    broken: int = 0  # writes without an answer, and those that another worker made as well
    least: int = 0
    asked_for: dict = field(default_factory=dict)  # at the last publish

    lagging: bool = False
    expired: bool = False

    def __post_init__(self):
        self.side = self.lived.side
        self.foreign = self.side.foreign()
        self.before = self.side.writes()
        self.copied = 0

    # The plan

    def changes(self):
        """One session is new, moved, changed or dropped."""
        for _ in range(TRIES):
            plan = dict(self.lived.plan)
            ident = self.chance.choice(IDENTS)
            what = self.chance.choice(("new", "new", "moved", "changed", "dropped"))
            if what == "new" or ident not in plan:
                plan[ident] = self._session(ident)
            elif what == "moved":
                plan[ident] = replace(plan[ident], day=self._day())
            elif what == "changed":
                plan[ident] = replace(self._session(ident), day=plan[ident].day)
            else:
                del plan[ident]
            days = [one.day for one in plan.values()]
            if len(set(days)) == len(days) and self._in_force(plan):
                return

    def _in_force(self, plan):
        if not self.lived.wants(plan):
            return False
        self.removed &= plan.keys()
        for ident, one in self.lived.wanted().items():
            self.ever.setdefault(ident, set()).add((one.day.isoformat(), one.workout.name))
        return True

    def _session(self, ident):
        among = SESSIONS if self.chance.random() < 0.4 else EASY
        return PlannedWorkout(ident, self._day(), self.chance.choice(among))

    def _day(self):
        return self.lived.today + timedelta(days=self.chance.randrange(13))

    # Time

    def next_day(self):
        self.lived.clock.later(days=1)
        self.lived.control.day(self.lived.today)
        plan = dict(self.lived.plan)
        while not self._in_force(plan):  # what was lawful yesterday may not be so today
            plan.pop(max(plan, key=lambda ident: (plan[ident].day, ident)))
        past = self.lived.today.isoformat()
        records = self.lived.records()
        self.removed = {
            i for i in self.removed if i in records and records[i].day >= self.lived.today
        }
        self.hand = {key: entry for key, entry in self.hand.items() if entry["day"] >= past}

    # Publishing

    def publish(self, due=None):
        self._ask()
        self.counts.runs += 1
        lives = self.lived.publishes(due)
        if not lives:
            self.trouble += 1
            self.counts.crashes += 1
            self.lived.clock.later(seconds=11)  # its lease runs out
            if self.expired:  # it may have died while it renewed the sign-in
                self.lived.clock.at += LOCK_FOR
        self._agree()
        return lives

    def _ask(self):
        """How many writes the difference from what was asked for last is worth."""
        wanted = {ident: (one.day, digest(one)) for ident, one in self.lived.wanted().items()}
        # What stands on a day that is over by now is left there.
        before = {i: one for i, one in self.asked_for.items() if one[0] >= self.lived.today}
        self.least += self.side.least(before, wanted)
        self.asked_for = wanted

    def _agree(self):
        """Where the plan came to want just what the athlete made of it, it is ours again. A copy
        changes with the workout that it shares.
        """
        there = self.side.entries() if self.shared else {}
        for key, entry in list(self.hand.items()):
            now = there.get(key, entry) if entry.get("workout_id") in self.shared else entry
            if self._was_wanted(now):
                del self.hand[key]
                self.loose.add(key)

    def disturbed(self):
        """A publish in which something happens at one of its touches, or at two."""
        due = {}
        for _ in range(self.chance.choice((1, 1, 2))):
            at = self.chance.randrange(1, self.side.TOUCHES)
            due[at] = self.chance.choice(
                (self.lived.line.crash, self.lived.line.crash, self.overtakes, self.touches_within)
            )
        self.publish(due)

    def expiring(self):
        """A publish during which the sign-in runs out."""
        self.expired = True
        self.publish({self.chance.randrange(1, self.side.TOUCHES): self.side.expires})
        if self.side.ASKS_AGAIN:
            self.trouble += 1
            self.lived.signs_in()

    def overtakes(self):
        """This one is paused for so long that another takes its work over and does it."""
        if self.expired:
            return  # it may be renewing its sign-in, and whoever takes over would wait for that
        self.trouble += 1
        self.broken += 1
        self.counts.overtaken += 1
        self.lived.clock.later(seconds=self.chance.choice((11, 30, 125)))
        self.lived.works()

    def touches_within(self):
        self.touches(within=True)

    # The service

    def fails(self):
        if not self.side.FAILS:
            return
        times = self.chance.choice((1, 1, 1, 2))
        self.trouble += times
        self.broken += times
        self.counts.faults += times
        self.side.fails(self.chance, times=times)

    def lags(self):
        self.trouble += 1
        self.side.lags(self.chance.choice((0.0, 60.0, 119.0, 300.0)))
        self.lagging = True

    # The athlete

    def touches(self, *, within=False):
        there = self.side.entries()
        today = self.lived.today.isoformat()
        ahead = sorted(key for key, one in there.items() if one["day"] >= today and one["ident"])
        self.counts.hands += 1
        what = self.chance.choice(("edit", "move", "take off", "remove", "copy", "own"))
        if what == "own" or not ahead:
            self.side.adds_own(self._day())
            self.foreign = self.side.foreign()
            return
        key = self.chance.choice(ahead)
        entry = there[key]
        mine = self._is_free(key, entry, within=within)
        self.trouble += 1
        if what == "edit":
            self.edits += 1
            self.side.edits(key, f"Mine {self.edits}")
            self._own(key, mine)
        elif what == "move":
            day = self._day()
            if day.isoformat() != entry["day"]:
                to = self.side.moves(key, day) or key
                if to != key:  # where it stands is what it is known by
                    self.hand.pop(key, None)
                    self.loose.discard(key)
                self._own(to, mine)
        elif what == "copy":
            self._copies(key, entry, mine)
        elif self.gone < MOST_GONE:
            self._takes(key, entry, mine, there, for_good=what == "remove")

    def _copies(self, key, entry, mine):
        day = self._day()
        if day.isoformat() == entry["day"] or self.lagging:
            return  # a copy hidden by a lagging listing has nothing to show for it
        made = self.side.copies(key, day)
        if made is not None:
            if "workout_id" in entry:
                self.copied += 1
                self.shared.add(entry["workout_id"])
            self._own(made, mine)

    def _takes(self, key, entry, mine, there, *, for_good):
        self.gone += 1
        alone = [one["ident"] for one in there.values()].count(entry["ident"]) == 1
        record = self.lived.records().get(entry["ident"])
        settled = record is not None and record.state is EntryState.SETTLED
        if mine and alone and settled and entry["ident"] in self.lived.wanted():
            self.removed.add(entry["ident"])
        if for_good:
            self.side.removes(key)
        else:
            self.side.takes_off(key)
        still = self.side.entries()
        for lost in there.keys() - still.keys():
            self.hand.pop(lost, None)

    def _is_free(self, key, entry, *, within):
        """Whether no write of ours is about it, so that the hand on it has to be kept."""
        record = self.lived.records().get(entry["ident"])
        if key in self.hand and not (record and record.state is EntryState.PENDING):
            return True
        if record is None or record.state is not EntryState.SETTLED:
            return False
        if not self.side.is_entry_of(key, entry, record):
            return False
        wanted = self.lived.wanted().get(entry["ident"])
        return not within or (wanted is not None and digest(wanted) == record.plan_digest)

    def _own(self, key, mine):
        entry = self.side.entries()[key]
        self.hand.pop(key, None)
        self.loose.discard(key)
        self.removed.discard(entry["ident"])
        if mine and not self._was_wanted(entry):
            self.hand[key] = entry
        else:
            self.loose.add(key)

    def _was_wanted(self, entry):
        return self.side.version(entry) in self.ever.get(entry["ident"], set())

    # The promise

    def ends(self):
        """Faults stop. Two runs, the second when the first says so, and all is as it should be."""
        self.side.calms()
        self.lived.clock.later(minutes=10)
        if self.expired:
            self.publish()
            self.lived.signs_in()
        for _ in range(2):
            self.publish()
            self.lived.clock.at += SETTLE
        self.holds()
        writes, asked = self.side.writes(), self.side.asked()
        self.publish()
        assert self.side.writes() == writes, "a further run writes nothing"
        # What is the athlete's, or was unfinished when its day ended, is looked at more closely.
        ours = all(one.state is EntryState.SETTLED for one in self.lived.records().values())
        quiet = ours and not (self.hand or self.removed or self.loose or self.copied)
        quiet = quiet and not self.side.left_over()
        if quiet:
            assert self.side.asked() - asked <= self.side.MOST_IN_A_LOOK, "and costs one look"
        spent = writes - self.before - self.copied
        assert spent <= self.least + A_TROUBLE * self.trouble, f"{spent} writes, {self.least} asked"
        if not self.trouble:
            assert spent == self.least, f"{spent} writes where {self.least} do"
        self.counts.histories += 1
        self.counts.writes += spent

    def holds(self):
        there, records = self.side.entries(), self.lived.records()
        assert self.side.foreign() == self.foreign, "what is the athlete's own is untouched"
        for key, entry in self.hand.items():
            assert key in there, f"the athlete's hand is kept: {entry} is gone"
            now, was = there[key], entry
            if entry.get("workout_id") in self.shared:
                now, was = now["day"], was["day"]
            assert now == was, f"the athlete's hand is kept: {entry}"
        today, wanted = self.lived.today.isoformat(), self.lived.wanted()
        theirs = {i for i, one in records.items() if one.state is EntryState.ATHLETES}
        ahead = {i: one for i, one in records.items() if one.day >= self.lived.today}
        unsettled = {i for i, one in ahead.items() if one.state is EntryState.PENDING}
        assert not unsettled, f"nothing is left unfinished: {unsettled}"
        found = {}
        for key, entry in there.items():
            record = records.get(entry["ident"])
            is_it = record is not None and self.side.is_entry_of(key, entry, record)
            settled = record is not None and record.state is EntryState.SETTLED
            ignored = key in self.hand or (key in self.loose and not (is_it and settled))
            if entry["day"] >= today and not ignored and not (entry["ident"] in theirs and is_it):
                found.setdefault(entry["ident"], []).append(entry)
        assert found.keys() == wanted.keys() - theirs, f"{sorted(found)} for {sorted(wanted)}"
        for ident, entries in found.items():
            assert len(entries) == 1, f"each session once: {entries}"
            assert not (faults := self.side.faults(entries[0], wanted[ident])), faults
        touched = self.removed | theirs | {one["ident"] for one in self.hand.values()}
        assert self.removed & wanted.keys() <= theirs, "what was removed stays removed"
        left = [i for i in self.side.left_over() if i not in touched]
        assert self.gone or len(left) <= self.broken, f"left over: {left}"
        if not self.hand and not self.removed and not self.trouble:
            assert not theirs, f"nothing is taken for the athlete's hand: {theirs}"


def by_chance(lived, seed, counts):
    """One history of everything."""
    history = History(lived, random.Random(f"{lived.side.name}-{seed}"), counts)
    chance = history.chance
    for _ in range(4):
        history.changes()
    for _ in range(STEPS):
        step = chance.choice(
            (
                history.changes,
                history.changes,
                history.publish,
                history.publish,
                history.disturbed,
                history.disturbed,
                history.disturbed,
                history.expiring,
                history.touches,
                history.touches,
                history.fails,
                history.fails,
                history.lags,
                history.next_day,
                lambda: lived.clock.later(seconds=chance.choice((1, 60, 119, 121, 400))),
            )
        )
        step()
    history.ends()


def crashed_at(lived, seed, touch, counts):
    """A calm history of two publishes that crashes at one touch; False when it has fewer."""
    history = History(lived, random.Random(f"{lived.side.name}-{seed}"), counts)
    for _ in range(4):
        history.changes()
    lives = history.publish({touch: history.lived.line.crash})
    first = lived.line.touches
    history.lived.clock.later(minutes=3)
    for _ in range(3):
        history.changes()
    if seed % 3 == 0:
        history.touches()
    if seed % 4 == 0:
        history.next_day()
    if lives:
        lives = history.publish({touch - first: history.lived.line.crash})
    history.ends()
    return not lives
