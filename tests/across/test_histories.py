"""A few of the histories of `make verify PART=sources`: three services, their real clients, faults."""

import pytest

from tests.across.histories import lived, seeds_in, told_of

SEEDS = (46, 47, 52)


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_happened_on_the_way_the_same_is_believed_in_the_end(
    seed, tmp_path, sqlite_template
):
    one = lived(seed, tmp_path, sqlite_template, days=5)
    assert not one.differing, told_of(one)
    assert one.activities > 3
    assert one.unsettled, "nothing was late or lost: this proves little"


def test_seeds_are_written_as_people_do():
    assert list(seeds_in("1-3,7")) == [1, 2, 3, 7]
