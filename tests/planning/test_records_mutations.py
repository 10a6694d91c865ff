"""Each line that decides whose record counts is needed: without it a test fails."""

from tests.mutations import Mutation, run

TESTS = ("tests/planning/test_records.py",)


def broken(name: str, old: str, new: str) -> Mutation:
    return Mutation(f"records: {name}", "planning/records.py", old, new, TESTS)


MUTATIONS = (
    broken(
        "believe the earlier deriver",
        ") < (each.deriver, repr(each))",
        ") > (each.deriver, repr(each))",
    ),
    broken(
        "any copy twice in a cluster", " and not {*map(_slot, first)} & {*map(_slot, second)}", ""
    ),
    broken(
        "the worst pair first",
        "for pair in sorted(pairs):",
        "for pair in sorted(pairs, reverse=True):",
    ),
    broken("pairs as they come", "for pair in sorted(pairs):", "for pair in pairs:"),
    broken(
        "a folder holds a run once",
        "return copy.key if filed else record.source",
        "return record.source",
    ),
    broken(
        "a log holds a run twice",
        "    filed = record.source == FILES and record.kind is not RecordKind.LOG",
        "    filed = record.source == FILES",
    ),
    broken(
        "compare hidden starts",
        "[copy for copy in copies if not copy.record.start_hidden]\n    starts",
        "list(copies)\n    starts",
    ),
    broken(
        "any two sports",
        "_family(first.sport) != _family(second.sport) or durations is None",
        "durations is None",
    ),
    broken(
        "a walk is another run",
        "return Sport.RUN if sport is Sport.WALK else sport",
        "return sport",
    ),
    broken(
        "3 % of the duration",
        "max(60.0, 0.05 * max(durations))",
        "max(60.0, 0.03 * max(durations))",
    ),
    broken(
        "30 s of the duration",
        "max(60.0, 0.05 * max(durations))",
        "max(30.0, 0.05 * max(durations))",
    ),
    broken("starts may be far apart", "if later_s <= 120.0 and as_long:", "if as_long:"),
    broken(
        "starts must be a minute close",
        "if later_s <= 120.0 and as_long:",
        "if later_s <= 60.0 and as_long:",
    ),
    broken("durations do not matter", "if later_s <= 120.0 and as_long:", "if later_s <= 120.0:"),
    broken(
        "overlap by 70 %", "overlap_s > 0.8 * min(durations)", "overlap_s > 0.7 * min(durations)"
    ),
    broken(
        "overlap by 90 %", "overlap_s > 0.8 * min(durations)", "overlap_s > 0.9 * min(durations)"
    ),
    broken("overlap is enough", " and _close(first.distance_m, second.distance_m, 0.05):", ":"),
    broken("a hidden copy joins any that fits", "if len(fits) == 1:", "if fits:"),
    broken(
        "a hidden copy joins its own account",
        "    if _slot(copy) in map(_slot, cluster):\n        return []\n",
        "",
    ),
    broken(
        "hidden copies join any other",
        "(pair for pair, *sides in pairs if all(fits[side] == 1 for side in sides))",
        "(pair for pair, *_ in pairs)",
    ),
    broken("hidden copies any sport", "        or _family(one.sport) != _family(two.sport)\n", ""),
    broken("hidden copies any duration", "        or not _close(*durations, 0.01)\n", ""),
    broken(
        "hidden copies any distance",
        "        or not _close(one.distance_m, two.distance_m, 0.02)\n",
        "",
    ),
    broken(
        "compare moving times",
        "if first.elapsed_time_s is not None and second.elapsed_time_s is not None:",
        "if False:",
    ),
    broken(
        "never compare moving times",
        "if first.moving_time_s is not None and second.moving_time_s is not None:",
        "if False:",
    ),
    broken(
        "the file counts on the treadmill",
        "corrected = any(c.record.surface is Surface.TREADMILL or c.record.is_manual for c in cluster)",
        "corrected = False",
    ),
    broken(
        "the file counts for manual runs",
        "is Surface.TREADMILL or c.record.is_manual for",
        "is Surface.TREADMILL for",
    ),
    broken(
        "the least believed first",
        "return corrected and bare, record.kind.rank",
        "return corrected and bare, -record.kind.rank",
    ),
    broken(
        "an unknown surface is one",
        "lambda r: r.surface, unless=Surface.ROAD",
        "lambda r: r.surface",
    ),
    broken(
        "a hidden start is one",
        "(copy for copy in copies if not copy.record.start_hidden), copies[0]",
        "iter(copies), copies[0]",
    ),
    broken(
        "the last key names it",
        "content_id(min(copy.key for copy in copies))",
        "content_id(max(copy.key for copy in copies))",
    ),
    broken("streams on a treadmill", "    if corrected:\n        return told[0]\n", ""),
    broken(
        "whole runs before stretches",
        "if len(copy.efforts) > 1), told[0])",
        "if copy.efforts), told[0])",
    ),
    broken(
        "unsorted", "sorted(activities, key=lambda each: (each.start_at, each.id))", "activities"
    ),
)

QUICK = ("a hidden copy joins any that fits",)


def test_a_broken_line_is_noticed():
    chosen = [each for each in MUTATIONS if each.name.removeprefix("records: ") in QUICK]
    assert dict(run(chosen)) == {chosen[0].name: True}
