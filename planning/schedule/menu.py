"""Which hard sessions a week holds: by distance, phase and week; and how much work is in them."""

from dataclasses import dataclass

from planning.goals.goal import FIVE_K_M, HALF_M, MARATHON_M, TEN_K_M, GoalKind
from planning.goals.season import SeasonWeek
from planning.schedule.library import Theme
from planning.schedule.plan import Phase

# Work as a share of the week's distance, in full weeks. Two sessions together stay well under a
# quarter of the week's time, which is where rule I-5 draws the line.
WORK_SHARE = {
    Theme.HILLS: 0.055,
    Theme.TEMPO: 0.10,
    Theme.THRESHOLD: 0.095,
    Theme.INTERVAL: 0.075,
    Theme.REPETITION: 0.045,
    Theme.RACE_PACE: 0.10,
}
LONG_RACE_PACE_SHARE = 0.17
MARATHON_PACE_SHARE = 0.15
ONLY_SESSION = 1.3
MOST_WORK_M = 10_000.0


@dataclass(frozen=True, slots=True)
class Menu:
    """Themes in order of importance; `race_pace_long` says that the long run carries race pace and
    counts as one of the hard sessions.
    """

    themes: tuple[Theme, ...]
    race_pace_long: bool = False


def menu_of(week: SeasonWeek, *, hard_sessions: int) -> Menu:
    """At most `hard_sessions`; one in light weeks, none in recovery."""
    allowed = min(hard_sessions, 1 if week.light else 2)
    if week.phase is Phase.RECOVERY or allowed == 0:
        return Menu(())
    chosen = _full_menu(week)
    if chosen.race_pace_long and (week.light or allowed < 2):
        chosen = Menu(chosen.themes)
    return Menu(chosen.themes[: allowed - chosen.race_pace_long], chosen.race_pace_long)


def work_m(theme: Theme, *, week: SeasonWeek, volume_m: float, alone: bool) -> float:
    """Metres of work: three quarters of the full share at the season's start, a third more when it
    is the week's only hard session.
    """
    grown = 0.75 + 0.25 * week.build_up
    if week.phase is Phase.TAPER:
        grown = 0.8  # the week itself is already shorter
    if alone and week.phase is not Phase.TAPER:
        grown *= ONLY_SESSION
    long_race = theme is Theme.RACE_PACE and (week.goal.distance_m or 0.0) > HALF_M * 1.05
    share = MARATHON_PACE_SHARE if long_race else WORK_SHARE[theme]
    return min(share * volume_m * grown * (0.85 if week.light else 1.0), MOST_WORK_M)


def _full_menu(week: SeasonWeek) -> Menu:
    goal, turn = week.goal, week.weeks_to_go
    if goal.kind is GoalKind.HEALTH or goal.distance_m is None:
        rotation = (Theme.TEMPO, Theme.HILLS, Theme.INTERVAL)
        return Menu((rotation[(week.first_day.toordinal() // 7) % 3],))
    if goal.kind is GoalKind.COMPLETION:
        return _completion(week.phase, turn)
    if goal.distance_m <= TEN_K_M * 1.05:
        return _speed(week.phase, turn, goal.distance_m)
    if goal.distance_m <= HALF_M * 1.05:
        return _half(week.phase, turn)
    if goal.distance_m <= MARATHON_M * 1.05:
        return _marathon(week.phase, turn)
    return _ultra(week.phase)


def _speed(phase: Phase, turn: int, distance_m: float) -> Menu:
    five_k = distance_m <= FIVE_K_M * 1.05
    match phase:
        case Phase.BASE:
            return Menu((Theme.TEMPO, Theme.HILLS if turn % 2 else Theme.REPETITION))
        case Phase.BUILD:
            return Menu((Theme.INTERVAL, Theme.THRESHOLD))
        case Phase.PEAK:
            return Menu((Theme.RACE_PACE, Theme.REPETITION if five_k else Theme.THRESHOLD))
        case _:
            return Menu((Theme.RACE_PACE,))


def _half(phase: Phase, turn: int) -> Menu:
    match phase:
        case Phase.BASE:
            return Menu((Theme.TEMPO, Theme.HILLS))
        case Phase.BUILD:
            return Menu((Theme.THRESHOLD, Theme.INTERVAL if turn % 2 else Theme.TEMPO))
        case Phase.PEAK:
            return Menu((Theme.RACE_PACE, Theme.THRESHOLD))
        case _:
            return Menu((Theme.RACE_PACE,))


def _marathon(phase: Phase, turn: int) -> Menu:
    """Race pace within the long run every other week; the weeks between keep two midweek sessions
    and a quiet long run.
    """
    match phase:
        case Phase.BASE:
            return Menu((Theme.TEMPO, Theme.HILLS))
        case Phase.BUILD if turn % 2:
            return Menu((Theme.THRESHOLD,), race_pace_long=True)
        case Phase.BUILD:
            return Menu((Theme.THRESHOLD, Theme.INTERVAL))
        case Phase.PEAK if turn % 2:
            return Menu((Theme.THRESHOLD,), race_pace_long=True)
        case Phase.PEAK:
            return Menu((Theme.RACE_PACE, Theme.THRESHOLD))
        case _:
            return Menu((Theme.RACE_PACE if turn < 2 else Theme.THRESHOLD,))


def _ultra(phase: Phase) -> Menu:
    match phase:
        case Phase.BASE | Phase.BUILD:
            return Menu((Theme.TEMPO, Theme.HILLS))
        case Phase.PEAK:
            return Menu((Theme.TEMPO,))
        case _:
            return Menu(())


def _completion(phase: Phase, turn: int) -> Menu:
    """Getting to the start healthy comes first: one hard session a week, none in the taper."""
    if phase is Phase.TAPER:
        return Menu(())
    return Menu((Theme.HILLS if phase is Phase.BASE and turn % 2 else Theme.TEMPO,))
