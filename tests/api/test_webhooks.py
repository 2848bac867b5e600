"""Webhooks: every step of the own documents once and signed, sent again until taken, only to public addresses."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import time_machine
from django.test import override_settings
from django.utils import timezone

from accounts.models import User
from accounts.permissions import SYSTEM
from api.models import Delivery, Webhook
from api.tasks import forget_deliveries, send_webhooks
from api.webhooks import outside, telling
from bills.models import BillTrail
from bills.stages import Stage
from eccs import notices
from eccs.audit import AuditLine
from eccs.dated_rules import DatedRule
from eccs.models import Notice
from eccs.workflow import take
from tests.api.conftest import Made
from tests.api.test_keys import browser
from tests.factories.api_keys import webhook
from tests.factories.bills import bill
from tests.factories.firms import actor, courier

pytestmark = pytest.mark.django_db

ELSEWHERE = "https://erp.swift.example/eccs"


class Receiver:
    """A program that listens on this machine, and what it was sent."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status, kept = 200, self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                kept.got.append((dict(self.headers.items()), self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(kept.status)
                if kept.status == 302:
                    self.send_header("Location", kept.address)
                self.end_headers()

            def log_message(self, *_said: Any) -> None:
                """Nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/eccs?a=b"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Such a program."""
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


def moved() -> Any:
    """A bill of Swift about which the firm is asked."""
    one = take(bill(Stage.ASSESSMENT), "detain", actor("ASSESSING_OFFICER"), grounds="The brand looks copied.")
    notices.gather(BillTrail)
    return one


def test_every_step_is_told_once_and_proved_by_its_signature(receiver: Receiver) -> None:
    hook, quiet, metro = webhook(address=receiver.address), webhook(station_id="DEL"), webhook(courier=courier("metro"))
    one = moved()
    notices.gather(BillTrail)  # nothing is told twice
    assert not quiet.deliveries.exists() and not metro.deliveries.exists()
    assert send_webhooks() == 1 and send_webhooks() == 0
    ((headers, body),) = receiver.got
    kept = hook.deliveries.get()
    expected = hmac.new(b"only-for-tests", f"{headers['ECCS-Timestamp']}.".encode() + body, hashlib.sha256).hexdigest()
    assert headers["ECCS-Signature"] == f"v1={expected}" and headers["ECCS-Delivery"] == str(kept.key)
    assert abs(int(headers["ECCS-Timestamp"]) - timezone.now().timestamp()) < 60
    told = json.loads(body)
    line = one.trail.last()
    assert told == {"delivery": str(kept.key), "events": [{
        "document": "bills/imports", "number": one.number, "seq": line.seq, "at": line.at.isoformat(), "station": "BLR",
        "step": "detain", "words": str(type(one).steps()["detain"].label), "from_stage": "ASSESSMENT", "stage": "DETAINED",
        "stage_words": "Detained",
    }]}  # fmt: skip
    assert "Asha" not in body.decode() and "copied" not in body.decode()
    assert kept.state == Delivery.State.TAKEN and kept.answer == "200"


def test_what_is_for_officers_alone_or_only_typed_is_told_to_nobody() -> None:
    """Their places are counted without what the firm is not told: no gap says that the RMS looked at a bill again (PN17 6.1)."""
    hook = webhook()
    one, other, hidden = bill(Stage.DUTY), bill(Stage.DUTY), ("hear_rms_again", "request_departure")
    steps = (
        ("begin", "DRAFT"), ("file", "ASSESSMENT"), ("hear_rms_again", "ASSESSMENT"), ("request_departure", "ASSESSMENT"),
        ("assess", "DUTY"), ("hear_rms_again", "DUTY"), ("confirm_payment", "XRAY"),
    )  # fmt: skip
    entries = BillTrail.objects.bulk_create(
        BillTrail(document=on, seq=n, at=timezone.now(), step=step, from_stage="A", to_stage=to, by_name="x", role="r", seal=f"{on.pk}-{n}")
        for on in (one, other) for n, (step, to) in enumerate(steps, 1)
        if on is one or step not in hidden
    )  # fmt: skip
    parts = len(entries) // 2
    told: dict[str, list[tuple[str, int]]] = {}
    for some in (entries[:parts], entries[parts:]):
        telling.enter(list(some))
    for delivery in hook.deliveries.order_by("pk"):
        for event in delivery.events:
            told.setdefault(event["number"], []).append((event["step"], event["seq"]))
    assert told == {key: [("file", 1), ("assess", 2), ("confirm_payment", 3)] for key in (one.key, other.key)}


def test_it_is_sent_again_later_and_later_until_the_rule_gives_up(receiver: Receiver) -> None:
    DatedRule.objects.create(name="webhook_tried_hours", from_date=timezone.localdate(), value="1", source="Order")
    hook, receiver.status = webhook(address=receiver.address), 500
    begun = timezone.now()
    for _two in range(2):
        Delivery.objects.create(webhook=hook)
    pauses = []
    with time_machine.travel(begun, tick=False) as clock:
        while not (first := hook.deliveries.order_by("pk")[0]).gave_up_at:
            clock.move_to(first.next_at)
            hook.deliveries.exclude(pk=first.pk).update(next_at=first.next_at)
            sent = len(receiver.got)
            assert send_webhooks() == 0
            assert len(receiver.got) == sent + 1  # the second message waits for the first
            pauses.append(int((hook.deliveries.get(pk=first.pk).next_at - first.next_at).total_seconds()))
    assert pauses == [30, 120, 480, 1920, 7680]  # after 42 minutes it is tried, and not after more than an hour
    about = (begun - timedelta(seconds=1), begun + timedelta(seconds=1))
    assert Webhook.objects.filter(failing_since__range=about).exists()
    assert Notice.objects.get(audience=f"courier:{hook.courier_id}").subject.startswith("The webhook http://127.0.0.1")
    receiver.status = 204
    assert telling.again(hook, delivery=str(first.key)) == 1
    hook.deliveries.exclude(pk=first.pk).delete()
    assert send_webhooks() == 1
    hook.refresh_from_db()
    assert hook.failing_since is None and receiver.got[-1][0]["ECCS-Delivery"] == receiver.got[0][0]["ECCS-Delivery"]


def test_no_redirect_is_followed_and_an_ended_webhook_is_sent_nothing(receiver: Receiver) -> None:
    hook, receiver.status = webhook(address=receiver.address), 302
    Delivery.objects.create(webhook=hook)
    assert send_webhooks() == 0 and len(receiver.got) == 1
    telling.end(hook, SYSTEM)
    hook.refresh_from_db()
    assert telling.again(hook, since=timezone.now() - timedelta(days=1)) == 0 and send_webhooks() == 0
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    "address",
    ["http://erp.example/", "ftp://erp.example/", "https://a:b@erp.example/", "https://erp.example/#x", "https:///x", "//x",
     "https://erp.example:0/", "https://erp.example:99999/", "https://e rp.example/", "https://erp.example\\@127.0.0.1/", "x" * 301],
)  # fmt: skip
@override_settings(DEMO=False)
def test_only_plain_https_addresses_are_taken(address: str) -> None:
    with pytest.raises(outside.NotOutside):
        outside.place_of(address)


@pytest.mark.parametrize(
    ("address", "public"),
    [("127.0.0.1", False), ("10.1.2.3", False), ("172.16.0.1", False), ("192.168.1.1", False), ("169.254.169.254", False),
     ("100.64.0.1", False), ("0.0.0.1", False), ("224.0.0.1", False), ("255.255.255.255", False), ("::1", False), ("::", False),
     ("fe80::1%eth0", False), ("fd00::1", False), ("::ffff:10.0.0.1", False), ("64:ff9b::a00:1", False),
     ("2002:a00:1::", False), ("2001:0:1::1", False), ("8.8.8.8", True), ("2606:4700::1111", True), ("::ffff:8.8.8.8", True)],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool) -> None:
    with override_settings(DEMO=False):
        assert outside.is_public(address) is public
    with override_settings(DEMO=True):
        assert outside.is_public("127.0.0.1") and not outside.is_public("10.0.0.1")


def test_a_name_that_leads_inside_is_not_asked_and_the_address_looked_at_is_the_one_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = {"mixed.example": ["8.8.8.8", "10.0.0.1"], "good.example": ["8.8.8.8"], "0x7f000001": ["127.0.0.1"]}
    connected: list[Any] = []

    def resolve(host: str, port: int, **_more: Any) -> Any:
        return [(0, 0, 0, "", (one, port)) for one in answers.pop(host)]  # asked once only

    def connect(address: Any, timeout: float) -> Any:
        connected.append(address)
        raise ConnectionRefusedError("closed")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with override_settings(DEMO=False):
        for host in ("mixed.example", "0x7f000001"):
            with pytest.raises(outside.NotOutside):
                outside.post(f"https://{host}/", b"{}", {})
        with pytest.raises(outside.NoAnswer, match="closed"):
            outside.post("https://good.example/", b"{}", {})
    assert connected == [("8.8.8.8", 443)]


def test_the_group_admin_makes_sees_replays_and_ends_a_webhook(people: Callable[[str], User]) -> None:
    people("courieradmin.swift")
    admin, other = browser("courieradmin.swift"), browser("courieradmin.metro")
    assert "There is no webhook yet." in admin.get("/webhooks/").content.decode()
    bad = admin.post("/webhooks/new/", {"address": "https://u:p@erp.swift.example", "station": ""})
    assert bad.status_code == 422 and "no name, password or fragment" in bad.content.decode()
    page = admin.post("/webhooks/new/", {"address": ELSEWHERE, "station": ""}).content.decode()
    found = re.search(r'<code id="secret">([\w-]{43})</code>', page)
    hook = Webhook.objects.get()
    assert found and hook.plain_secret == found[1].encode() and found[1] not in hook.secret
    twice = admin.post("/webhooks/new/", {"address": ELSEWHERE, "station": ""})
    assert twice.status_code == 422 and "already" in twice.content.decode()
    one = moved()
    here = f"/webhooks/{hook.pk}/"
    assert str(one.number) in admin.get(here).content.decode()
    assert other.get(here).status_code == other.post(f"{here}end/").status_code == 404
    assert str(one.number) not in admin.get(f"{here}?state=taken").content.decode()
    Delivery.objects.update(delivered_at=timezone.now(), attempts=1)
    since = f"{timezone.localtime() - timedelta(minutes=5):%d/%m/%Y %H:%M}"
    told = admin.post(f"{here}again/", {"since": since}, follow=True).content.decode()
    assert "2 messages are sent again." in told
    assert "Enter a moment" in admin.post(f"{here}again/", {"since": "yesterday"}, follow=True).content.decode()
    admin.post(f"{here}end/")
    hook.refresh_from_db()
    assert hook.ended_at
    assert set(AuditLine.objects.filter(event__startswith="webhook").values_list("event", flat=True)) == {
        "webhook.made", "webhook.ended"
    }  # fmt: skip


def test_a_program_reads_what_was_sent_and_has_it_sent_again(program: Made, people: Callable[[str], User]) -> None:
    asking, bound, other = program(), program(station="DEL", name="Del"), program("signatory.metro")
    hook = webhook(courier=people("signatory.swift").courier)
    one = moved()
    assert [found["address"] for found in asking.get("/webhooks").json()["items"]] == [ELSEWHERE]
    address = f"/webhooks/{hook.pk}/deliveries"
    (told,) = asking.get(address).json()["items"]
    assert (told["state"], told["events"][0]["number"]) == ("WAITING", one.number)
    for stranger in (bound, other):
        assert stranger.get("/webhooks").json()["items"] == [] and stranger.get(address).status_code == 404
    Delivery.objects.update(delivered_at=timezone.now())
    again = f"/webhooks/{hook.pk}/again"
    assert asking.post(again, {"delivery": told["delivery"]}).json() == {"count": 1}
    assert asking.post(again, {"since": (timezone.now() - timedelta(hours=1)).isoformat()}).json() == {"count": 1}
    assert asking.post(again, {}).status_code == 422
    assert hook.deliveries.get().state == Delivery.State.WAITING
    assert program(scopes=["read"], name="Reader").get("/webhooks").status_code == 403


@pytest.mark.parametrize(("days", "left"), [(29, 1), (31, 0)])
def test_messages_are_kept_as_long_as_the_rule_says(days: int, left: int) -> None:
    Delivery.objects.create(webhook=webhook(), created_at=timezone.now() - timedelta(days=days))
    assert forget_deliveries() == 1 - left
    assert Delivery.objects.count() == left
