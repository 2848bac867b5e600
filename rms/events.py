"""What the RMS says to those who keep the bills, in the same transaction."""

from django.dispatch import Signal

intervention_in_force = Signal()  # rule: one about one shipment decides from now on
