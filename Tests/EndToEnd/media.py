"""Booting from a medium, by GRUB."""

import os
import subprocess

from lab import ROOT, Failed, require, test


@test("GRUB on a BIOS machine boots the CD image", "quick")
def _(lab):
    image = lab.scratch("martlet.iso")
    made = subprocess.run(
        [os.path.join(ROOT, "Tools", "iso"), "--hypervisor", lab.hypervisor, "--output", image],
        cwd=ROOT, capture_output=True, text=True)
    if made.returncode != 0:
        raise Failed(made.stdout + made.stderr)
    entries = [("multiboot 2", b""), ("multiboot 1", b"\x1b[B\r")] if lab.full else [("multiboot 2", b"")]
    for name, keys in entries:
        with lab.case(f"GRUB boots Debian on the hypervisor by {name}"):
            from harness.dom0 import Dom0
            with lab.machine(cdrom=image) as machine:
                if keys:
                    machine.expect(rb"multiboot 1", 60)
                    machine.send(keys)
                dom0 = Dom0(machine)
                dom0.wait_ready(360)
                require("control_d" in dom0.run("cat /proc/xen/capabilities").output, "dom0 is not privileged")
                require((end := dom0.power_off()) == "poweroff", f"poweroff ended QEMU with {end}")
    os.remove(image)
