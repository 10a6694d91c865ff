"""`python -m tests.across.kills embedded|apart --kills=N --seed=N`: one undisturbed life, one with kills."""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.across.life import APART, EMBEDDED, lived
from tests.servers import postgres_server, valkey_server

SET_UPS = {"embedded": EMBEDDED, "apart": APART}


def compare(set_up, *, kills, seed, weeks, longest_s, **servers):
    """Names of what differs, and the number of kills."""
    with tempfile.TemporaryDirectory() as folder:
        calm, _ = lived(set_up, Path(folder), weeks=weeks, **servers)
    with tempfile.TemporaryDirectory() as folder:
        hunted, killed = lived(
            set_up,
            Path(folder),
            kills=kills,
            seed=seed,
            weeks=weeks,
            longest_s=longest_s,
            **servers,
        )
    return [name for name in calm if calm[name] != hunted[name]], killed


def main():
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("set_up", choices=SET_UPS)
    ask.add_argument("--kills", type=int, default=20)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--weeks", type=int, default=26)
    given = ask.parse_args()
    with ExitStack() as stack:
        servers = {}
        if given.set_up == "apart":
            servers["postgres"] = stack.enter_context(postgres_server())
            servers["valkey"] = stack.enter_context(valkey_server())
        differing, killed = compare(
            SET_UPS[given.set_up],
            kills=given.kills,
            seed=given.seed,
            weeks=given.weeks,
            longest_s=6.0,
            **servers,
        )
    same = "the same end" if not differing else f"differing: {', '.join(differing)}"
    print(f"{SET_UPS[given.set_up]}: {killed} of {given.kills} kills, {same}")
    return 1 if differing or killed < given.kills else 0


if __name__ == "__main__":
    sys.exit(main())
