"""What a runner may trust in, checked on every evening against the evening before.

Nothing here asks how a plan is made: it reads two plans, the receipts between them and what was said.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from planning.schedule.effort import hard
from planning.schedule.lint import lint
from planning.schedule.plan import BY_HAND, DayStatus
from planning.schedule.receipt import one_line
from planning.workout import Kind, TargetType, unrolled
from tests.seasons.undoing import Undoing

DAY = timedelta(days=1)
FROZEN = 2 * DAY
ASKED = {BY_HAND, "asked"}  # rules of what the athlete asked for: they count for nothing
WAY_BACK = {"R-1", "R-3"}  # what a break asks of the days after it
SAFETY = {
    "P-2",
    "P-3",
    "L-1",
    "I-5",
    "I-6",
    "M-2",
    "T-3",
    "H-1",
} | WAY_BACK  # limits: they only take
MOST_MATERIAL, WINDOW = 3, 7 * DAY
MORE = 1.03  # less is the pace that was changed, not the volume
ORDER_EVERY = 20  # evenings
SLOWER = 1.25  # what the heat may add to the time of a run


@dataclass(frozen=True, slots=True)
class Violation:
    seed: int
    day: date
    what: str
    told: str

    @property
    def kind(self):
        """What it is, and for the lint which rule."""
        return f"{self.what} {self.told.split()[0]}" if self.what == "lint" else self.what

    def __str__(self):
        return f"seed {self.seed}, {self.day}: {self.what}: {self.told}"


@dataclass
class Account:
    """What happened in one season."""

    seed: int
    first_day: date
    days: int = 0
    material: list = field(default_factory=list)  # (day, rule), one for a fact and rule
    touched: list = field(default_factory=list)  # day, one for each planned day that changed
    in_freeze: list = field(default_factory=list)  # (day, receipt)
    repaced: int = 0
    rules: Counter = field(default_factory=Counter)
    statuses: Counter = field(default_factory=Counter)
    asked: int = 0  # evenings on which the athlete wanted something
    violations: list = field(default_factory=list)

    def material_by_week(self, rules=None):
        """Material changes in each of the season's weeks, of all rules or of these."""
        told = [day for day, rule in self.material if rules is None or rule in rules]
        return _by_week(told, self)

    def touched_by_week(self):
        return _by_week(self.touched, self)


def _by_week(told, account):
    weeks = [0] * max(1, -(-account.days // 7))
    for day in told:
        weeks[(day - account.first_day).days // 7] += 1
    return weeks


def checked(evenings, runner) -> Account:
    """Lives through the evenings and accounts for all of them."""
    account, told_before = Account(runner.seed, runner.first_day), set()
    undoing = Undoing()
    for evening in evenings:
        account.days += 1
        standing = (*_lawful(evening), *_breaks(evening))
        fresh = [each for each in standing if _named(each) not in told_before]
        told_before = {_named(each) for each in standing}
        _count(evening, account)
        others = (
            *_compared(evening, account),
            *_stable(evening, account),
            *_in_order(evening),
            *undoing.violations(evening),
        )
        for what, told in (*fresh, *others):
            account.violations.append(Violation(runner.seed, evening.today, what, told))
    return account


def _named(violation):
    """What it is of: the same again on the next evening is not told again."""
    what, told = violation
    return what, told.partition(": ")[0]


def _plans(evening):
    closing = evening.state.closing
    return closing.plan if closing else None, evening.outcome.plan


def _lawful(evening):
    state, plan = evening.state, evening.outcome.plan
    if plan is None:
        return
    for found in lint(
        plan,
        athlete=state.athlete,
        goals=state.goals,
        activities=state.activities,
        today=evening.today,
        breaks=state.breaks,
    ):
        yield "lint", f"{found.rule} on {found.day}: {found.sentence}"
    for day in plan.days():
        if day.status is DayStatus.MISSED and not _complete_for(day, state):
            yield "missed", f"{day.day}: called missed, and nobody knows"
        free = day.day < evening.today + FROZEN or BY_HAND in day.why or _kind(day) is Kind.RACE
        if day.workout and not free and day.day.weekday() not in state.athlete.run_weekdays:
            yield "weekday", f"{day.day}, a {day.day:%A}: {one_line(day.workout.workout)}"


def _complete_for(day, state):
    return state.complete_until is not None and day.day <= state.complete_until


def _breaks(evening):
    """Nothing on a day off, nothing hard soon after it, nothing longer than there is time for."""
    plan, today = evening.outcome.plan, evening.today
    if plan is None:
        return
    breaks = evening.state.breaks
    for day in plan.days():
        over = day.day < today or day.status is DayStatus.DONE  # run before it was said
        if over or day.workout is None or BY_HAND in day.why:
            continue
        workout, minutes = day.workout.workout, breaks.minutes(day.day)
        line, off = f"{one_line(workout)} on {day.day}", breaks.off(day.day)
        if off:
            yield "break", f"{off.kind} from {off.from_day} on: {line}"
        elif workout.kind is Kind.RACE:
            continue
        elif hard(workout) and (ended := breaks.quiet(day.day)):
            yield "break", f"hard soon after {ended.kind} from {ended.from_day} on: {line}"
        elif minutes and workout.duration_s > 60 * minutes + 60:
            yield "break", f"longer than {minutes:.0f} minutes: {line}"


def _compared(evening, account):
    """Against yesterday's plan: the past, the freeze, receipts, volume."""
    was, now = _plans(evening)
    if was is None or now is None:
        return
    before, after = ({day.day: day for day in plan.days()} for plan in (was, now))
    receipts = {change.day: change for change in evening.outcome.changes}
    if len(receipts) < len(evening.outcome.changes):
        yield "receipt", "two receipts for one day"
    for day, old in before.items():
        new, receipt = after.get(day), receipts.get(day)
        if new is None:
            if day >= evening.today and old.workout:
                yield "receipt", f"{day} is gone with {one_line(old.workout.workout)}"
        elif day < evening.today:
            yield from _past(old, new)
        else:
            yield from _receipt(old, new, receipt)
            if receipt and _told(old) != _told(new):
                yield from _frozen(evening, old, new, receipt, account)
                yield from _wished(evening, receipt)
                by_hand = _by_hand(evening, old, new)
                wished = by_hand or (old.workout is None and _break_said(evening))
                if wished and receipt.rule not in ASKED | WAY_BACK and not softer(old, new):
                    whose = "the athlete's hand" if by_hand else "what was said of a break"
                    yield "reason", f"{whose} did it: {receipt.sentence}"
                elif not wished and not (receipt.rule in WAY_BACK and _break_said(evening)):
                    yield from _raised(old, new, receipt)
    for day in receipts.keys() - before.keys():
        yield "receipt", f"of {day}, on which nothing stood"


def _past(old, new):
    if old.workout != new.workout or old.set_aside != new.set_aside:
        yield "past", f"{old.day} reads {_line(new)} and was {_line(old)}"
    if old.status is DayStatus.DONE and new.status is not DayStatus.DONE:
        yield "past", f"{old.day} was done and is {new.status}"


def _receipt(old, new, receipt):
    differs = _told(old) != _told(new)
    if differs and receipt is None:
        yield "receipt", f"none for {old.day}: {_line(old)} became {_line(new)}"
    if receipt is None:
        return
    if not differs:
        yield "receipt", f"for {old.day}, which reads as before: {receipt.sentence}"
    elif (receipt.before or "rest", receipt.after or "rest") != (_line(old), _line(new)):
        yield "receipt", f"for {old.day} tells another change: {receipt.sentence}"
    if not (receipt.fact and receipt.rule and receipt.sentence):
        yield "receipt", f"for {old.day} says no reason"


def _frozen(evening, old, new, receipt, account):
    """Today and tomorrow: the athlete's word, a race to place, and softening; nothing else."""
    if old.day >= evening.today + FROZEN:
        return
    word = old.status is DayStatus.BREAK and _break_said(evening)  # it is over, or never was
    if word or _by_hand(evening, old, new) or Kind.RACE in {_kind(old), _kind(new)}:
        return
    if softer(old, new):
        account.in_freeze.append((evening.today, receipt))
    else:
        yield "frozen", receipt.sentence


def _wished(evening, receipt):
    """A receipt that names the athlete's wish, on an evening on which nothing was wished."""
    before, state = evening.before, evening.state
    same_layers = state.layers == _layers_before(evening)
    if receipt.rule == BY_HAND and same_layers:
        yield "reason", f"nothing was said by hand: {receipt.sentence}"
    said = (state.goals, state.athlete, state.breaks)
    if receipt.rule == "asked" and before and said == (before.goals, before.athlete, before.breaks):
        yield "reason", f"nothing else was asked for: {receipt.sentence}"


def _by_hand(evening, old, new):
    """Whether the athlete said or took back something this evening, and it touched this day, or the
    limits had taken from it because of what is taken back.
    """
    if evening.state.layers == _layers_before(evening):
        return False
    ident = [day.workout.ident if day.workout else "" for day in (old, new)]
    return (
        (BY_HAND in old.why) != (BY_HAND in new.why)
        or (BY_HAND in old.why and ident[0] != ident[1])
        or bool(_given_back(evening).intersection(ident))
    )


def _given_back(evening):
    """Sessions of which limits took something under what the athlete no longer says."""
    said = {layer.statement for layer in evening.state.layers}
    return {less.ident for less in _plans(evening)[0].less if not said.issuperset(less.under)}


def _break_said(evening):
    return evening.before is not None and evening.state.breaks != evening.before.breaks


def _layers_before(evening):
    return evening.before.layers if evening.before else ()


def softer(old, new):
    """Nothing, or no longer, no harder and, unless it was hard and is easy, no faster than it was."""
    if new.workout is None:
        return True
    if old.workout is None:
        return False
    a, b = old.workout.workout, new.workout.workout
    longer = b.distance_m > a.distance_m + 1 or b.duration_s > SLOWER * a.duration_s
    fast = _fastest(b) and _fastest(a) and _fastest(b) > _fastest(a) + 1e-6
    if hard(a) is not hard(b):
        return hard(a) and not longer  # hills by effort have no pace that an easy run could exceed
    return not (longer or fast)


def _fastest(workout):
    steps = [step.target for step in unrolled(workout.steps)]
    return max((t.high for t in steps if t.type is TargetType.PACE and t.high), default=0.0)


def _raised(old, new, receipt):
    """By itself a day never becomes more: neither what was missed nor anything else is made up."""
    if receipt.rule in ASKED or Kind.RACE in {_kind(old), _kind(new)} or new.workout is None:
        return
    if old.workout is None:
        yield "raised", receipt.sentence
        return
    a, b = old.workout.workout, new.workout.workout
    if b.distance_m > MORE * a.distance_m and b.duration_s > MORE * a.duration_s:
        yield "raised", receipt.sentence
    if hard(b) and not hard(a):
        yield "raised", receipt.sentence


def _count(evening, account):
    was, now = _plans(evening)
    if was is None or now is None:
        return
    own = [change for change in evening.outcome.changes if change.rule not in ASKED]
    account.touched += [evening.today for _ in own]
    for rule, _ in {(change.rule, change.fact) for change in own if change.material}:
        account.material.append((evening.today, rule))
        account.rules[rule] += 1
    account.repaced += was.paced_at != now.paced_at and was.paced_at is not None
    account.asked += any(change.rule in ASKED for change in evening.outcome.changes)
    yesterday = now.on(evening.today - DAY)
    if yesterday and yesterday.workout:
        account.statuses[yesterday.status.value] += 1


def _stable(evening, account):
    """At most three material changes by themselves in seven days, by our count and by the plan's."""
    today, plan = evening.today, evening.outcome.plan
    of_late = [rule for day, rule in account.material if today - day < WINDOW]
    other = [rule for rule in of_late if rule not in SAFETY]
    if len(other) > MOST_MATERIAL and account.material[-1][0] == today:
        yield "material", f"{len(other)} in seven days: {', '.join(other)}"
    booked = [day for day in plan.material_on if today - day < WINDOW] if plan else []
    if len(booked) > MOST_MATERIAL and booked[-1] == today:
        yield "material", f"the plan counts {len(booked)} in seven days ({', '.join(of_late)})"


def _in_order(evening):
    """Now and then: the same facts told the other way round give the same evening."""
    if evening.today.toordinal() % ORDER_EVERY:
        return
    state = evening.state
    turned = replace(
        state,
        activities=state.activities[::-1],
        goals=state.goals[::-1],
        wellness=state.wellness[::-1],
        weather=state.weather[::-1],
    )
    again = evening.decide(turned, evening.today)
    if (again.plan, again.changes) != (evening.outcome.plan, evening.outcome.changes):
        yield "order", "the same facts in another order give another plan"


def _told(day):
    """What the athlete would notice."""
    if day.workout is None:
        return None
    return day.workout.workout.kind, day.workout.workout.name, day.workout.workout.steps


def _kind(day):
    return day.workout.workout.kind if day.workout else None


def _line(day):
    return one_line(day.workout.workout) if day.workout else "rest"
