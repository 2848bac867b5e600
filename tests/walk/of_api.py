"""The pages of API keys; what programs ask by a key is walked in tests/api."""

from __future__ import annotations

from api.operations import addresses
from tests.factories.api_keys import api_key, drop_folder, webhook
from tests.walk.world import World

PUBLIC = ("api-reference", "api-openapi", "api-nowhere", *{str(one.name) for one in addresses()})
"""What a stranger is answered; an operation only to say that it wants a key."""


def of_api(world: World) -> None:
    """The keys of the firm."""
    for name in ("api-keys", "own-api-keys", "api-key-new"):
        world.common(name)
    for name in ("webhooks", "webhook-new"):
        world.common(name)
    hook = webhook()
    for name in ("webhook", "webhook-again", "webhook-try", "webhook-end"):
        world.own(name, hook.pk)
    for name in ("drop-folders", "drop-folder-new"):
        world.common(name)
    folder = drop_folder()
    for name in ("drop-folder", "drop-folder-end"):
        world.own(name, folder.pk)
    key = api_key()
    for name in ("api-key-accept", "api-key-revoke"):
        world.own(name, key.pk)
