"""Each line that decides whose record counts is needed: without it a test fails."""

from tests.mutations import ROOT, Mutation, run

TESTS = ("tests/planning/test_records.py", "tests/planning/test_rulings.py")
MODULES = ("planning/records.py", "planning/matching.py", "planning/rulings.py")
SOURCES = {module: (ROOT / module).read_text() for module in MODULES}


def broken(name: str, old: str, new: str) -> Mutation:
    """In whichever of the modules has the line."""
    module = next((module for module, text in SOURCES.items() if old in text), MODULES[0])
    return Mutation(f"records: {name}", module, old, new, TESTS)


MUTATIONS = (
    broken(
        "believe the earlier deriver",
        ") < (each.deriver, repr(each))",
        ") > (each.deriver, repr(each))",
    ),
    broken(
        "any copy twice in a cluster",
        " return free and not self._were_split(first, second)",
        " return not self._were_split(first, second)",
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
        "if _family(first.sport) != _family(second.sport):\n        one",
        "if False:\n        one",
    ),
    broken(
        "a walk is another run",
        "return Sport.RUN if sport is Sport.WALK else sport",
        "return sport",
    ),
    broken(
        "3 % of the duration",
        "max(60.0, 0.05 * max(one_s, two_s))",
        "max(60.0, 0.03 * max(one_s, two_s))",
    ),
    broken(
        "30 s of the duration",
        "max(60.0, 0.05 * max(one_s, two_s))",
        "max(30.0, 0.05 * max(one_s, two_s))",
    ),
    broken(
        "starts may be far apart",
        "(later_s <= SAME_START_S and _as_long(*durations))",
        "_as_long(*durations)",
    ),
    broken(
        "starts must be a minute close",
        "(later_s <= SAME_START_S and _as_long(*durations))",
        "(later_s <= 60.0 and _as_long(*durations))",
    ),
    broken(
        "durations do not matter",
        "(later_s <= SAME_START_S and _as_long(*durations))",
        "later_s <= SAME_START_S",
    ),
    broken(
        "overlap by 70 %", "overlap_s > 0.8 * min(durations)", "overlap_s > 0.7 * min(durations)"
    ),
    broken(
        "overlap by 90 %", "overlap_s > 0.8 * min(durations)", "overlap_s > 0.9 * min(durations)"
    ),
    broken(
        "overlap is enough",
        "                and _close(first.distance_m, second.distance_m, 0.05)\n",
        "",
    ),
    broken("a hidden copy joins any that fits", "if len(found) == 1 else []", "if found else []"),
    broken(
        "a hidden copy joins its own account",
        "            if clusters.may_join([copy], each)\n",
        "",
    ),
    broken(
        "hidden copies join any other",
        "(pair for pair, *sides in pairs if all(fits[side] == 1 for side in sides))",
        "(pair for pair, *_ in pairs)",
    ),
    broken(
        "hidden copies any sport",
        "        or _family(one.sport) != _family(two.sport)\n        or not _close(*durations, 0.01)\n",
        "        or not _close(*durations, 0.01)\n",
    ),
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
