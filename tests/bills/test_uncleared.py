"""Uncleared goods: lists at 15 and 30 days, notices, return to origin, disposal (PN17 5.0(v), reg. 5)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.permissions import SYSTEM
from bills.draft_rows import judge_draft
from bills.models import Disposal, ReturnToOrigin, UnclearedNotice
from bills.stages import Stage
from bills.tasks import watch_uncleared
from bills.uncleared import goods
from eccs import letters, notices
from eccs.models import Notice
from eccs.workflow import Refused, take
from manifests.models import Difference, ExpressCargoManifest, WarehouseEntry
from tests.bills.conftest import SignedIn
from tests.bills.desks import Desks, fresh
from tests.factories.bills import bill
from tests.factories.documents import bill_of_documents, flight
from tests.factories.firms import actor
from tests.factories.form_e import large_bill
from tests.factories.manifests import house_airway_bill, manifest
from tests.factories.uncleared import disposal, landed, lying, notified, return_to_origin
from tests.papers import reading

pytestmark = pytest.mark.django_db

SECOND = 1 / 86400


@pytest.fixture
def desks(signed_in: SignedIn) -> Desks:
    """The cast at its desks."""
    signed_in("ao.blr")
    return Desks(signed_in)


def declared(reason: str = "The consignee refuses the goods.") -> dict[str, str]:
    """What the courier posts to ask for a return."""
    return {"reason": reason, "declared": "on"}


def test_5_0_v_goods_are_listed_notified_and_disposed_of(desks: Desks) -> None:
    keeper, one = desks.signed_in("warehouse.blr"), bill(Stage.QUERY, arrived=True, iec="", gstin="")
    entry = lying(31, hawb=one.hawb)
    page = keeper.get(f"{reverse('uncleared')}?view=disposal").content.decode()
    assert entry.hawb.number in page and f'value="{entry.pk}"' not in page  # no disposal before the notice
    watch_uncleared()
    asked = {"entry": [entry.pk], "confirm": "yes", "manner": "AUCTION", "reason": "Nobody answers."}
    assert "posted to the declared importer" in keeper.post(reverse("uncleared-dispose"), asked).content.decode()
    posting = reverse("uncleared-posted", args=[UnclearedNotice.objects.get(after="DISPOSAL").number])
    assert posting in keeper.get(f"{reverse('uncleared')}?view=disposal").content.decode()
    for day, status in ((-1, 422), (1, 422), (0, 302), (0, 409)):  # before it was issued, to come, today, a second time
        on = f"{timezone.localdate() + timedelta(days=day):%d/%m/%Y}"
        assert keeper.post(posting, {"posted_on": on}).status_code == status, day
    assert "Posted on" in keeper.get(f"{reverse('uncleared')}?view=disposal").content.decode()
    for username, status in (("warehouse.del", 404), ("signatory.swift", 403)):
        assert desks.signed_in(username).get(posting).status_code == status
    assert f'value="{entry.pk}"' in keeper.get(f"{reverse('uncleared')}?view=disposal").content.decode()
    assert keeper.post(reverse("uncleared-dispose"), {"entry": [entry.pk]}).status_code == 200
    assert keeper.post(reverse("uncleared-dispose"), {**asked, "manner": ""}).status_code == 422
    assert keeper.post(reverse("uncleared-dispose"), asked).status_code == 302
    made = Disposal.objects.get()
    assert "for the same goods" in keeper.post(reverse("uncleared-dispose"), asked).content.decode()
    made = desks.act("dcac.blr", made, "permit", remarks="Inform the courier of the day.")
    sold = {"reference": "Lot 7", "taken_over_by": "Banyan Traders", "present": "K. Sethi, Superintendent"}
    today, before = f"{timezone.localdate():%d/%m/%Y}", f"{timezone.localdate() - timedelta(days=1):%d/%m/%Y}"
    assert "before the permission" in desks.refused(
        "warehouse.blr", made, "record_disposal", **sold, proceeds="900", disposed_on=before
    )
    assert "what the sale brought" in desks.refused(
        "warehouse.blr", made, "record_disposal", **sold, proceeds="0", disposed_on=today
    )
    made = desks.act("warehouse.blr", made, "record_disposal", **sold, proceeds="900", disposed_on=today)
    assert (made.stage, made.disposed_on, made.proceeds) == ("DISPOSED", timezone.localdate(), 900)
    entry = fresh(entry)
    assert (entry.out_on, entry.out_at) == ("DISPOSED", made.stage_since)
    one = fresh(one)
    assert (one.stage, one.held_by) == (Stage.DISPOSED, [])
    assert "have left uncleared" in one.queries.get().reply
    assert "Banyan Traders" in desks.page("signatory.swift", made) and "K. Sethi" in desks.page("dcac.blr", made)
    assert entry.hawb.number not in keeper.get(reverse("uncleared")).content.decode()


def test_reg_5_6_goods_go_back_to_their_sender(desks: Desks) -> None:
    courier, one = desks.signed_in("signatory.swift"), bill(Stage.DUTY, arrived=True)
    entry = lying(16, hawb=one.hawb)
    address = reverse("uncleared-return", args=[entry.pk])
    assert address in courier.get(reverse("uncleared")).content.decode()
    assert courier.post(address, {"reason": "Refused."}).status_code == 422  # not declared
    assert courier.post(address, declared()).status_code == 302
    made = ReturnToOrigin.objects.get()
    assert "is at “Return requested”" in courier.get(address).content.decode()
    made = desks.act("dcac.blr", made, "permit")
    with pytest.raises(Refused):  # it stands on no export manifest yet
        take(made, "record_return", actor("WAREHOUSE_KEEPER"), airway_bill="1", flight="1", returned_on="2026-11-20")
    made = take(made, "put_on_manifest", SYSTEM, manifest="CEM_BLR_2026-2027_000001")
    left = {"airway_bill": "899-44172074", "flight": "zz319", "returned_on": f"{timezone.localdate():%d/%m/%Y}"}
    made = desks.act("warehouse.blr", made, "record_return", **left)
    assert (made.stage, made.flight) == ("RETURNED", "ZZ319")
    assert fresh(one).stage == Stage.RETURNED and fresh(entry).out_on == "RETURNED"
    assert list(made.trail.values_list("step", flat=True)) == [
        "request",
        "permit",
        "put_on_manifest",
        "record_return",
    ]
    notices.gather(type(made.trail.get(seq=1)))
    told = Notice.objects.filter(audience=f"courier:{made.courier_id}").values_list("subject", flat=True)
    assert any("Returned to origin" in subject for subject in told)


def test_what_was_paid_on_goods_that_go_back_is_recorded_refundable(desks: Desks) -> None:
    one = bill(Stage.XRAY, arrived=True)
    made = return_to_origin("ON_FLIGHT", entry=lying(20, hawb=one.hawb))
    today = f"{timezone.localdate():%d/%m/%Y}"
    made = desks.act(
        "warehouse.blr", made, "record_return", airway_bill="899-44172063", flight="ZZ319", returned_on=today
    )
    assert (fresh(one).stage, made.refundable) == (Stage.RETURNED, one.duty_paid)
    assert "paid on goods that left uncleared" in desks.page("signatory.swift", made)
    told = Notice.objects.get(subject__contains="is refundable")
    assert (told.audience, "31.00" in told.subject) == (f"courier:{one.courier_id}", True)


@pytest.mark.parametrize(
    ("view", "days", "shown"),
    [("return", 15 - SECOND * 60, False), ("return", 15, True), ("disposal", 30 - SECOND * 60, False), ("disposal", 30, True)],
)  # fmt: skip
def test_goods_are_listed_from_the_end_of_the_spell(
    signed_in: SignedIn, *, view: str, days: float, shown: bool
) -> None:
    entry = lying(days)
    for username in ("warehouse.blr", "custodianadmin.blr", "dcac.blr", "signatory.swift", "courier.swift"):
        page = signed_in(username).get(f"{reverse('uncleared')}?view={view}").content.decode()
        assert (entry.hawb.number in page) == shown, username
    for username in ("warehouse.del", "signatory.metro"):
        assert entry.hawb.number not in signed_in(username).get(f"{reverse('uncleared')}?view={view}").content.decode()
    assert signed_in("scan.blr").get(reverse("uncleared")).status_code == 403


def test_what_left_or_was_confiscated_is_on_no_list() -> None:
    lying(40, out_at=timezone.now(), out_on="OUT_OF_CHARGE")
    lying(40, hawb=bill(Stage.CONFISCATED, arrived=True).hawb)
    assert not goods.uncleared(goods.RETURN).exists()


def test_more_time_asked_for_on_the_bill_is_seen_where_the_disposal_is_decided(signed_in: SignedIn) -> None:
    entry = lying(40)
    one = large_bill(Stage.XRAY, hawb=entry.hawb)
    one.form_e.extension_48, one.form_e.extension_reason = True, "The licence is still to come."
    one.form_e.save()
    officer = signed_in("dcac.blr")
    assert "The licence is still to come." in officer.get(f"{reverse('uncleared')}?view=disposal").content.decode()
    page = officer.get(disposal(entry=entry).get_absolute_url()).content.decode()
    assert "More time asked for (section 48)" in page and "The licence is still to come." in page


@pytest.mark.parametrize(("day", "possible"), [(date(2026, 3, 31), False), (date(2026, 4, 1), True)])
def test_goods_go_back_from_1_april_2026_on(day: date, *, possible: bool) -> None:
    actor("COURIER_SIGNATORY")
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=timezone.get_current_timezone())
    with time_machine.travel(noon, tick=False):
        entry = lying(20)
        if not possible:
            with pytest.raises(Refused, match="not in force"):
                goods.request_return(entry.pk, "Refused.", actor("COURIER_SIGNATORY"))
            assert not goods.lines([entry])[0].may_return
            assert watch_uncleared() == {"RETURN": 0, "DISPOSAL": 0}
            return
        assert watch_uncleared() == {"RETURN": 1, "DISPOSAL": 0}
        assert goods.lines([entry])[0].may_return
        assert goods.request_return(entry.pk, "Refused.", actor("COURIER_SIGNATORY")).stage == "REQUESTED"


def test_5_0_v_every_act_begins_to_the_second_after_15_and_after_30_days(people: Callable[[str], User]) -> None:
    """Request, permission and record of a return; proposal, permission and record of a disposal; and the notices."""
    people("signatory.swift")
    came = timezone.now()
    courier, keeper, dcac = actor("COURIER_SIGNATORY"), actor("WAREHOUSE_KEEPER"), actor("DCAC", name="Rafi Das")
    with time_machine.travel(came, tick=False):
        returns, disposals = [lying(0) for _ in range(2)], [lying(0) for _ in range(2)]
        on_the_way = return_to_origin(entry=returns[1]), disposal(entry=disposals[1])
        notified(disposals[0]), notified(disposals[1])
    permitted = [
        return_to_origin("ON_FLIGHT", entry=lying(0, in_at=came)), disposal("PERMITTED", entry=lying(0, in_at=came))
    ]  # fmt: skip
    notified(WarehouseEntry.objects.get(hawb=permitted[1].hawb))
    left: dict[str, Any] = {"airway_bill": "899-44172063", "flight": "ZZ319", "returned_on": f"{timezone.localdate()}"}
    sold: dict[str, Any] = {
        "disposed_on": f"{timezone.localdate()}", "reference": "Lot 7", "taken_over_by": "Banyan Traders", "proceeds": "9",
        "present": "K. Sethi",
    }  # fmt: skip
    acts: dict[int, tuple[Callable[[], object], ...]] = {
        15: (
            lambda: goods.request_return(returns[0].pk, "Refused.", courier),
            lambda: take(on_the_way[0], "permit", dcac),
            lambda: take(permitted[0], "record_return", keeper, **left),
        ),
        30: (
            lambda: goods.propose_disposal([disposals[0].pk], "AUCTION", "Nobody answers.", keeper),
            lambda: take(on_the_way[1], "permit", dcac),
            lambda: take(permitted[1], "record_disposal", keeper, **sold),
        ),
    }
    for days, of_days in acts.items():
        with time_machine.travel(came + timedelta(days=days) - timedelta(seconds=1), tick=False):
            for act in of_days:
                with pytest.raises(Refused, match=f"less than {days} days"):
                    act()
            noticed = UnclearedNotice.objects.count()
            assert not any(
                watch_uncleared()[after] for after in (["RETURN", "DISPOSAL"] if days == 15 else ["DISPOSAL"])
            )
            assert UnclearedNotice.objects.count() == noticed
        with time_machine.travel(came + timedelta(days=days), tick=False):
            assert watch_uncleared()["RETURN" if days == 15 else "DISPOSAL"] > 0
            for act in of_days:
                act()


def test_5_0_v_the_days_run_from_the_landing_however_late_the_goods_were_scanned() -> None:
    """Fifteen and thirty days from the arrival to the second, for goods scanned days after it and for those scanned at once."""
    now = timezone.now()
    late, prompt = lying(0), lying(0)
    WarehouseEntry.objects.filter(pk=late.pk).update(in_at=now + timedelta(days=10))
    for entry in (late, prompt):
        landed(entry.hawb, now)
    for days, after in ((15, "RETURN"), (30, "DISPOSAL")):
        for seconds, found in ((-1, set()), (0, {late, prompt})):
            at = now + timedelta(days=days, seconds=seconds)
            assert set(goods.uncleared(after, at)) == found, (after, seconds)
    with time_machine.travel(now + timedelta(days=15), tick=False):
        shown = goods.listed(actor("WAREHOUSE_KEEPER"), "RETURN", "")
        assert {line.days for line in goods.lines(shown)} == {15}
        assert goods.request_return(late.pk, "Refused.", actor("COURIER_SIGNATORY")).stage == "REQUESTED"
    with (
        time_machine.travel(now + timedelta(days=15) - timedelta(seconds=1), tick=False),
        pytest.raises(Refused, match="arrived less than 15 days"),
    ):
        goods.request_return(prompt.pk, "Refused.", actor("COURIER_SIGNATORY"))


def test_what_landed_and_was_never_scanned_is_listed_and_noticed_but_not_given_away(signed_in: SignedIn) -> None:
    keeper, now = signed_in("warehouse.blr"), timezone.now()
    flew = manifest("ARRIVED", actual_arrival=now)
    lost, short = house_airway_bill(flew), house_airway_bill(flew)
    house_airway_bill(flew, transshipment=True)
    house_airway_bill(manifest("SUBMITTED"))
    Difference.objects.create(
        manifest=flew, kind="SHORT", code=short.number, hawb=short.number, opened_at=now, settled_at=now, settlement="Offloaded.",
        settled_by_id=actor("DCAC").user_id,
    )  # fmt: skip
    papers = flight("ARRIVAL_SCAN", arrived=False, actual_arrival=now)
    covering = bill_of_documents(Stage.ARRIVAL, on=papers)
    for hours, found in ((15 * 24 - 1, 0), (15 * 24, 5)):
        with time_machine.travel(now + timedelta(hours=hours), tick=False):
            assert [watch_uncleared()["RETURN"], watch_uncleared()["RETURN"]] == [found, 0]
    with time_machine.travel(now + timedelta(days=30), tick=False):
        assert watch_uncleared()["DISPOSAL"] == 5
        entry = WarehouseEntry.objects.get(hawb=lost)
        lines = {
            line.entry.hawb.number: line
            for line in goods.lines(goods.listed(actor("WAREHOUSE_KEEPER"), "DISPOSAL", ""))
        }
        assert set(lines) == {lost.number, "D001", "D002", "D003", "D004"}
        assert (lines[lost.number].days, lines[lost.number].may_dispose, lines["D001"].bill) == (30, False, covering)
        with pytest.raises(Refused, match="have not come into the warehouse"):
            goods.propose_disposal([entry.pk], "AUCTION", "x", actor("WAREHOUSE_KEEPER"))
    ExpressCargoManifest.objects.update(actual_arrival=now - timedelta(days=30))
    assert "Not scanned" in keeper.get(f"{reverse('uncleared')}?view=disposal").content.decode()


def test_neither_goes_before_its_days_or_against_proceedings() -> None:
    courier, keeper = actor("COURIER_SIGNATORY"), actor("WAREHOUSE_KEEPER")
    with pytest.raises(Refused, match="less than 15 days"):
        goods.request_return(lying(14.99).pk, "x", courier)
    early = lying(29.99)
    notified(early)
    with pytest.raises(Refused, match="less than 30 days"):
        goods.propose_disposal([early.pk], "AUCTION", "x", keeper)
    with pytest.raises(Refused, match="Missing: the notice"):
        goods.propose_disposal([lying(31).pk], "AUCTION", "x", keeper)
    for stage in (Stage.DETAINED, Stage.STOPPED, Stage.ADJUDICATION):
        entry = lying(31, hawb=bill(stage, arrived=True).hawb)
        with pytest.raises(Refused, match="is at “"):
            goods.request_return(entry.pk, "x", courier)
    asked = bill(Stage.QUERY, arrived=True, returns_to=Stage.ADJUDICATION)
    with pytest.raises(Refused, match="is at “Query raised”"):
        goods.request_return(lying(31, hawb=asked.hawb).pk, "x", courier)
    with pytest.raises(Refused, match="another firm"):
        goods.request_return(lying(31, firm="metro").pk, "x", courier)
    gone = disposal("PERMITTED")
    WarehouseEntry.objects.filter(hawb=gone.hawb).update(out_at=timezone.now(), out_on="OUT_OF_CHARGE")
    assert "left the warehouse" in " ".join(goods.why_not_disposal(gone.hawb))
    assert ReturnToOrigin.objects.count() == 0


def test_no_bill_is_filed_for_what_has_gone_back() -> None:
    entry = lying(16)
    WarehouseEntry.objects.filter(pk=entry.pk).update(out_at=timezone.now(), out_on="RETURNED")
    _flight, table, prepared = judge_draft(bill(Stage.DRAFT, hawb=entry.hawb))
    assert not prepared
    assert "returned to origin" in table.faults[0].reason


def test_notices_go_to_courier_and_declared_importer_each_once(
    people: Callable[[str], User], signed_in: SignedIn
) -> None:
    importer = people("importer.kaveri").importer
    assert importer is not None
    for firm in ("swift", "metro"):
        User.objects.filter(username=f"signatory.{firm}").update(email=f"lata@{firm}.example")
    User.objects.filter(username="importer.kaveri").update(email="store@kaveri.example")
    one = bill(Stage.QUERY, arrived=True, iec=importer.iec)
    entry = lying(16, hawb=one.hawb)
    assert watch_uncleared() == {"RETURN": 1, "DISPOSAL": 0}
    lying(3)
    landed(entry.hawb, timezone.now() - timedelta(days=30))
    assert watch_uncleared() == {"RETURN": 0, "DISPOSAL": 1}
    assert watch_uncleared() == {"RETURN": 0, "DISPOSAL": 0}
    made = UnclearedNotice.objects.get(after="DISPOSAL")
    assert made.importer == importer and made.number == f"UCN_BLR_{made.series()[8:]}_000002"
    assert UnclearedNotice.objects.get(after="RETURN").importer == importer
    addressed = reverse("uncleared-notice", args=[made.number])
    for username, status in (
        ("importer.kaveri", 200),
        ("signatory.swift", 200),
        ("signatory.metro", 404),
        ("xray.del", 404),
    ):
        assert signed_in(username).get(addressed).status_code == status, username
    letters.send_unsent()
    letters.send_unsent()
    assert all(entry.hawb.number in message.body for message in mail.outbox)
    for address, times in (("lata@swift.example", 2), ("store@kaveri.example", 2), ("lata@metro.example", 0)):
        assert sum(address in message.to for message in mail.outbox) == times, address
    assert any(addressed in message.body for message in mail.outbox if "store@kaveri.example" in message.to)


def test_the_custodian_learns_that_its_disposal_is_refused(signed_in: SignedIn) -> None:
    keeper, asked = signed_in("warehouse.blr"), disposal()
    custodian = User.objects.get(username="warehouse.blr").custodian
    assert custodian is not None
    take(asked, "refuse", actor("DCAC", name="Rafi Das"), remarks="The consignee has written.")
    told = Notice.objects.get(audience=f"custodian:{custodian.pk}")
    assert str(asked) in told.subject and "The consignee has written." in told.body
    assert told.subject in keeper.get(reverse("desk")).content.decode()
    assert told.subject not in signed_in("warehouse.del").get(reverse("desk")).content.decode()


def test_the_list_is_taken_away_and_printed_and_the_notice_posted(signed_in: SignedIn) -> None:
    keeper, entry = signed_in("warehouse.blr"), lying(33)
    lying(35, station="DEL")
    said = notified(entry)
    lines = keeper.get(f"{reverse('uncleared-export')}?view=disposal").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2 and entry.hawb.number in lines[1] and ",33," in lines[1] and str(said) in lines[1]
    found = reading.text(keeper.get(reverse("uncleared-print")).content)
    assert reading.squeezed(entry.hawb.number) in found
    letter = keeper.get(reverse("uncleared-notice", args=[said.number]))
    found = reading.text(letter.content)
    for words in (said.number, "Krishna Electronics", entry.hawb.number, "sold or otherwise"):
        assert reading.squeezed(str(words)) in found, words
    for username, status in (("warehouse.del", 404), ("signatory.metro", 404), ("signatory.swift", 200)):
        assert signed_in(username).get(reverse("uncleared-notice", args=[said.number])).status_code == status
