"""Pipelines of Stable Diffusion and ControlNets of random weights, small enough to be made in a test, as folders."""

import json
from pathlib import Path
from typing import Any

import pytest

_REASON = "the extra `diffusers` isn't installed"
torch = pytest.importorskip("torch", reason=_REASON)
diffusers = pytest.importorskip("diffusers", reason=_REASON)
transformers = pytest.importorskip("transformers", reason=_REASON)

WIDTH = 32


def save_sd15(folder: Path) -> tuple[Path, Path]:
    """The folders of a pipeline like SD 1.5 and of its ControlNet."""
    torch.manual_seed(0)
    unet = _unet()
    diffusers.StableDiffusionPipeline(
        unet=unet,
        vae=_vae(),
        text_encoder=transformers.CLIPTextModel(_text_config()),
        tokenizer=_tokenizer(folder),
        scheduler=_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder / "model")
    return folder / "model", _save_controlnet(unet, folder)


def save_sdxl(folder: Path) -> tuple[Path, Path]:
    """The folders of a pipeline like SDXL and of its ControlNet."""
    torch.manual_seed(0)
    unet = _unet(
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        transformer_layers_per_block=(1, 2),
        use_linear_projection=True,
        projection_class_embeddings_input_dim=8 * 6 + WIDTH,
        cross_attention_dim=2 * WIDTH,
    )
    diffusers.StableDiffusionXLPipeline(
        unet=unet,
        vae=_vae(),
        text_encoder=transformers.CLIPTextModel(_text_config()),
        text_encoder_2=transformers.CLIPTextModelWithProjection(_text_config()),
        tokenizer=_tokenizer(folder),
        tokenizer_2=_tokenizer(folder),
        scheduler=_scheduler(),
    ).save_pretrained(folder / "model")
    return folder / "model", _save_controlnet(unet, folder)


def _unet(**further: Any) -> Any:
    given = {
        "block_out_channels": (32, 64),
        "layers_per_block": 1,
        "sample_size": 32,
        "in_channels": 4,
        "out_channels": 4,
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
        "cross_attention_dim": WIDTH,
        "attention_head_dim": (2, 4),
    }
    return diffusers.UNet2DConditionModel(**{**given, **further})


def _vae() -> Any:
    return diffusers.AutoencoderKL(
        block_out_channels=(32, 64, 64, 64),
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        latent_channels=4,
        norm_num_groups=32,
    )


def _scheduler() -> Any:
    return diffusers.DDIMScheduler(
        beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False, steps_offset=1
    )


def _text_config() -> Any:
    return transformers.CLIPTextConfig(
        hidden_size=WIDTH,
        intermediate_size=37,
        num_attention_heads=4,
        num_hidden_layers=2,
        vocab_size=1000,
        projection_dim=WIDTH,
        bos_token_id=0,
        eos_token_id=1,
        pad_token_id=1,
    )


def _tokenizer(folder: Path) -> Any:
    """CLIP's tokenizer with the letters of ASCII for a vocabulary."""
    folder.mkdir(parents=True, exist_ok=True)
    letters = [chr(code) for code in range(33, 127)]
    words = ["<|startoftext|>", "<|endoftext|>", *letters, *(f"{letter}</w>" for letter in letters)]
    vocabulary, merges = folder / "vocab.json", folder / "merges.txt"
    vocabulary.write_text(json.dumps({word: number for number, word in enumerate(words)}))
    merges.write_text("#version: 0.2\n")
    return transformers.CLIPTokenizer(str(vocabulary), str(merges), model_max_length=77)


def _save_controlnet(unet: Any, folder: Path) -> Path:
    controlnet = diffusers.ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=(16, 16, 32, 32))
    with torch.no_grad():
        for parameter in controlnet.parameters():
            # It begins with layers of zeros, by which a pose would change nothing.
            parameter.add_(torch.randn_like(parameter) * 0.02)
    controlnet.save_pretrained(folder / "controlnet")
    return folder / "controlnet"
