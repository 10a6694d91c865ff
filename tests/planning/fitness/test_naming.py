import unicodedata

import pytest

from planning.fitness.naming import says_race


@pytest.mark.parametrize(
    "name",
    [
        "Race day!",
        "Parkrun #214",
        "12. Stadtlauf Erding",
        "Wettkampf 10 km",
        "Gara di Natale",
        "Zawody w Krakowie",
        "Wedstrijd, 5 km",
        "Забег в парке",
        "城市比赛",
        "10k_race_2026",
        unicodedata.normalize("NFD", "Compétition de Noël"),
    ],
)
def test_a_race_is_known_by_its_name(name):
    assert says_race(name, 10_000.0)


@pytest.mark.parametrize(
    "name",
    [
        "Berlin Marathon",
        "Halbmarathon Köln",
        "Media maratón",
        "Maratona di Roma",
        "Półmaraton",
        "北京马拉松",
    ],
)
def test_a_marathon_is_one_where_it_is_as_long_as_one_or_half(name):
    assert says_race(name, 42_400.0)
    assert says_race(name, 21_200.0)
    assert not says_race(name, 30_000.0)
    assert not says_race(name, None)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Morning Run",
        "Course à pied le matin",
        "Carrera de tarde",
        "Corrida matinal",
        "Lauf am Nachmittag",
        "Race pace",
        "Not a race",
        "no race today",
        "Marathon training, week 7",
        "Easy run before the race",
        "Shakeout for the marathon",
        "Traces of snow",
        "马拉松训练",
        "Marathonvorbereitung",
    ],
)
def test_what_services_call_a_run_and_training_are_no_race(name):
    assert not says_race(name, 10_000.0)
    assert not says_race(name, 42_400.0)
