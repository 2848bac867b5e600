"""News for those above: the goods of a manifest have moved. Receivers work in the sender's transaction."""

from django.dispatch import Signal

aircraft_arrived = Signal()
"""The IGM number and the actual time of arrival were fed. Sent with `manifest` and `actor`."""

arrival_corrected = Signal()
"""The IGM number or the actual arrival was fed wrongly and is corrected. Sent with `manifest`, `amendment` and whether the arrival `moved`."""

house_airway_bills_arrived = Signal()
"""All packages of these house airway bills have been scanned. Sent with `hawb_ids`, `actor`, `at` and whether they are `documents`."""

pieces_landed = Signal()
"""The pieces of house airway bills were amended to what landed. Sent with `landed`, each as `manifests.pieces.Landed`, `amendment` and `at`."""

details_amended = Signal()
"""Shipments have other details, of which a filed bill has its own from the manifest. Sent with `hawbs`, id by number, `amendment` and `at`."""

weighed_otherwise = Signal()
"""A house airway bill or a bag weighs more or less than declared. Sent with `station`, `hawbs`, the ids of what was weighed, and `at`."""

weight_settled = Signal()
"""The courier has asked for the amendment that a weight called for, or the goods weigh what was declared. Sent with `hawbs`, since when it was owed by id, and `at`."""

goods_released = Signal()
"""The goods of these house airway bills may leave. Sent with `hawbs`, a query, and `at`."""
