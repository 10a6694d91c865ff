"""What deploy/ says against what there is: commands, settings, metrics, pinned images; the backup."""

import importlib.util
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from configparser import RawConfigParser
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from connectors.garmin_partner import webhook as garmin_partner
from connectors.intervals import webhook as intervals
from tests.documents import ROOT, commands, problem_with, text_of
from worker import serving
from worker.app import open_runtime
from worker.settings import Settings, load_settings, variable
from worker.telemetry import Metrics
from worker.web.webhooks import MOST_BYTES

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load(text_of("deploy/compose.yaml"))
CLUSTER = list(yaml.safe_load_all(text_of("deploy/kubernetes/goalward.yaml")))
RULES = yaml.safe_load(text_of("deploy/alerts.yaml"))["groups"][0]["rules"]
OURS = {name: part for name, part in COMPOSE["services"].items() if "build" in part}
SETTINGS = {variable(name) for name in Settings.model_fields}
VERSION = re.search(r'^version = "(.+)"$', text_of("pyproject.toml"), re.MULTILINE).group(1)


def instructions():
    """The Dockerfile as (instruction, rest), continued lines joined, comments dropped."""
    text = re.sub(r"^#.*\n", "", text_of("deploy/Dockerfile"), flags=re.MULTILINE)
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip():
            yield tuple(line.split(None, 1))


def values(name):
    return [rest for instruction, rest in instructions() if instruction == name]


def setting_lines(text):
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE))


# --- the image ------------------------------------------------------------------------------------


def test_what_the_image_copies_is_here_and_is_let_into_the_build():
    let_in = {
        line[1:]
        for line in text_of("deploy/Dockerfile.dockerignore").splitlines()
        if line.startswith("!")
    }
    copied = {
        source
        for rest in values("COPY")
        if not rest.startswith("--from")
        for source in rest.split()[:-1]
    }
    assert {source for source in copied if not (ROOT / source).exists()} == set()
    assert copied == let_in


def test_the_image_holds_every_package_of_the_wheel():
    wheel = re.search(r"^packages = \[(.*)\]", text_of("pyproject.toml"), re.MULTILINE).group(1)
    copied = " ".join(values("COPY"))
    assert [name for name in re.findall(r'"(\w+)"', wheel) if f"{name} {name}" not in copied] == []


def test_the_image_installs_at_the_pinned_versions_and_the_pinned_uv():
    ran = " ".join(values("RUN"))
    assert "--constraint deploy/constraints.txt" in ran
    assert "grep '^uv==' deploy/constraints.txt" in ran
    assert re.search(r"^uv==[\d.]+$", text_of("deploy/constraints.txt"), re.MULTILINE)


def test_the_image_runs_as_somebody_without_rights_who_owns_the_home():
    (user,) = values("USER")
    (made,) = [rest for rest in values("RUN") if rest.startswith("useradd")]
    assert user == made.split()[-1]
    home = re.search(r"--home-dir (\S+) --create-home", made).group(1)
    assert values("VOLUME") == [home]
    assert f"GOALWARD_HOME={home}" in values("ENV")[0]


def test_the_image_starts_with_commands_that_exist():
    assert values("ENTRYPOINT") == ['["goalward"]']
    (started,) = values("CMD")
    assert problem_with(yaml.safe_load(started), whole=True) is None


def test_the_image_asks_for_its_health_where_it_listens():
    (check,) = values("HEALTHCHECK")
    listen = re.search(r"GOALWARD_LISTEN=(\S+)", values("ENV")[0]).group(1)
    port = listen.rpartition(":")[2]
    assert f"http://127.0.0.1:{port}/healthz" in check
    assert values("EXPOSE") == [port]


def test_the_program_that_asks_for_health_tells_well_from_ill(tmp_path):
    """It is run as it stands, but for the port: beside a server, and where nothing answers."""
    words = yaml.safe_load(re.search(r"CMD (\[.*\])", values("HEALTHCHECK")[0]).group(1))

    def status(port):
        program = words[2].replace(":8000/", f":{port}/")
        command = [sys.executable, *words[1:2], program]
        return subprocess.run(command, check=False, capture_output=True).returncode

    listener = serving.listening("127.0.0.1:0")
    port = listener.getsockname()[1]
    with open_runtime(in_home(tmp_path)) as runtime, serving.serving(runtime, listener):
        assert status(port) == 0
    assert status(port) == 1


# --- the parts side by side -----------------------------------------------------------------------


def images():
    yield from (rest.split()[0] for rest in values("FROM"))
    yield from (part["image"] for part in COMPOSE["services"].values())
    yield from (
        container["image"]
        for one in CLUSTER
        if one["kind"] == "Deployment"
        for container in one["spec"]["template"]["spec"]["containers"]
    )


def test_every_image_is_pinned_by_a_tag_and_named_without_a_host():
    found = list(images())
    assert len(found) > 8
    for image in found:
        name, _, tag = image.partition(":")
        assert re.fullmatch(r"[\w.-]*\d[\w.-]*", tag), image
        assert "/" not in name, image


def test_our_images_bear_the_version_of_the_project():
    ours = {image for image in images() if image.startswith("goalward:")}
    assert ours == {f"goalward:{VERSION}"}
    assert f"-t goalward:{VERSION} " in text_of("deploy/Dockerfile")


def test_every_part_runs_a_command_that_exists_and_together_they_are_whole():
    assert {
        name: problem
        for name, part in OURS.items()
        if (problem := problem_with([*part["command"]], whole=True))
    } == {}
    ran = sorted(part["command"][0] for part in OURS.values())
    assert ran == ["migrate", "schedule", "web", "work", "work"]


def test_every_part_has_the_same_settings_and_they_exist():
    (environment,) = {tuple(sorted(part["environment"].items())) for part in OURS.values()}
    named = {name for name, _ in environment} - {"TZ"}
    assert named <= SETTINGS
    assert {"GOALWARD_DATABASE_URL", "GOALWARD_REDIS_URL", "GOALWARD_SECRET_KEY"} <= named


def filled_in(text):
    """As compose fills in variables, from an example with every value given."""
    given = {name: value or f"{name}-value-1" for name, value in example().items()}
    given |= {"GOALWARD_PUBLIC_URL": "https://goalward.example.org", "GOALWARD_NOTIFY": "json://h"}
    given |= {"GOALWARD_STRAVA_CLIENT_ID": "123", "GOALWARD_WEATHER_API_URL": "http://w"}
    return re.sub(r"\$\{(\w+)(?::[?-][^}]*)?\}", lambda found: given[found.group(1)], text)


def test_the_proxy_passes_on_what_the_most_talkative_service_sends():
    (passed,) = re.findall(r"client_max_body_size (\d+)m;", text_of("deploy/README.md"))
    assert int(passed) * 2**20 == max(MOST_BYTES, intervals.MOST_BYTES, garmin_partner.MOST_BYTES)


def example():
    return setting_lines(text_of("deploy/example.env"))


def test_what_compose_asks_for_stands_in_the_example():
    asked = set(re.findall(r"\$\{(\w+)", text_of("deploy/compose.yaml"))) - {"WEB_ADDRESS"}
    assert asked == example().keys()


def test_secrets_have_no_default_and_must_be_given():
    text = text_of("deploy/compose.yaml")
    for name in ("POSTGRES_PASSWORD", "GOALWARD_SECRET_KEY"):
        assert example()[name] == ""
        assert set(re.findall(rf"\$\{{{name}(.)(.)", text)) == {(":", "?")}


def test_the_settings_of_the_parts_are_understood(tmp_path):
    given = {name: filled_in(value) for name, value in OURS["web"]["environment"].items()}
    settings = load_settings({**given, "GOALWARD_HOME": str(tmp_path)})
    assert settings.database_url == (
        "postgresql://goalward:POSTGRES_PASSWORD-value-1@postgres/goalward"
    )
    assert settings.redis_url == "redis://redis:6379/0"
    assert settings.unknown == ()


def test_settings_that_are_left_empty_count_as_unset(tmp_path):
    empty = {name: "" for name in OURS["web"]["environment"] if name.startswith("GOALWARD_")}
    settings = load_settings({**empty, "GOALWARD_HOME": str(tmp_path)})
    assert (settings.public_url, settings.notify, settings.strava_client_id) == (None, (), None)


def test_the_web_server_alone_is_published_and_to_this_machine_only():
    published = {name: p["ports"] for name, p in COMPOSE["services"].items() if "ports" in p}
    assert published == {"web": ["${WEB_ADDRESS:-127.0.0.1:8000}:8000"]}


def test_the_database_the_parts_are_given_is_the_one_that_is_started():
    postgres = COMPOSE["services"]["postgres"]["environment"]
    url = OURS["web"]["environment"]["GOALWARD_DATABASE_URL"]
    assert url.endswith(f"@postgres/{postgres['POSTGRES_DB']}")
    assert url.startswith(f"postgresql://{postgres['POSTGRES_USER']}:")


def test_whoever_answers_no_http_is_not_asked_for_health_by_http():
    for name, part in OURS.items():
        asked = not part.get("healthcheck", {}).get("disable", False)
        assert asked == (part["command"] == ["web"]), name
    for name in ("postgres", "redis"):
        assert COMPOSE["services"][name]["healthcheck"]["test"]


def test_the_parts_wait_for_the_migration_and_for_their_servers():
    for name, part in OURS.items():
        awaited = {other: how["condition"] for other, how in part["depends_on"].items()}
        assert awaited.pop("postgres") == "service_healthy", name
        if part["command"] != ["migrate"]:
            expected = {"migrate": "service_completed_successfully", "redis": "service_healthy"}
            assert awaited == expected, name


def test_the_parts_may_write_to_their_home_alone():
    for name, part in OURS.items():
        assert part["read_only"], name
        assert part["cap_drop"] == ["ALL"], name
        assert part["security_opt"] == ["no-new-privileges:true"], name
        assert part["volumes"] == ["home:/var/lib/goalward"], name
    mounted = {
        p.partition(":")[0] for s in COMPOSE["services"].values() for p in s.get("volumes", [])
    }
    assert mounted == COMPOSE["volumes"].keys()


def test_the_parts_in_a_cluster_run_commands_that_exist_without_rights():
    parts = [one for one in CLUSTER if one["kind"] == "Deployment"]
    for part in parts:
        inside = part["spec"]["template"]["spec"]
        (container,) = inside["containers"]
        assert problem_with([*container["args"]], whole=True) is None
        assert part["metadata"]["name"] == f"goalward-{container['args'][0]}"
        assert (
            part["spec"]["selector"]["matchLabels"]
            == part["spec"]["template"]["metadata"]["labels"]
        )
        assert inside["securityContext"]["runAsNonRoot"]
        assert str(inside["securityContext"]["runAsUser"]) in values("RUN")[-1]
        assert container["securityContext"]["readOnlyRootFilesystem"]
        mounted = {mount["name"] for mount in container["volumeMounts"]}
        assert mounted == {volume["name"] for volume in inside["volumes"]}
    assert {p["metadata"]["name"] for p in parts} == {
        "goalward-web",
        "goalward-work",
        "goalward-schedule",
    }


# --- one machine ----------------------------------------------------------------------------------


def unit():
    parser = RawConfigParser(strict=True, delimiters=("=",))
    parser.optionxform = str
    parser.read(DEPLOY / "goalward.service")
    return parser


def test_the_unit_starts_a_command_that_exists_from_where_setup_puts_it():
    program, *words = unit()["Service"]["ExecStart"].split()
    assert program == "%h/goalward/.venv/bin/goalward"
    assert ".venv/bin/goalward" in text_of("Makefile")
    assert problem_with(words, whole=True) is None


def test_the_unit_does_not_repeat_what_wrong_settings_stop():
    from worker.cli.failing import USED_WRONGLY

    assert unit()["Service"]["RestartPreventExitStatus"] == str(USED_WRONGLY)
    assert unit()["Service"]["Restart"] == "on-failure"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")
def test_systemd_understands_the_unit(tmp_path):
    """Copied beside a program of that name, for systemd looks whether it is there."""
    home = tmp_path / "home"
    program = home / "goalward/.venv/bin/goalward"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    copy = tmp_path / "goalward.service"
    copy.write_text(text_of("deploy/goalward.service").replace("%h", str(home)))
    ran = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(copy)],
        check=False,
        capture_output=True,
        text=True,
    )
    said = [line for line in ran.stderr.splitlines() if "goalward" in line]
    assert said == []


# --- alerts ---------------------------------------------------------------------------------------


def series():
    """Every series that is exposed once something was counted, with its labels."""
    counted = Metrics()
    counted.webhooks.labels("strava", "new").inc()
    families = text_string_to_metric_families(counted.exposed().decode())
    return {sample.name: set(sample.labels) for family in families for sample in family.samples}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_what_is_exposed_and_says_what_to_do(rule):
    named = set(re.findall(r"\b(goalward_\w+)", rule["expr"]))
    known = series()
    assert named <= known.keys()
    labels = set(re.findall(r"(\w+)=\"", rule["expr"])) - {"job"}
    assert all(labels <= known[name] for name in named)
    assert named or rule["expr"].startswith("up{")
    path, _, anchor = rule["annotations"]["runbook"].partition("#")
    assert f"### {rule['alert']}\n" in text_of(path)
    assert anchor == rule["alert"].lower()
    assert rule["annotations"]["summary"].endswith(".")


def test_alerts_name_outcomes_of_webhooks_that_there_are():
    named = {found for rule in RULES for found in re.findall(r'outcome="(\w+)"', rule["expr"])}
    told = set(re.findall(r'_end\(connector, "(\w+)"', text_of("worker/web/webhooks.py")))
    assert named
    assert named <= told


def test_the_runbook_has_no_alert_that_is_not_there():
    told = set(re.findall(r"^### (Goalward\w+)$", text_of("deploy/README.md"), re.MULTILINE))
    assert told == {rule["alert"] for rule in RULES}


# --- backup ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def backup():
    spec = importlib.util.spec_from_file_location("backup", DEPLOY / "backup.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def in_home(home, **more):
    return load_settings({"GOALWARD_HOME": str(home), **more})


def test_a_backup_while_it_runs_can_be_restored_with_its_tokens(backup, tmp_path):
    home, target, restored = tmp_path / "home", tmp_path / "backups" / "one", tmp_path / "restored"
    with open_runtime(in_home(home)) as runtime:
        runtime.vault.write("connection:1", {"access_token": "kept"})
        (home / "goalward.toml").write_text("horizon_days = 7\n")
        written = backup.back_up(in_home(home), target)
    assert {file.name for file in written} == {"goalward.db", "secret.key", "goalward.toml"}
    assert target.stat().st_mode & 0o077 == 0
    assert (target / "secret.key").stat().st_mode & 0o077 == 0
    shutil.copytree(target, restored)
    with open_runtime(in_home(restored), migrating=False) as runtime:
        assert runtime.vault.read("connection:1") == {"access_token": "kept"}
        assert runtime.settings.horizon_days == 7


def test_a_backup_may_leave_the_key_where_it_is(backup, tmp_path):
    with open_runtime(in_home(tmp_path / "home")) as runtime:
        runtime.vault.write("any", {"a": "b"})
    written = backup.back_up(in_home(tmp_path / "home"), tmp_path / "one", with_key=False)
    assert [file.name for file in written] == ["goalward.db"]


def test_a_backup_overwrites_nothing(backup, tmp_path):
    with open_runtime(in_home(tmp_path / "home")):
        pass
    backup.back_up(in_home(tmp_path / "home"), tmp_path / "one")
    with pytest.raises(FileExistsError):
        backup.back_up(in_home(tmp_path / "home"), tmp_path / "one")


def test_no_backup_is_made_of_what_is_not_there(backup, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    with pytest.raises(sqlite3.OperationalError):
        backup.back_up(in_home(home), tmp_path / "one")
    assert list(home.iterdir()) == []


def test_the_backup_as_a_command_reads_the_settings_of_every_command(tmp_path):
    with open_runtime(in_home(tmp_path / "home")):
        pass
    ran = subprocess.run(
        [sys.executable, str(DEPLOY / "backup.py"), str(tmp_path / "one")],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "GOALWARD_HOME": str(tmp_path / "home")},
    )
    assert ran.stdout.splitlines() == [str(tmp_path / "one" / "goalward.db")]
    with closing(sqlite3.connect(tmp_path / "one" / "goalward.db")) as copy:
        assert copy.execute("select count(*) from athlete").fetchone() == (0,)


def test_a_backup_of_postgresql_calls_pg_dump_without_the_password_in_sight(
    backup, tmp_path, monkeypatch
):
    """With a stand-in on the path: the real one must be as new as the server."""
    program = tmp_path / "bin" / "pg_dump"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$PGPASSWORD" "$@" > "$(dirname "$0")/called"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    url = "postgresql+psycopg://robin:s%40cret@db.example.org:5433/runs"
    settings = in_home(tmp_path / "home", GOALWARD_DATABASE_URL=url)
    backup.back_up(settings, tmp_path / "one")
    password, *words = (program.parent / "called").read_text().splitlines()
    assert password == "s@cret"
    assert words == [
        "--format=custom",
        f"--file={tmp_path / 'one' / 'goalward.dump'}",
        "--dbname=postgresql://robin@db.example.org:5433/runs",
    ]


def test_every_file_of_the_folder_stands_in_the_runbook():
    told = text_of("deploy/README.md")
    files = [p for p in DEPLOY.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    hidden = {"README.md", ".gitignore", ".env", "Dockerfile.dockerignore"}
    names = [str(file.relative_to(DEPLOY)) for file in files if file.name not in hidden]
    assert [name for name in names if f"`{name}`" not in told] == []


def test_there_are_commands_to_compare_with():
    assert {"up", "web", "work", "schedule", "migrate"} <= commands().keys()
    assert Path(DEPLOY / "README.md").exists()
