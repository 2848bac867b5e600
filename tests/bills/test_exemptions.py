"""Exemption notifications: what a serial leaves to be charged, when a claim is refused, and what an officer makes of it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from bills import claims, rates
from bills.assessment import reckon_again
from bills.documents import bill_paper, courier_bill_of_entry
from bills.duty.exemptions import Exemption, Exemptions, cited, serial_cited
from bills.duty.statement import Goods, statement, workings
from bills.estimate import Asked, CannotTell, estimate
from bills.models import CourierBillOfEntry, ExemptionRate, Item, RateFile
from bills.stages import Stage
from bills.workings_paper import workings_of
from eccs import upload_runner
from eccs.models import Upload
from eccs.workflow import take
from tests.bills.conftest import SignedIn
from tests.bills.desks import ACCEPT, Desks, fresh
from tests.bills.test_duty import rate
from tests.bills.test_rate_files import as_csv
from tests.bills.test_upload import row, send
from tests.factories.bills import bill
from tests.factories.firms import actor as officer
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.rates import exemption_rate
from tests.papers.reading import text as text_of

D = Decimal
CUT = date(2026, 3, 31)  # the last day of serial 608


def serial(covers: tuple[str, ...] = ("9804",), whom: str = "", until: date | None = CUT, **left: str) -> Exemption:
    """Serial 608, with what it leaves of each levy it touches."""
    bcd, aidc, sws, igst, cess = (
        D(left[name]) if name in left else None for name in ("bcd", "aidc", "sws", "igst", "cess")
    )
    return Exemption(
        "50/2017-Customs",
        "608",
        "Personal goods",
        covers,
        whom,
        "",
        bcd,
        aidc,
        sws,
        igst,
        cess,
        date(2018, 2, 2),
        until,
    )


def reckoned(av: str, full: Any, by: Exemption) -> Any:
    return statement([Goods(D(av), D(1), "NOS", by.leaves(full), full=full)], sws_percent=D(10), waived_up_to=D(100))


@pytest.mark.parametrize(
    ("full", "by", "duty", "forgone"),
    [
        (rate("20", "18", sws=False), serial(bcd="10", sws="10"), 1549, 531),  # 22.09.2025 to 31.03.2026
        (rate("35", "28"), serial(bcd="10", sws="10"), 2104, 1760),  # until April 2025
        (rate("20", "18"), serial(bcd="0"), 900, 1298),  # nil basic duty: no surcharge either
        (rate("20", "18"), serial(igst="5"), 1405, 793),
        (rate("20", "18", aidc="5", cess="12"), serial(aidc="0", cess="0"), 2198, 1090),
        (rate("20", "18"), serial(bcd="0", igst="0"), 0, 2198),
    ],
)
def test_an_exemption_leaves_its_rates_and_tells_what_is_forgone(
    full: Any, by: Exemption, duty: int, forgone: int
) -> None:
    found = reckoned("5000", full, by)
    assert (found.total, found.items[0].forgone, found.relieved) == (duty, forgone, forgone)
    shown = workings(Goods(D(5000), D(1), "NOS", by.leaves(full), full=full), sws_percent=D(10))
    assert sum(work.amount for work in shown) == duty
    assert sum(work.forgone for work in shown) == forgone
    assert all(work.without for work in shown)


def test_a_specific_duty_goes_with_the_basic_duty_that_is_exempted() -> None:
    full = rate("20", bcd_specific=D(40), bcd_specific_unit="NOS")
    assert reckoned("10", full, serial(bcd="0", igst="0")).total == 0


PERCENT = st.sampled_from(["0", "5", "10", "20", "150"])


@given(
    st.decimals(min_value=D("0.01"), max_value=D("900000"), places=2),
    st.dictionaries(st.sampled_from(["bcd", "aidc", "sws", "igst", "cess"]), PERCENT),
    st.booleans(),
)
def test_an_exemption_never_raises_a_duty_and_a_denial_never_lowers_it(av: D, left: dict[str, str], sws: bool) -> None:
    full = rate("20", "18", sws=sws, aidc="5", cess="12")
    goods = Goods(av, D(1), "NOS", serial(("9804",), "", CUT, **left).leaves(full), full=full)
    claimed = statement([goods], sws_percent=D(10), waived_up_to=D(0))
    denied = statement([Goods(av, D(1), "NOS", full)], sws_percent=D(10), waived_up_to=D(0))
    assert 0 <= claimed.total <= denied.total
    assert claimed.items[0].forgone == denied.total - claimed.total
    assert sum(claimed.heads.values()) == claimed.total
    shown = workings(goods, sws_percent=D(10))
    assert sum(work.amount for work in shown) == claimed.total


@pytest.mark.parametrize("told", ["50/2017-Customs", "050/2017 - Cus.", "50/2017", "Notification No. 50/2017-Customs"])
def test_one_notification_is_cited_in_many_ways(told: str) -> None:
    assert cited(told) == "50/2017-CUS"
    assert serial_cited("S. No. 608") == serial_cited("608") != serial_cited("609")
    assert cited("9/2025-IT(Rate)") != cited("9/2025")


@pytest.mark.parametrize(
    ("claim", "on", "whom", "field", "why"),
    [
        (("12/2099", "1"), CUT, {""}, "notification", "not among the exemption notifications"),
        (("", "608"), CUT, {""}, "notification", "of which notification"),
        (("50/2017", "609"), CUT, {""}, "notification_sl_no", "not a serial of notification 50/2017"),
        (("50/2017", ""), CUT, {""}, "notification_sl_no", "which serial"),
        (
            ("50/2017", "608"),
            CUT + timedelta(days=1),
            {"", "PERSONAL"},
            "notification_sl_no",
            "not in force on 01/04/2026",
        ),
        (("50/2017", "608"), date(2018, 2, 1), {"", "PERSONAL"}, "notification_sl_no", "not in force on 01/02/2018"),
        (("50/2017", "608"), CUT, {""}, "notification_sl_no", "for others: Goods for personal use"),
    ],
)
def test_a_claim_that_does_not_stand_says_why(
    claim: tuple[str, str], on: date, whom: set[str], field: str, why: str
) -> None:
    book = Exemptions([serial(whom="PERSONAL")])
    with pytest.raises(claims.NotExempt, match=why) as fault:
        claims.exemption(book, *claim, "98049000", on, whom)
    assert fault.value.field == field
    assert claims.exemption(book, "050/2017-Cus", "S.No.608", "98049000", CUT, {"PERSONAL"}).serial == "608"
    with pytest.raises(claims.NotExempt, match="does not cover tariff item 85183000"):
        claims.exemption(book, "50/2017", "608", "85183000", CUT, {"PERSONAL"})


def test_the_seeded_serial_gives_what_was_charged_until_the_end_of_march_2026() -> None:
    asked = {
        "cth": "98049000",
        "value": D(5000),
        "currency": "INR",
        "terms": "CIF",
        "notification": "50/2017",
        "serial": "608",
    }
    found = estimate(Asked(on=CUT, **asked))  # type: ignore[arg-type]
    assert (found.found.duty.total, found.forgone, found.whom) == (1549, 531, "Goods for personal use")
    with pytest.raises(CannotTell, match="not in force on 01/04/2026"):
        estimate(Asked(on=CUT + timedelta(days=1), **asked))  # type: ignore[arg-type]


pytestmark = pytest.mark.django_db


def claiming(**given: Any) -> CourierBillOfEntry:
    """A bill for assessment whose item claims the exemption, reckoned with it."""
    made = bill(Stage.ASSESSMENT, **given)
    Item.objects.filter(bill=made).update(notification="7/2026-Customs", notification_sl_no="12")
    reckon(made)
    found: CourierBillOfEntry = fresh(made)
    return found


def reckon(made: CourierBillOfEntry) -> None:
    from bills.assessment import put

    items = list(made.items.all())
    assert made.rates_on is not None
    put(made, items, reckon_again(made, items, rates.tariff(), made.rates_on))
    made.save()
    for item in items:
        item.save()


def test_an_officer_accepts_a_claim_or_denies_it_with_a_reason(signed_in: SignedIn) -> None:
    exemption_rate()
    desks, one, other = Desks(signed_in), claiming(), claiming()
    item = one.items.get()
    assert (item.bcd, item.sws) == (0, 0)
    assert item.duty_forgone > 0
    assert D(one.duty_heads["FORGONE"]) == item.duty_forgone
    page = desks.page("ao.blr", one)
    assert "without the exemption" in page and "Forgone by the exemptions claimed" in page
    lines = workings_of(one, list(one.items.all()))
    printed = "".join(text_of(courier_bill_of_entry(one)).split())
    assert len(lines) > 6 and any("without the exemption" in line.working for line in lines)
    for line in lines:  # every figure's working stands on the screen and on the paper, in the same words
        assert escape(line.working).replace("\u00a0", " ") in page.replace("\u00a0", " ")
        assert "".join(line.working.split()) in printed
    paper = bill_paper(one)
    assert sum(line.forgone for line in paper.items[0].heads) == item.duty_forgone
    assert paper.notification == "7/2026-Customs"

    accepted = desks.act("ao.blr", other, "assess", **ACCEPT)
    assert accepted.items.get().claim == "ACCEPTED"
    deny = {"declared": "alter", "examine": "no", "kind": "final", "claim_1": "DENIED"}
    assert "Say why the exemption is denied" in desks.refused("ao.blr", one, "assess", **deny, remarks="See item 1.")
    deny["claim_reason_1"] = "The goods are not earphones of the notification."
    assert "An exemption is denied" in desks.refused("ao.blr", one, "assess", **deny | {"declared": "accept"})
    assert "Say why it is altered" in desks.refused("ao.blr", one, "assess", **deny)
    denied = desks.act("ao.blr", one, "assess", **deny, remarks="See item 1.")
    item = denied.items.get()
    assert (item.claim, item.altered, item.duty_forgone) == ("DENIED", True, 0)
    assert denied.total_duty == one.total_duty + D(one.duty_heads["FORGONE"])
    assert "FORGONE" not in denied.duty_heads
    told = denied.trail.get(step="assess").snapshot
    assert told["before"]["total_duty"] == f"{one.total_duty:.2f}"
    assert {change["name"] for change in told["changes"]} == {"claim", "claim_reason"}
    for username in ("ao.blr", "signatory.swift"):
        page = desks.page(username, denied)
        assert "is denied: The goods are not earphones" in page and "Exemption claimed" in page


def test_a_denied_claim_stays_denied_when_the_duty_is_worked_out_again() -> None:
    exemption_rate()
    one = claiming()
    changes = [{"item_no": 1, "claim": "DENIED", "claim_reason": "Not those goods."}]
    done = take(one, "assess", officer("ASSESSING_OFFICER"), alterations=changes, remarks="Denied.")
    items = list(done.items.all())
    assert done.rates_on is not None
    again = reckon_again(done, items, rates.tariff(), done.rates_on)
    assert again.duty.total == done.total_duty
    assert again.duty.relieved == 0


@pytest.mark.parametrize(("whom", "left"), [("EOU", {}), ("", {"until": date(2020, 1, 1), "bcd_percent": D(0)})])
def test_a_claim_that_no_longer_stands_is_for_the_officer_to_deny(
    whom: str, left: dict[str, Any], signed_in: SignedIn
) -> None:
    exemption_rate()
    one = claiming()
    ExemptionRate.objects.filter(code="7/2026-CUS|12").update(for_whom=whom, **left)
    desks = Desks(signed_in)
    alter = {"declared": "alter", "examine": "no", "kind": "final", "quantity_1": "20", "remarks": "Counted."}
    assert "the exemption claimed, serial 12" in desks.refused("ao.blr", one, "assess", **alter)
    deny = {"claim_1": "DENIED", "claim_reason_1": "Not for this importer."}
    assert desks.act("ao.blr", one, "assess", **alter | deny).items.get().claim == "DENIED"


def test_everybody_at_work_finds_a_serial_and_how_it_stands(signed_in: SignedIn) -> None:
    for username in ("ao.blr", "signatory.swift", "sysadmin"):
        page = signed_in(username).get("/bills/exemptions/", {"q": "98049000", "on": "01/02/2026"}).content.decode()
        assert "50/2017-Customs" in page and "in force" in page and "SWS 10" in page
    page = signed_in("ao.blr").get("/bills/exemptions/", {"q": "50/2017", "on": "01/04/2026"}).content.decode()
    assert "until then" in page and ">in force<" not in page
    assert "No notification fits" in signed_in("ao.blr").get("/bills/exemptions/", {"q": "8518"}).content.decode()


def test_a_file_brings_serials_and_ends_them(signed_in: SignedIn, actor: Any) -> None:
    sysadmin, today = signed_in("sysadmin"), timezone.localdate()
    good = {
        "notification": "7/2027-Customs", "serial": "12", "description": "Earphones", "covers": "8518 8517 8518", "for_whom": "EOU",
        "bcd_percent": "0", "igst_percent": "5", "from_date": f"{today + timedelta(days=3)}", "until": "", "rescinded": "",
        "source": "Notification 7/2027-Customs",
    }  # fmt: skip
    bad = [
        good,
        good | {"serial": "S.No. 12"},
        good | {"serial": "13", "bcd_percent": "", "igst_percent": ""},
        good | {"serial": "14", "for_whom": "ALL"},
    ]
    upload = loaded(sysadmin, bad)
    assert {(row_number, column) for row_number, column, _value, _reason in upload.faults} >= {
        (3, "serial"),
        (4, "bcd_percent"),
        (5, "for_whom"),
    }
    file = RateFile.objects.get(pk=loaded(sysadmin, [good]).subject_id or 0)
    page = sysadmin.get(file.get_absolute_url()).content.decode()
    assert "7/2027-CUS|12" in page and "BCD %: 0" in page
    done = take(take(file, "propose", actor("sysadmin")), "approve", actor("sysadmin2"))
    assert str(done).startswith("EXEMPTION-")
    found = rates.exemptions({"7/2027"})
    held = found.at("7/2027", "12", today + timedelta(days=3))
    assert held is not None
    assert (held.covers, held.for_whom, held.bcd_percent, held.sws_percent) == (("8517", "8518"), "EOU", 0, None)
    assert found.at("7/2027", "12", today + timedelta(days=2)) is None
    ends = good | {"rescinded": "Y", "from_date": f"{today + timedelta(days=9)}"}
    file = RateFile.objects.get(pk=loaded(sysadmin, [ends]).subject_id or 0)
    assert (file.new, file.changed, file.ended) == (0, 0, 1)
    take(take(file, "propose", actor("sysadmin")), "approve", actor("sysadmin2"))
    found = rates.exemptions({"7/2027"})
    assert found.at("7/2027", "12", today + timedelta(days=8)) is not None
    assert found.at("7/2027", "12", today + timedelta(days=9)) is None


def loaded(sysadmin: Any, rows: list[dict[str, str]]) -> Upload:
    """Rows handed in as a file and checked."""
    given = {"file": SimpleUploadedFile("exemptions.csv", as_csv(rows))}
    assert sysadmin.post("/bills/rates/new/exemptions/", given).status_code == 302
    upload = Upload.objects.latest("pk")
    upload_runner.check(upload.pk)
    upload.refresh_from_db()
    return upload


def test_a_claim_in_a_file_is_checked_row_by_row_and_reckoned_where_it_stands(signed_in: SignedIn) -> None:
    exemption_rate(whom="EOU")
    signed_in("courier.swift")
    flight = manifest(firm="swift")
    for n in (1, 2, 3):
        house_airway_bill(flight, number=f"SWF00{n}")
    claim = {"notification": "7/2026-Customs", "notification_sl_no": "12"}
    eou = {"form": "CBE-XIV", "eou": "Y", "iec": "AAKCK4417E"}
    bad = [
        row("SWF001", 1, **claim),
        row("SWF002", 1, **claim, **eou, cth="49019900"),
        row("SWF003", notification="8/2026"),
    ]
    upload = send(signed_in, flight, bad)
    faults = {(at, column): reason for at, column, _value, reason in upload.faults}
    assert "Goods of an export oriented unit" in faults[2, "notification_sl_no"]
    assert "does not cover tariff item 49019900" in faults[3, "notification_sl_no"]
    assert "not among the exemption notifications" in faults[4, "notification"]
    upload = send(signed_in, flight, [row("SWF001", 1, **claim, **eou), row("SWF002", 1, **eou)])
    assert upload.state == "READY", upload.faults
    signatory = signed_in("signatory.swift")
    signatory.post(f"/uploads/{upload.pk}/sign/", {"declare1": "on", "declare2": "on"})
    upload_runner.save(upload.pk, int(signatory.session["_auth_user_id"]))
    exempted, plain = CourierBillOfEntry.objects.order_by("pk")
    assert exempted.total_duty + D(exempted.duty_heads["FORGONE"]) == plain.total_duty > exempted.total_duty
    assert "FORGONE" not in plain.duty_heads
