import signal
from contextlib import suppress

import pytest
from django.core.management import CommandError

from classifier.management.options import Interruptible


def code_of(function):
    """Return the exit code of a command that does no more than call the function."""
    with pytest.raises(CommandError, match="Interrupted.") as error:
        Interruptible("Interrupted.")(function)()
    return error.value.returncode


def interrupt():
    signal.raise_signal(signal.SIGINT)


def lose_interrupt():
    with suppress(KeyboardInterrupt):  # as Python does in `__del__`
        interrupt()


def test_error_of_a_clean_up_does_not_hide_an_interrupt():
    def command():
        try:
            interrupt()
        finally:
            raise ConnectionError("The worker is gone.")

    assert code_of(command) == 130


def test_lost_interrupt_ends_a_command_at_its_next_check():
    steps = []
    interruptible = Interruptible("Interrupted.")

    @interruptible
    def command():
        for step in range(3):
            interruptible.check()
            steps.append(step)
            lose_interrupt()

    with pytest.raises(CommandError, match="Interrupted."):
        command()
    assert steps == [0]


def test_lost_interrupt_counts_at_the_end():
    assert code_of(lose_interrupt) == 130


def test_other_errors_are_not_changed():
    with pytest.raises(ConnectionError), Interruptible("Interrupted."):
        raise ConnectionError("The worker is gone.")


@pytest.mark.parametrize("handler", [signal.SIG_IGN, signal.default_int_handler])
def test_handler_is_as_before_and_ignored_interrupts_stay_so(handler):
    before = signal.signal(signal.SIGINT, handler)
    try:
        with Interruptible("Interrupted."):
            assert (signal.getsignal(signal.SIGINT) is signal.SIG_IGN) == (handler is signal.SIG_IGN)
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)
