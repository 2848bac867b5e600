"""A whole flight signed in one act in the browser: one signature over five hundred bills (PN17 2.4)."""

from __future__ import annotations

import json
import re

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from django.urls import reverse
from playwright.sync_api import expect

from accounts.certificate_views import owner_of
from bills.models import CourierBillOfEntry
from eccs.dated_rules import DatedRule, forget
from eccs.signing import certificates, verifying
from eccs.signing.models import Signature
from manifests.models import HouseAirwayBill, Package
from tests.browser import flights
from tests.browser.conftest import Visit, member
from tests.browser.test_signing import PASSPHRASE, authority, key_file  # noqa: F401 a fixture among them
from tests.factories.manifests import house_airway_bill, manifest
from tests.signing.conftest import Authority

COUNT = 500


def test_2_4_five_hundred_bills_are_signed_with_a_file_in_one_act_in_the_browser(
    visit: Visit,
    authority: Authority,  # noqa: F811
) -> None:
    DatedRule.objects.create(
        name="signed_filings", station_code="BLR", from_date="2026-01-01", value="on", source="Order 3"
    )
    forget()
    user = member("signatory.swift")
    key = ec.generate_private_key(ec.SECP256R1())
    own = authority.certify(owner_of(user), key.public_key())
    certificates.register(user.pk, owner_of(user), own.public_bytes(Encoding.PEM))
    first = house_airway_bill(manifest(courier=user.courier), number="SWFB00000001")
    given = {f.attname: getattr(first, f.attname) for f in HouseAirwayBill._meta.concrete_fields if f.attname != "id"}
    others = HouseAirwayBill.objects.bulk_create(
        HouseAirwayBill(**given | {"number": f"SWFB{n:08d}"}) for n in range(2, COUNT + 1)
    )
    Package.objects.bulk_create(Package(manifest=first.manifest, hawb=one, crn=one.number, part=1) for one in others)

    page = visit("signatory.swift")
    page.goto(reverse("bill-upload", args=[first.manifest.key]))
    rows = [flights.item(n) for n in range(1, COUNT + 1)]
    page.locator("input[name=file]").set_input_files(flights.as_file("cbe.csv", flights.CBE, rows))  # type: ignore[arg-type]
    page.locator("main form[enctype] button").first.click()
    for box in page.locator("form.sign input[type=checkbox]").all():
        box.check()
    page.locator("form.sign button").click()
    expect(page.get_by_role("heading", name=re.compile(f"{COUNT} documents in one act"))).to_be_visible()
    page.get_by_label("File with your key").set_input_files(key_file(own, key))
    page.get_by_label("Pass-phrase of the file").fill(PASSPHRASE)
    page.get_by_role("button", name=f"Sign and submit {COUNT} documents").click()
    page.wait_for_url(re.compile("/uploads/"))
    page.wait_for_load_state()

    assert CourierBillOfEntry.objects.filter(number__isnull=False).count() == Signature.objects.count() == COUNT
    assert Signature.objects.values("cms").distinct().count() == 1
    last = Signature.objects.latest("place")
    assert json.loads(bytes(last.content))["count"] == COUNT and 7 <= len(last.path) <= 9
    assert [faults for _row, faults in verifying.of_number(last.number)] == [[]]
