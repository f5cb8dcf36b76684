"""Which gallery pose a prompt means: by the words of names, titles and tags, without a model. Reads, never interprets.

The same prompt and seed mean the same pose, on every machine. Of poses that fit equally well the seed picks one; a
prompt that fits none gets any.
"""

import random
import re
import unicodedata
from collections.abc import Sequence

from services.generator.gallery import GalleryPose, gallery

READ_CHARACTERS = 2000  # A prompt's first ones; the rest is not read.
_NAME_WEIGHT, _TITLE_WEIGHT, _TAG_WEIGHT = 4, 3, 2
_WORD = re.compile(r"[^\W\d_]+")
# What English puts behind a verb or a noun, longest first: "kicked", "kicking" and "kicks" are one word.
_ENDINGS = ("ing", "ers", "ed", "er", "es", "s", "e")
_LEAST_STEM = 3


def choose_pose(prompt: str, seed: int) -> GalleryPose:
    """Return the gallery pose that the prompt fits best."""
    words = set(fold_words(prompt))
    scores = [(_score(pose, words), pose) for pose in gallery()]
    best = max(score for score, _ in scores)
    fitting = [pose for score, pose in scores if score == best]
    return _pick(fitting, f"{' '.join(sorted(words))}/{seed}")


def fold_words(text: str) -> list[str]:
    """Return the words without case, accents and endings."""
    decomposed = unicodedata.normalize("NFKD", text[:READ_CHARACTERS]).casefold()
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return [_stem(word) for word in _WORD.findall(plain)]


def _score(pose: GalleryPose, words: set[str]) -> int:
    named = (
        (_NAME_WEIGHT, pose.name.split("-")),
        (_TITLE_WEIGHT, pose.title.split()),
        (_TAG_WEIGHT, pose.tags),
    )
    return sum(weight * len(words & {stem for text in texts for stem in fold_words(text)}) for weight, texts in named)


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= _LEAST_STEM:
            # "running" is "run": a consonant doubled before the ending counts once.
            doubled = len(stem) > _LEAST_STEM and stem[-1] == stem[-2] and stem[-1] not in "aeiouls"
            return stem[:-1] if doubled else stem
    return word


def _pick(poses: Sequence[GalleryPose], seed: str) -> GalleryPose:
    dice = random.Random(seed)  # noqa: S311 - it varies a picture and guards nothing
    return poses[int(dice.random() * len(poses))]
