"""What operators are given fits this program."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

from bot import checks
from bot.domain.states import Status
from bot.metrics import Metrics
from bot.ports.outbox import State
from bot.settings import Settings

ROOT = Path(__file__).parents[2]


def written(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def metrics() -> set[str]:
    """Every name that Prometheus may be asked for."""
    families = list(Metrics().registry.collect())
    plain = {one.name for one in families if one.type in {"gauge", "histogram"}}
    return plain | {f"{one.name}_total" for one in families if one.type == "counter"}


@pytest.mark.parametrize("page", ["docs/alerts.yml", "docs/operations.md"])
def test_every_metric_that_is_named_exists(page: str) -> None:
    named = set(re.findall(r"\bbaton_[a-z_]+", written(page)))
    assert named
    assert named <= metrics()


def test_every_metric_is_explained() -> None:
    assert {one for one in metrics() if f"`{one}`" not in written("docs/operations.md")} == set()


def expressions() -> list[str]:
    [group] = yaml.safe_load(written("docs/alerts.yml"))["groups"]
    return [rule["expr"] for rule in group["rules"]]


def test_every_label_that_an_alert_asks_for_exists() -> None:
    """With a value that it can have."""
    labels = {
        one._name: set(one._labelnames)
        for one in vars(Metrics()).values()
        if isinstance(one, MetricWrapperBase)
    }
    values = {
        "state": {str(one) for one in State},
        "status": {str(one) for one in Status},
        "direction": {"in", "out", "team"},
    }
    asked = [
        (name, label, value)
        for told in expressions()
        for name, given in re.findall(r"\b(baton_[a-z_]+)\{([^}]*)\}", told)
        for label, value in re.findall(r'(\w+)="([^"]*)"', given)
    ]
    assert asked
    for name, label, value in asked:
        assert label in labels[name.removesuffix("_total")], name
        assert value in values[label], (name, label, value)


def test_no_alert_adds_up_what_every_process_tells_alike() -> None:
    """Gauges are of the whole desk: three processes are no three times as many tickets."""
    gauges = "|".join(one.name for one in Metrics().registry.collect() if one.type == "gauge")
    asked = [told for told in expressions() if re.search(gauges, told)]
    assert len(asked) >= 3
    for told in asked:
        assert re.match(rf"max (by \(\w+\) )?\(({gauges})|max\(({gauges})", told), told


def test_every_alert_says_what_to_do() -> None:
    [group] = yaml.safe_load(written("docs/alerts.yml"))["groups"]
    for rule in group["rules"]:
        assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}, rule
        assert set(rule["annotations"]) == {"summary", "action"}
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["expr"].count("(") == rule["expr"].count(")")


def test_the_compose_file_names_what_there_is() -> None:
    made: dict[str, Any] = yaml.safe_load(written("compose.yaml"))
    baton = made["services"]["baton"]
    for variable in baton["environment"]:
        assert f"`{variable}`" in written("docs/operations.md")
    assert set(baton["depends_on"]) <= set(made["services"])
    mounted = {
        one.split(":")[0]
        for service in made["services"].values()
        for one in service.get("volumes", [])
    }
    assert mounted == set(made["volumes"])


def test_the_image_is_made_of_what_there_is() -> None:
    copied = re.findall(r"^COPY (.+) \S+$", written("Dockerfile"), re.MULTILINE)
    kept = written(".dockerignore")
    for name in (name for line in copied for name in line.split()):
        assert (ROOT / name).exists()
        assert f"!{name}\n" in kept


@pytest.mark.parametrize(
    ("database", "media", "reminds"),
    [
        ("sqlite:///baton.db", "media/", False),
        ("postgresql+psycopg://host/baton", "media/", True),
        ("postgresql+psycopg://host/baton", "memory://files", False),
    ],
)
def test_a_local_folder_beside_a_server_is_pointed_out(
    database: str, media: str, *, reminds: bool, tmp_path: Path
) -> None:
    where = media if "://" in media else str(tmp_path / media)
    said = checks._media(Settings(database_url=database, media_url=where))
    assert ("several machines" in said) is reminds
