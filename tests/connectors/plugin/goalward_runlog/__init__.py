"""RunLog: runs from a file with one JSON object a line. Tier: bronze.

A whole connector by somebody who has never seen Goalward's code, only its guide.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from connectors.errors import Refused
from connectors.ports import Capabilities, Link, Opened, Question, Signed, Terms, WebhookReceiver

CAPABILITIES = Capabilities(
    activities=True, terms=Terms(says="RunLog is your own file; nothing leaves this machine.")
)


@dataclass(frozen=True, slots=True)
class RunLog:
    name: str = "runlog"
    title: str = "RunLog"
    capabilities: Capabilities = CAPABILITIES

    @contextmanager
    def open(self, link: Link, now: datetime) -> Iterator[Opened]:
        from goalward_runlog.activities import Activities

        del now
        yield Opened(activities=Activities(Path(link.settings["file"])))

    def receiver(self, settings: Mapping[str, str]) -> WebhookReceiver | None:
        del settings
        return None

    def questions(self) -> Sequence[Question]:
        return (
            Question("file", "Where is the log?"),
            Question("name", "Whose is it?", default="me"),
        )

    def sign_in(
        self, settings: Mapping[str, str], answers: Mapping[str, str], now: datetime
    ) -> Signed:
        del settings, now
        file = Path(answers["file"])
        if not file.is_file():
            raise Refused(f"{file} is no file: a log has one run a line")
        return Signed(
            athlete_id=answers["name"],
            name=answers["name"],
            tokens={},
            settings={"file": str(file.absolute())},
        )


CONNECTOR = RunLog()
