import pytest

from planning.fitness.daniels import speed_at, vdot


@pytest.mark.parametrize(
    ("distance_m", "time_s", "table"),
    [  # Daniels' Running Formula, table of VDOT 40 and 50
        (5_000, 24 * 60 + 8, 40),
        (10_000, 50 * 60 + 3, 40),
        (42_195, 3 * 3_600 + 49 * 60 + 45, 40),
        (5_000, 19 * 60 + 57, 50),
        (10_000, 41 * 60 + 21, 50),
        (21_097.5, 3_600 + 31 * 60 + 35, 50),
        (42_195, 3 * 3_600 + 10 * 60 + 49, 50),
    ],
)
def test_vdot_of_the_table(distance_m, time_s, table):
    assert vdot(distance_m, time_s) == pytest.approx(table, abs=0.07)


@pytest.mark.parametrize(
    ("fraction", "seconds_a_km"),
    [(0.975, 235), (0.88, 255)],  # VDOT 50: interval 3:55, threshold 4:15 a km
)
def test_training_paces_of_the_table(fraction, seconds_a_km):
    assert 1_000 / speed_at(50, fraction) == pytest.approx(seconds_a_km, abs=2)


def test_the_speed_at_a_fraction_costs_that_fraction():
    per_minute = speed_at(50, 0.7) * 60
    assert -4.60 + 0.182258 * per_minute + 0.000104 * per_minute**2 == pytest.approx(35)
