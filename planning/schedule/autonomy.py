"""What the plan may change of its own accord, and what waits: for room, for an answer, or for good.

Of its own accord are new paces (rules G-1, B-1) and a hard session that the morning speaks against
(H-2). All else is asked for by the athlete, or takes away for safety, and does not wait.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta

from planning.activity import content_id
from planning.athlete import Autonomy
from planning.schedule.known import Known
from planning.schedule.limits import FREEZE_DAYS
from planning.schedule.pacing import room_left
from planning.schedule.plan import Change, Held, Plan, WaitsFor
from planning.schedule.readiness import UNREADY

PACES = frozenset({"G-1", "B-1"})
OF_ITS_OWN = PACES | {UNREADY}
KM_M = 1000.0


def waiting(known: Known, closing: Plan, receipts: Sequence[Change]) -> tuple[Held, ...]:
    """Which of tonight's changes of its own accord are not made, and why; `receipts` are those of
    making all of them.

    Material ones are at most three in seven days, the session of today before paces; an athlete
    who is asked decides, and who wants none gets none, the smallest aside included.
    """
    kinds = [
        (rules, told)
        for rules in (frozenset({UNREADY}), PACES)
        if (told := [each for each in receipts if each.rule in rules and not _is_safety(each)])
    ]
    room, held = room_left(closing, known.today), []
    for rules, told in kinds:
        material = any(each.material for each in told)
        waits = _waits(known, closing, rules, material=material, room=room)
        room -= material and waits is None
        if waits is not None:
            held.append(_held(known, closing, told, rules, waits))
    return tuple(held)


def without(known: Known, closing: Plan, held: Sequence[Held]) -> Known:
    """As if what waits had not come up; for who wants no changes, as if nothing had."""
    never = known.athlete.autonomy is Autonomy.NEVER
    rules = OF_ITS_OWN if never else {each.rule for each in held}
    if UNREADY in rules and known.wellness:
        known = replace(known, wellness=())
    if rules & PACES and known.pacing.cause is not None:
        known = replace(known, pacing=known.pacing.held_back(closing))
    return known


def material_groups(receipts: Sequence[Change]) -> int:
    """How many material changes of its own accord these are: one for each rule."""
    own = [each for each in receipts if each.rule in OF_ITS_OWN and not _is_safety(each)]
    return len({each.rule for each in own if each.material})


def _is_safety(change: Change) -> bool:
    """Whether rule B-1 took something away from a beginner, and did not bring paces."""
    return change.rule == "B-1" and change.ability_after is None


def _waits(
    known: Known, closing: Plan, rules: Collection[str], *, material: bool, room: int
) -> WaitsFor | None:
    match known.athlete.autonomy:
        case Autonomy.NEVER:
            return WaitsFor.NOTHING
        case Autonomy.ASK if material:
            said = _answered(known, closing, rules)
            return WaitsFor.ANSWER if said is None else None if said else WaitsFor.NOTHING
    return WaitsFor.ROOM if material and room <= 0 else None


def _answered(known: Known, closing: Plan, rules: Collection[str]) -> bool | None:
    """Yes holds for the day on which it was said, whatever else becomes known on it; no for the
    same change and no larger one.
    """
    about, size = _about(known, closing, rules), _size(known, rules)
    for answer in reversed(known.answers):
        subject, _, larger = answer.id.partition("-")
        if subject != about:
            continue
        if answer.accepted and answer.day == known.today:
            return True
        if not answer.accepted and int(larger) >= size:
            return False
    return None


def _held(
    known: Known, closing: Plan, told: Sequence[Change], rules: Collection[str], waits: WaitsFor
) -> Held:
    ident = f"{_about(known, closing, rules)}-{_size(known, rules)}"
    before = next((each for each in closing.held if each.id == ident), None)
    last = max(each.day for each in told)
    frozen = timedelta(days=0 if UNREADY in rules else FREEZE_DAYS)
    return Held(
        id=ident,
        waits=waits,
        rule=told[0].rule,
        fact=told[0].fact,
        since=before.since if before else known.today,
        until=last - frozen,
        cost=_cost(known, rules),
        changes=tuple(told),
    )


def _about(known: Known, closing: Plan, rules: Collection[str]) -> str:
    """Eight signs that stay while it is about the same: today, or paces this way from those set."""
    if UNREADY in rules:
        return content_id(UNREADY, known.today)[:8]
    way = math.copysign(1.0, _moved(known))
    return content_id("paces", closing.paced_at, way)[:8]


def _size(known: Known, rules: Collection[str]) -> int:
    """Of paces the whole per cent that they would move by."""
    return 0 if UNREADY in rules else int(100 * abs(_moved(known)))


def _moved(known: Known) -> float:
    cause = known.pacing.cause
    if cause is None or cause.ability_before is None or cause.ability_after is None:
        return 0.0
    return cause.ability_after - cause.ability_before


def _cost(known: Known, rules: Collection[str]) -> str:
    """What holding still costs. Of paces: how far they are from what today's estimate gives."""
    if UNREADY in rules:
        return "The hard session stands, though your nights speak against it."
    standing, now = known.pacing.standing, known.pacing.paces
    moved = _moved(known)
    if standing is None or not moved:
        return "Your sessions stay by effort."
    apart_s = abs(KM_M / standing.threshold - KM_M / now.threshold)
    way = "slower" if moved > 0 else "faster"
    harder = (
        "training is easier than it could be" if moved > 0 else "sessions are harder than meant"
    )
    return (
        f"Your paces are {100 * abs(moved):.1f} % {way} than your estimate says, {apart_s:.0f} s a "
        f"km at threshold: {harder}."
    )
