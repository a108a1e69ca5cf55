"""Without a cluster: what is said when there is none, or no pyspark, or no Java."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from goodstanding.core.classification import Scorecard, Weighing
from goodstanding.core.errors import ClusterUnreachable, EngineMissing
from goodstanding.core.rulebook import Rulebook
from goodstanding.engine import cluster
from goodstanding.engine.score import compiled
from goodstanding.engine.spark import Spark
from tests.engine.histories import DAYS
from tests.parity.test_parity_indicators import fitting


def test_a_cluster_that_is_not_there_is_said_at_once() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there, and nobody else can begin to
        master = f"spark://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ClusterUnreachable, match=re.escape(master)):
            Spark(master)


def test_an_installation_without_pyspark_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "find_spec", lambda _name: None)
    with pytest.raises(EngineMissing, match="pip install 'pyspark"):
        Spark("spark://127.0.0.1:7077")


def test_a_machine_without_java_is_told_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(EngineMissing, match="openjdk"):
        Spark("spark://127.0.0.1:7077")


@pytest.mark.parametrize("dialect", ["duckdb", "pyspark"])
def test_no_engine_is_asked_for_floating_point_but_by_whole_quotients(dialect: str, cn: Rulebook) -> None:
    """Engines take a whole quotient through floating point; below 2**53 its floor is exact, and ours stay below."""
    divided = set()
    for name in fitting(cn):
        card = Scorecard(cn.scorecards[0].rule, cn.scorecards[0].scale, 0, (Weighing(name, ((None, 0),)),), ())
        tree = sqlglot.parse_one(
            compiled(cn, card, DAYS[0], dialect), read="spark" if dialect == "pyspark" else dialect
        )
        for division in tree.find_all(exp.Div):
            floor = division.parent
            while isinstance(floor, exp.Paren):
                floor = floor.parent
            assert isinstance(floor, exp.Floor), name
            assert floor.parent is not None, name
            assert floor.parent.is_type("bigint"), name
            divided.add(name)
        floating = exp.DataType.FLOAT_TYPES | {exp.DataType.Type.DECIMAL}
        assert not [kind for kind in tree.find_all(exp.DataType) if kind.this in floating], name
        assert not list(tree.find_all(exp.Round, exp.Avg, exp.Pow)), name
        assert not re.search(r"\d\.\d", tree.sql()), name
    # It has seen some: had it not, it would say nothing.
    assert {"adverse_share_36m", "years_open"} <= divided
