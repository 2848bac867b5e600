"""Transfer manifests filed at once on one bond near zero, and one that two people let out at once."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from accounts.permissions import Actor, Held
from accounts.roles import Role
from bonds import ledger
from bonds.models import Bond
from eccs.workflow import take
from tests.factories.directory import importer
from tests.factories.firms import actor, person
from tests.factories.transit import flagged, location, transfer
from tests.races.test_races import split
from tests.races.together import together
from transit import drafts
from transit.clearance import Stage
from transit.models import CargoTransferManifest, TransferArrival

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def test_a_bond_near_zero_is_never_overdrawn_by_several_at_once() -> None:
    drafts = [transfer() for _n in range(6)]
    wants = sum(line.amount for line in drafts[0].lines.all())
    one = Bond.objects.order_by("pk").first()
    assert one is not None and wants
    for other in Bond.objects.exclude(pk=one.pk):  # nothing is left on the others
        ledger.debit(other.pk, other.balance, f"all:{other.pk}", ledger.Of("", ""), "Kavya Sethi")
    ledger.debit(one.pk, one.balance - wants * 2 - 1, "nearly all", ledger.Of("", ""), "Kavya Sethi")
    deeds = [partial(take, draft, "submit", actor("COURIER_SIGNATORY")) for draft in drafts]
    done, refused = split(together(*deeds))
    assert (len(done), len(refused)) == (2, 4)
    assert all("short" in str(one) for one in refused)
    assert Bond.objects.get(pk=one.pk).balance == 1 and not ledger.faults().exists()
    assert CargoTransferManifest.objects.filter(stage=Stage.FEE).count() == 2


def test_of_two_firms_that_file_the_same_shipment_at_once_one_has_filed_it() -> None:
    of_courier, own = transfer(), importer()
    of_importer = transfer(importer=own)
    line = of_importer.lines.get()
    one = of_courier.lines.get().hawb
    type(one).objects.filter(pk=one.pk).update(consignee_name=own.name)
    type(line).objects.filter(pk=line.pk).update(hawb=one)
    user = person("Tara Gill")
    by = Actor(user.pk, user.full_name, user.username, importer_id=own.pk, postings=(Held(Role.IMPORTER),))
    deeds = [partial(take, of_courier, "submit", actor("COURIER_SIGNATORY")), partial(take, of_importer, "submit", by)]
    done, refused = split(together(*deeds))
    assert (len(done), len(refused)) == (1, 1) and "another firm has filed" in str(refused[0])
    assert type(line).objects.get(hawb=one, live=True, filed=True).transfer_id == done[0].pk
    assert not ledger.faults().exists()


def test_of_two_drafts_of_a_firm_at_once_one_has_the_shipment() -> None:
    one = flagged()
    to, by = location("DEL"), actor("COURIER_OPERATOR")
    done, refused = split(together(*[partial(drafts.start, one.manifest, to, by) for _n in range(3)]))
    assert (len(done), len(refused)) == (1, 2)


def test_goods_depart_once_and_arrive_once() -> None:
    one = transfer(Stage.DEPARTURE)
    keeper = actor("WAREHOUSE_KEEPER")
    leave: Any = partial(take, one, "depart", keeper, conveyance="ZZ901")
    give_up: Any = partial(take, one, "cancel", actor("COURIER_OPERATOR"), reason="Not needed.")
    done, refused = split(together(leave, leave, give_up))
    assert (len(done), len(refused)) == (1, 2)
    now = CargoTransferManifest.objects.get(pk=one.pk)
    assert TransferArrival.objects.filter(transfer=one).count() == (now.stage == Stage.IN_TRANSIT)
    assert not ledger.faults().exists()
