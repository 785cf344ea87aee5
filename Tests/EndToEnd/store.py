"""Our xenstored and our clients in a Debian dom0: on stock Xen, and through the control domain's ring."""

import os
import re

from harness.machine import cached
from lab import ROOT, Failed, require, test
from tools import domain_line, is_gone, wait_until

# Without these the socket is not found, and a client takes the ring by way of the kernel.
RING = "env -u XENSTORED_PATH XENSTORED_RUNDIR=/none"


def built(*names):
    """Our programs, as files for dom0."""
    files = {}
    for name in names:
        path = os.path.join(ROOT, "build", name)
        if not os.path.exists(path):
            raise Failed(f"{path} has not been built: make {name}")
        with open(path, "rb") as stream:
            files[f"/usr/lib/martlet/bin/{name}"] = stream.read()
    return files


def store_dom0(lab, **given):
    """dom0 with our xenstored in the place of Debian's, and our clients beside it."""
    return lab.dom0(files=built("xenstored", "xenstore"), nics=[],
                    extra_kernel_args="martlet.xenstored=swift", **given)


@test("stock Xen with our xenstored: xl create, list, destroy", "quick")
def _(lab):
    with store_dom0(lab, hypervisor=cached("xen-4.17")) as dom0:
        dom0.run("make-guest 1 '' 192 1", check=True)
        with lab.case("our xenstored runs on stock Xen"):
            dom0.run("pgrep -f '^/usr/lib/martlet/bin/xenstored '", check=True)
            said = dom0.run("xl dmesg | head -20", check=True).output
            require("Xen version 4.17" in said, f"this is not stock Xen:\n{said}")
        with lab.case("xl create on stock Xen, our xenstored"):
            dom0.run("xl create /root/guest1.cfg", 300, check=True)
            dom0.follow_guest("guest1", "GUEST-READY", 480)
        with lab.case("xl list on stock Xen, our xenstored"):
            require(domain_line(dom0, "guest1") and domain_line(dom0, "Domain-0"), "xl list lacks one")
        with lab.case("the stock clients on stock Xen, our xenstored"):
            said = dom0.run("xenstore-ls -fp /local/domain", check=True).output
            require(re.search(r'^/local/domain/\d+/name = "guest1" +\(n0,r\d+\)', said, re.M), said[:2000])
            number = domain_line(dom0, "guest1")[1]
            require(dom0.run(f"xenstore-read /local/domain/{number}/device/vbd/51712/state",
                             check=True).output.strip() == "4", "the guest's disk is not connected")
            dom0.run("xenstore-write /tool/x 1 && xenstore-exists /tool/x && xenstore-rm /tool/x", check=True)
            require("OK" in dom0.run("xenstore-control check", check=True).output, "check")
        with lab.case("xl destroy on stock Xen, our xenstored"):
            dom0.run("xl destroy guest1", 60, check=True)
            wait_until("guest1 is gone", 30, lambda: is_gone(dom0, "guest1"))
            said = dom0.run("xenstore-ls -f /local/domain", check=True).output
            require(not re.search(rf"^/local/domain/{number}\b", said, re.M), f"it left nodes behind:\n{said}")
        with lab.case("dom0 powers off on stock Xen, our xenstored"):
            require((end := dom0.power_off()) == "poweroff", f"poweroff ended QEMU with {end}")


@test("our xenstore clients in dom0, through the socket and the ring", "quick")
def _(lab):
    def same(words, how=""):
        """Our client and Debian's say the same."""
        name, _, rest = words.partition(" ")
        stock = dom0.run(f"{how} xenstore-{name} {rest}")
        ours = dom0.run(f"{how} /usr/lib/martlet/bin/xenstore {name} {rest}")
        require((ours.status, ours.output) == (stock.status, stock.output),
                f"{words}: {ours.status}\n{ours.output[:1500]}\ninstead of {stock.status}\n{stock.output[:1500]}")
        return ours.output

    with store_dom0(lab) as dom0:
        for place, how in (("socket", ""), ("ring", RING)):
            with lab.case(f"our clients read as Debian's do through the {place}"):
                require("domid" in same("ls -fp /", how), "the store is empty")
                same("read /local/domain/0/name", how)
                same("list /local/domain/0", how)
                same("exists /local/domain/0/domid", how)
                same("ls -p /tool", how)
            with lab.case(f"our clients write through the {place}"):
                ours = f"{how} /usr/lib/martlet/bin/xenstore"
                dom0.run(f"{ours} write /tool/mine/a 1 /tool/mine/b 2", check=True)
                require(dom0.run("xenstore-read /tool/mine/b", check=True).output.strip() == "2", "not there")
                dom0.run(f"{ours} chmod /tool/mine/a n0 r0", check=True)
                require("(n0,r0)" in dom0.run("xenstore-ls -fp /tool", check=True).output, "permissions")
                dom0.run(f"{ours} rm /tool/mine", check=True)
                dom0.run(f"! {ours} exists /tool/mine", check=True)
            with lab.case(f"our clients watch through the {place}"):
                said = dom0.run(
                    f"{how} timeout 20 /usr/lib/martlet/bin/xenstore watch -n 2 /tool/w > /tmp/w & "
                    "sleep 1; xenstore-write /tool/w 1; wait; cat /tmp/w; xenstore-rm /tool/w", 60, check=True)
                require(said.output.split() == ["/tool/w", "/tool/w"], said.output)
        with lab.case("the ring is what was used"):
            require("/none" not in dom0.run("ls /").output, "there is a folder /none")
            dom0.run("test -c /dev/xen/xenbus", check=True)
