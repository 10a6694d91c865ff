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
        "measure by what cannot have been run",
        "(taught and not copy.usable, not copy.record.distance_m)",
        "not copy.record.distance_m",
    ),
    broken(
        "no distance is a distance",
        "(taught and not copy.usable, not copy.record.distance_m)",
        "taught and not copy.usable",
    ),
    broken(
        "a treadmill is less believed",
        "taught = sport is Sport.RUN and surface is not Surface.TREADMILL",
        "taught = True",
    ),
    broken(
        "learn from a treadmill that one copy calls a road",
        ' or learned.record.surface is not whole["surface"]:',
        ":",
    ),
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
        "durations is None or _family(first.sport) != _family(second.sport):",
        "durations is None:",
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
        "overlap by 70 %", "(overlap_s > 0.8 * min(durations)", "(overlap_s > 0.7 * min(durations)"
    ),
    broken(
        "overlap by 90 %", "(overlap_s > 0.8 * min(durations)", "(overlap_s > 0.9 * min(durations)"
    ),
    broken(
        "overlap is enough",
        "(overlap_s > 0.8 * min(durations) and _close(first.distance_m, second.distance_m, 0.05))",
        "overlap_s > 0.8 * min(durations)",
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
    broken(
        "hidden copies any duration",
        "        or not _close(*durations, 0.01)\n        or not _close(one.distance_m",
        "        or not _close(one.distance_m",
    ),
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
    # -- the longer one, other sports, typed in --
    broken("only of the shorter", "        or overlap_s > 0.8 * max(durations)\n", ""),
    broken(
        "70 % of the longer", "overlap_s > 0.8 * max(durations)", "overlap_s > 0.7 * max(durations)"
    ),
    broken(
        "90 % of the longer", "overlap_s > 0.8 * max(durations)", "overlap_s > 0.9 * max(durations)"
    ),
    broken(
        "no other sport",
        "    clusters.join(_pairs(near, _gap_under_another_sport_s))\n",
        "",
    ),
    broken(
        "another sport at any time",
        "        later_s > ONE_RECORDING_S\n        or durations",
        "        durations",
    ),
    broken(
        "another sport of any length",
        "        or not _close(*durations, 0.01)\n        or not _as_far_or_none",
        "        or not _as_far_or_none",
    ),
    broken(
        "another sport as far as it may be", "        or not _as_far_or_none(first, second)\n", ""
    ),
    broken(
        "no distance is another",
        "first.distance_m or 0.0, second.distance_m or 0.0",
        "first.distance_m or -1.0, second.distance_m or -2.0",
    ),
    broken("nobody types", "    clusters.join(_typed_beside_recorded(clusters))\n", ""),
    broken("typed beside any recording", "            if clusters.may_join(told, each)\n", ""),
    broken("typed at any time", "        or apart_s > TYPED_START_S\n", ""),
    broken("typed for any length", "        or not _as_long(*durations)\n", ""),
    broken(
        "typed for any distance",
        "        or not _close(one.distance_m, two.distance_m, 0.05)\n    ):",
        "    ):",
    ),
    broken(
        "typed as any sport",
        "        or _family(one.sport) != _family(two.sport)\n        or not _as_long",
        "        or not _as_long",
    ),
    broken(
        "typed beside what hides its start",
        "        two.start_hidden\n        or apart_s",
        "        apart_s",
    ),
    # -- legs --
    broken(
        "legs are of one run",
        "return (_slot(copy),) if parent is None else",
        "return (_slot(copy),) if True else",
    ),
    broken("legs of any parent", 'f"{copy.record.source} {parent}"', "copy.record.source"),
    # -- the athlete's word --
    broken(
        "splits are not heard",
        "self._apart[first].add(second)\n                    self._apart[second].add(first)",
        "pass",
    ),
    broken("a split one way", "                    self._apart[first].add(second)\n", ""),
    broken("a split the other way", "                    self._apart[second].add(first)\n", ""),
    broken(
        "a split of whom is there now",
        " return free and not self._were_split(first, second)",
        " return free",
    ),
    broken(
        "joins are not heard", "self._joins.add((min(first, second), max(first, second)))", "pass"
    ),
    broken(
        "a join is firmer than a split",
        "if first is not second and not self._were_split(first, second):",
        "if first is not second:",
    ),
    broken(
        "joins as they come", "in sorted(self._joins):", "in sorted(self._joins, reverse=True):"
    ),
    broken("joins after hidden starts", "    clusters.join_as_said(only=recorded)\n", ""),
    broken("joins of hidden starts", "    clusters.join_as_said()\n", ""),
    broken(
        "joins before all that hides",
        "clusters.join_as_said(only=recorded)",
        "clusters.join_as_said()",
    ),
    broken(
        "excluded copies count",
        "if copy.key not in alone], rulings):",
        "], rulings):".replace("], ", " if True], "),
    ),
    broken("whole runs count", "(aside if is_out else counted)", "(counted)"),
    broken("no whole runs", "if said.whole_run}", "if False}"),
    broken(
        "whole runs are copies",
        "{said.copy for said in excluded} - runs",
        "{said.copy for said in excluded}",
    ),
    broken(
        "excluded copies vanish",
        "    aside += (_activity(cluster, words) for cluster in left)\n",
        "",
    ),
    broken(
        "excluded as they come",
        "_by_start(counted), _by_start(aside)",
        "_by_start(counted), tuple(aside)",
    ),
    broken(
        "the records win over the athlete", "        if field in said:\n", "        if False:\n"
    ),
    broken("the athlete is not named", "whose[field] = ATHLETE", "pass"),
    broken(
        "the word on the least believed copy",
        "for copy in reversed(copies)\n",
        "for copy in copies\n",
    ),
    broken(
        "edits as they come",
        "sorted(edits, key=lambda said: (said.key, repr(said.value)))",
        "edits",
    ),
    broken("not judged again", "if said.keys() & whole.keys() or", "if"),
    broken(
        "stretches of another distance",
        "efforts = () if measured else learned.efforts",
        "efforts = learned.efforts",
    ),
    broken(
        "no efforts of what was doubted",
        "if not efforts and record.distance_m and time_s:",
        "if False:",
    ),
    broken("efforts in spite of doubts", "efforts=() if reasons else efforts", "efforts=efforts"),
    broken(
        "other doubts are cured by a surface",
        "reasons = doubts(record) + others",
        "reasons = doubts(record)",
    ),
    broken(
        "old doubts stay",
        "others = () if measured else _not_in(doubts(learned.record), learned.reasons)",
        "others = () if measured else learned.reasons",
    ),
    broken(
        "doubts stay with another distance",
        "others = () if measured else _not_in(doubts(learned.record), learned.reasons)",
        "others = _not_in((), learned.reasons)",
    ),
    broken(
        "who has it as another sport teaches too",
        "[copy for copy in copies if copy.record.sport is sport] or copies",
        "copies",
    ),
    broken("any number", "0 <= number < math.inf", "True"),
    broken("yes is a number", "not isinstance(number, bool) and ", ""),
    broken(
        "values are not looked at",
        "        _ = self.meant  # raises for what the field cannot have\n",
        "        pass\n",
    ),
    broken(
        "a split and a join are two facts",
        """        return "pair:" + "|".join(sorted((self.first, self.second)))


@dataclass(frozen=True, slots=True)
class Exclude""",
        """        return "join:" + "|".join(sorted((self.first, self.second)))


@dataclass(frozen=True, slots=True)
class Exclude""",
    ),
)

QUICK = ("a hidden copy joins any that fits",)


def test_a_broken_line_is_noticed():
    chosen = [each for each in MUTATIONS if each.name.removeprefix("records: ") in QUICK]
    assert dict(run(chosen)) == {chosen[0].name: True}
