"""What values of dimensions are called, in one place for the console and for every report."""

import pytest

from lianyi.compliance.channels import channel_names
from lianyi.insight.evaluate.naming import names_of
from lianyi.insight.measure import dimension, dimensions
from lianyi.kernel.text import Text
from lianyi.lab.worlds.world import CHANNELS
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log.table import EventLog
from lianyi.stream.workspace import create


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_way_that_the_product_coins_has_words(channel):
    assert dimension("channel").called(channel).zh != channel


def test_where_the_shop_sells_is_called_as_the_rules_call_it():
    values = dimension("channel").values
    assert {id_: values[id_] for id_ in channel_names()} == dict(channel_names())


def test_a_value_of_the_brand_keeps_its_own_name():
    assert dimension("tier").called("金卡") == Text(zh="金卡", en="金卡")
    assert dimension("channel").called("地推").en == "地推"


def test_findings_and_tables_call_values_by_the_same_words(tmp_path):
    engine = DuckDBEngine(EventLog(create(tmp_path)).snapshot(), threads=1)
    names = names_of(engine, "channel", ["feed", "地推", None])
    engine.close()
    assert [names["feed"], names["地推"], names[None]] == [dimensions()["channel"].values["feed"], "地推", Text(zh="未知", en="unknown")]
