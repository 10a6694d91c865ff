"""intervals.icu as a history's calendar: what stands there, the athlete's hand, and its faults.

A sign-in does not run out there, it is replaced: the athlete makes a new key and gives it to us.
"""

from connectors.comparing import ident_in
from connectors.intervals.workouts import misread, parse
from worker.connections import connect

FAULTS = (  # kind, method, where, status
    ("timeout_after", "POST", "/events", None),
    ("timeout_after", "PUT", "/events", None),
    ("timeout_after", "DELETE", "/events", None),
    ("timeout_before", "POST", "/events", None),
    ("timeout_before", "PUT", "/events", None),
    ("timeout_before", "DELETE", "/events", None),
    ("status", "POST", "/events", 429),
    ("status", "PUT", "/events", 429),
    ("status", "GET", "/events", 429),
    ("status", "POST", "/events", 503),
    ("status", "PUT", "/events", 500),
    ("status", "DELETE", "/events", 502),
    ("status", "GET", "/events/", 503),
    ("slow", "POST", "/events", None),
    ("slow", "GET", "/events", None),
)


class OnIntervals:
    name = "intervals"
    MOST_IN_A_LOOK = 1
    FAILS = True
    TOUCHES = 16  # by then most publishes are over
    ASKS_AGAIN = True  # for a new key, which only the athlete can make

    def connects(self, lived):
        self.lived, self.control = lived, lived.control
        self.control.clear_faults()
        # All lives come from one address, and time begins again in each of them.
        self.control.post("intervals/settings", per_s=0.0, burst=1e9)
        self.signs_in()
        self._own, self._copied = 0, False

    def signs_in(self):
        given = self.control.post("intervals/key")
        connect(
            self.lived.runtime,
            1,
            connector="intervals",
            external_athlete_id=given["athlete_id"],
            tokens={"api_key": given["api_key"]},
            settings={"intervals_calendar": "yes"},
        )

    # What stands there

    def _events(self, **hand):
        return self.control.post("intervals/events", **hand)["events"]

    def entries(self):
        """All that carries our marker, by id: as the service keeps it."""
        return {
            str(event["id"]): {
                "ident": ident_in(event["description"]),
                "day": event["start_date_local"][:10],
                "event": event,
            }
            for event in self._events()
            if ident_in(event["description"])
        }

    def left_over(self):
        """There is nothing but events, and each has its day."""
        return []

    def foreign(self):
        return [event for event in self._events() if not ident_in(event["description"])]

    def is_entry_of(self, key, entry, record):
        return record.remote_id == key

    def faults(self, entry, planned):
        """Where it is not what was planned."""
        found = misread(planned, entry["event"])
        if entry["day"] != planned.day.isoformat():
            found.append(f"it stands on {entry['day']}")
        if self.version(entry)[1] != planned.workout.name:
            found.append(f"it is called {entry['event']['name']}")
        return found

    def version(self, entry):
        return entry["day"], parse(entry["event"])[1]

    def writes(self):
        """Every write that reached the service."""
        return self._requests("POST", "PUT", "DELETE")

    def asked(self):
        return self._requests("GET", "POST", "PUT", "DELETE")

    def _requests(self, *methods):
        asked = self.control.dump()["requests"]
        return sum(
            number
            for name, number in asked.items()
            if name.startswith("intervals ") and name.split()[1] in methods
        )

    # The athlete's hand

    def edits(self, key, name):
        text = self.entries()[key]["event"]["description"]
        self._events(change={key: {"name": name, "description": f"- 7m\n{text}"}})

    def moves(self, key, day):
        self._events(change={key: {"start_date_local": f"{day}T00:00:00"}})

    def takes_off(self, key):
        self._events(remove=[int(key)])

    removes = takes_off

    def copies(self, key, day):
        """The same once more, on another day; the id of that event."""
        self._copied = True
        before = self.entries().keys()
        self._events(copy={key: {"start_date_local": f"{day}T00:00:00"}})
        (made,) = self.entries().keys() - before
        return made

    def adds_own(self, day):
        self._own += 1
        own = {"category": "NOTE", "start_date_local": f"{day}T00:00:00"}
        self._events(add=[{**own, "name": f"Own {self._own}", "description": ""}])

    # The service's own trouble

    def fails(self, chance, *, times=1):
        kind, method, where, status = chance.choice(FAULTS)
        told = {"status": status} if status else {}
        delay_s = 0.05 if kind == "slow" else 0.0
        how = {"method": method, "path_contains": where, "delay_s": delay_s, "times": times}
        self.control.fault("intervals", kind, **how, **told)

    def lags(self, seconds):
        """A listing as it was when the same was last asked for. Not once there is a copy: hidden by
        a listing while the plan gives the session up, it looks like a leftover of ours for good.
        """
        if self._copied:
            return
        self.control.fault("intervals", "stale", method="GET", path_contains="/events")

    def expires(self):
        self.control.post("intervals/key", renew=True)

    def calms(self):
        self.control.clear_faults()

    def least(self, before, wanted):
        """Writes that lead from what was asked for to what is: one for each session."""
        both = wanted.keys() & before.keys()
        changed = sum(wanted[ident] != before[ident] for ident in both)
        return len(wanted.keys() ^ before.keys()) + changed
