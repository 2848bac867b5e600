"""An ECM (Non-documents) from a file: one row a house airway bill (PN17 5.1)."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from eccs import identifiers, places
from eccs.copying import copy_rows, next_ids
from eccs.models import Upload
from eccs.upload_runner import Kind, register
from eccs.uploads.checks import Column, Table, code, decimal, identifier, integer, text, yes_no
from eccs.workflow import Refused
from manifests.clearance import Stage
from manifests.models import ExpressCargoManifest, HouseAirwayBill, MasterAirwayBill, Package

NOT_A_COUNTRY = gettext_lazy("is not a country: two letters of ISO 3166")
NOT_A_CURRENCY = gettext_lazy("is not a currency code: three letters of ISO 4217")


def crn_list(given: str) -> str:
    """The Cross Reference Numbers of a shipment, spaces between them."""
    return next((reason for crn in given.split() if (reason := identifiers.crn(crn))), "")


NON_DOCUMENTS = (
    Column("hawb", identifier(identifiers.hawb), True, None, gettext_lazy("House airway bill, as on the label"), "SWF7731904425"),
    Column("mawb", identifier(identifiers.mawb, identifiers.written_mawb), True, None, gettext_lazy("Master airway bill"), "157-12345675"),
    Column("ucr", text(35), help=gettext_lazy("Unique consignment reference")),
    Column("packages", integer(1, gettext_lazy("there must be at least one package")), True, None, gettext_lazy("Number of packages"), "2"),
    Column("crn_numbers", identifier(crn_list), help=gettext_lazy("One CRN for each package, spaces between; needed with more than one package"), example="SW88140213 SW88140214"),
    Column("gross_weight_kg", decimal(3, Decimal("0.001"), gettext_lazy("weight must be above zero"), 10), True, None, gettext_lazy("Gross weight, kg"), "4.200"),
    Column("description", text(240), True, help=gettext_lazy("Description of the goods"), example="Wireless earphones"),
    Column("consignor_name", text(120), True, help=gettext_lazy("Sender"), example="Lantern Bay Audio"),
    Column("consignor_address", text(240), True, example="Unit 7, 22 Harbour Lane, Kowloon"),
    Column("consignor_country", code(places.COUNTRIES, NOT_A_COUNTRY), True, None, gettext_lazy("ISO 3166, two letters"), "HK"),
    Column("consignee_name", text(120), True, help=gettext_lazy("Receiver"), example="Krishna Electronics"),
    Column("consignee_address", text(240), True, example="14, 3rd Cross"),
    Column("consignee_city", text(60), True, example="Bengaluru"),
    Column("consignee_state", text(60), True, example="Karnataka"),
    Column("consignee_pin", identifier(identifiers.pin), help=gettext_lazy("PIN code, six digits"), example="560068"),
    Column("invoice_value", decimal(2, Decimal(0), longest=16), True, None, gettext_lazy("Value of the invoice"), "787.00"),
    Column("invoice_currency", code(places.CURRENCIES, NOT_A_CURRENCY), True, None, gettext_lazy("ISO 4217, three letters"), "USD"),
    Column("transshipment", yes_no, empty=False, help=gettext_lazy("Y or N; empty is N"), example="N"),
    Column("transshipment_to", identifier(lambda given: "" if 3 <= len(given) <= 6 else _("is not a location code")), help=gettext_lazy("Location code; needed with transshipment Y")),
)  # fmt: skip


def judge(upload: Upload, table: Table) -> None:
    """What no single cell shows: a HAWB or CRN given twice, CRNs that do not match the packages."""
    values = table.values
    seen: dict[str, int] = {}
    for index, hawb in enumerate(values["hawb"]):
        if hawb is None:
            continue
        if hawb in seen:
            table.fault(index, "hawb", hawb, _("is also in row %(row)d") % {"row": seen[hawb]})
        else:
            seen[hawb] = table.numbers[index]
    _judge_codes(table)
    for index, (wanted, place) in enumerate(zip(values["transshipment"], values["transshipment_to"], strict=True)):
        if wanted and not place and not table.is_faulty(index, "transshipment_to"):
            table.fault(index, "transshipment_to", "", _("is needed with transshipment Y"))


def _judge_codes(table: Table) -> None:
    """Every package has a code of its own: its CRN, or the HAWB where it is the only one (PN17 5.2)."""
    values = table.values
    single = zip(table.numbers, values["hawb"], values["packages"], values["crn_numbers"], strict=True)
    codes = {hawb: number for number, hawb, packages, crns in single if hawb and packages == 1 and crns == ""}
    for index, (packages, crns) in enumerate(zip(values["packages"], values["crn_numbers"], strict=True)):
        if packages is None or crns is None or (packages == 1 and not crns):
            continue
        given = crns.split()
        if len(given) != packages:
            table.fault(
                index, "crn_numbers", crns,
                _("%(given)d CRNs for %(packages)d packages: give exactly one for each") % {"given": len(given), "packages": packages},
            )  # fmt: skip
            continue
        for crn in given:
            if crn in codes:
                table.fault(
                    index, "crn_numbers", crns, _("%(crn)s is also in row %(row)d") % {"crn": crn, "row": codes[crn]}
                )
            codes.setdefault(crn, table.numbers[index])


def accept(upload: Upload, table: Table) -> dict[str, Any]:
    """Put the rows into the draft in place of what it held. The manifest is submitted afterwards, by the signatory."""
    manifest = ExpressCargoManifest.objects.select_for_update(of=("self",)).get(pk=upload.subject_id)
    if manifest.stage != Stage.DRAFT:
        raise Refused([_("The manifest is submitted already: ask for an amendment.")], manifest)
    with connection.cursor() as cursor:
        for model in (Package, HouseAirwayBill, MasterAirwayBill):
            cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE manifest_id = %s", [manifest.pk])  # noqa: S608 our own table names
        summary = write_shipments(cursor, manifest, table.values)
    manifest.hawb_count, manifest.package_count = summary["hawbs"], summary["packages"]
    manifest.gross_weight_kg = Decimal(summary["gross_weight_kg"])
    manifest.file_digest = upload.digest
    manifest.save(update_fields=["hawb_count", "package_count", "gross_weight_kg", "file_digest"])
    return summary


def write_shipments(
    cursor: Any, manifest: ExpressCargoManifest, values: dict[str, list[Any]], onto: dict[str, int] | None = None
) -> dict[str, Any]:
    """COPY masters, house airway bills and packages, and return the sums; `onto` are the masters that stand already."""
    master_ids = dict(onto or {})
    masters = [
        MasterAirwayBill(manifest=manifest, number=n) for n in dict.fromkeys(values["mawb"]) if n not in master_ids
    ]
    MasterAirwayBill.objects.bulk_create(masters)
    master_ids |= {master.number: master.pk for master in masters}
    ids = next_ids(HouseAirwayBill, len(values["hawb"]))
    count = len(ids)
    copy_rows(
        cursor, HouseAirwayBill._meta.db_table,
        (
            "id", "manifest_id", "master_id", "number", "ucr", "packages", "packages_arrived", "gross_weight_kg", "description",
            "consignor_name", "consignor_address", "consignor_country", "consignee_name", "consignee_address", "consignee_city",
            "consignee_state", "consignee_pin", "invoice_value", "invoice_currency", "transshipment", "transshipment_to",
        ),
        zip(
            ids, [manifest.pk] * count, map(master_ids.__getitem__, values["mawb"]), values["hawb"], values["ucr"],
            values["packages"], [0] * count, values["gross_weight_kg"], values["description"], values["consignor_name"],
            values["consignor_address"], values["consignor_country"], values["consignee_name"], values["consignee_address"],
            values["consignee_city"], values["consignee_state"], values["consignee_pin"], values["invoice_value"],
            values["invoice_currency"], values["transshipment"], values["transshipment_to"], strict=True,
        ),
    )  # fmt: skip
    copy_rows(
        cursor, Package._meta.db_table, ("manifest_id", "hawb_id", "crn", "part"),
        _packages(manifest.pk, ids, values["hawb"], values["crn_numbers"]),
    )  # fmt: skip
    return {
        "hawbs": count, "packages": sum(values["packages"]), "masters": len(masters),
        "multipart": sum(1 for n in values["packages"] if n > 1), "transshipments": sum(map(bool, values["transshipment"])),
        "gross_weight_kg": str(sum(values["gross_weight_kg"], Decimal(0))),
    }  # fmt: skip


def _packages(
    manifest_id: int, ids: list[int], hawbs: list[str], crns: list[str]
) -> Iterable[tuple[int, int, str, int]]:
    for hawb_id, hawb, given in zip(ids, hawbs, crns, strict=True):
        for part, crn in enumerate(given.split() if given else (hawb,), 1):
            yield manifest_id, hawb_id, crn, part


def save(upload: Upload, table: Table, user_id: int) -> dict[str, Any]:
    """The rows stand in the draft already; what is signed is the manifest's own step."""
    raise Refused([_("A manifest is submitted on its own page.")])


def context(upload: Upload) -> dict[str, Any]:
    """The pages of the file lead back to its draft, where it is submitted."""
    manifest = ExpressCargoManifest.objects.get(pk=upload.subject_id or 0)
    return {
        "subject": manifest, "caption": f"{manifest.get_kind_display()} · {manifest.flight_number} · {manifest.airport_of_shipment}",
        "ready_url": manifest.get_absolute_url(), "upload_url": reverse("manifest-upload", args=[manifest.key]), "facts": [],
        "may_sign": lambda _actor: False,
    }  # fmt: skip


register(Kind("ecm", gettext_lazy("ECM (Non-documents)"), NON_DOCUMENTS, judge, accept, save, context))
