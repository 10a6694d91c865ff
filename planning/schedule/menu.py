"""What a week is about: its hard sessions by goal, phase and week, and how much work is in them."""

from dataclasses import dataclass

from planning.goals.goal import HALF_M, MARATHON_M
from planning.goals.season import SeasonWeek
from planning.schedule.library import Family, Theme, family_of
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
    Theme.TEST: 0.14,
}
LONG_RACE_PACE_SHARE = 0.17
MARATHON_PACE_SHARE = 0.15
ONLY_SESSION = 1.3
MOST_WORK_M = 10_000.0
ULTRA_FROM_M = MARATHON_M * 1.05

_VARIED = dict.fromkeys(Phase, "A varied week that can be repeated")
_SHORT = {
    Phase.BASE: "Easy volume, hills and strides",
    Phase.BUILD: "Intervals and threshold",
    Phase.PEAK: "Race pace at full volume",
    Phase.TAPER: "Less volume, the same sharpness",
}
_FAR = _SHORT | {
    Phase.BASE: "Easy volume, hills and tempo",
    Phase.BUILD: "Threshold and the long run",
}
_FINISH = {
    Phase.BASE: "Easy volume, and one quicker session",
    Phase.BUILD: "The long run, and one quicker session",
    Phase.PEAK: "The longest runs, and one quicker session",
    Phase.TAPER: "Less volume: rested and ready",
}
_HILLY = _FINISH | {
    Phase.BASE: "Easy volume, hills and tempo",
    Phase.BUILD: "Hills and the long run",
}
FOCUS = {
    Family.HEALTH: _VARIED,
    Family.FIVE_K: _SHORT,
    Family.TEN_K: _SHORT,
    Family.HALF: _FAR,
    Family.MARATHON: _FAR,
    Family.FINISH: _FINISH,
    Family.TRAIL: _HILLY,
    Family.ULTRA: _HILLY,
}


@dataclass(frozen=True, slots=True)
class Menu:
    """Themes in order of importance; `race_pace_long` says that the long run carries race pace and
    counts as one of the hard sessions.
    """

    themes: tuple[Theme, ...]
    race_pace_long: bool = False


def menu_of(week: SeasonWeek, *, hard_sessions: int, test: bool = False) -> Menu:
    """At most `hard_sessions`; one in light weeks, where it may be a `test`, none in recovery."""
    allowed = min(hard_sessions, 1 if week.light else 2)
    if week.phase is Phase.RECOVERY or allowed == 0:
        return Menu(())
    if test and week.light:
        return Menu((Theme.TEST,))
    chosen = _full_menu(week)
    if chosen.race_pace_long and (week.light or allowed < 2):
        chosen = Menu(chosen.themes)
    return Menu(chosen.themes[: allowed - chosen.race_pace_long], chosen.race_pace_long)


def two_long_runs(week: SeasonWeek) -> bool:
    """Every other full week of the build-up of an ultra has long runs on two days in a row."""
    full = week.phase in {Phase.BUILD, Phase.PEAK} and not week.light
    return full and week.leads_m > ULTRA_FROM_M and week.weeks_to_go % 2 == 1


def focus_of(week: SeasonWeek, *, walking: bool = False) -> str:
    """What the week is about, in a few words; `walking`: of who begins with running and walking."""
    if week.off:
        return "Off season: easy running, as you like it"
    if week.light:
        return "Lighter week: let the work sink in"
    if week.phase is Phase.RECOVERY:
        return "Recovery: easy running only"
    if week.phase is Phase.TAPER and week.weeks_to_go == 0:
        return "Race week"
    if walking and week.phase is not Phase.TAPER:
        return "Running and walking, a little more from week to week"
    if two_long_runs(week):
        return "Long runs on two days in a row"
    return FOCUS[family_of(week.goal)][week.phase]


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
    """By goal (product.md): speed for 5 and 10 km, threshold and race pace beyond, one calm session
    for who wants to finish, hills for the mountains, variety for health.
    """
    turn, phase = week.weeks_to_go, week.phase
    match family_of(week.goal):
        case Family.HEALTH:
            rotation = (Theme.TEMPO, Theme.HILLS, Theme.INTERVAL, Theme.THRESHOLD)
            return Menu((rotation[(week.first_day.toordinal() // 7) % 4],))
        case Family.FINISH:
            return _finish(phase, turn)
        case Family.FIVE_K:
            return _five_k(phase, turn)
        case Family.TEN_K:
            return _ten_k(phase, turn)
        case Family.HALF:
            return _half(phase, turn)
        case Family.MARATHON:
            return _marathon(phase, turn)
        case Family.TRAIL | Family.ULTRA:
            return _hilly(week)


def _five_k(phase: Phase, turn: int) -> Menu:
    match phase:
        case Phase.BASE:
            return Menu((Theme.HILLS if turn % 2 else Theme.REPETITION, Theme.TEMPO))
        case Phase.BUILD:
            return Menu((Theme.INTERVAL, Theme.REPETITION if turn % 2 else Theme.THRESHOLD))
        case Phase.PEAK:
            return Menu((Theme.RACE_PACE, Theme.REPETITION if turn % 2 else Theme.INTERVAL))
        case _:
            return Menu((Theme.RACE_PACE,))


def _ten_k(phase: Phase, turn: int) -> Menu:
    match phase:
        case Phase.BASE:
            return Menu((Theme.TEMPO, Theme.HILLS if turn % 2 else Theme.REPETITION))
        case Phase.BUILD:
            return Menu((Theme.INTERVAL, Theme.THRESHOLD))
        case Phase.PEAK:
            return Menu((Theme.RACE_PACE, Theme.INTERVAL if turn % 2 else Theme.THRESHOLD))
        case _:
            return Menu((Theme.RACE_PACE,))


def _half(phase: Phase, turn: int) -> Menu:
    match phase:
        case Phase.BASE:
            return Menu((Theme.TEMPO, Theme.HILLS))
        case Phase.BUILD:
            return Menu((Theme.THRESHOLD, Theme.INTERVAL if turn % 2 else Theme.TEMPO))
        case Phase.PEAK if turn % 2:
            return Menu((Theme.THRESHOLD,), race_pace_long=True)
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


def _hilly(week: SeasonWeek) -> Menu:
    """Hills and tempo; in the build-up of a race with a time oxygen uptake as well. A weekend of
    two long runs carries its week, with one hard session beside it; so does getting through at all.
    """
    ultra, turn = family_of(week.goal) is Family.ULTRA, week.weeks_to_go
    calm = Menu((Theme.HILLS if turn % 4 else Theme.TEMPO,))
    match week.phase:
        case Phase.BASE if week.goal.is_timed:
            return Menu((Theme.TEMPO, Theme.HILLS))
        case Phase.BUILD if week.goal.is_timed and not two_long_runs(week):
            return Menu((Theme.HILLS, Theme.INTERVAL if turn % 2 else Theme.TEMPO))
        case Phase.BASE | Phase.BUILD | Phase.PEAK:
            return calm
        case _:
            return Menu(() if ultra else (Theme.TEMPO,))


def _finish(phase: Phase, turn: int) -> Menu:
    """Getting to the start healthy comes first: one hard session a week, none in the taper."""
    match phase:
        case Phase.BASE:
            return Menu((Theme.HILLS if turn % 2 else Theme.TEMPO,))
        case Phase.BUILD:
            return Menu((Theme.TEMPO if turn % 2 else Theme.THRESHOLD,))
        case Phase.PEAK:
            return Menu((Theme.RACE_PACE if turn % 2 else Theme.TEMPO,))
        case _:
            return Menu(())
