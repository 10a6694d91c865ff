"""`goalward connect ...` and `disconnect`: signing in happens here, once, and nowhere else."""

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli import feed, partner
from worker.cli.calendar_policy import PolicyOption, parsed
from worker.cli.connecting import Connecting
from worker.cli.session import AthleteOption, Session, session

if TYPE_CHECKING:
    from connectors.ports import Signed
    from planning.calendar import Policy

connect_commands = typer.Typer(
    cls=Connecting,
    no_args_is_help=True,
    help="Sign in to a service, once. Tokens are kept encrypted; workers never sign in.",
)

STRAVA_TERMS = """\
What Strava asks (its policy of 1 June 2026): its data may be shown to you alone, be kept for seven
days, not be mixed with other sources and not be given to an AI. When you take your permission back,
all of it has to go. So this is what Goalward does:

- As soon as another source of runs is connected, Strava only tells that something happened, and the
  run is read from the other one. Nothing of Strava's is kept then but the ids of such events.
  While Strava is the only source, its runs feed the estimate. `goalward athlete set --strava-use
  full|trigger|off` is your word on it, and stands above both.
- What Strava sent is deleted after seven days: titles, devices, answers. Numbers that were derived
  from it stay: start, duration, distance, best efforts.
- No Strava data ever goes to a language model or to another athlete.
- When you take the permission back at Strava, everything that came from there is erased here.
  `goalward disconnect strava --erase` does the same from here.
"""


def add_to(app: typer.Typer) -> None:
    partner.add_to(connect_commands)
    feed.add_to(connect_commands)
    app.add_typer(connect_commands, name="connect")
    app.command("disconnect")(disconnect)


@connect_commands.command("garmin")
def garmin(
    tokens: Annotated[
        Path | None,
        typer.Option(help="A Garmin token file or folder made elsewhere, instead of signing in."),
    ] = None,
    email: Annotated[
        str | None, typer.Option(help="Your Garmin account; asked for if not given.")
    ] = None,
    policy: PolicyOption = None,
    athlete: AthleteOption = None,
) -> None:
    """Garmin Connect: runs come in, workouts appear on the watch calendar.

    The password is asked for, used once and not kept; so is the code that Garmin may send you.
    """
    from connectors.garmin import sign_in
    from worker.connections import link_settings

    chosen = parsed(policy) if policy else None
    with session(athlete) as at_work:
        settings = link_settings(at_work.runtime.settings)
        now = at_work.runtime.clock.machine_now()
        if tokens is not None:
            signed = sign_in.from_token_file(settings, tokens, now)
        else:
            signed = _sign_in(at_work, email)
        keep(at_work, "garmin", signed.athlete_id, dict(signed.tokens), policy=chosen)
        typer.echo(f"Garmin is connected: {signed.name}.")
        if signed.notice:
            typer.echo(signed.notice)


@connect_commands.command("strava")
def strava(
    code: Annotated[
        str | None,
        typer.Option(help="The code of Strava's answer, where no browser can come back to here."),
    ] = None,
    athlete: AthleteOption = None,
) -> None:
    """Strava: a word the moment a run is uploaded. Needs your own application at Strava.

    Make one at strava.com/settings/api, with `localhost` as its callback domain, and set
    GOALWARD_STRAVA_CLIENT_ID and GOALWARD_STRAVA_CLIENT_SECRET.
    """
    import secrets

    from connectors.strava import oauth
    from worker.connections import link_settings
    from worker.web.callback import wait_for_code

    typer.echo(STRAVA_TERMS)
    with session(athlete) as at_work:
        settings = link_settings(at_work.runtime.settings)
        scope = None
        if code is None:
            state = secrets.token_urlsafe(16)
            with wait_for_code(state) as (redirect_uri, answer):
                url = oauth.authorize_url(settings, redirect_uri, state)
                typer.echo(f"Open this in your browser and say yes:\n\n  {url}\n")
                webbrowser.open(url)
                code, scope = answer()
        granted = oauth.exchange(settings, code, at_work.runtime.clock.machine_now(), scope=scope)
        keep(at_work, "strava", granted.athlete_id, dict(granted.tokens))
        typer.echo(f"Strava is connected: {granted.athlete_name}.")
        if not at_work.runtime.settings.public_url:
            typer.echo(
                "Strava cannot reach this machine, so runs are asked for every ten minutes. With "
                "GOALWARD_PUBLIC_URL set to an address it can reach, they come at once."
            )


@connect_commands.command("folder")
def folder(
    path: Annotated[Path, typer.Argument(help="Where recordings are put.")],
    athlete: AthleteOption = None,
) -> None:
    """A folder that is watched: a FIT, TCX or GPX file put there is read within a minute."""
    from worker.cli.failing import UsedWrongly

    if not path.is_dir():
        raise UsedWrongly(f"{path} is no folder")
    with session(athlete) as at_work:
        place = str(path.absolute())
        keep(at_work, "files", place, {}, {"folder": place})
        typer.echo(f"{place} is watched.")


def disconnect(
    connector: Annotated[str, typer.Argument(help="strava, garmin, files, ...")],
    erase: Annotated[
        bool, typer.Option("--erase", help="Also delete everything that ever came from there.")
    ] = False,
    athlete: AthleteOption = None,
) -> None:
    """Forget the tokens of a service and stop using it. What was learned from it stays.

    Unless --erase is given: then its runs, recordings, names and ids go too, and the plan is made
    anew from what remains. Entries on its calendar stay (`goalward calendar remove-all` before);
    a calendar feed ends with its link.
    """
    from worker import connections
    from worker.cli.data import erase_source, give_back
    from worker.cli.failing import UsedWrongly
    from worker.db import reading

    connector = connector.strip().replace("-", "_")
    if not connector:
        raise UsedWrongly("say which service, such as strava; `goalward status` names them")
    with session(athlete) as at_work:
        runtime = at_work.runtime
        with reading(runtime.engine) as conn:
            mine = connections.connections(conn, athlete_id=at_work.athlete_id, state=None)
        found = [one for one in mine if one.connector == connector]
        if erase:
            erase_source(at_work, connector, found)
            return
        if not found:
            known = ", ".join(one.connector for one in mine) or "nothing"
            raise UsedWrongly(f"{connector} is not connected; connected: {known}")
        for one in found:
            give_back(runtime, one)
            connections.disconnect(runtime, one)
        typer.echo(f"{connector} is disconnected and its tokens are deleted.")
        typer.echo(
            "What was learned from it stays. To delete that as well: "
            f"goalward disconnect {connector} --erase"
        )
        known_here = runtime.connectors.get(connector)
        if known_here and known_here.capabilities.terms.says:
            typer.echo(known_here.capabilities.terms.says)


def _sign_in(at_work: Session, email: str | None) -> "Signed":
    from connectors.garmin import sign_in
    from worker.connections import link_settings
    from worker.rates import signing_in

    settings = link_settings(at_work.runtime.settings)
    email = email or typer.prompt("Garmin e-mail")
    password = typer.prompt("Garmin password (used once, not kept)", hide_input=True)
    typer.echo("Signing in; Garmin wants this slowly, so it takes up to half a minute ...")
    with signing_in(at_work.runtime.engine, "garmin", email):
        answer = sign_in.start(settings, email, password, at_work.runtime.clock.machine_now())
    if isinstance(answer, sign_in.MfaNeeded):
        code = typer.prompt("Garmin has sent you a code")
        now = at_work.runtime.clock.machine_now()
        return sign_in.finish(settings, answer.state, code, now)
    return answer


def keep(
    at_work: Session,
    connector: str,
    external_id: str,
    tokens: dict[str, str],
    settings: dict[str, str] | None = None,
    *,
    policy: "Policy | None" = None,
) -> None:
    """Store the connection, and ask the source at once; `up` does the asking."""
    from worker.cli.data import finish_erasing
    from worker.cli.failing import UsedWrongly
    from worker.connections import connect, writing_there_already
    from worker.db import writing
    from worker.doomed import Scope
    from worker.owing import owe_publishing
    from worker.schedule import owe_poll

    other = writing_there_already(at_work.runtime, at_work.athlete_id, connector, settings)
    if other:
        raise UsedWrongly(
            f"The workouts go to that calendar through {other.connector} already, and two would "
            f"undo each other's work: run `goalward disconnect {other.connector}` before, or "
            "connect one of them without its calendar."
        )
    finish_erasing(at_work.runtime, Scope(at_work.athlete_id, connector))  # else it takes this too
    try:
        connect(
            at_work.runtime,
            at_work.athlete_id,
            connector=connector,
            external_athlete_id=external_id,
            tokens=tokens,
            settings=settings,
            policy=policy,
        )
    except ValueError as error:
        raise UsedWrongly(f"{error}; disconnect it there first") from error
    with writing(at_work.runtime.engine) as conn:
        reason = f"connected {at_work.runtime.clock.machine_now().isoformat()}"
        owe_poll(at_work.runtime, conn, at_work.athlete_id, reason=reason)
        owe_publishing(at_work.runtime, conn, at_work.athlete_id)
