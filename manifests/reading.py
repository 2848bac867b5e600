"""An Express Cargo Manifest from a file: one row a house airway bill, documents and non-documents (PN17 5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.locations import codes_in_force
from eccs import identifiers, places, uploads
from eccs.copying import copy_rows, next_ids
from eccs.models import Upload
from eccs.upload_runner import Kind, register
from eccs.uploads.checks import Column, Table, code, decimal, identifier, integer, text, yes_no
from eccs.workflow import Refused
from manifests.clearance import Stage
from manifests.models import Bag, ExpressCargoManifest, HouseAirwayBill, MasterAirwayBill, Package

_BAG = re.compile(r"[A-Z0-9][A-Z0-9-]{2,29}").fullmatch
NOT_A_COUNTRY = gettext_lazy("is not a country: two letters of ISO 3166")
NOT_A_CURRENCY = gettext_lazy("is not a currency code: three letters of ISO 4217")


def crn_list(given: str) -> str:
    """The Cross Reference Numbers of a shipment, spaces between them."""
    return next((reason for crn in given.split() if (reason := identifiers.crn(crn))), "")


def bag_number(given: str) -> str:
    """The number of a bag, as its seal or label has it."""
    if _BAG(given):
        return ""
    return identifiers.turned_by_a_spreadsheet(given) or _("is not a bag number: 3 to 30 letters, digits and hyphens")


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


_COLUMN = {column.name: column for column in NON_DOCUMENTS}

DOCUMENTS = (
    _COLUMN["hawb"], _COLUMN["mawb"],
    Column("bag_number", identifier(bag_number), help=gettext_lazy("Bag the shipment is in; empty for a loose one"), example="BAG-0417"),
    Column("pieces", integer(1, gettext_lazy("there must be at least one piece")), True, None, gettext_lazy("Number of pieces"), "1"),
    replace(_COLUMN["gross_weight_kg"], example="0.350"),
    replace(_COLUMN["description"], required=False, example="Documents"),
    _COLUMN["consignor_name"], replace(_COLUMN["consignor_address"], required=False), _COLUMN["consignor_country"],
    _COLUMN["consignee_name"], replace(_COLUMN["consignee_address"], required=False), replace(_COLUMN["consignee_city"], required=False),
    _COLUMN["ucr"], replace(_COLUMN["crn_numbers"], help=gettext_lazy("Cross reference numbers, spaces between: none, or one for each piece"), example=""),
    _COLUMN["transshipment"], _COLUMN["transshipment_to"],
)  # fmt: skip

NOT_DECLARED = {
    "consignee_state": "", "consignee_pin": "", "invoice_value": Decimal(0), "invoice_currency": "",
}  # fmt: skip
"""What Form A does not ask of a document."""


def columns_of(manifest: ExpressCargoManifest) -> tuple[Column, ...]:
    """The columns of a manifest's kind."""
    return DOCUMENTS if manifest.is_documents else NON_DOCUMENTS


def judge_hawbs(table: Table) -> dict[str, int]:
    """Each HAWB stands in one row; where it does."""
    seen: dict[str, int] = {}
    for index, hawb in enumerate(table.values["hawb"]):
        if hawb is None:
            continue
        if hawb in seen:
            table.fault(index, "hawb", hawb, _("is also in row %(row)d") % {"row": seen[hawb]})
        else:
            seen[hawb] = table.numbers[index]
    return seen


def judge_bags(table: Table, seen: dict[str, int]) -> None:
    """No bag has the number of a HAWB: no scanner could tell them apart."""
    for index, bag in enumerate(table.values["bag_number"]):
        if bag and bag in seen:
            table.fault(index, "bag_number", bag, _("is also the HAWB of row %(row)d") % {"row": seen[bag]})


def judge_documents(upload: Upload | None, table: Table) -> None:
    """What no single cell shows: a HAWB given twice, a bag with the number of a HAWB, which no scanner could tell apart."""
    judge_bags(table, judge_hawbs(table))
    _judge_codes(table, "pieces", needed=False)
    _judge_transshipment(table)


def judge(upload: Upload | None, table: Table) -> None:
    """What no single cell shows: a HAWB or CRN given twice, CRNs that do not match the packages."""
    judge_hawbs(table)
    _judge_codes(table, "packages", needed=True)
    _judge_transshipment(table)


def _judge_transshipment(table: Table) -> None:
    """What is sent on goes to a place of the location directory."""
    values, known = table.values, frozenset[str]()
    for index, (wanted, place) in enumerate(zip(values["transshipment"], values["transshipment_to"], strict=True)):
        if not wanted or table.is_faulty(index, "transshipment_to"):
            continue
        if not place:
            table.fault(index, "transshipment_to", "", _("is needed with transshipment Y"))
            continue
        known = known or codes_in_force(timezone.localdate())
        if place not in known:
            table.fault(index, "transshipment_to", place, _("is not in the location directory"))


def check_row(manifest: ExpressCargoManifest, row: dict[str, str]) -> Table:
    """One shipment's cells, checked exactly as a row of a file."""
    table = uploads.check(uploads.Sheet(list(row), [list(row.values())], [1], False), columns_of(manifest))
    (judge_documents if manifest.is_documents else judge)(None, table)
    return table


def shipments_of(manifest: ExpressCargoManifest, values: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The checked values under the names a shipment has in either kind of manifest."""
    if not manifest.is_documents:
        return {**values, "bag_number": [""] * len(values["hawb"])}
    count = len(values["hawb"])
    return {**values, "packages": values["pieces"], **{name: [value] * count for name, value in NOT_DECLARED.items()}}


def _judge_codes(table: Table, counted: str, *, needed: bool) -> None:
    """Every package has a code of its own: its CRN, or the HAWB where it is the only one (PN17 5.2). Documents may have none."""
    values = table.values
    single = zip(table.numbers, values["hawb"], values[counted], values["crn_numbers"], strict=True)
    codes = {hawb: number for number, hawb, n, crns in single if hawb and crns == "" and (n == 1 or not needed)}
    for index, (packages, crns) in enumerate(zip(values[counted], values["crn_numbers"], strict=True)):
        if packages is None or crns is None or (not crns and (packages == 1 or not needed)):
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
        for model in (Package, HouseAirwayBill, Bag, MasterAirwayBill):
            cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE manifest_id = %s", [manifest.pk])  # noqa: S608 our own table names
        summary = write_shipments(cursor, manifest, table.values)
    manifest.hawb_count, manifest.package_count = summary["hawbs"], summary["packages"]
    manifest.gross_weight_kg = Decimal(summary["gross_weight_kg"])
    manifest.file_digest = upload.digest
    manifest.save(update_fields=["hawb_count", "package_count", "gross_weight_kg", "file_digest"])
    return summary


def write_shipments(cursor: Any, manifest: ExpressCargoManifest, given: dict[str, list[Any]]) -> dict[str, Any]:
    """COPY masters, bags, house airway bills and packages, and return the sums; masters and bags that stand already are used."""
    values = shipments_of(manifest, given)
    masters, bags = (
        _standing(manifest, MasterAirwayBill, values["mawb"]),
        _standing(manifest, Bag, values["bag_number"]),
    )
    ids = next_ids(HouseAirwayBill, len(values["hawb"]))
    count = len(ids)
    copy_rows(
        cursor, HouseAirwayBill._meta.db_table, ("id", "manifest_id", "master_id", "bag_id", "number", "packages_arrived", *COPIED),
        zip(
            ids, [manifest.pk] * count, map(masters.__getitem__, values["mawb"]), map(bags.get, values["bag_number"]),
            values["hawb"], [0] * count, *(values[name] for name in COPIED), strict=True,
        ),
    )  # fmt: skip
    coded = values["crn_numbers"]
    if not manifest.is_documents or any(coded):
        copy_rows(
            cursor, Package._meta.db_table, ("manifest_id", "hawb_id", "crn", "part"),
            _packages(manifest.pk, ids, values["hawb"], coded, documents=manifest.is_documents),
        )  # fmt: skip
    return {
        "hawbs": count, "packages": sum(values["packages"]), "masters": len(set(values["mawb"])),
        "bags": len(set(values["bag_number"]) - {""}), "loose": values["bag_number"].count("") if manifest.is_documents else 0,
        "multipart": sum(1 for n in values["packages"] if n > 1), "transshipments": sum(map(bool, values["transshipment"])),
        "gross_weight_kg": str(sum(values["gross_weight_kg"], Decimal(0))),
    }  # fmt: skip


COPIED = (
    "ucr", "packages", "gross_weight_kg", "description", "consignor_name", "consignor_address", "consignor_country",
    "consignee_name", "consignee_address", "consignee_city", "consignee_state", "consignee_pin", "invoice_value",
    "invoice_currency", "transshipment", "transshipment_to",
)  # fmt: skip
"""What a shipment keeps under the very name of its column."""


def _standing(manifest: ExpressCargoManifest, model: Any, numbers: Iterable[str]) -> dict[str, int]:
    """The masters or bags of these numbers, by number; those that are not there yet are made."""
    wanted = [number for number in dict.fromkeys(numbers) if number]
    held = dict(model.objects.filter(manifest=manifest, number__in=wanted).values_list("number", "pk"))
    fresh = model.objects.bulk_create([model(manifest=manifest, number=n) for n in wanted if n not in held])
    return held | {one.number: one.pk for one in fresh}


def codes_of(documents: bool, hawb: str, crns: str) -> list[str]:
    """The codes of the packages of a shipment. Documents arrive by the bag or by their HAWB: their CRNs are declared, or none."""
    return crns.split() or ([] if documents else [hawb])


def _packages(
    manifest_id: int, ids: list[int], hawbs: list[str], crns: list[str], *, documents: bool
) -> Iterable[tuple[int, int, str, int]]:
    for hawb_id, hawb, given in zip(ids, hawbs, crns, strict=True):
        for part, crn in enumerate(codes_of(documents, hawb, given), 1):
            yield manifest_id, hawb_id, crn, part


def taken(manifest: ExpressCargoManifest, row: dict[str, str], but: int = 0) -> tuple[str, str]:
    """Which cell of a checked row names what another shipment of the manifest has already, and what it names; or nothing."""
    number, others = row["hawb"].upper(), manifest.hawbs.exclude(pk=but)
    if others.filter(number=number).exists():
        return "hawb", number
    if manifest.is_documents:
        bag = row.get("bag_number", "").upper()
        if manifest.bags.filter(number=number).exists():
            return "hawb", number
        if bag and others.filter(number=bag).exists():
            return "bag_number", bag
    codes = codes_of(manifest.is_documents, number, row.get("crn_numbers", "").upper())
    found = (
        Package.objects.filter(manifest=manifest, crn__in=codes).exclude(hawb=but).values_list("crn", flat=True).first()
    )
    return ("crn_numbers" if row.get("crn_numbers") else "hawb", found) if found else ("", "")


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


register(
    Kind("ecm", gettext_lazy("ECM (Non-documents)"), NON_DOCUMENTS, judge, accept, save, context, file_lasts=False)
)
register(
    Kind(
        "ecm-documents",
        gettext_lazy("ECM (Documents)"),
        DOCUMENTS,
        judge_documents,
        accept,
        save,
        context,
        file_lasts=False,
    )
)
