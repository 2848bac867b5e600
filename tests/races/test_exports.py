"""Two files of shipping bills at once: each house airway bill has one bill, and the later file says which row has none."""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import partial
from io import StringIO

import pytest

from accounts.models import User
from eccs import upload_runner
from eccs.models import Upload
from exports.models import CourierShippingBill, ShippingBillFile
from tests.exports.conftest import row
from tests.factories.firms import courier
from tests.races.together import together

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def handed_in(hawbs: list[str], user: int) -> Upload:
    """A file that was checked and signed, and waits to be saved."""
    out = StringIO()
    rows = [row(hawb) for hawb in hawbs]
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    subject, _made = ShippingBillFile.objects.get_or_create(courier=courier(), station_id="BLR")
    found: Upload = upload_runner.receive(
        "csb", f"courier:{courier().pk}", subject.pk, user, f"{hawbs[0]}.csv", out.getvalue().encode()
    )
    Upload.objects.filter(pk=found.pk).update(state="SAVING", signed_by_id=user)
    return found


def test_of_two_files_with_one_house_airway_bill_the_later_names_its_row(people: Callable[[str], User]) -> None:
    user = people("signatory.swift").pk
    one, two = handed_in(["SWX001", "SWX002"], user), handed_in(["SWX003", "SWX002"], user)
    together(partial(upload_runner.save, one.pk, user), partial(upload_runner.save, two.pk, user))
    told = sorted((upload.state, upload.faults) for upload in Upload.objects.filter(pk__in=(one.pk, two.pk)))
    assert [state for state, _faults in told] == ["DONE", "REFUSED"]
    assert told[1][1] == [[3, "hawb", "SWX002", "has a shipping bill already"]]
    assert CourierShippingBill.objects.count() == 2
