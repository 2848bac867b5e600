"""Whose the pages of API keys are: those who manage a firm's people, and those in whose name a key acts."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import COURIERS, Role
from eccs.pages import link

ADMINS = (Role.COURIER_ADMIN, Role.CUSTODIAN_ADMIN)
LENT = (*COURIERS, Role.ARRIVAL_SCANNER, Role.WAREHOUSE_KEEPER)

link(_("API keys"), "api-keys", *ADMINS)
link(_("Webhooks"), "webhooks", *ADMINS, under="api-keys")
link(_("API keys in your name"), "own-api-keys", *LENT, nav=False)
link(_("Drop folders"), "drop-folders", *ADMINS, under="api-keys")
