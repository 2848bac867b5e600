"""Whose the reports are: the Commissioner and who answers for a station there, the System Admin for all stations."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from eccs.pages import link

LEADING = (Role.COMMISSIONER, Role.JOINT_COMMISSIONER, Role.DCAC)  # who may know what the RMS does at the station

link(_("Reports"), "reports", *LEADING, Role.PORT_ADMIN, Role.SYSTEM_ADMIN)
link(_("Hits and confirmations"), "report-hits", *LEADING, under="reports")
