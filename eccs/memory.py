"""How a process that serves for long looks for memory to give back."""

import gc


def settle() -> None:
    """Look no more through what is loaded by now, and seldom through what comes: a filing of thousands makes much and leaves nothing.

    Python looks through all there is whenever some hundreds of things were made. For the bills of a flight, none of which can be
    given back before they are written, that is a fifth of all the work.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
