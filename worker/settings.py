"""Settings: environment variables GOALWARD_*, and below them goalward.toml in the home.

In the file the names are the same without prefix, in lower case. What is wrong is said by the name
the person wrote, with the remedy; a name that looks like a misspelt setting is refused, for a
misspelt DATABASE_URL would quietly start an empty database.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, override

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from planning.athlete import Autonomy

PREFIX = "GOALWARD_"
FILE_NAME = "goalward.toml"
CONFIDENTIAL = frozenset(  # may hold passwords: never shown
    {
        "database_url",
        "garmin_partner_client_secret",
        "notify",
        "redis_url",
        "secret_key",
        "strava_client_secret",
    }
)
SERVICES = ("strava_", "garmin_", "intervals_", "weather_")  # whose settings connectors may see


class SettingsProblem(Exception):
    """One sentence a line: which setting, what is wrong with it, what to do."""


def _split(value: Any) -> Any:
    return tuple(re.split(r"[\s,]+", value.strip())) if isinstance(value, str) else value


def _web_address(value: str) -> str:
    if not re.match(r"https?://[^\s/]+", value):
        raise ValueError("write it as https://HOST or http://HOST:PORT")
    return value.rstrip("/")


def _digits(value: str) -> str:
    if not value.isdecimal():
        raise ValueError("it has digits only; see strava.com/settings/api")
    return value


def _listen(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise ValueError("write it as HOST:PORT, for example 127.0.0.1:8000")
    return value


def _database(value: str) -> str:
    if not re.match(r"(sqlite|postgresql(\+psycopg)?|postgres):", value):
        raise ValueError("write it as sqlite:///PATH or postgresql://USER@HOST/NAME")
    return re.sub(r"^postgres:", "postgresql:", value)


def _redis(value: str) -> str:
    if not re.match(r"(rediss?|unix)://", value):
        raise ValueError("write it as redis://HOST:6379/0, rediss://... or unix:///SOCKET")
    return value


def _home(value: Path) -> Path:
    return value.expanduser().absolute()


def _key(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < 16:
        raise ValueError("at least 16 characters; `openssl rand -base64 32` makes a good one")
    return value


type Address = Annotated[str, AfterValidator(_web_address)]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_prefix=PREFIX)

    home: Annotated[Path, AfterValidator(_home)] = Field(
        default=Path("~/.local/share/goalward"),
        validate_default=True,
        description="Folder of the database, the key and `goalward.toml`",
    )
    database_url: Annotated[str, AfterValidator(_database)] = Field(
        default_factory=lambda given: f"sqlite:///{given['home'] / 'goalward.db'}",
        description="`sqlite:///PATH` or `postgresql://...`; unset: SQLite in the home",
    )
    redis_url: Annotated[str, AfterValidator(_redis)] | None = Field(
        default=None,
        description="Broker shared by several processes; unset: one inside the process",
    )
    secret_key: Annotated[SecretStr, AfterValidator(_key)] | None = Field(
        default=None,
        description="Encrypts tokens; unset: a key file in the home that only you can read",
    )
    public_url: Address | None = Field(
        default=None,
        description="Address under which services and browsers reach this, for webhooks and links",
    )
    listen: Annotated[str, AfterValidator(_listen)] = Field(
        default="127.0.0.1:8000", description="HOST:PORT of the web server"
    )
    clock: AwareDatetime | None = Field(
        default=None,
        description="For trials: the instant that calendar time starts from, as ISO with zone",
    )
    notify: Annotated[tuple[str, ...], BeforeValidator(_split)] = Field(
        default=(), description="Apprise addresses that messages go to, separated by spaces"
    )
    horizon_days: int = Field(
        default=14, ge=1, le=28, description="Days of workouts kept on the calendar"
    )
    autonomy: Autonomy = Field(
        default=Autonomy.AUTO,
        description="What the plan changes of its own accord: `auto` at once, `ask` after your "
        "word, `never` nothing, and then calendars are written on command only",
    )
    strava_client_id: Annotated[str, AfterValidator(_digits)] | None = Field(
        default=None, description="Number of your application at Strava"
    )
    strava_client_secret: SecretStr | None = Field(
        default=None, description="Secret of your application at Strava"
    )
    strava_api_url: Address = Field(
        default="https://www.strava.com/api/v3", description="Strava's API; another one for trials"
    )
    strava_oauth_url: Address = Field(
        default="https://www.strava.com/oauth", description="Strava's sign-in; another for trials"
    )
    strava_use: Literal["full", "trigger", "off"] | None = Field(
        default=None,
        description="What Strava's data are for: `full` the estimate, `trigger` polls of other "
        "sources, `off`; unset: `full` when it is the only source, else `trigger`",
    )
    garmin_api_url: Address | None = Field(
        default=None, description="One address in place of all of Garmin's hosts, for trials"
    )
    garmin_personal_api_url: Address | None = Field(
        default=None, description="In place of Garmin's personal data API, for trials"
    )
    garmin_partner_client_id: str | None = Field(
        default=None, description="Client id of Garmin's developer programme"
    )
    garmin_partner_client_secret: SecretStr | None = Field(
        default=None, description="Client secret of Garmin's developer programme"
    )
    garmin_partner_backfill_months: int = Field(
        default=12, ge=0, le=60, description="Months of history asked for when somebody connects"
    )
    garmin_partner_api_url: Address | None = Field(
        default=None, description="In place of the developer programme's API, for trials"
    )
    intervals_api_url: Address | None = Field(
        default=None, description="In place of intervals.icu, for trials"
    )
    weather_api_url: Address | None = Field(
        default=None, description="Weather service by place rounded to 0.1 degree; unset: none"
    )
    calendar_settle_s: float = Field(
        default=120.0,
        ge=0,
        description="Seconds after a write for which a calendar's listing may lag behind",
    )

    _unknown: tuple[str, ...] = PrivateAttr(default=())

    @property
    def unknown(self) -> tuple[str, ...]:
        """Variables with our prefix that mean nothing to us: worth a warning."""
        return self._unknown

    def for_connectors(self) -> dict[str, str]:
        """What connectors may know: the services' settings, by name without prefix."""
        named = {
            name: value.get_secret_value() if isinstance(value, SecretStr) else value
            for name in type(self).model_fields
            if name.startswith(SERVICES) and (value := getattr(self, name)) is not None
        }
        return {name: str(value) for name, value in named.items()}

    @classmethod
    @override
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # The environment comes in by load_settings, as an argument; the process's own is not read.
        home = init_settings().get("home") or cls.model_fields["home"].default
        file = Path(home).expanduser() / FILE_NAME
        return init_settings, TomlConfigSettingsSource(settings_cls, toml_file=file)


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Raises SettingsProblem. An empty variable counts as unset."""
    given = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX) and value.strip()
    }
    known = Settings.model_fields
    unknown = [name for name in given if name not in known]
    if problems := [sentence for name in unknown if (sentence := _misspelt(name, known))]:
        raise SettingsProblem("\n".join(problems))
    try:
        settings = Settings(**{name: value for name, value in given.items() if name in known})  # type: ignore[arg-type]  # pydantic parses the texts
    except ValidationError as error:
        raise SettingsProblem("\n".join(_sentences(error, given))) from None
    except ValueError as error:  # the file is no TOML
        raise SettingsProblem(f"{FILE_NAME} in the home cannot be read: {error}") from None
    settings._unknown = tuple(PREFIX + name.upper() for name in unknown)  # noqa: SLF001 -- ours
    return settings


def variable(name: str) -> str:
    """The environment variable of a field."""
    return PREFIX + name.upper()


def _misspelt(name: str, known: Iterable[str]) -> str | None:
    near = get_close_matches(name, list(known), n=1, cutoff=0.8)
    if not near:
        return None
    return f"{variable(name)} is no setting. Did you mean {variable(near[0])}?"


def _sentences(error: ValidationError, given: Mapping[str, str]) -> Iterable[str]:
    for problem in error.errors(include_url=False, include_context=False):
        if problem["type"] == "default_factory_not_called":
            continue  # follows from another one
        name = str(problem["loc"][0])
        if problem["type"] == "extra_forbidden":
            near = get_close_matches(name, list(Settings.model_fields), n=1, cutoff=0.5)
            hint = f"Did you mean {near[0]}?" if near else "Remove the line."
            yield f"{name} in {FILE_NAME} is no setting. {hint}"
            continue
        place = variable(name) if name in given else f"{name} in {FILE_NAME}"
        shown = "" if name in CONFIDENTIAL else f" is {problem['input']!r}"
        about = (Settings.model_fields[name].description or "").split(";")[0]
        yield f"{place}{shown}: {_plain(problem['msg'])}. It is: {about}."


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ").removesuffix(".")
