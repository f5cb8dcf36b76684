"""A request in words, as models read them."""

from services.generator.backends.backend import ImageRequest
from services.generator.pose_words import pose_words

_SUBJECT = "a person, full body"


def wording(request: ImageRequest, *, tell_pose: bool) -> str:
    """The prompt, then the pose where `tell_pose` says that the model can't see it, then the style.

    A pose without a prompt is a person's. The user's words go in as they are: to a model they are only words.
    """
    parts = [request.prompt.strip() or _SUBJECT]
    if tell_pose and request.skeleton is not None:
        parts.append(f"in this pose: {pose_words(request.skeleton)}")
    if request.style:
        parts.append(f"{request.style.replace('-', ' ').replace('_', ' ')} style")
    return ", ".join(parts)
