"""The demo cast: invented firms and people, one for each desk of three stations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from accounts.roles import Role

CAST_STATIONS = ("BLR", "DEL", "BOM")

STATION_PEOPLE: dict[str, Role] = {
    "portadmin": Role.PORT_ADMIN, "customsadmin": Role.CUSTOMS_ADMIN, "ao": Role.ASSESSING_OFFICER, "dcac": Role.DCAC,
    "xray": Role.XRAY_OFFICER, "inspector": Role.INSPECTOR, "superintendent": Role.SHED_SUPERINTENDENT,
    "leo": Role.LEO_OFFICER, "bondmaker": Role.BOND_MAKER, "bondchecker": Role.BOND_CHECKER, "risk": Role.RISK_OFFICER,
    "riskapprover": Role.RISK_APPROVER, "jc": Role.JOINT_COMMISSIONER, "commissioner": Role.COMMISSIONER,
    "custodianadmin": Role.CUSTODIAN_ADMIN, "scan": Role.ARRIVAL_SCANNER, "warehouse": Role.WAREHOUSE_KEEPER,
    "servicecentre": Role.SERVICE_CENTRE,
}  # fmt: skip
COURIER_PEOPLE: dict[str, tuple[Role, ...]] = {
    "courieradmin": (Role.COURIER_ADMIN,),
    "courier": (Role.COURIER_OPERATOR,),
    "signatory": (Role.COURIER_SIGNATORY,),
}
IMPORTER_PEOPLE: dict[str, tuple[Role, ...]] = {"importeradmin": (Role.IMPORTER_ADMIN,), "importer": (Role.IMPORTER,)}
COURIERS = {
    "swift": (
        "Swift Consignments Private Limited",
        "Swift Consignments",
        "AAQCS4821K",
        "14 Ring Road, Bengaluru 560 001",
    ),
    "metro": ("Metro Parcel Lines Limited", "Metro Parcel Lines", "AABCM7730R", "8 Harbour Street, Mumbai 400 001"),
}
IMPORTERS = {"kaveri": ("Kaveri Instruments Private Limited", "AAKCK4417E")}

FIRST = "Asha Bala Chitra Devan Esha Farid Gita Hari Indu Jai Kavya Lata Mohan Nila Om Priya Rafi Sita Tara Uma Vani Yash Zoya".split()
LAST = "Rao Iyer Khan Menon Das Gill Shah Nair Bose Pillai Reddy Sethi Joshi Kaul Verma Naidu".split()


@dataclass(frozen=True)
class Person:
    """One member of the cast."""

    username: str
    full_name: str
    roles: tuple[Role, ...]
    station: str = ""
    courier: str = ""
    importer: str = ""


def people() -> Iterator[Person]:
    """The whole cast, always with the same invented names."""
    n = 0

    def name() -> str:
        nonlocal n
        n += 1
        return f"{FIRST[(n * 5) % len(FIRST)]} {LAST[(n * 7) % len(LAST)]}"

    yield Person("sysadmin", name(), (Role.SYSTEM_ADMIN,))
    for station in CAST_STATIONS:
        for word, role in STATION_PEOPLE.items():
            yield Person(f"{word}.{station.lower()}", name(), (role,), station=station)
    for firm in COURIERS:
        for word, roles in COURIER_PEOPLE.items():
            yield Person(f"{word}.{firm}", name(), roles, courier=firm)
    for firm in IMPORTERS:
        for word, roles in IMPORTER_PEOPLE.items():
            yield Person(f"{word}.{firm}", name(), roles, importer=firm)
    for station in CAST_STATIONS:
        yield Person(f"auditor.{station.lower()}", name(), (Role.AUDITOR,), station=station)
    yield Person("sysadmin2", name(), (Role.SYSTEM_ADMIN,))  # who approves what the first one proposes
