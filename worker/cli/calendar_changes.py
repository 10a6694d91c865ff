"""Changes of a calendar, as data and as a person reads them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from planning.units import counted

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from planning.calendar import Action, EntryChange
    from planning.workout import PlannedWorkout, Workout
    from worker.connections import Connected
    from worker.publish import Look

BECOMES = ("created", "moved", "changed", "removed", "left")  # as they are counted
FEW = 3  # differences of one workout that are told


@dataclass(frozen=True, slots=True)
class Stood:
    """What stands there now, by ident: as we wrote it, unless it reads otherwise."""

    look: "Look"
    written: "dict[str, PlannedWorkout]"

    @staticmethod
    def read(conn: "Connection", connected: "Connected", look: "Look") -> "Stood":
        from planning.calendar import Replace
        from worker import journal
        from worker.stood import last_written

        actions = [*look.decision.actions, *(each.action for each in look.left_out)]
        idents = {each.planned.ident for each in actions if isinstance(each, Replace)}
        return Stood(look, last_written(journal.lines(conn, [connected.id]), idents))

    def before(self, change: "EntryChange") -> "Workout | None":
        from planning.calendar import Replace, version

        if not isinstance(change.action, Replace):
            return None
        record = self.look.records.get(change.ident)
        there = self.look.direct.get(change.action.remote_id)
        if there and there.content:
            seen = record.seen_digest if record else None
            if version(there.day, there.digest) != seen or change.ident not in self.written:
                return there.content
        written = self.written.get(change.ident)
        return written.workout if written else None


def as_data(
    connected: "Connected", look: "Look", stood: Stood, foreign: int, *, paused: bool
) -> dict[str, Any]:
    actions = entries(look.decision.actions, look, stood)
    left_out = [
        {**entry, "why": each.why}
        for each in look.left_out
        for entry in entries((each.action,), look, stood)
    ]
    left_out.sort(key=lambda one: (one["day"] or "9", one["ident"]))
    yours = foreign + _handed_over(look)
    return {
        "calendar": connected.connector,
        "policy": connected.policy.value,
        "paused": paused,
        "actions": actions,
        "left_out": left_out,
        "counts": _counts(actions, left_out, connected.policy.value) | {"yours": yours},
        "ours": sum(1 for entry in look.observed if entry.day is not None),
        "foreign": foreign,
        **({"waiting": [_waiting(each) for each in look.waiting]} if look.waiting else {}),
        **({"refusal": look.why_not} if look.why_not else {}),
    }


def entries(actions: "Sequence[Action]", look: "Look", stood: Stood) -> list[dict[str, Any]]:
    """In the order of days; what is no change that anybody sees comes last."""
    from planning.calendar import changes
    from worker.writer import ident_of, words_of

    seen = {each.remote_id: each for each in look.observed} | dict(look.direct)
    told = changes(actions, look.records, seen)
    visible = [each.action for each in told]
    quiet = [
        _entry(words_of(each), None, None, None, ident_of(each), None, each.because)
        for each in actions
        if each not in visible
    ]
    return [_changed(each, stood) for each in told] + quiet


def _changed(change: "EntryChange", stood: Stood) -> dict[str, Any]:
    from connectors.comparing import differences
    from worker.writer import words_of

    was, planned = stood.before(change), change.planned
    entry = _entry(
        words_of(change.action),
        change.become.value,
        change.day,
        change.from_day,
        change.ident,
        change.name,
        change.because,
    )
    if was and planned:
        entry["was"] = was.name if was.name != planned.workout.name else None
        entry["differences"] = differences(was.steps, planned.workout.steps)
    return entry


def _entry(
    action: str,
    become: str | None,
    day: date | None,
    from_day: date | None,
    ident: str,
    name: str | None,
    reason: str,
) -> dict[str, Any]:
    return {
        "action": action,
        "become": become,
        "day": day.isoformat() if day else None,
        "from_day": from_day.isoformat() if from_day else None,
        "ident": ident,
        "name": name,
        "was": None,
        "differences": [],
        "reason": reason,
    }


def _counts(
    actions: Sequence[dict[str, Any]], left_out: Sequence[dict[str, Any]], policy: str
) -> dict[str, int]:
    """In a dry run what would be, else what will be and what is left there."""
    would = [*actions, *left_out] if policy == "dry-run" else actions
    found = {word: sum(one["become"] == word for one in would) for word in BECOMES}
    return found if policy == "dry-run" else found | {"left": len(left_out)}


def _handed_over(look: "Look") -> int:
    """Entries of ours that the athlete made theirs, and that stand on days to come."""
    from planning.calendar import EntryState, HandOver

    records = look.records.values()
    theirs = {each.remote_id for each in records if each.state is EntryState.ATHLETES}
    today = look.wanted.today
    standing = {each.remote_id for each in look.observed if each.day and each.day >= today}
    now = {
        each.remote_id
        for each in look.decision.actions
        if isinstance(each, HandOver) and each.to_day and each.to_day >= today
    }
    return len(theirs & standing | now)


def _waiting(planned: "PlannedWorkout") -> dict[str, Any]:
    name = planned.workout.name
    return {"day": planned.day.isoformat(), "ident": planned.ident, "name": name}


# --- as a person reads it -------------------------------------------------------------------------


def tell(one: dict[str, Any]) -> None:
    name = one["calendar"]
    if why := one.get("failed"):
        typer.echo(f"{name}: {why}", err=True)
        return
    for line in lines(one):
        typer.echo(line)
    if one.get("refusal"):
        typer.echo(one["refusal"])
    if one["policy"] == "dry-run":
        typer.echo(
            "It is set to dry-run: none of this is written until "
            f"`goalward calendar policy sync {name}`."
        )
    if one["paused"]:
        typer.echo(
            f"It is paused: none of this is written until `goalward calendar resume {name}`."
        )
    if waiting := one.get("waiting"):
        several, first = counted(len(waiting), "workout"), waiting[0]["day"]
        typer.echo(
            f"{several} from {first} on not written yet: beside yours a watch has no more room. "
            "Those follow as days pass."
        )
    typer.echo(f"{name}: {in_short(one)}.")


def lines(one: dict[str, Any]) -> list[str]:
    """One for each change, and below it what of a workout changes."""
    shown = list(one["actions"])
    if one["policy"] == "dry-run":
        shown += one["left_out"]
    else:
        shown += [
            each | {"become": "left", "reason": f"{each['reason']}; {each['why']}"}
            for each in one["left_out"]
        ]
    return told(shown)


def told(shown: Iterable[dict[str, Any]]) -> list[str]:
    """Lines for entries like those of `entries`, in the order of days."""
    shown = [each for each in shown if each["become"]]
    shown.sort(key=lambda each: (each["day"] or "9", each["ident"]))
    days = [_days(each) for each in shown]
    width = max(map(len, days), default=0)
    found = []
    for each, stands in zip(shown, days, strict=True):
        names = " -> ".join(filter(None, (each["was"], each["name"] or each["ident"])))
        found.append(f"  {each['become']:8} {stands:{width}}  {names}  ({each['reason']})")
        found += [f"             {line}" for line in _few(each["differences"])]
    return found


def in_short(one: dict[str, Any]) -> str:
    """Like `3 created, 1 moved, 2 removed, 4 yours untouched`."""
    counts = one["counts"]
    told = [f"{counts[word]} {word}" for word in BECOMES if counts[word]]
    return ", ".join([*(told or ["nothing to do"]), f"{counts['yours']} yours untouched"])


def _days(entry: dict[str, Any]) -> str:
    days = (entry["from_day"], entry["day"])
    return " -> ".join(at_day(date.fromisoformat(day)) for day in days if day) or at_day(None)


def at_day(day: date | None) -> str:
    return f"{day:%a %d %b}" if day else "no day"


def _few(differences: Sequence[str]) -> list[str]:
    more = len(differences) - FEW
    return [*differences[:FEW], *([f"and {more} more"] if more > 0 else [])]
