"""Our own test guests as ordinary domains, started by the stock tools; and two of them at once."""

import os
import re

from lab import ROOT, Failed, test

FOLDER = os.path.join(ROOT, "build", "guests")
ALONE = ["hello", "hypercalls", "traps", "events", "timers", "pagetables", "grants"]
CONFIG = """name = "{name}"
type = "pv"
kernel = "/root/guests/{kernel}"
memory = 64
vcpus = 2
extra = "{extra}"
on_poweroff = "destroy"
on_crash = "destroy"
"""


def _create(dom0, name, kernel, extra=""):
    text = CONFIG.format(name=name, kernel=kernel, extra=extra).replace("\n", "\\n")
    dom0.run(f"printf '{text}' > /root/{name}.cfg", check=True)
    dom0.run(f"rm -f /var/log/xen/console/guest-{name}.log; kill -HUP $(cat /run/xen/xenconsoled.pid)")
    dom0.run(f"xl create /root/{name}.cfg", 120, check=True)


def _verdict(dom0, name, timeout=90):
    log = dom0.follow_guest(name, r"RESULT .*", timeout)
    if not re.search(r"^RESULT \S+: PASS", log, re.M):
        raise Failed(log)


@test("our test guests under xl")
def _(lab):
    files = {}
    for name in ALONE:
        path = os.path.join(FOLDER, name)
        if not os.path.exists(path):
            raise Failed(f"{path} has not been built: make guests")
        with open(path, "rb") as stream:
            files[f"/root/guests/{name}"] = stream.read()
    with lab.dom0(files=files) as dom0:
        number = 0
        for kernel in ALONE:
            number += 1
            with lab.case(f"test guest {kernel} as a domain of its own"):
                _create(dom0, f"test-{kernel}", kernel, f"self={number}")
                _verdict(dom0, f"test-{kernel}")
        with lab.case("two test guests share pages"):
            granter, mapper = number + 1, number + 2
            _create(dom0, "granter", "grants", f"role=granter self={granter} peer={mapper}")
            _create(dom0, "mapper", "grants", f"role=mapper self={mapper} peer={granter}")
            _verdict(dom0, "mapper")
            _verdict(dom0, "granter")
