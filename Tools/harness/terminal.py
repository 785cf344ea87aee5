"""Connects the person's terminal to a machine's console."""

import os
import select
import sys
import termios
import time
import tty

ESCAPE = b"\x1d"  # Ctrl-]


def converse(machine):
    """Passes keys to the console and its output to the screen until the machine ends or Ctrl-]."""
    machine.options.echo = False
    keyboard = sys.stdin.fileno()
    saved = termios.tcgetattr(keyboard)
    shown = machine.position()
    try:
        tty.setraw(keyboard)
        while machine.running:
            ready, _, _ = select.select([keyboard], [], [], 0.05)
            if ready:
                data = os.read(keyboard, 256)
                if ESCAPE in data:
                    break
                machine.send(data)
            with machine._changed:
                new = bytes(machine._text[shown:])
            shown += len(new)
            if new:
                sys.stdout.buffer.write(new)
                sys.stdout.buffer.flush()
        time.sleep(0.1)
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, saved)
        print()
