"""Metres, seconds and pace, and how people write them."""

import re

MILE_M = 1_609.344
STANDARD_DISTANCES_M = {
    "5k": 5_000.0,
    "10k": 10_000.0,
    "half": 21_097.5,
    "marathon": 42_195.0,
    "50k": 50_000.0,
    "100k": 100_000.0,
}
_STANDARD_NAMES = {metres: name for name, metres in STANDARD_DISTANCES_M.items()}
_OTHER_NAMES = {
    "5 km": "5k",
    "10 km": "10k",
    "hm": "half",
    "half marathon": "half",
    "half-marathon": "half",
    "fm": "marathon",
    "50 km": "50k",
    "100 km": "100k",
}
_PER = {"km": 1_000.0, "mi": MILE_M, "mile": MILE_M}
_LENGTHS = {"": 1.0, "m": 1.0, "km": 1_000.0, "k": 1_000.0, "mi": MILE_M, "miles": MILE_M}

_DURATION = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{2})(\.\d+)?", re.ASCII)
_PACE = re.compile(r"(\d{1,2}):(\d{2})\s*(?:min)?\s*/\s*(km|mile|mi)", re.ASCII)
_DISTANCE = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)", re.ASCII)


def parse_duration(text: str) -> float:
    """Seconds from "[H:]MM:SS", as in "3:15:00" or "52:30". ValueError says what to write."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a time: write [H:]MM:SS, as in 3:15:00 or 52:30")
    hours, minutes, seconds = int(match[1] or 0), int(match[2]), int(match[3])
    if seconds > 59 or (match[1] is not None and minutes > 59):
        raise ValueError(f"{text!r} is not a time: minutes and seconds go up to 59")
    total = hours * 3_600 + minutes * 60 + seconds + float(match[4] or 0)
    if total == 0:
        raise ValueError(f"{text!r} is no time at all: write [H:]MM:SS, as in 3:15:00")
    return total


def format_duration(seconds: float) -> str:
    """To the nearest second: "3:15:00" from an hour on, "52:30" below."""
    whole = round(seconds)
    if whole < 0:
        raise ValueError(f"a duration cannot be negative: {seconds}")
    hours, rest = divmod(whole, 3_600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def parse_pace(text: str) -> float:
    """m/s from "4:35/km" or "7:22/mi". ValueError says what to write."""
    match = _PACE.fullmatch(text.strip().lower())
    if match is None or int(match[2]) > 59 or int(match[1]) + int(match[2]) == 0:
        raise ValueError(f"{text!r} is not a pace: write M:SS/km or M:SS/mi, as in 4:35/km")
    return _PER[match[3]] / (int(match[1]) * 60 + int(match[2]))


def format_pace(speed_m_per_s: float, *, per: str = "km") -> str:
    """The pace of a speed, as in "4:35/km"; `per` is "km" or "mi"."""
    return f"{format_duration(seconds_per(speed_m_per_s, per=per))}/{per}"


def seconds_per(speed_m_per_s: float, *, per: str = "km") -> float:
    """Seconds for one km or mile at a speed above zero."""
    if not speed_m_per_s > 0:
        raise ValueError(f"a speed must be above zero to have a pace: {speed_m_per_s}")
    return _PER[per] / speed_m_per_s


def rounded_to_pace_step(speed_m_per_s: float, step_s_per_km: int = 5) -> float:
    """The speed (m/s) whose pace is the nearest multiple of `step_s_per_km`."""
    steps = max(round(seconds_per(speed_m_per_s) / step_s_per_km), 1)
    return 1_000.0 / (steps * step_s_per_km)


def parse_distance(text: str) -> float:
    """Metres from "5k", "half", "marathon", "50k", "21.1 km", "13.1 mi" or plain metres."""
    told = text.strip().lower()
    standard = STANDARD_DISTANCES_M.get(_OTHER_NAMES.get(told, told))
    if standard is not None:
        return standard
    match = _DISTANCE.fullmatch(told)
    if match is None or match[2] not in _LENGTHS or not float(match[1]) > 0:
        names = "|".join(STANDARD_DISTANCES_M)
        raise ValueError(f"{text!r} is not a distance: write {names}, metres, or as in 21.1 km")
    return float(match[1]) * _LENGTHS[match[2]]


def format_distance(distance_m: float, *, per: str = "km") -> str:
    """As in "21.1 km" or "13.1 mi"; metres below one km as in "400 m"."""
    if per == "km" and distance_m < 1_000:
        return f"{distance_m:.0f} m"
    return f"{distance_m / _PER[per]:.1f}".removesuffix(".0") + f" {per}"


def name_of_distance(distance_m: float) -> str:
    """As in "5k" or "half" for a standard distance (within 1 m), else as in "15 km"."""
    for metres, name in _STANDARD_NAMES.items():
        if abs(metres - distance_m) < 1:
            return name
    return format_distance(distance_m)


def counted(number: int, what: str) -> str:
    """1 run, 2 runs."""
    return f"{number} {what}{'' if number == 1 else 's'}"
