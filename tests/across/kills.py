"""`python -m tests.across.kills embedded|apart --kills=N --seed=N`: one undisturbed life, one with kills."""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.across.life import APART, EMBEDDED, lived
from tests.servers import postgres_server, valkey_server

SET_UPS = {"embedded": EMBEDDED, "apart": APART}


LATEST_S = 15.0  # after the last restart nothing is owed any more


def compare(set_up, *, kills, seed, weeks, longest_s, **servers):
    """Names of what differs from an undisturbed life, and how the disturbed one ended."""
    with tempfile.TemporaryDirectory() as folder:
        calm = lived(set_up, Path(folder), weeks=weeks, **servers)
    with tempfile.TemporaryDirectory() as folder:
        hunted = lived(
            set_up,
            Path(folder),
            kills=kills,
            seed=seed,
            weeks=weeks,
            longest_s=longest_s,
            **servers,
        )
    return [name for name in calm.seen if calm.seen[name] != hunted.seen[name]], hunted


def main():
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("set_up", choices=SET_UPS)
    ask.add_argument("--kills", type=int, default=20)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--weeks", type=int, default=6)
    given = ask.parse_args()
    with ExitStack() as stack:
        servers = {}
        if given.set_up == "apart":
            servers["postgres"] = stack.enter_context(postgres_server())
            servers["valkey"] = stack.enter_context(valkey_server())
        differing, hunted = compare(
            SET_UPS[given.set_up],
            kills=given.kills,
            seed=given.seed,
            weeks=given.weeks,
            longest_s=6.0,
            **servers,
        )
    same = "the same end" if not differing else f"differing: {', '.join(differing)}"
    wrong = ", ".join(f"{count} {what}" for what, count in hunted.wrong.items())
    print(
        f"{SET_UPS[given.set_up]}: {hunted.kills} kills, {same}; {wrong}; "
        f"nothing owed {hunted.owed_s:.1f} s after the last restart"
    )
    failed = differing or any(hunted.wrong.values()) or hunted.kills < given.kills
    return 1 if failed or hunted.owed_s > LATEST_S else 0


if __name__ == "__main__":
    sys.exit(main())
