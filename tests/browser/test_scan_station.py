"""The arrival scan station: a belt's speed, a cut in the network, a reload; nothing is lost and nothing counts twice."""

from __future__ import annotations

from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from bills.models import CourierBillOfEntry
from bills.stages import Stage
from manifests.clearance import Stage as ManifestStage
from manifests.models import ArrivalScan, ExpressCargoManifest, HouseAirwayBill, Package
from tests.browser.conftest import Visit
from tests.factories.bills import bill
from tests.factories.manifests import house_airway_bill, manifest


def flight(shipments: int = 30) -> ExpressCargoManifest:
    """A manifest at its arrival scan: shipments of one package, and one of three."""
    on = manifest(ManifestStage.ARRIVAL_SCAN, scan_started_at="2026-11-19T06:30:00+05:30", package_count=shipments + 3)
    for _ in range(shipments):
        bill(Stage.ARRIVAL, hawb=house_airway_bill(on))
    bill(Stage.ARRIVAL, hawb=house_airway_bill(on, packages=3))
    return on


def pull(page: Page, code: str) -> None:
    """One pull of the trigger: the scanner types the code and ends with Enter."""
    page.keyboard.insert_text(code)
    page.keyboard.press("Enter")


def codes(on: ExpressCargoManifest) -> list[str]:
    """The labels of the manifest."""
    return list(Package.objects.filter(manifest=on).order_by("pk").values_list("crn", flat=True))


def at_station(visit: Visit, on: ExpressCargoManifest) -> Page:
    """The station, ready to scan."""
    page = visit("scan.blr")
    page.goto(f"/manifests/{on.key}/scan/")
    expect(page.locator("#scan-form")).to_have_attribute("data-live", "yes")
    expect(page.locator("#scan-form")).to_have_attribute("data-ready", "yes")
    return page


def test_every_package_of_a_flight_arrives(visit: Visit) -> None:
    on = flight()
    page = at_station(visit, on)
    for code in codes(on):
        pull(page, code)
    expect(page.locator("#unsent-say")).to_have_text("All sent")
    expect(page.locator("#done")).to_have_text("33")
    assert not Package.objects.filter(manifest=on, arrived_at=None).exists()
    assert set(CourierBillOfEntry.objects.values_list("stage", flat=True)) == {Stage.XRAY}


def test_nothing_is_lost_when_the_network_is_cut_in_the_middle(visit: Visit) -> None:
    on = flight()
    page = at_station(visit, on)
    labels = codes(on)
    for code in labels[:10]:
        pull(page, code)
    expect(page.locator("#unsent-say")).to_have_text("All sent")
    page.context.set_offline(True)
    for code in labels[10:25]:
        pull(page, code)
        expect(page.locator("#verdict-code")).to_have_text(code)
    expect(page.locator("#unsent")).to_have_attribute("data-state", "down")
    expect(page.locator("#unsent-say")).to_contain_text("15 not yet sent")
    assert ArrivalScan.objects.count() == 10
    page.context.set_offline(False)
    expect(page.locator("#unsent-say")).to_have_text("All sent", timeout=30_000)
    for code in labels[25:]:
        pull(page, code)
    expect(page.locator("#unsent-say")).to_have_text("All sent")
    assert ArrivalScan.objects.count() == len(labels)
    assert set(ArrivalScan.objects.values_list("verdict", flat=True)) == {"ARRIVED"}
    assert not HouseAirwayBill.objects.filter(manifest=on, arrived_at=None).exists()


def test_a_lost_answer_is_sent_again_and_counts_once(visit: Visit) -> None:
    on = flight(3)
    page = at_station(visit, on)
    labels = codes(on)
    lost = {"left": 2}

    def lose_the_answer(route: object) -> None:
        if lost["left"]:
            lost["left"] -= 1
            route.fetch()  # type: ignore[attr-defined]  # the server has it, the station never hears of it
            route.abort()  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    page.route("**/scans/", lose_the_answer)
    for code in labels:
        pull(page, code)
    expect(page.locator("#unsent-say")).to_have_text("All sent", timeout=30_000)
    assert ArrivalScan.objects.count() == len(labels)
    assert set(ArrivalScan.objects.values_list("verdict", flat=True)) == {"ARRIVED"}


def test_what_is_pulled_before_the_manifest_is_here_waits_and_counts(visit: Visit) -> None:
    on = flight(3)
    page = visit("scan.blr")
    asked: list[Route] = []

    def lose_the_first_answer(route: Route) -> None:
        asked.append(route)
        if len(asked) > 1:
            route.continue_()

    page.route("**/packages/", lose_the_first_answer)
    with page.expect_request("**/packages/"):
        page.goto(f"/manifests/{on.key}/scan/", wait_until="commit")
    expect(page.locator("#code")).to_be_focused()
    labels = codes(on)
    for code in labels:
        pull(page, code)
    expect(page.locator("#code")).to_have_value("")
    assert not ArrivalScan.objects.exists()
    asked[0].abort()  # the station asks again
    expect(page.locator("#done")).to_have_text(str(len(labels)))
    expect(page.locator("#unsent-say")).to_have_text("All sent")
    assert set(ArrivalScan.objects.values_list("verdict", flat=True)) == {"ARRIVED"}
    assert ArrivalScan.objects.count() == len(labels)


def test_a_reload_keeps_what_was_not_sent(visit: Visit) -> None:
    on = flight(5)
    page = at_station(visit, on)
    labels = codes(on)
    page.route("**/scans/", lambda route: route.abort())
    for code in labels[:4]:
        pull(page, code)
    expect(page.locator("#unsent-say")).to_contain_text("4 not yet sent")
    page.unroute("**/scans/")
    page.reload()
    expect(page.locator("#scan-form")).to_have_attribute("data-live", "yes")
    expect(page.locator("#unsent-say")).to_have_text("All sent", timeout=30_000)
    assert ArrivalScan.objects.count() == 4


def test_each_verdict_is_said_in_words(visit: Visit) -> None:
    on = flight(2)
    page = at_station(visit, on)
    single, parts = codes(on)[0], codes(on)[2:]
    word, say = page.locator("#verdict-word"), page.locator("#verdict-say")
    pull(page, single)
    expect(word).to_have_text("OK")
    pull(page, single)
    expect(word).to_have_text("Duplicate")
    expect(say).to_contain_text("Already scanned at")
    pull(page, "STRAY99")
    expect(word).to_have_text("Unknown")
    pull(page, f"]C1{parts[0].lower()}")
    expect(word).to_have_text("Part 1 of 3")
    pull(page, parts[1])
    pull(page, parts[2])
    expect(word).to_have_text("OK")
    expect(page.locator("#unsent-say")).to_have_text("All sent")
    assert sorted(ArrivalScan.objects.values_list("verdict", flat=True)) == ["ARRIVED"] * 4 + ["DUPLICATE", "UNKNOWN"]


def test_a_station_without_focus_says_so(visit: Visit) -> None:
    page = at_station(visit, flight(1))
    page.locator("#sound").focus()
    expect(page.locator("#scan-form")).to_have_attribute("data-ready", "no")
    expect(page.locator("#ready")).to_contain_text("NOT READY")
    page.keyboard.press("Escape")
    expect(page.locator("#ready")).to_have_text("READY")


def test_the_station_works_without_javascript(visit: Visit) -> None:
    on = flight(1)
    page = visit("scan.blr")
    page.route("**/*.js", lambda route: route.abort())
    page.goto(f"/manifests/{on.key}/scan/")
    page.locator("#code").fill(codes(on)[0])
    page.get_by_role("button", name="Enter").click()
    expect(page.locator("#done")).to_have_text("1")
    assert ArrivalScan.objects.get().verdict == "ARRIVED"


def test_a_station_signed_out_keeps_its_scans_until_somebody_signs_in(visit: Visit) -> None:
    on = flight(2)
    page = at_station(visit, on)
    cookies = page.context.cookies()
    page.context.clear_cookies()
    pull(page, codes(on)[0])
    expect(page.locator("#unsent-say")).to_contain_text("1 not yet sent: you are signed out.")
    page.context.add_cookies(cookies)  # type: ignore[arg-type]  # what a cookie read is, may be set again
    page.goto(f"/manifests/{on.key}/scan/")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#unsent-say")).to_have_text("All sent", timeout=30_000)
    assert ArrivalScan.objects.get().verdict == "ARRIVED"


def test_a_weight_is_recorded_after_the_last_package(visit: Visit) -> None:
    on = flight(1)
    page = at_station(visit, on)
    pull(page, codes(on)[0])
    page.keyboard.press("F2")
    expect(page.locator("#scan-form")).to_have_attribute("data-ready", "kg")
    expect(page.locator("#weigh-declared")).to_have_text("4.20 kg")
    page.keyboard.insert_text("4.3")
    page.keyboard.press("Enter")
    expect(page.locator("#verdict-say")).to_have_text("4.3 kg recorded, declared 4.200 kg.")
    expect(page.locator("#scan-form")).to_have_attribute("data-ready", "yes")
    assert str(HouseAirwayBill.objects.get(number=codes(on)[0]).actual_weight_kg) == "4.300"


def test_documents_are_scanned_by_the_bag_and_loose_by_the_piece(visit: Visit) -> None:
    on = manifest(ManifestStage.ARRIVAL_SCAN, kind=ExpressCargoManifest.Kind.DOCUMENTS, scan_started_at=timezone.now())
    inside = [house_airway_bill(on, bag="BAG-1").number for _ in range(3)]
    house_airway_bill(on, bag="BAG-2", held_since=timezone.now())
    loose = house_airway_bill(on, packages=2).number
    page = at_station(visit, on)
    for code, word in (
        (inside[0], "Scan the bag"), ("BAG-1", "OK"), ("BAG-1", "Duplicate"), ("BAG-2", "Held"), (loose, "Part 1 of 2"),
        (loose, "OK"), (loose, "Duplicate"), ("STRAY9", "Unknown"),
    ):  # fmt: skip
        pull(page, code)
        expect(page.locator("#verdict-code")).to_have_text(code)
        expect(page.locator("#verdict-word")).to_have_text(word)
    expect(page.locator("#unsent-say")).to_have_text("All sent")
    expect(page.locator("#done")).to_have_text("4")
    expect(page.locator("#left")).to_have_text("0")
    assert not HouseAirwayBill.objects.filter(manifest=on, arrived_at=None).exists()


def test_bags_scanned_without_a_network_are_sent_when_it_is_back(visit: Visit) -> None:
    on = manifest(ManifestStage.ARRIVAL_SCAN, kind=ExpressCargoManifest.Kind.DOCUMENTS, scan_started_at=timezone.now())
    for bag in ("BAG-1", "BAG-2"):
        house_airway_bill(on, bag=bag)
    page = at_station(visit, on)
    page.context.set_offline(True)
    for bag in ("BAG-1", "BAG-2", "BAG-1"):
        pull(page, bag)
    expect(page.locator("#unsent-say")).to_contain_text("3 not yet sent")
    page.context.set_offline(False)
    expect(page.locator("#unsent-say")).to_have_text("All sent", timeout=30_000)
    assert sorted(ArrivalScan.objects.values_list("verdict", flat=True)) == ["ARRIVED", "ARRIVED", "DUPLICATE"]
