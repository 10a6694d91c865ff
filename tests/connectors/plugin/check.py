"""What the connector's author runs: the contracts, as Goalward ships them."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from connectors.contract import check_activity_source, check_connector, check_unreachable
from connectors.ports import Link
from connectors.registry import connector
from connectors.tokens import MemoryTokens

AT = datetime(2026, 11, 1, tzinfo=UTC)


def main(file: str) -> None:
    found = connector("runlog")
    check_connector(found)
    signed = found.sign_in({}, {"file": file, "name": "me"}, AT)
    with found.open(Link(signed.settings, MemoryTokens(signed.tokens)), AT) as opened:
        check_activity_source(opened.activities, gone_id="no-such-run")
    with found.open(Link({"file": str(Path(file) / "gone")}, MemoryTokens({})), AT) as away:
        check_unreachable(lambda: away.activities.changes(None))
    print("the contracts are kept")


main(sys.argv[1])
