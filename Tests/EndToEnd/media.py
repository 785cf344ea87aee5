"""Booting from a medium, by GRUB."""

import os
import subprocess

from lab import ROOT, Failed, require, test


def make_image(lab):
    """What `make iso` makes."""
    image = lab.scratch("martlet.iso")
    made = subprocess.run(
        [os.path.join(ROOT, "Tools", "iso"), "--hypervisor", lab.hypervisor, "--output", image],
        cwd=ROOT, capture_output=True, text=True)
    if made.returncode != 0:
        raise Failed(made.stdout + made.stderr)
    return image


def boot_image(lab, image, entry, keys=b"", **options):
    """Boots the medium by one of its menu's entries; dom0 must be one, and must power off."""
    with lab.case(f"GRUB boots Debian on the hypervisor by {entry}"):
        from harness.dom0 import Dom0
        with lab.machine(cdrom=image, **options) as machine:
            if keys:
                machine.expect(rb"multiboot 1", 60)
                machine.send(keys)
            dom0 = Dom0(machine)
            dom0.wait_ready(360)
            require("control_d" in dom0.run("cat /proc/xen/capabilities").output, "dom0 is not privileged")
            require((end := dom0.power_off()) == "poweroff", f"poweroff ended QEMU with {end}")


@test("GRUB on a BIOS machine boots the CD image", "quick")
def _(lab):
    image = make_image(lab)
    boot_image(lab, image, "multiboot 2")
    if lab.full:
        boot_image(lab, image, "multiboot 1", b"\x1b[B\r")
    os.remove(image)


@test("GRUB on a UEFI machine boots the CD image", "full")
def _(lab):
    image = make_image(lab)
    boot_image(lab, image, "multiboot 2", uefi=True)
    os.remove(image)
