"""`goalward connect ics`: a calendar feed, and the secret link to it."""

from typing import TYPE_CHECKING, Annotated

import typer

from worker.cli.calendar_policy import PolicyOption, parsed
from worker.cli.session import AthleteOption, session

if TYPE_CHECKING:
    from worker.app import Runtime


def add_to(connect_commands: typer.Typer) -> None:
    connect_commands.command("ics")(ics)


def ics(
    renew: Annotated[
        bool, typer.Option("--renew", help="A new link; from then on the old one is gone.")
    ] = False,
    policy: PolicyOption = None,
    athlete: AthleteOption = None,
) -> None:
    """A feed of the plan for any calendar program; prints the secret link, also a second time.

    Whoever has the link reads your plan, and nothing else of yours. `goalward disconnect ics` ends
    it.
    """
    from worker import policies
    from worker.cli.accounts import keep
    from worker.connections import CONNECTED
    from worker.db import reading, writing
    from worker.web import links

    chosen = parsed(policy) if policy else None
    with session(athlete) as at_work:
        runtime = at_work.runtime
        with reading(runtime.engine) as conn:
            feed = links.feed_of(conn, at_work.athlete_id)
        stands = feed is not None and feed.state == CONNECTED and not renew
        token = links.token_of(runtime, feed) if feed and stands else None
        if token is None:
            made = links.new_link(feed)
            keep(at_work, links.FEED, made.feed_id, made.tokens, made.settings, policy=chosen)
            token = made.token
        elif feed and chosen:
            with writing(runtime.engine) as conn:
                policies.put(runtime, conn, feed, chosen)
        _tell(runtime, links.address(runtime, token))


def _tell(runtime: "Runtime", address: str) -> None:
    typer.echo(f"Subscribe to this address in your calendar program:\n\n  {address}\n")
    typer.echo(
        "Keep it to yourself: whoever has it reads your plan. `goalward connect ics --renew` makes "
        "another, and then this one is gone."
    )
    if not runtime.settings.public_url:
        typer.echo(
            "It is an address of this machine alone. With GOALWARD_PUBLIC_URL set to one that "
            "your calendar program can reach, run this again."
        )
