"""`goalward connect NAME` for every connector that signs in by answers, also those of others."""

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, override

import typer
from typer.core import TyperGroup

from worker.cli.calendar_policy import PolicyOption, parsed
from worker.cli.session import AthleteOption, session

if TYPE_CHECKING:
    from typer._click import Command, Context

    from connectors.ports import AnswersSignIn, Connector, Question, Signed

AnswerOption = Annotated[
    list[str] | None,
    typer.Option(
        "--answer",
        metavar="NAME=VALUE",
        help="An answer given beforehand; what is not given is asked for. NAME=- reads the value "
        "from the next line of the standard input, so that no list of processes shows it.",
    ),
]


class Connecting(TyperGroup):
    """The commands of its own, and one for each installed connector that answers are enough for."""

    @override
    def list_commands(self, ctx: "Context") -> list[str]:
        own = super().list_commands(ctx)
        return [*own, *(name for name in _by_command() if name not in own)]

    @override
    def get_command(self, ctx: "Context", cmd_name: str) -> "Command | None":
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        connector = _by_command().get(cmd_name.replace("_", "-"))
        return _command(connector) if connector else None


def _by_command() -> "Mapping[str, Connector]":
    """Connectors that can be connected by answering, by the word people type."""
    from connectors.ports import AnswersSignIn
    from connectors.registry import connectors

    return {
        name.replace("_", "-"): connector
        for name, connector in connectors().items()
        if isinstance(connector, AnswersSignIn)
    }


def _command(connector: "Connector") -> "Command":
    app = typer.Typer(add_completion=False)
    app.command(connector.name.replace("_", "-"), help=_help(connector))(_connects(connector))
    return typer.main.get_command(app)


def _help(connector: "Connector") -> str:
    from connectors.ports import AnswersSignIn

    asked = connector.questions() if isinstance(connector, AnswersSignIn) else ()
    names = ", ".join(question.name for question in asked)
    return "\n\n".join(
        [
            f"{connector.title}, by answering: {names}.",
            "Tokens are kept encrypted. What is secret is not shown while you type.",
            connector.capabilities.terms.says,
        ]
    ).strip()


def _connects(connector: "Connector") -> Callable[..., None]:
    def connect(
        answer: AnswerOption = None, policy: PolicyOption = None, athlete: AthleteOption = None
    ) -> None:
        from connectors.ports import AnswersSignIn
        from worker.cli.accounts import keep
        from worker.cli.failing import UsedWrongly
        from worker.connections import application_values, link_settings

        chosen = parsed(policy) if policy else None
        if chosen and not connector.capabilities.calendar:
            raise UsedWrongly(f"{connector.title} has no calendar, so --policy says nothing")
        assert isinstance(connector, AnswersSignIn)  # noqa: S101 - only such are given here
        if connector.capabilities.terms.says:
            typer.echo(connector.capabilities.terms.says)
        with session(athlete) as at_work:
            runtime = at_work.runtime
            answers = dict(_answers(connector, _given(connector, answer or [])))
            known = {
                **link_settings(runtime.settings),
                **application_values(runtime, connector.name),
            }
            signed = connector.sign_in(known, answers, runtime.clock.machine_now())
            keep(
                at_work,
                connector.name,
                signed.athlete_id,
                dict(signed.tokens),
                _settings(signed),
                policy=chosen,
            )
            typer.echo(f"{connector.title} is connected: {signed.name}.")
            if signed.notice:
                typer.echo(signed.notice)

    return connect


def _settings(signed: "Signed") -> dict[str, str]:
    """With the day on which the key ends, so that the athlete is warned in time."""
    ends = {"expires_on": signed.expires_on.isoformat()} if signed.expires_on else {}
    return {**signed.settings, **ends}


def _given(connector: "AnswersSignIn", words: list[str]) -> dict[str, str]:
    from worker.cli.failing import UsedWrongly

    asked = [question.name for question in connector.questions()]
    given: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in asked:
            names = ", ".join(asked)
            raise UsedWrongly(f"--answer {name!r}: write NAME=VALUE; it asks for {names}")
        given[name] = sys.stdin.readline().strip() if value == "-" else value
    return given


def _answers(connector: "AnswersSignIn", given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for question in connector.questions():
        yield question.name, given[question.name] if question.name in given else _asked(question)


def _asked(question: "Question") -> str:
    if question.default is not None and not sys.stdin.isatty():
        return sys.stdin.readline().strip() or question.default  # nobody is there to be asked
    answer: str = typer.prompt(question.asks, hide_input=question.secret, default=question.default)
    return answer
