"""Our xenstored takes over from another one in a running host, while a guest boots."""

import os
import re

from lab import Failed, require, test
from tools import OURS, domain_line, is_gone, wait_until

PROGRAM = "/usr/lib/martlet/bin/xenstored"
STOCK_C = "/usr/lib/xen-4.17/bin/xenstored"


def read_ours():
    if not os.path.exists(OURS):
        raise Failed(f"{OURS} has not been built: make xenstored")
    with open(OURS, "rb") as stream:
        return stream.read()


def runs(dom0, program):
    """The process number of xenstored, which must be this program."""
    said = dom0.run(r"pgrep -f '^/usr/lib/.*/bin/o?xenstored ' | while read p; do"
                    r" echo $p $(readlink /proc/$p/exe); done").output
    found = re.findall(rf"^(\d+) {re.escape(program)}$", said, re.M)
    require(len(found) == 1, f"{program} does not run: {said}")
    return found[0]


def update(dom0, to):
    dom0.run(f"xenstore-control live-update -t 30 {to}", 60, check=True)


def take_over(lab, xenstored, back):
    def case(name):
        return lab.case(f"{name} (live update from {xenstored})")

    with lab.dom0(files={PROGRAM: read_ours()},
                  extra_kernel_args=f"martlet.xenstored={xenstored}") as dom0:
        dom0.run("make-guest 1 '' 160; make-guest 2 '' 160", check=True)
        with case("a guest boots through two take-overs"):
            dom0.run("xl create /root/guest1.cfg", 300, check=True)
            update(dom0, PROGRAM)
            process = runs(dom0, PROGRAM)
            update(dom0, PROGRAM)
            require(runs(dom0, PROGRAM) == process, "it is another process")
            dom0.follow_guest("guest1", "GUEST-READY", 480)
        with case("the tools see and destroy it"):
            require(domain_line(dom0, "guest1"), "xl list does not show it")
            said = dom0.run("xenstore-ls -f /local/domain/0/backend", check=True).output
            require(re.search(r'/vbd/\d+/51712/state = "4"', said), f"its disk is not connected: {said}")
            dom0.run("xl destroy guest1", 120, check=True)
            wait_until("guest1 is gone", 60, lambda: is_gone(dom0, "guest1"))
            require(not dom0.run("xenstore-list /local/domain/0/backend/vbd 2>/dev/null").output.strip(),
                    "its backends are still there")
        if back:
            with case("the C daemon takes over"):
                update(dom0, STOCK_C)
                runs(dom0, STOCK_C)
                update(dom0, PROGRAM)
                runs(dom0, PROGRAM)
        with case("a refused update changes nothing"):
            refused = dom0.run("xenstore-control live-update /bin/false")
            require(refused.status == 3 and "cannot be started" in refused.output, refused.output)
            runs(dom0, PROGRAM)
        with case("the next guest starts"):
            dom0.run("xl create /root/guest2.cfg", 300, check=True)
            dom0.follow_guest("guest2", "GUEST-INIT", 480)
        require((end := dom0.power_off()) == "poweroff", f"poweroff ended QEMU with {end}")


@test("live update from the C xenstored", "quick")
def _(lab):
    take_over(lab, "c", back=False)


@test("live update from the OCaml xenstored", "quick")
def _(lab):
    take_over(lab, "ocaml", back=False)


@test("live update from our xenstored", "quick")
def _(lab):
    take_over(lab, "swift", back=True)
