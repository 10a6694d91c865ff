from tests.planning.athletes import runs


def test_runs_are_the_same_twice():
    assert runs(2, 40, 330) == runs(2, 40, 330)
