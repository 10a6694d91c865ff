"""Recordings as files: FIT, TCX, GPX, logs, account exports, a watched folder."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from connectors.files.walk import walk
from connectors.ports import Capabilities, Link, Opened, WebhookReceiver

__all__ = ["CONNECTOR", "Files", "walk"]

CAPABILITIES = Capabilities(activities=True, settings=("folder",))


@dataclass(frozen=True, slots=True)
class Files:
    """The setting `folder` says where recordings are put; `import` needs none."""

    name: str = "files"
    title: str = "Files and folders"
    capabilities: Capabilities = CAPABILITIES

    @contextmanager
    def open(self, link: Link, now: datetime) -> Iterator[Opened]:
        """Raises Unavailable when the folder is read and not there."""
        from connectors.files.folder import Folder

        yield Opened(activities=Folder(Path(link.settings["folder"]).expanduser(), now=now))

    def receiver(self, settings: Mapping[str, str]) -> WebhookReceiver | None:
        del settings
        return None


CONNECTOR = Files()
