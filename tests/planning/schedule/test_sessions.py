"""The library as data: complete, told in words, and every kind of session comes up in some plan."""

import re
from datetime import timedelta
from itertools import product

import pytest

from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M, GoalKind
from planning.goals.season import SeasonWeek
from planning.schedule import library
from planning.schedule.library import SESSIONS, Family, Level, Theme, family_of
from planning.schedule.library.session import Plain
from planning.schedule.menu import menu_of
from planning.schedule.plan import Phase
from planning.workout import Kind
from tests.planning.schedule.cases import PACES, TODAY, goal_in

GOALS = {
    Family.HEALTH: goal_in(20, None, kind=GoalKind.HEALTH),
    Family.FIVE_K: goal_in(20, FIVE_K_M, target_s=1_300),
    Family.TEN_K: goal_in(20, TEN_K_M, target_s=2_700),
    Family.HALF: goal_in(20, HALF_M, target_s=6_000),
    Family.MARATHON: goal_in(20, MARATHON_M, target_s=12_600),
    Family.FINISH: goal_in(20, MARATHON_M, kind=GoalKind.COMPLETION),
    Family.TRAIL: goal_in(20, 30_000.0, climb_m=1_200.0, target_s=14_400),
    Family.ULTRA: goal_in(20, 50_000.0, climb_m=500.0, target_s=18_000),
}
TRAINED = (Phase.BASE, Phase.BUILD, Phase.PEAK, Phase.TAPER)


TESTED = (Family.FIVE_K, Family.TEN_K, Family.HALF, Family.MARATHON)


def week_of(family, phase, to_go, build_up, *, light=False):
    goal = GOALS[family]
    first, far_m = TODAY - timedelta(weeks=to_go), goal.distance_m or 0.0
    return SeasonWeek(first, goal, phase, to_go, build_up, 1.0, light, (), far_m)


def menus():
    """Every family, phase and turn, with the purposes that its weeks ask for."""
    for family, phase, to_go in product(Family, TRAINED, range(8)):
        if family is Family.HEALTH and phase is not Phase.BASE:
            continue  # a habit has no other
        week = week_of(family, phase, to_go, 0.5)
        for theme in menu_of(week, hard_sessions=2).themes:
            yield family, phase, theme, to_go
        if family in TESTED and phase in {Phase.BASE, Phase.BUILD}:
            yield family, phase, Theme.TEST, to_go


def test_there_are_over_forty_kinds_and_each_says_all_that_there_is_to_say():
    assert len(SESSIONS) >= 40
    assert len({session.id for session in SESSIONS}) == len(SESSIONS)
    assert {session.kind for session in SESSIONS} == set(Kind)
    assert {session.theme for session in SESSIONS} == set(Theme)
    for session in SESSIONS:
        assert re.fullmatch(r"[a-z0-9-]+", session.id)
        assert session.when.families
        assert session.when.phases
        assert session.when.levels
        for words in (session.title, session.purpose, session.source, session.easier):
            assert words == words.strip() != ""
        assert session.purpose.endswith(".")
        assert session.progression or session.theme is Theme.RACE
        assert library.session_of(session.id) is session


def test_families_of_goals():
    assert {family: family_of(goal) for family, goal in GOALS.items()} == {f: f for f in Family}
    assert family_of(goal_in(9, FIVE_K_M, kind=GoalKind.COMPLETION)) is Family.FINISH
    assert family_of(goal_in(9, 15_000.0)) is Family.HALF
    assert family_of(goal_in(9, 100_000.0, kind=GoalKind.COMPLETION)) is Family.ULTRA


def test_every_purpose_of_every_week_has_sessions_meant_for_it():
    for family, phase, theme, _ in menus():
        strict = [
            session
            for session in SESSIONS
            if session.theme is theme
            and family in session.when.families
            and phase in session.when.phases
            and Level.LOW in session.when.levels
        ]
        assert strict, (family, phase, theme)


def test_every_session_with_a_recipe_comes_up():
    """None stands in the library that no plan would ever hold."""
    seen = set()
    for (family, phase, theme, turn), level, tenth, work_m in product(
        sorted(set(menus())), Level, range(0, 11, 2), (2_000.0, 4_000.0, 9_000.0)
    ):
        there = library.serving(theme, family=family, phase=phase, level=level)
        ordered = library.in_turn(there, build_up=tenth / 10, turn=turn)
        told = library.quality(ordered, work_m=work_m, limit_m=30_000, paces=PACES)
        seen.add(told.session)
    assert {s.id for s in SESSIONS if not isinstance(s.recipe, Plain)} - seen == set()


def test_sessions_move_on_as_the_season_builds_up():
    there = library.serving(
        Theme.THRESHOLD, family=Family.HALF, phase=Phase.BUILD, level=Level.MIDDLE
    )
    first = [library.in_turn(there, build_up=tenth / 10, turn=0)[0] for tenth in range(11)]
    places = [there.index(session) for session in first]
    assert places == sorted(places)
    assert places[0] == 0
    assert places[-1] >= len(there) - 2
    both = {library.in_turn(there, build_up=0.5, turn=turn)[0].id for turn in (0, 2)}
    assert len(both) == 2  # neighbours alternate


@pytest.mark.parametrize("theme", [Theme.INTERVAL, Theme.HILLS, Theme.THRESHOLD])
def test_where_none_is_meant_for_a_week_the_nearest_are_taken(theme):
    """A recovery week never asks for them; if one did, what the goal uses is what there is."""
    there = library.serving(theme, family=Family.FIVE_K, phase=Phase.RECOVERY, level=Level.LOW)
    assert there
    assert all(Family.FIVE_K in session.when.families for session in there)


def test_a_test_takes_the_place_of_the_session_of_a_lighter_week():
    light = week_of(Family.TEN_K, Phase.BUILD, 8, 0.5, light=True)
    assert menu_of(light, hard_sessions=2, test=True).themes == (Theme.TEST,)
    full = week_of(Family.TEN_K, Phase.BUILD, 8, 0.5)
    assert Theme.TEST not in menu_of(full, hard_sessions=2, test=True).themes
    assert menu_of(light, hard_sessions=0, test=True).themes == ()
