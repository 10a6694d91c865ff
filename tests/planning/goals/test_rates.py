from planning.goals.rates import base_rate


def test_a_gain_is_held_against_what_runners_gained():
    assert base_rate(5.1, 12) == "at least one in four"
    assert base_rate(5.2, 12) == "between one in four and one in ten"
    assert base_rate(10.9, 12) == "fewer than one in ten"
    assert base_rate(1.0, 5) is None
