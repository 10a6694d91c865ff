"""`goalward plan library`: the sessions that plans are made of, what for and on what evidence."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from worker.cli.session import JsonOption, print_json

if TYPE_CHECKING:
    from planning.schedule.library import Session

STRENGTHS = (
    "Evidence: A meta-analyses, B a good trial, C large observational, D practice of good coaches, "
    "E custom. Levels are by distance a week."
)


def add_to(plan_commands: typer.Typer) -> None:
    plan_commands.command("library")(shown)


def shown(
    which: Annotated[
        str | None, typer.Argument(help="A session's id, a purpose or a goal, as listed.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """The kinds of sessions: what each is for, when it comes, how it grows, on what evidence."""
    chosen = _chosen(which)
    if json:
        print_json([session_json(session) for session in chosen])
        return
    if len(chosen) == 1:
        for line in _whole(chosen[0]):
            typer.echo(line)
        return
    theme = None
    for session in chosen:
        if session.theme is not theme:
            theme = session.theme
            typer.echo(f"\n{theme.value.capitalize()}")
        typer.echo(f"  {session.id:<23} {session.evidence.value}  {session.title}")
    typer.echo(f"\n{len(chosen)} kinds. {STRENGTHS}")
    typer.echo("More of one: `goalward plan library ID`.")


def session_json(session: "Session") -> dict[str, Any]:
    """One kind of session as data; sets in the order in which they are declared."""
    when = session.when
    return {
        "id": session.id,
        "theme": session.theme.value,
        "kind": session.kind.value,
        "title": session.title,
        "purpose": session.purpose,
        "goals": [family.value for family in _ordered(when.families)],
        "phases": [phase.value for phase in _ordered(when.phases)],
        "levels": [level.value for level in _ordered(when.levels)],
        "progression": session.progression,
        "source": session.source,
        "evidence": session.evidence.value,
        "easier": session.easier,
        "cue": session.cue,
    }


def _chosen(which: str | None) -> "tuple[Session, ...]":
    from planning.schedule.library import SESSIONS
    from worker.cli.failing import UsedWrongly

    if which is None:
        return SESSIONS
    wanted = which.strip().lower()
    found = tuple(s for s in SESSIONS if s.id == wanted) or tuple(
        s
        for s in SESSIONS
        if wanted in {s.theme.value, s.kind.value} | {family.value for family in s.when.families}
    )
    if not found:
        raise UsedWrongly(
            f"{which!r} is no session, purpose or goal of the library: `goalward plan library`"
        )
    return found


def _ordered[T: StrEnum](members: frozenset[T]) -> list[T]:
    """Members of one enumeration, in its order."""
    if not members:
        return []
    return [each for each in type(next(iter(members))) if each in members]


def _whole(session: "Session") -> list[str]:
    told = session_json(session)
    lines = [f"{session.title} ({session.id}): {session.purpose}"]
    lines += [f"  {name}: {', '.join(told[name])}" for name in ("goals", "phases", "levels")]
    lines += [
        f"  {name}: {told[key]}"
        for name, key in (
            ("grows", "progression"),
            ("mind", "cue"),
            ("easier", "easier"),
            ("from", "source"),
            ("evidence", "evidence"),
        )
        if told[key]
    ]
    return [*lines, STRENGTHS]
