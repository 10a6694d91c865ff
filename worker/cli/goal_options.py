"""What `goalward goal ...` can be told of a goal, as options that several commands share."""

from typing import Annotated

import typer

TimeOption = Annotated[
    str | None,
    typer.Option("--time", help="The time wanted, as [H:]MM:SS; without it: to finish well."),
]
PriorityOption = Annotated[
    str | None,
    typer.Option(
        "--priority", help="A: everything serves it. B: a good effort. C: a training race."
    ),
]
NameOption = Annotated[str | None, typer.Option("--name", help="What you call it.")]
ClimbOption = Annotated[
    float | None,
    typer.Option("--climb", min=0, max=30_000, help="Metres uphill of the course."),
]
CutOffOption = Annotated[
    str | None,
    typer.Option("--cut-off", help="When the course closes, as [H:]MM:SS after the start."),
]
TempOption = Annotated[
    float | None,
    typer.Option(
        "--temp", min=-45, max=50, help="Expected temperature, C, until a forecast knows better."
    ),
]
ReasonOption = Annotated[
    str | None, typer.Option("--reason", help="Why it matters, in your own words.")
]
BufferOption = Annotated[
    str | None,
    typer.Option("--buffer", help="How much faster than the standard, as MM:SS; 0: not at all."),
]
FromOption = Annotated[
    str | None, typer.Option("--from", help="First day of a health goal.  [default: today]")
]
UntilOption = Annotated[str | None, typer.Option("--until", help="Last day of a health goal.")]
RunsOption = Annotated[
    int | None,
    typer.Option("--runs-per-week", min=1, max=7, help="Of a health goal: days with a run."),
]
HoursOption = Annotated[
    float | None,
    typer.Option("--hours-per-week", min=0.25, max=30, help="Of a health goal: hours of running."),
]
GoalArgument = Annotated[str, typer.Argument(help="The goal's id, from `goalward goal list`.")]
