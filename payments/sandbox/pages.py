"""The sandbox bank's pages: plain, usable by keyboard and screen reader, without scripts."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from eccs.money import rupees
from payments.bank import Status
from payments.sandbox.ledger import Behaviour, Order, Payout

STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0; font: 18px/1.5 "Noto Sans", Arial, sans-serif; color: #1b1b1b; background: #f4f1ea; }
header { background: #4a2c6a; color: #fff; padding: 12px 16px; border-bottom: 6px solid #f6c445; }
header p { margin: 0 auto; max-width: 640px; font-weight: bold; }
main { max-width: 640px; margin: 24px auto; padding: 24px; background: #fff; border: 1px solid #6b6b6b; }
h1 { font-size: 28px; line-height: 1.25; margin: 0 0 16px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 6px 24px; margin: 0 0 24px; }
dt { font-weight: bold; } dd { margin: 0; overflow-wrap: anywhere; }
label, legend { font-weight: bold; }
.hint { color: #505a5f; margin: 0 0 6px; }
input[type=text] { font: inherit; width: 100%; padding: 8px; border: 2px solid #1b1b1b; margin-bottom: 20px; }
fieldset { border: 1px solid #6b6b6b; margin: 0 0 24px; padding: 12px 16px; }
fieldset label { font-weight: normal; display: flex; gap: 10px; padding: 6px 0; }
input[type=radio] { width: 24px; height: 24px; flex: none; margin: 0; }
button { font: inherit; font-weight: bold; padding: 10px 20px; border: 2px solid #4a2c6a; }
button { background: #4a2c6a; color: #fff; }
button.second { background: #fff; color: #4a2c6a; }
:focus-visible { outline: 4px solid #f6c445; outline-offset: 0; box-shadow: 0 0 0 6px #1b1b1b; }
.buttons { display: flex; gap: 16px; flex-wrap: wrap; }
"""

BEHAVIOURS = {
    Behaviour.HONEST: "As it should: confirms to ECCS and sends the browser back",
    Behaviour.ONLY_CONFIRMATION: "Confirms to ECCS, the browser is not sent back",
    Behaviour.ONLY_RETURN: "Sends the browser back, the confirmation to ECCS is lost",
    Behaviour.TWICE: "Confirms twice and sends the browser back",
    Behaviour.LATE: "Confirms late, the browser is not sent back",
    Behaviour.DROP: "Every answer is lost; ECCS must ask",
    Behaviour.WRONG_AMOUNT: "Tells ECCS one rupee too much",
    Behaviour.OTHER_AMOUNT: "Debits one rupee too much, and says so whenever it is asked",
    Behaviour.SILENT: "Says nothing about it, also when ECCS asks",
}


def page(title: str, body: str) -> str:
    """One page of the bank, marked as a sandbox."""
    return (
        '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
        f"<title>{escape(title)} · SANDBOX bank</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        '<link rel="stylesheet" href="/bank.css"></head>\n'
        "<body><header><p>SANDBOX bank: no real bank, no real money</p></header>\n"
        f"<main><h1>{escape(title)}</h1>\n{body}\n</main></body>\n</html>\n"
    )


def _hidden(values: Mapping[str, str]) -> str:
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in values.items()
    )


def _facts(facts: Mapping[str, str]) -> str:
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts.items())
    return f"<dl>{rows}</dl>"


def _challan(challan: str, amount_paise: int, payer: str) -> dict[str, str]:
    return {"Pay to": "ECCS, customs duty", "Challan": challan, "For": payer, "Amount": _amount(amount_paise)}


def _amount(paise: int) -> str:
    return f"{rupees(paise // 100)}.{paise % 100:02d}"


def log_in(challan: str, amount_paise: int, payer: str, message: Mapping[str, str]) -> str:
    """The first page: what is to be paid, and who are you?"""
    return page(
        "Log in to net banking",
        _facts(_challan(challan, amount_paise, payer)) + f'<form action="/log-in" method="post">{_hidden(message)}'
        '<label for="customer">Customer name</label>'
        '<p class="hint" id="customer-hint">Invent any name. There is no password, and nothing real belongs here.</p>'
        '<input type="text" id="customer" name="customer" maxlength="60" required autocomplete="off" '
        'aria-describedby="customer-hint"><button>Log in</button></form>',
    )


def decide(order: Order) -> str:
    """The second page: approve or decline, and for testers how the bank shall answer."""
    radios = "".join(
        f'<label><input type="radio" name="behaviour" value="{behaviour}"'
        f"{' checked' if behaviour is Behaviour.HONEST else ''}><span>{escape(words)}</span></label>"
        for behaviour, words in BEHAVIOURS.items()
    )
    return page(
        "Approve the payment",
        _facts({**_challan(order.challan, order.amount_paise, order.payer), "Customer": order.customer})
        + f'<form action="/order/{escape(order.token)}" method="post">'
        f"<fieldset><legend>For testers: how the bank answers</legend>{radios}</fieldset>"
        '<div class="buttons"><button name="decision" value="PAID">Approve</button>'
        '<button class="second" name="decision" value="FAILED">Decline</button></div></form>',
    )


def decided(order: Order, status: Status, back: Mapping[str, str] | None) -> str:
    """The last page: how it went, and the way back to ECCS. Without an answer it is a way back that says nothing."""
    facts = _challan(order.challan, order.amount_paise, order.payer)
    if order.bank_transaction:
        facts["Bank transaction number"] = order.bank_transaction
    title = "Payment made" if status is Status.PAID else "Payment declined"
    if order.status is Status.PENDING:
        title = "The time to pay has passed, nothing was debited"
    if back is None:
        way = "<p>The connection to ECCS was lost. Go back to ECCS by yourself and look at the challan there.</p>"
    else:
        action = escape(order.return_url)
        way = f'<form action="{action}" method="post">{_hidden(back)}<button>Return to ECCS</button></form>'
    return page(title, _facts(facts) + way)


def home() -> str:
    """The bank's own page: payers come from ECCS with a challan; for testers, the counter that pays out."""
    return page(
        "Sandbox bank",
        "<p>To pay, come here from ECCS with a challan.</p><h2>Pay out a withdrawal</h2>"
        "<p>For testers: the bank pays out what Customs has approved, and lists it in its scroll. ECCS is told the number by hand.</p>"
        '<form action="/pay-out" method="post"><label for="withdrawal">Number of the withdrawal</label>'
        '<input type="text" id="withdrawal" name="withdrawal" maxlength="40" required autocomplete="off">'
        '<label for="amount">Amount, rupees</label>'
        '<input type="text" id="amount" name="amount" maxlength="16" required autocomplete="off"><button>Pay out</button></form>',
    )


def paid_out(made: Payout) -> str:
    """What was paid out, with the number that is recorded in ECCS."""
    told = {"Withdrawal": made.withdrawal, "Amount": _amount(made.amount_paise)}
    return page("Paid out", _facts({**told, "Bank transaction number": made.bank_transaction}))


def refused(why: str) -> str:
    """A page for a request the bank does not accept."""
    return page(
        "This cannot be done", f"<p>{escape(why)}</p><p>Nothing was debited. Go back to ECCS and start again.</p>"
    )
