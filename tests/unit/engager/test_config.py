"""The engager's settings: what is told of a wrong one, and what networks come of them."""

from ipaddress import ip_network
from pathlib import Path

import pytest
from pydantic import ValidationError

from services.engager.config import EngagerSettings


def settings(tmp_path: Path, **told: object) -> EngagerSettings:
    (tmp_path / "jwt").write_text("s" * 64)
    known = {"database_url": "postgresql://engager@/atelier", "jwt_secret_file": tmp_path / "jwt"}
    return EngagerSettings.model_validate({**known, **told})


def test_nothing_that_is_not_public_may_be_called_unless_it_is_set(tmp_path: Path) -> None:
    known = settings(tmp_path)

    assert (known.allow_http, known.networks, known.secrets_folder) == (False, (), None)


def test_networks_stand_between_commas(tmp_path: Path) -> None:
    known = settings(tmp_path, allowed_networks="10.0.0.0/8, fd00::/8,192.0.2.7,")

    assert known.networks == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"), ip_network("192.0.2.7/32"))


@pytest.mark.parametrize("told", ["ten", "10.0.0.0/33", "10.1.2.3/8"])
def test_what_is_no_network_is_told(tmp_path: Path, told: str) -> None:
    with pytest.raises(ValidationError, match="allowed_networks"):
        settings(tmp_path, allowed_networks=told)


def test_a_folder_of_secrets_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="is not a folder"):
        settings(tmp_path, secrets_folder=tmp_path / "gone")
