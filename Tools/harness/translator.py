"""Proof of one fault of the emulator, so that it is not taken for one of the system under test.

QEMU 7.2 with a thread per CPU may keep running a translation of an instruction that another CPU has
replaced: the translator reads the old bytes, the other CPU writes the new ones, and only then is the
translation entered where a write would find it. Nothing but another write to those bytes, or a flush
of all translations, ends that. A kernel that patches its own code does it by way of INT3, takes the
trap, finds that memory holds an ordinary instruction, and tries again, for ever.
(`docs/decisions/0012-emulator-keeps-old-code.md` says how to see it without any hypervisor.)
"""

import collections
import os
import re
import time

_TRAP = re.compile(rb"v=03 e=0000 i=1 cpl=\d IP=[0-9a-f]{4}:([0-9a-f]{16})")
_SECONDS = 0.5
_MANY = 200


def replaced_breakpoint(machine):
    """The address whose INT3 some CPU takes again and again though no CPU finds one there, or None."""
    path = machine.scratch("interrupts")
    machine.human(f"logfile {path}")
    machine.human("log int")
    time.sleep(_SECONDS)
    machine.human("log none")
    if not os.path.exists(path):
        return None
    with open(path, "rb") as stream:
        traps = collections.Counter(_TRAP.findall(stream.read()))
    os.remove(path)
    if not traps:
        return None
    (address, count), = traps.most_common(1)
    if count < _MANY:
        return None
    place = int(address, 16)
    seen = []
    for cpu in range(machine.options.smp):
        answer = machine.human(f"x /1xb {place:#x}", cpu)
        byte = re.search(r": 0x([0-9a-f]{2})\s*$", answer.strip())
        if byte:
            seen.append(int(byte.group(1), 16))
    return place if seen and 0xCC not in seen else None
