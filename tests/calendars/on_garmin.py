"""Garmin Connect as a history's calendar: what stands there, the athlete's hand, and its faults."""

from connectors.comparing import differences
from connectors.written import dated, undated
from planning.workout import steps_from_json
from worker.connections import connect

SERVICE = "/workout-service"
LONG_S = 1e9  # the library holds the end of a token against the machine's clock, not against ours
FAULTS = (  # kind, method, where, status
    ("timeout_after", "POST", "workout-service/workout", None),
    ("timeout_after", "POST", "workout-service/schedule", None),
    ("timeout_after", "PUT", "workout-service/workout", None),
    ("timeout_after", "PUT", "workout-service/schedule", None),
    ("timeout_after", "DELETE", "workout-service/workout", None),
    ("timeout_after", "DELETE", "workout-service/schedule", None),
    ("timeout_before", "POST", "", None),
    ("timeout_before", "PUT", "", None),
    ("timeout_before", "DELETE", "", None),
    ("status", "POST", "workout-service/workout", 429),
    ("status", "POST", "workout-service/schedule", 429),
    ("status", "PUT", "", 429),
    ("status", "GET", "", 429),
    ("status", "POST", "", 503),
    ("status", "PUT", "", 500),
    ("status", "DELETE", "", 502),
    ("status", "GET", "/calendar-service", 503),
    ("status", "GET", "workout-service/workout/", 503),
    ("slow", "POST", "", None),
    ("short", "GET", "workout-service/workouts", None),
    ("stale", "GET", "workout-service/workouts", None),
)


class OnGarmin:
    name = "garmin"
    MOST_IN_A_LOOK = 4  # the library, a page to be sure, and two months
    FAILS = True
    TOUCHES = 40  # by then most publishes are over
    ASKS_AGAIN = False  # a sign-in that ran out is renewed by us

    def connects(self, lived):
        self.lived, self.control = lived, lived.control
        self.control.settings(lag_s=0.0)
        self.control.clear_faults()
        self.signs_in()
        self._own = 0

    def signs_in(self):
        tokens = self.control.tokens(life_s=LONG_S)["garmin"]
        connect(
            self.lived.runtime,
            1,
            connector="garmin",
            external_athlete_id=self.control.athlete,
            tokens=tokens,
        )

    # What stands there

    def entries(self):
        """All that was made through the interface, by an id that stays: as the service keeps it."""
        return {str(e["schedule_id"]): e for e in self.control.dump()["entries"]}

    def left_over(self):
        """Workouts of ours that stand on no day."""
        return [each["ident"] for each in self.control.dump()["templates"]]

    def foreign(self):
        return self.control.dump()["foreign"]

    def is_entry_of(self, key, entry, record):
        return record.remote_id == f"{entry['workout_id']}/{key}"

    def faults(self, entry, planned):
        """Where it is not what was planned."""
        found = differences(planned.workout.steps, steps_from_json(entry["steps"]))
        if entry["day"] != planned.day.isoformat():
            found.append(f"it stands on {entry['day']}")
        if entry["name"] != dated(planned.workout.name, planned.day):
            found.append(f"it is called {entry['name']}")
        return found

    def version(self, entry):
        return entry["day"], undated(entry["name"])

    def writes(self):
        """Every write that reached the service, without what only rings the watch."""
        asked = self.control.dump()["requests"]
        return sum(
            number
            for name, number in asked.items()
            if name.split()[1] in {"POST", "PUT", "DELETE"}
            and name.startswith("garmin ")
            and SERVICE in name
            and "sendtodevices" not in name
        )

    def asked(self):
        """Every request to the service, without renewals of the sign-in."""
        asked = self.control.dump()["requests"]
        return sum(
            number
            for name, number in asked.items()
            if name.startswith("garmin ") and "oauth" not in name
        )

    # The athlete's hand

    def edits(self, key, name):
        schedule_id = int(key)
        self.control.post("calendar/edit", schedule_id=schedule_id, name=name, scale=0.5)

    def moves(self, key, day):
        self.control.post("calendar/move", schedule_id=int(key), day=day.isoformat())

    def takes_off(self, key):
        self.control.post("calendar/delete", schedule_id=int(key))

    def removes(self, key):
        self.control.post("calendar/delete", schedule_id=int(key), template=True)

    def copies(self, key, day):
        """The same workout on another day as well; the id of that entry."""
        made = self.control.post("calendar/copy", schedule_id=int(key), day=day.isoformat())
        return str(made["schedule_id"])

    def adds_own(self, day):
        self._own += 1
        self.control.add_entry(f"Own {self._own}", day)

    # The service's own trouble

    def fails(self, chance, *, times=1):
        kind, method, where, status = chance.choice(FAULTS)
        told = {"status": status} if status else {}
        delay_s = 0.05 if kind == "slow" else 0.0
        how = {"method": method, "path_contains": where, "delay_s": delay_s, "times": times}
        self.control.fault("garmin", kind, **how, **told)

    def lags(self, seconds):
        self.control.settings(lag_s=seconds)

    def expires(self):
        self.control.expire_tokens("garmin")

    def calms(self):
        self.control.clear_faults()
        self.control.settings(lag_s=0.0)

    def least(self, before, wanted):
        """Writes that lead from what was asked for to what is: a workout and its day are one each."""
        new = 2 * len(wanted.keys() - before.keys())
        gone = 2 * len(before.keys() - wanted.keys())
        both = wanted.keys() & before.keys()
        return (
            new
            + gone
            + sum(
                (wanted[ident] != before[ident]) + (wanted[ident][0] != before[ident][0])
                for ident in both
            )
        )
