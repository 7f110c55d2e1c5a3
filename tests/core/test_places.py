"""Where addresses are: a town, a country, a network, or this very computer."""

from dataclasses import replace

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from nesk.core import config
from nesk.core.places import place_of


@pytest.fixture
def database(tmp_path):
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type="Test")
    russia = {"names": {"ru": "Россия", "en": "Russia"}}
    writer.insert_network(IPSet(["95.24.0.0/16"]), {"city": {"names": {"ru": "Краснодар"}}, "country": russia})
    writer.insert_network(IPSet(["31.13.0.0/16"]), {"country": russia})
    writer.insert_network(IPSet(["2a00:1fa0::/32"]), {"city": {"names": {"en": "Sochi"}}, "country": russia})
    writer.insert_network(IPSet(["77.1.0.0/16"]), {"traits": {"is_satellite": True}})
    path = tmp_path / "places.mmdb"
    writer.to_db_file(str(path))
    config.use(replace(config.current(), geo_database=str(path)))


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("ip", "place"),
    [
        ("95.24.17.3", "Краснодар"),
        ("::ffff:95.24.17.3", "Краснодар"),
        ("31.13.5.5", "Россия"),
        ("2a00:1fa0:42:7::9", "Sochi"),
        ("77.1.2.3", "сеть 77.1.2.*"),
        ("8.8.8.8", "сеть 8.8.8.*"),
        ("127.0.0.1", "этот компьютер"),
    ],
)
def test_a_place_is_named_as_closely_as_it_is_known(ip, place):
    assert place_of(ip) == place


@pytest.mark.parametrize(
    ("ip", "place"),
    [
        ("95.24.17.3", "сеть 95.24.17.*"),
        ("2a00:1fa0:42:7::9", "сеть 2a00:1fa0:0042:*"),
        ("127.0.0.1", "этот компьютер"),
        ("::1", "этот компьютер"),
        ("", ""),
        ("no address", ""),
    ],
)
def test_without_a_database_it_is_the_network(ip, place):
    assert place_of(ip) == place


def test_a_file_that_is_not_there_is_named_at_the_start(tmp_path):
    variables = {"NESK_ENV": "test", "NESK_HOME": str(tmp_path), "GEO_DATABASE": str(tmp_path / "none.mmdb")}
    with pytest.raises(config.Incomplete, match="GEO_DATABASE"):
        config.from_environment(variables)
