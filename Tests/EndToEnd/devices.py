"""dom0's devices: file systems on disks, pings through network interfaces."""

import hashlib
import os
import re
import subprocess

from lab import require, test

DISKS = (("virtio", "vda"), ("ahci", "sda"))
NICS = ("virtio", "e1000e")


def write_disk(dom0, kind, device):
    """Writes a file system on a disk, unmounts it, mounts it again; returns the file's SHA-256."""
    dom0.run(f"test -b /dev/{device}", check=True)
    dom0.run(f"mkfs.ext4 -q -F /dev/{device}", 120, check=True)
    dom0.run(f"mkdir -p /mnt/{kind} && mount /dev/{device} /mnt/{kind}", check=True)
    dom0.run(f"dd if=/dev/urandom of=/mnt/{kind}/file bs=1M count=24 2>&1", 120, check=True)
    written = dom0.run(f"sha256sum < /mnt/{kind}/file", 60, check=True).output.split()[0]
    dom0.run(f"umount /mnt/{kind}", 120, check=True)
    dom0.run("echo 3 > /proc/sys/vm/drop_caches", check=True)
    dom0.run(f"e2fsck -fn /dev/{device}", 120, check=True)
    dom0.run(f"mount -o ro /dev/{device} /mnt/{kind}", check=True)
    found = dom0.run(f"sha256sum < /mnt/{kind}/file", 60, check=True).output.split()[0]
    require(written == found, "the file read back is not the file written")
    dom0.run(f"umount /mnt/{kind}", 60, check=True)
    return written


def verify_image(image, digest):
    """The image, read on the host, is a sound file system with that very file."""
    checked = subprocess.run(["/sbin/e2fsck", "-fn", image], capture_output=True, text=True)
    require(checked.returncode == 0, f"e2fsck on the host: {checked.stdout}")
    copy = image + ".file"
    subprocess.run(["/sbin/debugfs", "-R", f"dump /file {copy}", image], capture_output=True, check=False)
    with open(copy, "rb") as stream:
        found = hashlib.sha256(stream.read()).hexdigest()
    os.remove(copy)
    require(found == digest, "the file in the image is not the file dom0 wrote")


def ping(dom0, number):
    """A thousand pings to the gateway of interface `number`, none lost."""
    address = f"52:54:00:07:00:{number + 1:02x}"
    name = dom0.run(f"basename $(dirname $(grep -l {address} /sys/class/net/*/address))", check=True).output.strip()
    dom0.run(f"ip addr add 10.0.{2 + number}.15/24 dev {name} && ip link set {name} up", check=True)
    dom0.run(f"for i in $(seq 50); do ping -c 1 -W 1 10.0.{2 + number}.2 && break; done", 60, check=True)
    said = dom0.run(f"ping -q -c 1000 -i 0.005 -W 5 10.0.{2 + number}.2", 120).output
    require(re.search(r"1000 packets transmitted, 1000 received", said), said)


@test("dom0's disks and network interfaces", "quick")
def _(lab):
    machines = ("q35", "pc") if lab.full else ("q35",)
    for machine in machines:
        images = [lab.scratch(f"disk-{machine}-{kind}.img", 64) for kind, _ in DISKS]
        options = dict(machine=machine, disks=[(kind, image) for (kind, _), image in zip(DISKS, images)],
                       nics=list(NICS))
        digests = {}
        with lab.dom0(**options) as dom0:
            for kind, device in DISKS:
                with lab.case(f"a file system on {kind} ({machine}) is written, unmounted and verified"):
                    digests[kind] = write_disk(dom0, kind, device)
            for number, kind in enumerate(NICS):
                with lab.case(f"a thousand pings through {kind} ({machine}) without loss"):
                    ping(dom0, number)
            with lab.case(f"dom0 with devices ({machine}) powers off"):
                require((end := dom0.power_off()) == "poweroff", f"poweroff ended QEMU with {end}")
        for (kind, _), image in zip(DISKS, images):
            with lab.case(f"the {kind} image ({machine}) holds on the host what dom0 wrote"):
                require(kind in digests, "nothing was written")
                verify_image(image, digests[kind])
            os.remove(image)
