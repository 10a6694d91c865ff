"""`python -m tests.seasons --seeds=1-50`: simulated seasons, lived day by day through the planning.

Prints a line for every violation and a table of what changed; exit status 1 with violations.
"""

import argparse
import sys
import time
from collections import Counter

from tests.across.histories import seeds_in
from tests.seasons.athletes import runner
from tests.seasons.checks import SAFETY, checked
from tests.seasons.living import evenings


def lived(seed):
    """The account of one season."""
    who = runner(seed)
    try:
        return checked(evenings(who), who)
    except Exception as broken:
        broken.add_note(f"in season {seed}")
        raise


def main():
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--seeds", default="1-10")
    ask.add_argument("--freeze", action="store_true", help="list what was softened in the freeze")
    given = ask.parse_args()
    began, accounts = time.process_time(), []
    for seed in seeds_in(given.seeds):
        account = lived(seed)
        accounts.append(account)
        for violation in account.violations:
            print(violation, flush=True)
        for day, receipt in account.in_freeze if given.freeze else ():
            print(f"seed {seed}, {day}: softened: {receipt.sentence}", flush=True)
    violations = [one for account in accounts for one in account.violations]
    for line in (*table(accounts), *examples(accounts)):
        print(line)
    each = (time.process_time() - began) / len(accounts)
    print(f"{len(accounts)} seasons, {len(violations)} violations, {each:.1f} s each")
    return 1 if violations else 0


def table(accounts):
    """Lines of a Markdown table."""
    days = sum(account.days for account in accounts)
    yield "| what | figure |"
    yield "| --- | --- |"
    yield f"| seasons, days | {len(accounts)}, {days} |"
    every = [count for account in accounts for count in account.material_by_week()]
    other = {rule for account in accounts for rule in account.rules} - SAFETY
    rest = [count for account in accounts for count in account.material_by_week(other)]
    yield f"| weeks with 0 / 1 / 2 / 3 / more material changes | {_spread(every)} |"
    yield f"| the same without safety | {_spread(rest)} |"
    rules = sum((account.rules for account in accounts), Counter())
    yield f"| material changes by rule | {_named(rules)} |"
    touched = sorted(n for account in accounts for n in account.touched_by_week())
    yield (
        f"| days changed by themselves a week: mean, 90 %, most | "
        f"{sum(touched) / len(touched):.2f}, {touched[len(touched) * 9 // 10]}, {touched[-1]} |"
    )
    in_freeze = [receipt for account in accounts for _, receipt in account.in_freeze]
    softened = Counter(receipt.rule for receipt in in_freeze)
    yield f"| softened in the freeze | {len(in_freeze)}: {_named(softened)} |"
    repaced = sorted(account.repaced for account in accounts)
    yield (
        f"| paces rewritten in a season: median, 90 %, most | "
        f"{repaced[len(repaced) // 2]}, {repaced[len(repaced) * 9 // 10]}, {repaced[-1]} |"
    )
    yield f"| evenings on which the athlete's wish changed the plan | {_sum(accounts, 'asked')} |"
    statuses = sum((account.statuses for account in accounts), Counter())
    yield f"| sessions as known the evening after | {_named(statuses)} |"
    what = Counter(one.kind for account in accounts for one in account.violations)
    yield f"| violations | {_named(what) or 'none'} |"


def examples(accounts):
    """Of each kind of violation: how many, in how many seasons, and the earliest of a season."""
    found = {}
    for account in accounts:
        for one in account.violations:
            early = (one.day - account.first_day).days
            found.setdefault(one.kind, []).append((early, one.seed, str(one)))
    for kind, told in sorted(found.items()):
        seasons = len({seed for _, seed, _ in told})
        yield f"{kind}: {len(told)} in {seasons} seasons; {min(told)[2]}"


def _spread(weeks):
    counts = Counter(min(count, 4) for count in weeks)
    return " / ".join(f"{100 * counts[n] / len(weeks):.1f}" for n in range(5)) + " %"


def _sum(accounts, name):
    return sum(getattr(account, name) for account in accounts)


def _named(counts):
    return ", ".join(f"{count} {name}" for name, count in counts.most_common())


if __name__ == "__main__":
    sys.exit(main())
