"""Promote an image: choose the one that a stage's workers start from, or go back to the previous one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crackling_aws import names
from delivery.program import DeliveryError, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from delivery.images.ami import Image, Images
    from delivery.images.parameter import ImageParameter, Version


def current(history: Sequence[Version]) -> str | None:
    return history[-1].image if history else None


def previous(history: Sequence[Version]) -> str | None:
    """Return the image before the current one. After a roll-back, that is the image rolled back from."""
    return next((one.image for one in reversed(history) if one.image != history[-1].image), None)


def reason_against(image: Image, stage: str) -> str | None:
    """Return why an image cannot be promoted; None if it can."""
    if image.stage != stage:
        return f"it was baked for the stage {image.stage or 'of no name'}"
    if image.state != "available":
        return f"it is {image.state}"
    if image.tested != names.PASSED:
        return f"its boot test {'failed' if image.tested else 'has not been run'}"
    return None


def promote(image_id: str, images: Images, parameter: ImageParameter, *, dry_run: bool = False) -> bool:
    """Let the stage's workers start from this image; return whether that changes anything.

    Raises:
        DeliveryError: the image cannot be promoted, or SSM did not accept it; the current image stays in use.
    """
    history = parameter.history()
    if current(history) == image_id:
        say(f"{parameter.name} already names {image_id}")
        return False
    reason = reason_against(images.get(image_id), parameter.stage)
    if reason:
        raise DeliveryError(f"{image_id} is not promoted: {reason}")
    say(f"{parameter.name}: {current(history) or 'nothing'} -> {image_id}")
    if not dry_run:
        parameter.put(image_id)
    return True


def roll_back(images: Images, parameter: ImageParameter, *, dry_run: bool = False) -> str:
    """Go back to the image before the current one, and return its id.

    Raises:
        DeliveryError: there is no previous image, or it no longer exists.
    """
    target = previous(parameter.history())
    if target is None:
        raise DeliveryError(
            f"{parameter.name} has not named another image before; bake one (scripts/delivery bake)"
        )
    promote(target, images, parameter, dry_run=dry_run)
    return target
