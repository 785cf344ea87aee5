"""The hypervisor's own console: input that changes sides, debug keys, the screen, panics."""

import re
import time

from lab import require, test

SWITCH = b"\x01\x01\x01"  # Ctrl-A three times
TO_XEN = rb"\*\*\* Serial input to Xen \(type 'CTRL-a' three times to switch input\)"
TO_DOM0 = rb"\*\*\* Serial input to DOM0 \(type 'CTRL-a' three times to switch input\)"


def switch(machine, to):
    """Moves the input and waits until the hypervisor says so."""
    machine.send(SWITCH)
    machine.expect(to, 20)


def check_input(dom0):
    """The input goes to the debug keys and comes back, while dom0 works on."""
    machine = dom0.machine
    switch(machine, TO_XEN)
    machine.send("h")
    machine.expect(rb"'h' pressed -> showing installed handlers", 20)
    machine.expect(rb" key 'q' \(ascii '71'\) => dump domain \(and guest debug\) info", 20)
    switch(machine, TO_DOM0)
    # What was typed meanwhile did not reach dom0, and what is typed now does.
    require(dom0.run("echo back").output == "back\n", "dom0 does not get the input back")


def check_ring(dom0):
    """The hypervisor's ring: dom0's output stays out, reading clears no more than was read, news is told."""
    ring = dom0.run("xl dmesg").output
    require("Serial input to Xen" in ring, f"xl dmesg lacks what the console said:\n{ring}")
    require("Linux version" not in ring, f"dom0's own output is in the hypervisor's ring:\n{ring}")
    keys = "q" * 80  # more than the 16 KiB that xl reads at a time
    lengths = dom0.run(
        f"xl debug-keys {keys}; xl dmesg | wc -c; xl dmesg -c | wc -c; xl dmesg -c | wc -c").output
    lengths = [int(line) for line in lengths.splitlines() if line.isdigit()]
    require(lengths[0] > 16000 and lengths[1] == lengths[0], f"xl dmesg -c loses lines: {lengths}")
    require(lengths[2] == 0, f"xl dmesg -c does not clear: {lengths}")
    dom0.run("pkill xenconsoled; sleep 1; mkdir -p /var/log/xen/console; xenconsoled --log=hv", check=True)
    # The daemon waits for VIRQ_CON_RING.
    dom0.run("xl debug-keys q; for i in $(seq 50); do grep -q \"'q' pressed\" "
             "/var/log/xen/console/hypervisor.log && exit; sleep 0.2; done; exit 1", check=True)


def screen(machine):
    """The rows of the machine's text screen."""
    cells = machine.memory(0xB8000, 80 * 25 * 2)
    text = cells[::2].decode("latin-1").replace("\0", " ")
    return [text[start:start + 80].rstrip() for start in range(0, len(text), 80)]


@test("the console: debug keys, screen, time stamps, a panic with registers and trace", "quick")
def _(lab):
    words = "console=com1,vga vga=text-80x25,keep console_timestamps=boot conring_size=256k"
    with lab.machine(extra_hypervisor_args=words, memory=2048, qemu_args=["-vga", "std"]) as machine:
        with lab.case("input goes to dom0 when it boots, and by Ctrl-A to the debug keys"):
            machine.expect(TO_DOM0, 120)
            switch(machine, TO_XEN)
            machine.send("h")
            keys = machine.expect(rb"'h' pressed(?s:.)* key 'w' [^\n]*dmesg\)", 20).group(0)
        with lab.case("lines bear the time that was asked for, and the ring has its size"):
            text = machine.text()
            require(re.search(r"^\(XEN\) \[ +\d+\.\d{6}\] .*Serial input to Xen", text, re.M), text[-2000:])
            require("Allocated console ring of 256 KiB." in text, text[:4000])
        with lab.case("the screen shows the console's lines"):
            rows = screen(machine)
            require(any("=> show this message" in row for row in rows), "\n".join(rows))
        if b"there is none: panic" not in keys:
            return  # a hypervisor without this key
        with lab.case("a panic tells registers, trace and reason, and ends the machine"):
            machine.send("%")
            machine.expect(rb"RIP: +0xe008:\[0xffff82d0[0-9a-f]{8}\]", 20)
            machine.expect(rb"rax: 0x[0-9a-f]{16} +rbx: ", 20)
            machine.expect(rb"Call trace:", 20)
            machine.expect(rb"\[0xffff82d0[0-9a-f]{8}\] [^\n]*handleDebugKey[^\n]*\+0x", 20)
            machine.expect(rb"Panic on CPU \d+:", 20)
            machine.expect(rb"FATAL TRAP: vector = 6 \(invalid opcode\)", 20)
            machine.expect(rb"Reboot in five seconds", 20)
            require(any("FATAL TRAP" in row for row in screen(machine)), "the screen does not show why")
            require((end := machine.wait_end(60)) == "reset", f"the machine ended with {end}")


@test("noreboot: after a crash of dom0 the machine stays", "quick")
def _(lab):
    with lab.machine(initrd="", extra_hypervisor_args="noreboot=1", memory=2048) as machine:
        machine.expect(rb"Unable to mount root fs", 120)
        machine.expect(rb"Hardware Dom0 crashed", 60)
        machine.expect(rb"'noreboot' set - not rebooting", 20)
        time.sleep(2)
        require(machine.running, "the machine did not stay")
