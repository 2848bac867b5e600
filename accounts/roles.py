"""The roles of the notice and the group each belongs to (PN17 3.0)."""

from functools import lru_cache

from django.db import models
from django.utils.translation import gettext_lazy as _


class Group(models.TextChoices):
    """The user groups of a station, each with its Group Admin."""

    SYSTEM = "SYSTEM", _("System")
    CUSTOMS = "CUSTOMS", _("Customs")
    COURIER = "COURIER", _("Courier")
    IMPORTER = "IMPORTER", _("Importer")
    CUSTODIAN = "CUSTODIAN", _("Custodian")


class Role(models.TextChoices):
    """The desks: what a person is there to do."""

    SYSTEM = "SYSTEM", _("System")
    SYSTEM_ADMIN = "SYSTEM_ADMIN", _("System Admin")
    PORT_ADMIN = "PORT_ADMIN", _("Port Admin")
    CUSTOMS_ADMIN = "CUSTOMS_ADMIN", _("Group Admin (Customs)")
    ASSESSING_OFFICER = "ASSESSING_OFFICER", _("Assessing Officer")
    DCAC = "DCAC", _("DC/AC")
    XRAY_OFFICER = "XRAY_OFFICER", _("X-ray Officer")
    INSPECTOR = "INSPECTOR", _("Inspector")
    SHED_SUPERINTENDENT = "SHED_SUPERINTENDENT", _("Shed Superintendent")
    LEO_OFFICER = "LEO_OFFICER", _("LEO Officer")
    BOND_MAKER = "BOND_MAKER", _("Bond Maker")
    BOND_CHECKER = "BOND_CHECKER", _("Bond Checker")
    RISK_OFFICER = "RISK_OFFICER", _("Risk Officer")
    RISK_APPROVER = "RISK_APPROVER", _("Risk Approver")
    JOINT_COMMISSIONER = "JOINT_COMMISSIONER", _("Joint Commissioner")
    COMMISSIONER = "COMMISSIONER", _("Commissioner")
    AUDITOR = "AUDITOR", _("Auditor")
    COURIER_ADMIN = "COURIER_ADMIN", _("Group Admin (Courier)")
    COURIER_OPERATOR = "COURIER_OPERATOR", _("Courier Operator")
    COURIER_SIGNATORY = "COURIER_SIGNATORY", _("Courier Signatory")
    IMPORTER_ADMIN = "IMPORTER_ADMIN", _("Group Admin (Importer)")
    IMPORTER = "IMPORTER", _("Importer")
    CUSTODIAN_ADMIN = "CUSTODIAN_ADMIN", _("Group Admin (Custodian)")
    ARRIVAL_SCANNER = "ARRIVAL_SCANNER", _("Arrival Scanner")
    WAREHOUSE_KEEPER = "WAREHOUSE_KEEPER", _("Warehouse Keeper")
    SERVICE_CENTRE = "SERVICE_CENTRE", _("Service Centre Operator")

    @property
    def group(self) -> Group:
        """The user group the role belongs to."""
        return _GROUPS[self]


_STANDARD: dict[str, Role] = {role.value: role for role in Role}


def composed_code(group: str, name: str) -> str:
    """What a role composed at a station is called in the trail: its group, then its name."""
    return f"{group}: {name}"


@lru_cache(maxsize=4096)
def group_of(code: str) -> Group | None:
    """The user group of a role as the trail writes it, standard or composed; nothing where it is neither."""
    if code in _STANDARD:
        return _STANDARD[code].group
    group = code.partition(": ")[0]
    return Group(group) if group in Group.values else None


def label_of(code: str) -> str:
    """A role as the trail writes it, in words."""
    return str(_STANDARD[code].label) if code in _STANDARD else code.partition(": ")[2] or code


_GROUPS: dict[Role, Group] = {
    role: (
        Group.SYSTEM
        if role in (Role.SYSTEM, Role.SYSTEM_ADMIN)
        else Group.COURIER
        if role.value.startswith("COURIER")
        else Group.IMPORTER
        if role.value.startswith("IMPORTER")
        else Group.CUSTODIAN
        if role in (Role.CUSTODIAN_ADMIN, Role.ARRIVAL_SCANNER, Role.WAREHOUSE_KEEPER, Role.SERVICE_CENTRE)
        else Group.CUSTOMS
    )
    for role in Role
}


def public_label(code: str) -> str:
    """A role in words for whoever is not of its group: of a composed one, only the group."""
    group = group_of(code)
    return label_of(code) if code in _STANDARD or group is None else str(group.label)


TRADE = tuple(role for role in Role if role.group in (Group.COURIER, Group.IMPORTER))
COURIERS = (Role.COURIER_OPERATOR, Role.COURIER_SIGNATORY)
OFFICERS = tuple(role for role in Role if role.group is Group.CUSTOMS)
CUSTODIANS = tuple(role for role in Role if role.group is Group.CUSTODIAN)

GROUP_ADMINS: dict[Group, Role] = {
    Group.CUSTOMS: Role.CUSTOMS_ADMIN,
    Group.COURIER: Role.COURIER_ADMIN,
    Group.IMPORTER: Role.IMPORTER_ADMIN,
    Group.CUSTODIAN: Role.CUSTODIAN_ADMIN,
}
"""Who manages the people of each group (PN17 3.0)."""

MANAGERS = (Role.PORT_ADMIN, *GROUP_ADMINS.values(), Role.SYSTEM_ADMIN)
"""Whoever manages people."""

RANKS: dict[str, int] = {Role.SYSTEM_ADMIN: 3, Role.PORT_ADMIN: 2, **dict.fromkeys(GROUP_ADMINS.values(), 1)}
"""Nobody manages a person of the own rank or above: a System Admin makes Port Admins, these make Group Admins.

System Admins alone manage one another, because there is nobody above them.
"""

APART = ((Role.BOND_MAKER, Role.BOND_CHECKER), (Role.RISK_OFFICER, Role.RISK_APPROVER))
"""Maker and checker, author and approver: standard roles kept apart, over and above the steps that say so themselves."""


def standard_roles(group: str) -> tuple[Role, ...]:
    """The roles that a Port Admin opens for a group at the station; those of the admins are given by rank."""
    return tuple(role for role in Role if role.group == group and role not in MANAGERS and role != Role.SYSTEM)
