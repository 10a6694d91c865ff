"""`goalward connect garmin-partner` and `connect webhook`: services that are told where we are."""

import webbrowser
from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.calendar_policy import PolicyOption, parsed
from worker.cli.session import AthleteOption, open_home, session

if TYPE_CHECKING:
    from worker.app import Runtime

PORT = 8423  # Garmin sends browsers back only to addresses that were registered with it
HERE = {
    "garmin_partner": "In Garmin's portal, Endpoint Configuration, enable each of these summaries: "
    "activities, activity files, manually updated activities, deregistrations, user permissions "
    "change; and, for nights and days, dailies, sleeps and HRV. Each to this address:",
    "intervals": "At intervals.icu, Settings, Manage App, set this as the webhook's address:",
}


def add_to(connect_commands: typer.Typer) -> None:
    connect_commands.command("garmin-partner")(garmin_partner)
    connect_commands.command("webhook")(webhook)


def garmin_partner(
    port: Annotated[
        int, typer.Option(help="Garmin must have http://localhost:PORT/callback registered.")
    ] = PORT,
    calendar: Annotated[
        bool | None,
        typer.Option(
            "--calendar/--no-calendar",
            help="Whether the planned workouts are written to the Garmin calendar, and so to the "
            "watch; not, unless it is said. Not together with `connect garmin`.",
        ),
    ] = None,
    policy: PolicyOption = None,
    athlete: AthleteOption = None,
) -> None:
    """Garmin's developer programme, for companies that Garmin has admitted to it.

    Set GOALWARD_GARMIN_PARTNER_CLIENT_ID, GOALWARD_GARMIN_PARTNER_CLIENT_SECRET and
    GOALWARD_PUBLIC_URL: nothing can be asked for here, Garmin tells of everything.
    """
    import secrets

    from connectors.garmin_partner import CALENDAR_SETTING, oauth
    from worker.cli.accounts import keep
    from worker.connections import link_settings
    from worker.web.callback import wait_for_code

    chosen = parsed(policy) if policy else None
    with session(athlete) as at_work:
        settings = link_settings(at_work.runtime.settings)
        state, verifier = secrets.token_urlsafe(16), secrets.token_urlsafe(48)
        with wait_for_code(state, port=port) as (back, answer):
            url = oauth.authorize_url(settings, back, state, verifier=verifier)
            typer.echo(f"Open this in your browser and say yes:\n\n  {url}\n")
            webbrowser.open(url)
            code, _ = answer()
        now = at_work.runtime.clock.machine_now()
        granted = oauth.exchange(
            settings, code, now, verifier=verifier, redirect_uri=back, calendar=bool(calendar)
        )
        said = None if calendar is None else {CALENDAR_SETTING: "yes" if calendar else "no"}
        tokens = dict(granted.tokens)
        keep(at_work, "garmin_partner", granted.athlete_id, tokens, said, policy=chosen)
        typer.echo("Garmin (partner) is connected.")
        for sentence in granted.lacking:
            typer.echo(sentence)
        _tell(at_work.runtime, "garmin_partner")


def webhook(
    connector: Annotated[str, typer.Argument(help=f"{' or '.join(HERE)}.")],
) -> None:
    """What to enter at a service so that it tells us at once: our address, and a secret."""
    from worker.cli.failing import UsedWrongly

    connector = connector.replace("-", "_")
    if connector not in HERE:
        raise UsedWrongly(f"{connector} needs none to be entered; there are {', '.join(HERE)}")
    with open_home() as runtime:  # it is the same for all athletes
        _tell(runtime, connector)


def _tell(runtime: "Runtime", connector: str) -> None:
    from worker.web.doors import SHARED, address, agreed_with

    typer.echo(f"{HERE[connector]}\n\n  {address(runtime, connector)}\n")
    if connector in SHARED:
        typer.echo(f"and this as its secret: {agreed_with(runtime, connector)[SHARED[connector]]}")
    if not runtime.settings.public_url:
        typer.echo("Set GOALWARD_PUBLIC_URL to an address that the service can reach, before it.")
