"""Our plans lie where published ones do, and the notes show by how much (see `practice`)."""

from pathlib import Path

import pytest

from tests.planning.schedule import emphasis, practice
from tests.planning.schedule.practice import KNOPP, PUBLISHED, fullest, marathon

NEAR_POINTS = 9.0  # of a share: Knopp gives no deviation of these
NOTES = Path(__file__).parents[3] / "planning" / "README.md"


@pytest.mark.parametrize("volume", KNOPP)
def test_marathon_plans_are_like_those_of_knopp(volume):
    theirs, ours = KNOPP[volume], marathon(volume)
    assert ours.km == pytest.approx(theirs.km[0], abs=theirs.km[1])
    assert ours.longest_km == pytest.approx(theirs.longest_km[0], abs=theirs.longest_km[1])
    assert ours.runs == pytest.approx(theirs.runs[0], abs=theirs.runs[1])
    assert ours.zones == pytest.approx(theirs.zones, abs=NEAR_POINTS)
    # The peak lies about four weeks before the race, and volume falls every week from there on.
    assert ours.peak_weeks in {3, 4}
    assert all(15 < fall < 45 for fall in ours.falls)


@pytest.mark.parametrize("name", PUBLISHED)
def test_other_plans_are_like_published_ones(name):
    theirs, ours = PUBLISHED[name], fullest(name)
    for mine, (least, most) in (
        (ours.km, theirs.km),
        (ours.longest_km, theirs.longest_km),
        (ours.runs, theirs.runs),
        (ours.hard, theirs.hard),
    ):
        assert least <= mine <= most


@pytest.mark.parametrize("printed", [practice.table, emphasis.table])
def test_the_tables_of_the_notes_are_those_printed_today(printed):
    """`python -m tests.planning.schedule.practice` (or `.emphasis`) prints them anew."""
    notes = NOTES.read_text(encoding="utf-8").splitlines()
    missing = [line for line in printed().splitlines() if line and line not in notes]
    assert not missing, "planning/README.md lacks, as printed today:\n" + "\n".join(missing)
