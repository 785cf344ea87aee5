"""What cannot work: one clear line on the console and an orderly stop, never a hang."""

import os
import re

from lab import require, test
from harness.machine import cached

# What no reason looks like: the hypervisor fell over the input instead of judging it.
FALL = r"FATAL TRAP|Unhandled|(?i:double fault|page fault)|#PF|#GP|Assertion|out of bounds"


def reason(text):
    """The line in which a hypervisor says why it stops; with QEMU's -no-reboot its reset ends QEMU."""
    lines = [line[len("(XEN)"):].strip() for line in text.split("\n") if line.startswith("(XEN)")]
    panics = [number for number, line in enumerate(lines) if re.match(r"Panic on CPU \d+", line)]
    require(panics, "the hypervisor gives no reason:\n" + "\n".join(lines[-15:]))
    said = next((line for line in lines[panics[-1] + 1:] if line and not line.startswith("*")), "")
    require(said and not re.search(FALL, said), f"this is no reason a person can act on: {said!r}")
    return said


def gives_up(lab, what, **options):
    """Boots something broken and checks for a reason, no dom0, and an end within a minute."""
    with lab.case(what):
        with lab.machine(**options) as machine:
            end = machine.wait_end(120)
            require(end in ("reset", "poweroff"), f"the machine ended with {end}\n{machine.last_words()}")
            require("Run /init" not in machine.text(), "dom0 started all the same")
            print(f"      it says: {reason(machine.text())}")


def damaged(lab, name, change):
    """A copy of dom0's kernel with something done to its bytes."""
    with open(cached("vmlinuz"), "rb") as stream:
        data = bytearray(stream.read())
    path = lab.scratch(name)
    with open(path, "wb") as stream:
        stream.write(change(data))
    return path


@test("broken inputs end with a reason", "quick")
def _(lab):
    def corrupt(data):
        middle = len(data) // 2
        data[middle:middle + 4096] = bytes(4096)
        return data

    def zero_header(data):
        data[0x202:0x206] = bytes(4)
        return data

    def random_bytes(data):
        return bytes((i * 197 + 13) & 0xFF for i in range(1 << 20))

    broken = (
        ("a truncated kernel", lambda data: data[:len(data) // 3]),
        ("a kernel cut off after its first sector", lambda data: data[:512]),
        ("a kernel with corrupt bytes in its payload", corrupt),
        ("a kernel without its signature", zero_header),
        ("a module that is not a kernel", random_bytes),
    )
    for number, (what, change) in enumerate(broken):
        path = damaged(lab, f"broken-{number}", change)
        gives_up(lab, f"{what} is refused", kernel=path)
        os.remove(path)
    gives_up(lab, "no module at all is refused", modules=[])
    gives_up(lab, "no room for dom0_mem is refused", memory=1024, dom0_memory="64G,min:64G")
    gives_up(lab, "dom0_mem too small for the kernel and its root is refused", dom0_memory="24M")


@test("a missing ramdisk: dom0's kernel gives up and the machine ends", "quick")
def _(lab):
    with lab.machine(initrd="") as machine:
        machine.expect(rb"Unable to mount root fs", 120)
        end = machine.wait_end(60)
        require(end in ("reset", "poweroff"), f"the machine ended with {end}")


@test("garbage in the command line", "quick")
def _(lab):
    garbage = "no-such-word=17 maxcpus=many ,,,, = =x loglvl=banana dom0_max_vcpus=-3- \"half"
    with lab.dom0(extra_hypervisor_args=garbage) as dom0:
        with lab.case("garbage in the command line does no harm"):
            require((end := dom0.power_off()) == "poweroff", f"poweroff ended QEMU with {end}")
        with lab.case("an unknown word in the command line is named"):
            lines = [line for line in dom0.machine.text().split("\n")
                     if "no-such-word" in line and "com1=" not in line]  # not the whole line
            require(lines, "no line names the unknown word no-such-word")
