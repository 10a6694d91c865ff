"""What happens to a runner, to the services and to the word of it in some days; all by chance."""

import os
import threading
from collections import Counter
from datetime import timedelta

import requests

from planning.rulings import Edit, Exclude, Join, Split
from tests.across.accounts import CLIENT_ID, GARMINS, PARTNER
from tests.worker.living import START
from worker.web.doors import address

DAY = timedelta(days=1)
SECOND_HALVES = {  # what is asked for after the summary of a run
    "strava": "/activities/{strava_id}/streams",
    "garmin": "/download-service/files/activity/{garmin_id}",
    "personal": "/download-service/files/activity/{garmin_id}",
    "intervals": "/activity/i{garmin_id}/file",
}
SPORTS = ("cycling", "Ride", "walking", "treadmill_running", "trail_running", "TrailRun")


class Season:
    """What happens to the runner, the services and the word of it; all of it by `chance`."""

    def __init__(self, home, chance):
        self.home, self.chance = home, chance
        self.control = home.services.control
        self.runs = []
        self.heard = Counter()  # by service, how many events were taken from it
        self.on_the_way = []  # (step, service, body)
        self.step = 0
        self.happened = Counter()

    def live(self, days):
        for number in range(days):
            today = START.date() + number * DAY
            self.control.day(today)
            self.home.clock.at = max(self.home.clock.at, START + number * DAY)
            for _ in range(self.chance.randint(1, 3)):
                self.step += 1
                self._a_while(today)
                self.home.clock.later(hours=self.chance.choice([0.2, 1, 3, 5]))
            if self.home.services.garmin == PARTNER:  # its files are there for a day
                self.home.sign_in_again()
                self.home.settle(self.chance.choice([1, 3]))
        self.hand_over()

    def _a_while(self, today):
        """Things happen while workers are at it, or between."""
        self._trouble()
        if self.step < 3 or self.chance.random() < 0.7:
            self._run(today)
            if self.chance.random() < 0.3:
                self._at_once(self.runs[-1])
        for _ in range(self.chance.choice([0, 1, 1, 2])):
            self._do_something()
        self._carry_word()
        if self.chance.random() < 0.5:
            self._ask()
        if self.chance.random() < 0.8:
            self.home.worked(self.chance.choice([1, 1, 1, 3]))
        if self.chance.random() < 0.5:
            self.home.sign_in_again()

    def _at_once(self, run):
        """It changes while one has read half of it, and others are sent to read it again."""
        service = self.chance.choice([one for one in self.home.services.names if one != "partner"])
        half = SECOND_HALVES[service].format(**run)
        self.control.fault(service, "slow", path_contains=half, delay_s=0.6)
        self.home.poll(f"before, at step {self.step}")
        workers = self.home.work(self.chance.randint(1, 2))
        while any(worker.is_alive() for worker in workers):
            if any(half in path for path in self.control.dump()["requests"]):
                break
            threading.Event().wait(0.02)
        self._edit(run)
        self.control.send_event(run["strava_id"], times=self.chance.choice([0, 1]))
        self._carry_word()
        self.home.poll(f"meanwhile, at step {self.step}")
        for worker in workers + self.home.work(2):
            worker.join()
        self.happened["at once"] += 1

    def _ask(self):
        if self.chance.random() < 0.5:
            self.home.ask_what_is_due()
        else:
            self.home.poll(f"at step {self.step} {self.chance.random()}")

    # The runner

    def _run(self, today):
        kind = self.chance.choice(["easy"] * 6 + ["race", "manual"])
        late = self.chance.choice([0] * 8 + [2, 9, 20, 50])
        at = self.chance.choice(
            [None, f"{self.chance.randint(5, 8):02}:{self.chance.randrange(60):02}"]
        )
        metres = self.chance.choice([2000, 3000, 5000 if kind == "race" else 2500])
        run = self.control.run(today - late * DAY, kind=kind, distance_m=metres, at=at)
        self.runs.append(run)
        self.happened[f"{kind}{' late' if late else ''}"] += 1
        if self.chance.random() < 0.15:
            self._not_there_yet(run)
        if self.home.services.folder and kind != "manual" and self.chance.random() < 0.5:
            self._into_the_folder(run)

    def _into_the_folder(self, run):
        content = self.home.services.file_of(run)
        if content:
            path = self.home.services.folder / f"{run['garmin_id']}.fit"
            path.write_bytes(content)
            os.utime(path, (self.home.clock.at.timestamp(),) * 2)

    def _do_something(self):
        if len(self.runs) < 3:
            return
        run = self.chance.choice(self.runs)
        what = self.chance.choice(
            (self._edit, self._edit, self._flip, self._flip, self._delete, self._rule, self._lie)
        )
        what(run)
        self.happened[what.__name__.strip("_")] += 1

    def _edit(self, run):
        share = self.chance.choice([0.9, 0.98, 1.02, 1.05])
        change = self.chance.choice(
            [
                {"name": f"run {self.chance.randrange(5)}"},
                {"sport": self.chance.choice(SPORTS)},
                {"distance_m": run["distance_m"] * share},  # processed again
                {"distance_m": run["distance_m"] * share, "duration_s": run["duration_s"] * share},
                {"race": self.chance.random() < 0.5},
            ]
        )
        self.control.edit_activity(run["garmin_id"], **change)

    def _flip(self, run):
        what = self.chance.choice(["private", "private", "start_hidden"])
        self.control.edit_activity(run["garmin_id"], **{what: self.chance.random() < 0.5})

    def _delete(self, run):
        if self.chance.random() < 0.5:
            return
        every = ["strava", "intervals"]
        every += [] if self.home.services.garmin == PARTNER else ["garmin"]
        there = self.chance.choice([every, *([one] for one in every)])
        self.control.delete_activity(run["garmin_id"], services=there)

    def _rule(self, _run):
        copies = self.home.copies()
        if self.chance.random() < 0.4 or len(copies) < 4:
            return
        one, other = self.chance.sample(copies, 2)
        near = [key for key in copies if key != one and key[-4:] == one[-4:]]  # of the same run
        other = self.chance.choice(near) if near and self.chance.random() < 0.5 else other
        ruling = self.chance.choice(
            [
                Split(one, other),
                Join(one, other),
                Exclude(one, whole_run=self.chance.random() < 0.5),
                Edit(one, "name", self.chance.choice(["mine", "ours"])),
                Edit(one, "distance_m", self.chance.choice([2100.0, 3100.0])),
            ]
        )
        self.home.rule([ruling])
        if self.chance.random() < 0.2:
            self.home.take_back([self.chance.choice(self.home.said())])

    # Word of it

    def _lie(self, run):
        aspect = self.chance.choice(["create", "update", "delete"])
        self.control.send_event(run["strava_id"], aspect=aspect, times=self.chance.choice([1, 2]))

    def _carry_word(self):
        """What the services have told by now goes on its way, and what is due arrives."""
        self.hand_over()
        self.control.post("intervals/announce")
        sent = {
            "strava": [one["event"] for one in self.control.dump()["deliveries"]],
            "intervals": [
                one["body"] for one in self.control.post("intervals/state")["deliveries"]
            ],
        }
        for service, bodies in sent.items():
            new = bodies[self.heard[service] :]
            self.heard[service] = len(bodies)
            for body in new:
                for _ in range(self.chance.choice([0, 1, 1, 1, 1, 2])):
                    later = self.chance.choice([0, 0, 0, 1, 5, 30])
                    self.on_the_way.append((self.step + later, service, body))
        due = [word for word in self.on_the_way if word[0] <= self.step]
        self.on_the_way = [word for word in self.on_the_way if word[0] > self.step]
        for _, service, body in self.chance.sample(due, len(due)):
            url = address(self.home.runtime, service)
            assert requests.post(url, json=body, timeout=10).status_code == 200
            self.happened["words"] += 1

    def hand_over(self):
        """Garmin's developer programme tells what nobody could ask for later: nothing of it is
        lost, and what it says of one run arrives in the order in which it was so, and within the
        24 hours for which a file is given.
        """
        if self.home.services.garmin != PARTNER:
            return
        self.control.post("partner/sync")
        sent = self.control.post("partner/sent")["sent"]
        new, self.heard["partner"] = sent[self.heard["partner"] :], len(sent)
        for one in new:
            for _ in range(self.chance.choice([1, 1, 2])):
                answer = requests.post(
                    address(self.home.runtime, PARTNER),
                    json=one["body"],
                    headers={"garmin-client-id": CLIENT_ID},
                    timeout=10,
                )
                assert answer.status_code == 200
                self.happened["notices"] += 1

    # Trouble

    def _trouble(self):
        if self.chance.random() < 0.3:
            self.home.services.remember_lists()
        self.control.settings(strava_lag_s=self.chance.choice([0.0, 0.0, 30.0, 900.0]))
        for _ in range(self.chance.choice([0, 0, 1, 2])):
            service = self.chance.choice(self.home.services.names)
            self._strike(service)
        if self.chance.random() < 0.1:
            service = self.chance.choice(self.home.services.names[:2])
            self.control.expire_tokens(service)
            self.happened["expired"] += 1

    def _strike(self, service):
        times = self.chance.choice([1, 1, 2, 4])
        how = self.chance.choice(
            [
                {"status": 429, "times": times},
                {"status": 429, "retry_after": self.chance.choice([60, 700]), "times": times},
                {"status": self.chance.choice([500, 502, 503, 504]), "times": times},
                {"kind": "timeout_before", "times": times},
                {"kind": "timeout_before" if service == "partner" else "timeout_after"},
                {"kind": "slow", "delay_s": self.chance.choice([0.02, 0.2]), "times": times},
                {"status": 401},
                {"status": 200, "path_contains": "activities"},  # a list of the past
            ]
        )
        if how.get("status") == 200:
            if service not in self.home.services.stale:
                return
            how["body"] = self.home.services.stale[service]
            how["path_contains"] = "/athlete/activities" if service == "strava" else "/search/"
        self.control.fault(service, **how)
        self.happened[str(how.get("status", how.get("kind")))] += 1

    def _not_there_yet(self, run):
        """Garmin and intervals.icu list it before they can show it. (Strava lags by itself.)"""
        name, path = self.chance.choice(
            [
                (
                    GARMINS[self.home.services.garmin],
                    f"/activity-service/activity/{run['garmin_id']}",
                ),
                ("intervals", f"/activity/i{run['garmin_id']}"),
            ]
        )
        self.control.fault(name, path_contains=path, status=404)
        self.happened["404"] += 1

    def end(self):
        """Peace: word on the way is lost, the athlete signs in where that is wanted."""
        self.control.clear_faults()
        self.control.settings(strava_lag_s=0.0)
        self.home.sign_in_again()
        self.home.settle(threads=2)
        self.home.clock.later(days=1)
        self.home.poll("the end")
        self.home.look_through_everything()
        self.home.settle()
