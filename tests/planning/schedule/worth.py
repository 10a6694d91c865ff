"""Is a plan worth following? Lawful is not enough: an empty plan breaks no rule.

Read from the finished plan, the goals and what was run, and from nothing that made the plan.
`shortcomings` names what is missing: (word, day, sentence).
"""

from datetime import timedelta

from planning.goals.goal import HALF_M, MARATHON_M, TEN_K_M, GoalKind, Priority
from planning.goals.needs import longest_run_gate
from planning.schedule.effort import fast_time_s, hard
from planning.schedule.mileage import counts
from planning.schedule.plan import Phase
from planning.workout import Kind

WEEK = timedelta(weeks=1)
DAY = timedelta(days=1)
HELD = 0.90  # of the level held, or of what the days and hours allow
MEAN_RUN_M = 15_500.0  # fewer runs are asked to be longer by a tenth, up to this
FIRST_WEEK_M = 7_000.0  # three run-walks of twenty-five minutes: who has not run yet
LONGEST_M = 40_000.0  # beyond it, before an ultra, a second day does more than a longer one
WORTH_A_RUN_M = 6_500.0  # on the mean
BEGUN_WEEKS, BEGUN_M = 8, 15_000.0  # rule B-1: before that no hard sessions are due
MASTERS, TWO_HARD_M, FAST = 50, 40_000.0, 0.15
TAPERED = {5_000.0: 1, TEN_K_M: 1, HALF_M: 2}  # weeks by distance; beyond: 3
# Weeks after a race that T-5 keeps easy, and weeks off that may follow; beyond: the longest.
RESTED, LONGEST_REST = {TEN_K_M: 1, HALF_M: 2, MARATHON_M: 3}, 4
OFF, LONGEST_OFF = {TEN_K_M: 0, HALF_M: 1}, 3
# From there P-3 leads back: of the level before the race at first, and so much more a full week.
BACK_FROM, BACK_BY = 0.7, 1.05
REST_FLOOR = 0.15  # of the level held, for each week since the race: easy runs every other day
HARD_AFTER = 5  # days without hard ones after a half marathon (T-5)
FRESH, FRESH_M, FRESH_DAYS = 0.5, 8_000.0, 5
RACED_LIGHT = 0.7  # T-4: three to five days, -20 to -30 %
USED = 0.96  # of the hours there are: hard sessions stand still in between
NEARLY = 5 / 6  # of what the longest run should be: every other one holds race pace instead
TAPER_FLOOR = 0.25  # of the level held: not nothing
LIGHTER, LIGHT_FLOOR = 0.9, 0.55
NEXT_TO = 2  # weeks: no two in a row are lighter


class Reading:
    """A plan with what it is judged by."""

    def __init__(self, plan, athlete, goals, activities, today):
        self.plan, self.athlete, self.today = plan, athlete, today
        self.goals = [goal for goal in goals if goal.day >= today]
        self.races = [goal for goal in self.goals if goal.distance_m]
        self.ran = {}
        self.longest_run = {}
        for run in activities:
            if counts(run) and run.day <= today:
                self.ran[run.day] = self.ran.get(run.day, 0.0) + run.distance_m
                if not run.is_race:
                    self.longest_run[run.day] = run.distance_m
        monday = today - timedelta(days=today.weekday())
        self.weeks_run = [
            sum(self.ran.get(monday - n * WEEK + d * DAY, 0.0) for d in range(7))
            for n in range(1, 9)
        ]
        best = sorted(self.weeks_run)[-6:]
        self.held_m = sum(best) / len(best)
        self.usual_runs = sum(day >= monday - 8 * WEEK for day in self.ran) / 8
        self.easy_m_per_s = self._easy()

    def _easy(self):
        """As fast as the plan itself says that easy is."""
        easy = [
            day.workout.workout
            for day in self.plan.days()
            if day.workout and day.workout.workout.kind is Kind.EASY
        ]
        slowest = [workout.distance_m / workout.duration_s for workout in easy]
        return sorted(slowest)[len(slowest) // 2] if slowest else 2.4

    @property
    def due_runs(self):
        days = len(self.athlete.run_weekdays)
        usual = max(round(self.usual_runs), 2) if self.held_m else 3
        return min(self.athlete.runs_per_week or usual, days)

    @property
    def old(self):
        born = self.athlete.birth_year
        return born is not None and self.today.year - born >= MASTERS

    def allowed_m(self):
        """What days and hours allow of the level held."""
        allowed = max(self.held_m, FIRST_WEEK_M if not self.held_m else 0.0)
        if self.usual_runs > 0:
            usual_m = self.held_m / self.usual_runs
            mean_m = min(1.1 * usual_m, MEAN_RUN_M)
            if self.due_runs < self.usual_runs:
                allowed = min(allowed, self.due_runs * mean_m)
        if self.athlete.hours_per_week:
            time_s = 3600 * USED * self.athlete.hours_per_week
            allowed = min(allowed, time_s * self.easy_m_per_s)
        return allowed

    def training_m(self, week):
        return sum(w.distance_m for _, w in self.sessions(week) if w.kind is not Kind.RACE)

    def sessions(self, week):
        return [(d.day, d.workout.workout) for d in week.days if d.workout]

    def tapering(self, monday):
        """A taper's seven days overlap this week: T-3 counts them back from an A race."""
        return any(
            race.priority is Priority.A
            and monday <= race.day
            and race.day - by_distance(TAPERED, race.distance_m, 3) * WEEK < monday + WEEK - DAY
            for race in self.races
        )

    def rested(self, monday):
        """Weeks since the races that this week recovers from, and the weeks of recovery (T-5)."""
        return [
            (
                (monday - race.day).days // -7 * -1,
                by_distance(RESTED, race.distance_m, LONGEST_REST),
            )
            for race in self.races
            if tires(race)
            and race.day < monday + WEEK
            and monday <= race.day + by_distance(RESTED, race.distance_m, LONGEST_REST) * WEEK
        ]

    def recovering(self, monday):
        """Recovery, and the weeks off that may follow it."""
        return any(
            race.day < monday + WEEK and monday <= race.day + easy_weeks(race) * WEEK
            for race in self.races
            if tires(race)
        )

    def back(self, monday):
        """What rule P-3 asks of the level in the weeks behind a recovery."""
        share = 1.0
        for race in self.races:
            if race.day < monday and tires(race) and race.distance_m > 1.05 * TEN_K_M:
                over = race.day + easy_weeks(race) * WEEK
                full = [w for w in self.plan.weeks if over < w.first_day < monday and self.full(w)]
                share = min(share, self.back(race.day) * BACK_FROM * BACK_BY ** len(full))
        return share

    def racing(self, monday):
        """In this week, or so early in the next that its eve is here."""
        return any(monday <= race.day < monday + WEEK + 3 * DAY for race in self.races)

    def whole(self, week):
        return week.days and week.first_day >= self.today

    def full(self, week):
        """Not called lighter, and nothing in it that makes it so."""
        monday = week.first_day
        quiet = self.racing(monday) or self.tapering(monday) or self.recovering(monday)
        return self.whole(week) and not week.focus.startswith("Lighter") and not quiet

    def ordinary(self, week):
        monday = week.first_day
        return (
            self.whole(week)
            and not self.light(week)
            and not self.racing(monday)
            and not self.tapering(monday)
            and not self.recovering(monday)
        )

    def light(self, week):
        """It is called lighter, and it is."""
        near = [w for w in self.plan.weeks if abs((w.first_day - week.first_day).days) <= 14]
        level = self.allowed_m() * self.back(week.first_day)
        fullest = max(level, *(self.training_m(each) for each in near))
        return week.focus.startswith("Lighter") and self.training_m(week) <= LIGHTER * fullest


def shortcomings(plan, athlete, goals, activities, today):
    reading = Reading(plan, athlete, goals, activities, today)
    checks = (
        _available,
        _hours,
        _volume,
        _light,
        _runs,
        _key,
        _longest,
        _race,
        _taper,
        _fresh,
        _named,
    )
    return [found for check in checks for found in check(reading)]


def tires(race):
    """T-5 counts days after A and B races; after a marathon they are the same for a C race."""
    return race.priority is not Priority.C or race.distance_m > 1.05 * HALF_M


def easy_weeks(race):
    rest = by_distance(RESTED, race.distance_m, LONGEST_REST)
    return rest + by_distance(OFF, race.distance_m, LONGEST_OFF)


def by_distance(table, distance_m, beyond):
    return next((n for metres, n in table.items() if distance_m <= metres * 1.05), beyond)


def _available(reading):
    """Runs stand only on the athlete's days, and are not more than wished for."""
    for week in reading.plan.weeks:
        runs = [
            day
            for day, workout in reading.sessions(week)
            if workout.kind is not Kind.RACE and day >= reading.today
        ]
        for day in runs:
            if day.weekday() not in reading.athlete.run_weekdays:
                yield "days", day, "a run on a day without time"
        wished = reading.athlete.runs_per_week
        if wished and len(runs) > wished:
            yield "days", week.first_day, f"{len(runs)} runs where {wished} were wished"


def _hours(reading):
    hours = reading.athlete.hours_per_week
    for week in reading.plan.weeks:
        if not hours or not reading.whole(week):
            continue
        took = sum(w.duration_s for _, w in reading.sessions(week) if w.kind is not Kind.RACE)
        if took > 3600 * hours * 1.02 and took > 3600:
            yield "hours", week.first_day, f"{took / 3600:.1f} h of {hours}"


def _volume(reading):
    """Every whole week holds what is held or allowed, less what a rule takes from it."""
    for week in reading.plan.weeks:
        due, metres = due_m(reading, week), reading.training_m(week)
        if reading.whole(week) and metres < due:
            allowed = reading.allowed_m()
            told = f"{metres / 1000:.1f} km where {allowed / 1000:.1f} are held or allowed"
            yield "volume" if reading.ordinary(week) else "floor", week.first_day, told


def due_m(reading, week):
    """Metres of training due in a week: the level, and of it what tapers (T-3), recovery (T-5, then
    P-3), lighter weeks (P-1) and races of their own (T-4) leave.
    """
    monday, allowed = week.first_day, reading.allowed_m()
    due = HELD * allowed * reading.back(monday)
    if reading.light(week):
        due *= LIGHT_FLOOR / HELD
    since = min((n for n, rest in reading.rested(monday) if n <= rest), default=None)
    if since is not None:
        due = min(due, REST_FLOOR * max(since - 1, 0) * allowed)
    if reading.tapering(monday):
        due = min(due, TAPER_FLOOR * allowed)
    for race in reading.races:
        if monday <= race.day < monday + WEEK + 3 * DAY:
            due = _beside_race_m(reading, monday, race, due)
    return due if due >= 0.2 * BEGUN_M else 0.0


def _beside_race_m(reading, monday, race, due):
    """T-4, T-5: a race and the easy day before it each take the place of a run, the race its metres
    as well; light days before a B race, and a short day or two behind either.
    """
    if race.priority is Priority.A:
        return 0.0
    if race.priority is Priority.B:
        due *= RACED_LIGHT
    days = [race.day - DAY, race.day, race.day + DAY]
    gone = sum(
        monday <= day < monday + WEEK
        and (day == race.day or day.weekday() in reading.athlete.run_weekdays)
        for day in days
    )
    runs = max(reading.due_runs, 1)
    raced_m = race.distance_m if race.day < monday + WEEK else 0.0
    return max(min(due - raced_m, due * max(runs - gone, 0) / runs), 0.0)


def _plainly_light(reading, week):
    monday = week.first_day
    return not (reading.tapering(monday) or reading.recovering(monday) or reading.racing(monday))


def _light(reading):
    """Lighter weeks come every third or fourth week: not in a row, and not never."""
    weeks = [week for week in reading.plan.weeks if reading.whole(week)]
    for index in range(len(weeks) - NEXT_TO + 1):
        some = weeks[index : index + NEXT_TO]
        if sum(_plainly_light(reading, w) and reading.light(w) for w in some) > 1:
            yield "light", some[0].first_day, "two lighter weeks in a row"
    rising = 0
    for week in weeks:
        if reading.ordinary(week):  # below 15 km a week nothing is to be lightened (B-1)
            rising += min(reading.held_m, reading.training_m(week)) >= BEGUN_M
        else:
            rising = 0
        if rising > 5:
            yield "light", week.first_day, f"{rising} full weeks in a row"


def _runs(reading):
    """Three runs, where as many are wished for and carried; never more hours than there are."""
    for week in reading.plan.weeks:
        carried = int(reading.training_m(week) // WORTH_A_RUN_M)
        runs = len(reading.sessions(week))
        if reading.ordinary(week) and runs < min(reading.due_runs, carried, 3):
            yield "runs", week.first_day, f"{runs} of {reading.due_runs}"


def _key(reading):
    """Every full week of build and peak has its key sessions: for a time a hard one, and two from
    five runs on; beyond 10 km and to finish the long run.
    """
    begun = sum(metres > 0 for metres in reading.weeks_run) >= BEGUN_WEEKS
    for week in reading.plan.weeks:
        if not reading.ordinary(week) or week.phase not in {Phase.BUILD, Phase.PEAK}:
            continue
        goal = shaping(reading, week.first_day)
        sessions = reading.sessions(week)
        demanding = sum(hard(workout) for _, workout in sessions)
        longs = sum(workout.kind is Kind.LONG for _, workout in sessions)
        if goal is None or len(sessions) < 3:
            continue
        regular = begun and reading.held_m >= BEGUN_M
        due, free = 0, days_for_hard(reading, week)
        if regular and goal.kind is GoalKind.TIME:
            due = 2 if _room_for_two(reading, week) else 1
        if demanding + max(longs - 1, 0) < min(due, free):  # a second long run, before an ultra
            yield "key", week.first_day, f"{demanding} of {due} hard sessions for {goal.name}"
        near = any(reading.racing(week.first_day + n * WEEK) for n in (-1, 1))
        if regular and goal.distance_m > TEN_K_M * 1.05 and not longs and not near:
            yield "long", week.first_day, f"no long run for {goal.name}"


def days_for_hard(reading, week):
    """Days to run on, the long run's apart, that T-5 leaves after a race of half a marathon."""
    far = [race for race in reading.races if race.distance_m > 1.05 * TEN_K_M]
    return sum(
        day.day.weekday() in reading.athlete.run_weekdays
        and not (day.workout and day.workout.workout.kind is Kind.LONG)
        and not any(0 < (day.day - race.day).days <= HARD_AFTER for race in far)
        for day in week.days
    )


def _room_for_two(reading, week):
    """Five runs on five days or more, 40 km, under fifty, and no race in the weeks around, and not yet so
    much fast running that rule I-5 stands in the way of more."""
    athlete = reading.athlete
    near = any(reading.racing(week.first_day + n * WEEK) for n in (-1, 1))
    full = len(reading.sessions(week)) >= 5 and reading.training_m(week) >= TWO_HARD_M
    workouts = [workout for _, workout in reading.sessions(week)]
    fast_s = sum(fast_time_s(workout) for workout in workouts)
    filled = fast_s > FAST * sum(workout.duration_s for workout in workouts)
    rested = len(athlete.run_weekdays) >= 5 and not reading.old and not near
    return full and rested and not filled


def shaping(reading, monday):
    """The goal that the week serves: the next A race, else the next one."""
    ahead = [goal for goal in reading.goals if goal.day >= monday and goal.distance_m]
    first = [goal for goal in ahead if goal.priority is Priority.A] or ahead
    return min(first, key=lambda goal: goal.day, default=None)


def _longest(reading):
    """The longest run reaches the goal's gate, or the most that the rules allow, nearly."""
    for race in reading.races:
        if race.priority is not Priority.A or race is not _first_a(reading, race):
            continue
        longest = _longest_before(reading, race)
        gate = min(longest_run_gate(race.distance_m).aim, LONGEST_M)
        due = min(gate, reachable_m(reading, race))
        before = [r for r in reading.races if r.day < race.day and r.priority is not Priority.A]
        if longest < (0.75 if any(r.distance_m >= HALF_M for r in before) else NEARLY) * due:
            told = f"{longest / 1000:.1f} km of {due / 1000:.1f} before {race.name}"
            yield "longest", race.day, told


def _first_a(reading, race):
    """Only the first A race is judged: what follows it begins from a recovery."""
    return min(
        (r for r in reading.races if r.priority is Priority.A),
        key=lambda r: (r.day, -r.distance_m),
        default=None,
    )


def _longest_before(reading, race):
    planned = [
        workout.distance_m
        for week in reading.plan.weeks
        for day, workout in reading.sessions(week)
        if day < race.day and workout.kind is not Kind.RACE
    ]
    since = reading.today - timedelta(days=30)
    ran = [metres for day, metres in reading.longest_run.items() if day >= since]
    return max([*planned, *ran], default=0.0)


def reachable_m(reading, race):
    """The longest run by P-2, L-1, P-3 and P-5, a little below each as a plan must stay, when every
    fourth week is lighter and the last ones are a taper.
    """
    since = reading.today - timedelta(days=30)
    longest = max((m for day, m in reading.longest_run.items() if day >= since), default=0.0)
    begun = sum(metres > 0 for metres in reading.weeks_run)
    waiting = max(BEGUN_WEEKS - begun, 0)  # rule B-1: three even run-walks a week until then
    longest, volume = max(longest, 3_300.0), max(reading.allowed_m(), FIRST_WEEK_M)
    ceiling = _ceiling(reading, race)
    first = race.day - by_distance(TAPERED, race.distance_m, 3) * WEEK
    weeks = max((first - reading.today).days // 7, 0)
    if (race.day - reading.today).days <= 7:
        return 0.0
    disturbed = [w for w in reading.plan.weeks if reading.recovering(w.first_day)]
    light_every = 3 if reading.old else 4
    for number in range(1, weeks - len(disturbed) - waiting + 1):
        share = 0.54 if volume < 40_000 else 0.45
        if number % light_every:
            longest = max(longest, min(1.07 * longest, share * volume))
            volume = max(volume, min(1.04 * volume, ceiling))
    hours = 2.4 if _first_time(reading, race) else 2.9
    if race.distance_m > MARATHON_M * 1.05:
        hours = 4.2
    return min(longest, hours * 3600 * reading.easy_m_per_s)


def _first_time(reading, race):
    return race.distance_m > HALF_M * 1.05


def _ceiling(reading, race):
    least = 25_000.0 if race.distance_m < 30_000 else 40_000.0
    ceiling = max(1.4 * reading.held_m, least)
    if reading.due_runs < reading.usual_runs:
        ceiling = min(ceiling, max(reading.allowed_m(), reading.due_runs * MEAN_RUN_M))
    if reading.athlete.hours_per_week:
        ceiling = min(ceiling, 3600 * reading.athlete.hours_per_week * reading.easy_m_per_s)
    return ceiling


def _race(reading):
    days = {day.day: day for day in reading.plan.days()}
    for race in reading.races:
        planned = days.get(race.day)
        kind = planned.workout.workout.kind if planned and planned.workout else None
        if kind is not Kind.RACE:
            yield "race", race.day, f"{race.name} is not on its day"


def _taper(reading):
    """The last seven days before an A race hold less than three quarters of the fullest week."""
    metres = {
        day: workout.distance_m
        for week in reading.plan.weeks
        for day, workout in reading.sessions(week)
        if workout.kind is not Kind.RACE
    }
    for race in reading.races:
        first = race.day - timedelta(days=6)
        if race.priority is not Priority.A or first < reading.today or reading.recovering(first):
            continue
        last = sum(metres.get(first + n * DAY, 0.0) for n in range(6))
        full = max(reading.training_m(week) for week in reading.plan.weeks)
        if last > 0.75 * max(full, reading.held_m, FIRST_WEEK_M):
            yield "taper", race.day, f"{last / 1000:.1f} of {full / 1000:.1f} km in race week"


def _fresh(reading):
    """In the last five days before an A or B race no run is as long as half a long one (T-1, T-4)."""
    for race in reading.races:
        most = max(FRESH * _longest_before(reading, race), FRESH_M)
        for week in reading.plan.weeks:
            for day, workout in reading.sessions(week):
                near = 0 < (race.day - day).days <= FRESH_DAYS and day >= reading.today
                minor = race.priority is Priority.C or workout.kind is Kind.RACE
                if near and not minor and workout.distance_m > most + 600.0 and not hard(workout):
                    told = f"{workout.distance_m / 1000:.1f} km so soon before {race.name}"
                    yield "fresh", day, told


def _named(reading):
    """What is called a long run is one: 5 km are always allowed (P-2)."""
    for week in reading.plan.weeks:
        for day, workout in reading.sessions(week):
            if workout.kind is Kind.LONG and workout.distance_m < 3_000.0:
                yield "named", day, f"a long run of {workout.distance_m / 1000:.1f} km"
