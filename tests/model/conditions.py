"""The conditions of every other document's steps, written down a second time with what orders them.

A name is a guard; `≠` names a step whose taker does not take this one: maker and checker, requester and decider.
"""

CONDITIONS_OF: dict[str, dict[str, str]] = {
    "User": {
        "transfer": "belongs_to_customs",  # PN17 3.0
        "send_password_link": "can_be_reached_by_mail",  # PN17 3.0
    },
    "StationRole": {
        "change": "is_composed",  # PN17 3.0
        "withdraw": "held_by_nobody",  # PN17 3.0
    },
    "ExpressCargoManifest": {
        "submit": "has_shipments courier_in_force_or_left_on_paper signatory_examined sealed_print_attached",  # PN17 5.1
        "discard": "begun_at_the_counter",  # PN17 2.3
    },
    "ManifestAmendment": {
        "request_amendment": "says_something touches_nothing_locked",  # PN17 12.0
        "withdraw": "not_what_the_scale_showed begun_at_the_counter",  # PN17 12.0
        "approve_amendment": "touches_nothing_locked manifest_as_it_was adjudicated ≠request_amendment",  # PN17 12.0
        "carry_with_bill": "manifest_as_it_was adjudicated",  # PN17 11.0, 12.0
        "reject_amendment": "≠request_amendment",  # PN17 12.0
    },
    "BillAmendment": {
        "process": "≠request",  # PN17 11.0
        "approve": "not_held ≠request ≠process",  # PN17 11.0
        "reject": "≠request ≠process",  # PN17 11.0
    },
    "BillCancellation": {
        "verify": "≠request",  # PN17 10.0
        "approve": "not_held ≠request ≠verify",  # PN17 10.0
        "reject": "≠request ≠verify",  # PN17 10.0
    },
    "ProvisionalAssessment": {
        "finalise_assessment": "goods_have_left",  # PN17 7.1(c); section 18
        "approve_final_assessment": "≠finalise_assessment",  # PN17 7.1(f); section 18
    },
    "ReturnToOrigin": {
        "permit": "return_is_open ≠request",  # Reg 5(6)
        "refuse": "≠request",  # Reg 5(6)
        "withdraw": "bill_is_not_closed",  # Reg 5(6)
        "record_return": "return_is_open",  # Reg 5(6)
        "put_on_manifest": "return_is_open",  # Reg 5(6)
        "depart": "return_is_open",  # Reg 5(6)
    },
    "Disposal": {
        "permit": "disposal_is_open ≠propose",  # PN17 5.0(v), Reg 5(5)
        "refuse": "≠propose",  # PN17 5.0(v), Reg 5(5)
        "record_disposal": "disposal_is_open",  # PN17 5.0(v), Reg 5(5)
    },
    "ManualClearance": {
        "approve": "≠propose",  # PN17 15.0
        "reject": "≠propose",  # PN17 15.0
    },
    "ManualForm": {
        "withdraw_use": "≠record_use",  # PN17 15.0
        "regularise": "nothing_is_decided_first ≠record_use",  # PN17 15.0
    },
    "Challan": {
        "go_to_bank": "bank_takes_it bills_still_due",  # PN17 8.0
        "pay_from_ledger": "ledger_pays bills_still_due",  # Customs Act 1962, s.51A
        "credit_difference": "difference_is_on_no_ledger",  # Customs Act 1962, s.51A
        "accept_late_payment": "late_payment_reported bills_still_due bills_on_no_other_challan",  # PN17 8.1
    },
    "BankDifference": {
        "credit_ledger": "ledger_takes_it",  # Customs Act 1962, s.51A
    },
    "CashWithdrawal": {
        "verify": "balance_suffices",  # Customs Act 1962, s.51A
        "approve": "balance_suffices ≠verify",  # Customs Act 1962, s.51A
        "record_return": "≠approve",  # Customs Act 1962, s.51A
        "record_coming_back": "≠approve ≠record_payment_out",  # Customs Act 1962, s.51A
    },
    "Bond": {
        "approve": "≠compute",  # PN17 13.2
        "register": "guarantees_suffice ≠compute ≠enter_bond",  # PN17 13.1, 13.2
        "approve_increase": "≠enter_renewal",  # PN17 13.2
        "register_renewal": "guarantees_suffice ≠enter_renewal",  # PN17 13.1, 13.3
        "request_release": "nothing_secured",  # PN17 13.4
        "verify_release": "nothing_secured",  # PN17 13.4
        "permit_release": "nothing_secured ≠verify_release",  # PN17 13.4
        "cancel": "nothing_secured",  # PN17 13.4
    },
    "BondMaster": {
        "approve": "≠enter",  # PN17 13.1
        "reject": "≠enter",  # PN17 13.1
    },
    "Advisory": {
        "publish": "not_over",  # Advisory 10/2025
    },
    "RateFile": {
        "propose": "is_checked is_to_come is_compared_with_what_stands",  # Customs Act 1962, sections 14 and 15
        "approve": "is_to_come is_compared_with_what_stands ≠load ≠propose",  # Customs Act 1962, sections 14 and 15
        "revoke": "has_not_begun is_the_last",  # Customs Act 1962, sections 14 and 15
    },
    "CargoTransferManifest": {
        "submit": "courier_of_transfer_in_force signatory_examined may_be_submitted bond_suffices",  # PN17 14.0
        "discard": "begun_at_the_counter",  # PN17 2.3
        "approve": "fee_is_paid",  # PN17 14.1
        "depart": "gate_is_in_order",  # PN17 14.0
        "cancel": "on_no_challan nothing_gated_out",  # PN17 14.0
    },
    "TransferArrival": {
        "record_arrival": "something_arrived",  # PN17 14.0
        "record_nothing": "nothing_arrived",  # PN17 14.0
    },
    "RiskRule": {
        "propose": "version_can_come_into_force",  # PN17 6.1
        "activate": "version_can_come_into_force ≠write ≠write_version ≠propose",  # PN17 6.1
        "propose_version": "version_is_new version_can_come_into_force",  # PN17 6.1
        "activate_version": "version_can_come_into_force ≠write ≠write_version ≠propose_version",  # PN17 6.1
        "resume": "back_in_force ≠write ≠write_version",  # PN17 6.1
    },
    "RiskDeparture": {
        "approve": "still_prescribed ≠request",  # PN17 6.1
        "refuse": "≠request",  # PN17 6.1
    },
    "AuthorisedCourier": {
        "register": "operates_at_a_station security_entered",  # PN17 4.0; Regulations 2010, reg. 10
        "enter_bond": "operates_at_a_station",  # Regulations 2010, reg. 11
        "withdraw_from_station": "operates_at_a_station",  # PN17 4.0
        "enter_examination": "has_signatories",  # PN17 5.0(iii); CBLR 2018, reg. 6 and 13
        "end_signatory": "has_signatories",  # PN17 5.0(iii)
        "renew": "registration_has_an_end",  # Regulations 2010, reg. 10
        "warn_of_inactivity": "inactivity_is_near",  # Regulations 2010, reg. 10B; Notification 85/2021-Customs (N.T.)
        "warn_of_end": "end_is_near",  # Regulations 2010, reg. 10
        "record_inactivity": "silent_for_too_long",  # Regulations 2010, reg. 10B; Notification 85/2021-Customs (N.T.)
        "accept_surrender": "nothing_owed",  # Regulations 2010, reg. 10A
    },
    "Visit": {
        "call": "serves_nobody_else",  # PN17 2.3
        "serve": "serves_nobody_else",  # PN17 2.3
    },
    "ExportAmendment": {
        "process": "≠request",  # PN17 11.0
        "approve": "not_held ≠request ≠process",  # PN17 11.0
        "reject": "≠request ≠process",  # PN17 11.0
    },
    "ExportCancellation": {
        "verify": "≠request",  # PN17 10.0
        "approve": "not_held ≠request ≠verify",  # PN17 10.0
        "reject": "≠request ≠verify",  # PN17 10.0
    },
    "ExportDeparture": {
        "approve": "still_prescribed ≠request",  # PN17 6.1
        "refuse": "≠request",  # PN17 6.1
    },
    "CourierExportManifest": {
        "file": "goods_may_leave courier_in_force signatory_examined",  # Reg 6; Form F
        "discard": "begun_at_the_counter",  # PN17 2.3
        "feed_egm": "something_leaves no_open_amendment",  # Reg 6; Form F
        "request_amendment": "no_open_amendment",  # Reg 6; Form F
    },
    "ExportManifestAmendment": {
        "approve": "manifest_as_it_was ≠request",  # Reg 6; Form F
        "reject": "≠request",  # Reg 6; Form F
    },
}
