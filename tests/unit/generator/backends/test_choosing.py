"""From settings to backends."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog
from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict

from chassis.settings import ProcessSettings, load_settings
from services.generator.backends.backend import Mode
from services.generator.backends.choosing import choose_backend
from services.generator.backends.comfyui.backend import comfyui_maker
from services.generator.backends.comfyui.workflow import BadWorkflow
from services.generator.backends.openai.backend import openai_maker
from services.generator.backends.settings import BackendSettings
from services.generator.rasteriser import Rasteriser

COMFYUI = {"backend": "comfyui", "comfyui_checkpoint": "sd15.safetensors", "comfyui_controlnet": "openpose.safetensors"}
OPENAI = {"backend": "openai", "openai_model": "image-model"}


class ToySettings(BackendSettings, ProcessSettings):
    """A process that makes images."""

    model_config = SettingsConfigDict(env_prefix="ATELIER_TOY_", frozen=True, extra="forbid", populate_by_name=True)


@pytest.fixture
async def rasteriser() -> AsyncIterator[Rasteriser]:
    rasteriser = Rasteriser(processes=1)
    yield rasteriser
    await rasteriser.close()


@pytest.mark.parametrize("told", [{}, COMFYUI, OPENAI], ids=["mannequin", "comfyui", "openai"])
async def test_the_backend_that_is_named_is_built_without_a_connection(
    told: dict[str, str], rasteriser: Rasteriser
) -> None:
    settings = BackendSettings.model_validate(told)

    backend, maker = choose_backend(settings, rasteriser=rasteriser, drawers=3, log=structlog.get_logger("test"))

    assert backend.name == settings.backend
    assert maker.startswith(f"{settings.backend}/")
    assert backend.limits.modes == set(Mode)
    await backend.close()
    await backend.close()


def test_a_backend_is_chosen_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s" * 64)
    monkeypatch.setenv("ATELIER_JWT_SECRET_FILE", str(secret))
    monkeypatch.setenv("ATELIER_TOY_BACKEND", "openai")
    monkeypatch.setenv("ATELIER_TOY_OPENAI_MODEL", "image-model")

    settings = load_settings(ToySettings)

    assert (settings.backend, settings.openai_model, settings.port) == ("openai", "image-model", 0)


def test_all_that_a_chosen_backend_lacks_is_reported_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s" * 64)
    monkeypatch.setenv("ATELIER_JWT_SECRET_FILE", str(secret))
    monkeypatch.setenv("ATELIER_TOY_BACKEND", "comfyui")
    monkeypatch.setenv("ATELIER_TOY_OPENAI_URL", "ftp://user@host")
    monkeypatch.setenv("ATELIER_TOY_DIFFUSERS_MODEL_FOLDER", str(tmp_path))

    with pytest.raises(SystemExit):
        load_settings(ToySettings)

    told = capsys.readouterr().err
    assert "ATELIER_TOY_COMFYUI_CHECKPOINT: must be set for the backend comfyui" in told
    assert "ATELIER_TOY_COMFYUI_CONTROLNET: must be set for the backend comfyui" in told
    assert "ATELIER_TOY_OPENAI_URL: must be an http or https address" in told
    assert "ATELIER_TOY_DIFFUSERS_MODEL_FOLDER: " in told
    assert "OPENAI_MODEL" not in told


@pytest.mark.parametrize("content", ["", "two words", "a\nb", "ключ"])
def test_a_key_file_holds_a_key_and_nothing_else(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key"
    path.write_text(content)

    with pytest.raises(ValidationError, match="must hold a key and nothing else") as error:
        BackendSettings.model_validate({"openai_api_key_file": path})

    assert not content or content not in str(error.value)


async def test_a_workflow_of_ones_own_is_read_at_once(tmp_path: Path, rasteriser: Rasteriser) -> None:
    (tmp_path / "own.json").write_text("{}")
    settings = BackendSettings.model_validate({**COMFYUI, "comfyui_text_workflow_file": tmp_path / "own.json"})

    with pytest.raises(BadWorkflow, match="needs a node titled 'Result'"):
        choose_backend(settings, rasteriser=rasteriser, drawers=1, log=structlog.get_logger("test"))


def test_a_maker_changes_with_what_matters_and_with_nothing_else() -> None:
    def comfyui(**told: object) -> str:
        return comfyui_maker(BackendSettings.model_validate({**COMFYUI, **told}))

    def openai(**told: object) -> str:
        return openai_maker(BackendSettings.model_validate({**OPENAI, **told}))

    assert comfyui() == comfyui(comfyui_url="http://elsewhere:8188", comfyui_seconds=1)
    assert len({comfyui(), comfyui(comfyui_checkpoint="sdxl"), comfyui(sampling_steps=3)}) == 3
    assert openai() == openai(openai_seconds=1)
    assert len({openai(), openai(openai_model="another"), openai(openai_pose="picture")}) == 3
