"""Each line of the calendar's decision is needed: without it a test fails.

A few run here; all of them run with `python -m tests.mutations`.
"""

from dataclasses import replace

from tests.mutations import Mutation, run

DECISION = "planning/calendar/decision.py"
CASES = "planning/calendar/cases.py"
ENTRIES = "planning/calendar/entries.py"
POLICY = "planning/calendar/policy.py"
TESTS = (
    "tests/planning/test_calendar.py",
    "tests/planning/test_calendar_machine.py",
    "tests/planning/test_calendar_policy.py",
)


def broken(name: str, module: str, old: str, new: str) -> Mutation:
    return Mutation(f"calendar: {name}", module, old, new, TESTS)


MUTATIONS = (
    # the table
    broken(
        "forget the athlete's though still planned",
        DECISION,
        "case EntryState.ATHLETES, None, None:",
        "case EntryState.ATHLETES, None, _:",
    ),
    broken(
        "never forget the athlete's",
        DECISION,
        'return Forget(ident, "yours, and gone from the calendar and from the plan")',
        "return None",
    ),
    broken(
        "write over the athlete's",
        DECISION,
        "            return None  # yours: left alone",
        "            return Replace(entry.remote_id, planned) if entry and planned else None",
    ),
    broken(
        "lose the athlete's under another id",
        DECISION,
        "case EntryState.ATHLETES, Observed(), _ if entry.remote_id != case.remote_id:",
        "case EntryState.ATHLETES, Observed(), _ if False:",
    ),
    broken(
        "do not create",
        DECISION,
        'return Create(planned, "new in the plan")',
        "return None",
    ),
    broken(
        "create beside what is there",
        DECISION,
        'return Replace(entry.remote_id, planned, "an earlier write may be unfinished")',
        "return Create(planned)",
    ),
    broken(
        "leave leftovers",
        DECISION,
        'return Delete(ident, entry.remote_id, "a leftover of ours that is not planned")',
        "return None",
    ),
    broken(
        "never forget what never arrived",
        DECISION,
        'return Forget(ident, "it never arrived and is not planned")',
        "return None",
    ),
    broken(
        "create again what the athlete removed",
        DECISION,
        'return HandOver(ident, case.remote_id, How.REMOVED, None, "you removed it")',
        "return Create(planned)",
    ),
    broken(
        "hand over what nobody wants",
        DECISION,
        'return Forget(ident, "gone from the calendar and from the plan")',
        "return HandOver(ident, case.remote_id, How.REMOVED)",
    ),
    broken(
        "hand over a template nobody wants",
        DECISION,
        'return Delete(ident, entry.remote_id, "off its day and not planned")',
        "return _hand_over(case, entry)",
    ),
    broken(
        "take edits for ours",
        DECISION,
        "_ if not case.wrote(entry):",
        "_ if False:",
    ),
    broken(
        "take our earlier versions for edits",
        DECISION,
        "_ if not case.wrote(entry):",
        "_ if not case.saw(entry):",
    ),
    broken(
        "leave what is no longer planned",
        DECISION,
        'return Delete(ident, entry.remote_id, "no longer planned")',
        "return None",
    ),
    broken(
        "leave an older version",
        DECISION,
        'return Replace(entry.remote_id, planned, "an older version of ours came back")',
        "return None",
    ),
    broken(
        "leave what changed in the plan",
        DECISION,
        'return Replace(entry.remote_id, planned, "changed in the plan")',
        "return None",
    ),
    broken(
        "write what did not change",
        DECISION,
        "PlannedWorkout() if not case.holds(planned):",
        "PlannedWorkout():",
    ),
    broken(
        "never remember a head",
        DECISION,
        "return _remember(case)  # nobody",
        "return None  # nobody",
    ),
    # its guards
    broken(
        "decide without having read",
        DECISION,
        "if not case.ids <= direct.keys():",
        "if not direct.keys() and False:",
    ),
    broken(
        "believe a difference at once",
        DECISION,
        "and _could_be_lag(case, found):",
        "and False:",
    ),
    broken(
        "create again at once",
        DECISION,
        "            return found.entry is None\n",
        "            return False\n",
    ),
    broken(
        "believe absence at once",
        DECISION,
        "return found.entry is None or not case.saw(found.entry)",
        "return found.entry is not None and not case.saw(found.entry)",
    ),
    broken(
        "believe an edit at once",
        DECISION,
        "return found.entry is None or not case.saw(found.entry)",
        "return found.entry is None",
    ),
    broken(
        "delete a copy at once",
        DECISION,
        "    if found.surplus:\n        return True\n",
        "",
    ),
    broken(
        "wait for ever when the clock was set back",
        DECISION,
        "abs(now - written_at) >= settle",
        "(now - written_at) >= settle",
    ),
    broken(
        "wait a moment too long",
        DECISION,
        "abs(now - written_at) >= settle",
        "abs(now - written_at) > settle",
    ),
    broken(
        "look again never",
        DECISION,
        "return Decision(tuple(actions), look_again_at)",
        "return Decision(tuple(actions), None)",
    ),
    broken(
        "no brake",
        DECISION,
        "if len(vanished) > may_vanish:",
        "if False:",
    ),
    broken(
        "brake too early",
        DECISION,
        "if len(vanished) > may_vanish:",
        "if len(vanished) >= may_vanish:",
    ),
    broken(
        "tell of a brake too early",
        DECISION,
        "young = any(",
        "young = False and any(",
    ),
    broken(
        "a template off its day has not vanished",
        DECISION,
        "missing = found.entry is None or found.entry.day is None",
        "missing = found.entry is None",
    ),
    # hand-overs
    broken(
        "taken off its day is no removal",
        DECISION,
        "    elif entry.day is None:\n",
        "    elif entry.day is None and case.past:\n",
    ),
    broken(
        "a move is a change",
        DECISION,
        "    elif case.record and entry.day != case.record.day:",
        "    elif False:",
    ),
    broken(
        "a copy of a past one is a move",
        DECISION,
        "    if case.past and entry.remote_id != case.remote_id:",
        "    if False:",
    ),
    broken(
        "yesterday's dragged to tomorrow is a copy",
        DECISION,
        "    if case.past and entry.remote_id != case.remote_id:",
        "    if case.past:",
    ),
    broken(
        "delete the athlete's copy with ours",
        DECISION,
        "if case.record and found.copies and isinstance(action, Delete | Forget):",
        "if False:",
    ),
    broken(
        "keep ours beside the athlete's copy",
        DECISION,
        "surplus = (*surplus, found.entry) if found.entry else surplus",
        "pass",
    ),
    broken(
        "leave surplus copies",
        DECISION,
        'yield DeleteCopy(case.ident, copy.remote_id, "one of ours too many")',
        "pass",
    ),
    # long past
    broken(
        "prune what was dragged ahead",
        DECISION,
        "case Observed(day=date() as day) if day >= today:",
        "case Observed(day=date() as day) if day < day:",
    ),
    broken(
        "prune what the athlete changed",
        DECISION,
        "case Observed() if case.wrote(entry) and case.state is not EntryState.ATHLETES:",
        "case Observed():",
    ),
    broken(
        "prune nothing",
        DECISION,
        'return Delete(case.ident, entry.remote_id, "long past")',
        'return Forget(case.ident, "long past")',
    ),
    broken(
        "prune a day early",
        CASES,
        "record.day < today - KEPT",
        "record.day <= today - KEPT",
    ),
    # what is looked at
    broken(
        "write past days",
        CASES,
        "for each in views.desired if each.day >= views.today}",
        "for each in views.desired}",
    ),
    broken(
        "touch a session under way",
        CASES,
        " - views.under_way",
        "",
    ),
    broken(
        "know entries by marker only",
        CASES,
        "ident = owners.get(entry.remote_id, entry.ident)",
        "ident = entry.ident",
    ),
    broken(
        "believe the head's day",
        CASES,
        "and (head.day, head.etag) == (record.day, record.seen_etag)",
        "and head.etag == record.seen_etag",
    ),
    broken(
        "believe the head's name",
        CASES,
        "            and record.seen_name in {None, head.name}\n",
        "",
    ),
    broken(
        "believe the head's tag",
        CASES,
        "and (head.day, head.etag) == (record.day, record.seen_etag)",
        "and head.day == record.day",
    ),
    broken(
        "not look whether the plan moved",
        CASES,
        "self.planned is not None and self.holds(self.planned)",
        "self.planned is not None",
    ),
    broken(
        "forget an athlete's entry outside the listing",
        CASES,
        "recorded = {self.remote_id} if self.remote_id else set()",
        "recorded: set[str] = set()",
    ),
    broken(
        "read the athlete's entry each time",
        CASES,
        "return head.remote_id == self.remote_id",
        "return False",
    ),
    broken(
        "take any athlete's entry as expected",
        CASES,
        "return head.remote_id == self.remote_id",
        "return True",
    ),
    broken(
        "drag an unfinished write out of the past",
        CASES,
        "case.day >= today and case.state is not EntryState.PENDING",
        "case.day >= today",
    ),
    broken(
        "not see what was dragged into the past",
        CASES,
        "if case.outlived or (ahead and remote_id == case.remote_id):",
        "if case.outlived:",
    ),
    broken(
        "not see what is to be pruned",
        CASES,
        "if case.outlived or (ahead and remote_id == case.remote_id):",
        "if ahead and remote_id == case.remote_id:",
    ),
    broken(
        "take up a past session again",
        CASES,
        "return Case(ident, wanted, None, (), day=wanted.day)",
        "return Case(ident, wanted, record, listed, day=wanted.day)",
    ),
    broken(
        "keep another than the recorded",
        CASES,
        "yield from (each for each in present if each.remote_id == case.remote_id)",
        "yield from ()",
    ),
    broken(
        "a late write of ours stands in for theirs",
        CASES,
        "if case.state is not EntryState.ATHLETES:  # a late",
        "if True:  # a late",
    ),
    broken(
        "what we never wrote comes as soon as what we wrote",
        CASES,
        "yield from (each for each in present if case.wrote(each))",
        "yield from present",
    ),
    broken(
        "a copy stands in for an unfinished write",
        CASES,
        'if case.state is not EntryState.PENDING or direct.get(case.remote_id or "") is None:',
        "if True:",
    ),
    broken(
        "new content is no sign of ours",
        CASES,
        "return entry.digest in contents, case",
        "return False, case",
    ),
    broken(
        "the day we meant is no sign of ours",
        CASES,
        "case.record is None or entry.day != case.record.day",
        "False",
    ),
    broken(
        "keep the first in the alphabet",
        CASES,
        "sorted(case.ids, key=lambda each: (len(each), each))",
        "sorted(case.ids)",
    ),
    broken(
        "take the athlete's copies for surplus",
        CASES,
        "surplus=tuple(each for each in others if case.wrote(each)),",
        "surplus=tuple(others),",
    ),
    broken(
        "the latest day first",
        CASES,
        "key=lambda case: (case.day, case.ident)",
        "key=lambda case: (case.ident, case.day)",
    ),
    # the steps of a record
    broken(
        "no intent before a deletion",
        ENTRIES,
        "return record and replace(record, state=EntryState.PENDING, written_at=now)",
        "return record",
    ),
    broken(
        "an intent is no wait",
        ENTRIES,
        "        written_at=now,\n    )\n\n\ndef settled",
        "    )\n\n\ndef settled",
    ),
    broken(
        "a version without its day",
        ENTRIES,
        'return f"{day}/{content}"',
        'return f"{content}"',
    ),
    broken(
        "earlier versions forgotten",
        ENTRIES,
        "earlier_digests=(versions(record) if record else frozenset())",
        "earlier_digests=frozenset()",
    ),
    broken(
        "handed over without its day",
        ENTRIES,
        "day=action.to_day or record.day,",
        "day=record.day,",
    ),
    broken(
        "a reclaimed entry waits",
        ENTRIES,
        "return replace(record, state=EntryState.PENDING, written_at=None)",
        "return record",
    ),
    # policies
    broken(
        "without deletes surplus is taken off",
        POLICY,
        "Policy.NO_DELETES: (Delete, DeleteCopy),",
        "Policy.NO_DELETES: (Delete,),",
    ),
    broken(
        "a dry run replaces",
        POLICY,
        "Policy.DRY_RUN: (Create, Replace, Delete, DeleteCopy),",
        "Policy.DRY_RUN: (Create, Delete, DeleteCopy),",
    ),
    broken(
        "without deletes what is long past is read by each run",
        POLICY,
        "    if policy is Policy.SYNC:\n        return views",
        "    return views",
    ),
    broken(
        "without deletes what was dragged out of the past is not seen",
        POLICY,
        " and each.remote_id not in ahead",
        "",
    ),
    broken(
        "without deletes what is planned anew is not seen",
        POLICY,
        " and each.ident not in planned and",
        " and",
    ),
    broken(
        "what is left there takes no room",
        POLICY,
        "left += ours and ident not in planned",
        "left += False and ident not in planned",
    ),
)

QUICK = ("take edits for ours", "no intent before a deletion")


def test_a_few_broken_lines_are_noticed():
    quick = (each for each in MUTATIONS if each.name.removeprefix("calendar: ") in QUICK)
    chosen = [replace(each, tests=TESTS[:1]) for each in quick]
    assert dict(run(chosen)) == dict.fromkeys((each.name for each in chosen), True)
    assert len(chosen) == len(QUICK)
