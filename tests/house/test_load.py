"""The mixed day reads a page's forms as a browser does, and counts processor time as the kernel tells it."""

from __future__ import annotations

import os

from tools.load.page_forms import encoded, form_to, forms_of
from tools.load.processor_time import machine_seconds, parent_of, tree_seconds

PAGE = """
<form action="/bills/1/assess/?next=2" method="post"><input type="hidden" name="csrfmiddlewaretoken" value="t">
<input type="radio" name="assess-examine" value="yes"><input type="radio" name="assess-examine" value="no" checked><input type="radio" name="assess-kind" value="final">
<select name="assess-bond"><option value="">None</option><option value="B" selected>B</option></select>
<textarea name="assess-remarks">\nOld</textarea><input type="checkbox" name="assess-true"><input type="file" name="papers"><button>Go</button></form>
<form id="bulk" method="post"></form><input form="bulk" name="document" type="checkbox" value="7"><input name="nobody">
"""


def test_a_form_is_sent_as_a_browser_would() -> None:
    form = form_to(PAGE, "/assess/")
    assert form is not None and len(forms_of(PAGE)) == 2
    assert form.filled() == [
        ("csrfmiddlewaretoken", "t"),
        ("assess-examine", "no"),
        ("assess-bond", "B"),
        ("assess-remarks", "Old"),
    ]
    sent = form.filled(True, remarks="New", examine="yes", kind="final")
    assert dict(sent) == {
        "csrfmiddlewaretoken": "t",
        "assess-examine": "yes",
        "assess-bond": "B",
        "assess-remarks": "New",
        "assess-true": "on",
        "assess-kind": "final",
    }
    assert forms_of(PAGE)[1].filled(True) == [("document", "7")] and form_to(PAGE, "/approve/") is None
    body, kind = encoded([("a", "1")], {"file": b"x,y"})
    assert b'name="a"\r\n\r\n1' in body and b"x,y" in body and kind.startswith("multipart/form-data")


def test_the_time_of_children_counts() -> None:
    own = parent_of(os.getpid())
    assert own == os.getppid()
    assert 0 < tree_seconds({"own": os.getpid()})["own"] <= tree_seconds({"all": own})["all"] <= machine_seconds()
