"""Our xenstored is killed and started again in a running host, while a guest boots."""

from lab import require, test
from live_update import PROGRAM, read_ours, runs
from tools import domain_line, is_gone, wait_until

# As the service manager would. Debian's console daemon does not connect again by itself.
RESTART = r"""
words() { tr '\0' '\n' < /proc/$1/cmdline; }
end() { kill -9 $1; while [ -e /proc/$1 ]; do sleep 0.02; done; }
store=$(pgrep -f '^/usr/lib/martlet/bin/xenstored ')
console=$(pgrep xenconsoled)
mapfile -t start_store < <(words $store)
mapfile -t start_console < <(words $console)
end $store
"${start_store[@]}" && end $console && "${start_console[@]}"
"""


@test("our xenstored is killed while a guest boots", "quick")
def _(lab):
    with lab.dom0(files={PROGRAM: read_ours(), "/root/restart": RESTART.encode()},
                  extra_kernel_args="martlet.xenstored=swift") as dom0:
        dom0.run("make-guest 1 '' 160; make-guest 2 '' 160", check=True)
        with lab.case("a guest boots through three kills of xenstored"):
            dom0.run("xl create /root/guest1.cfg", 300, check=True)
            process = runs(dom0, PROGRAM)
            for _ in range(3):
                dom0.run("bash /root/restart; sleep 1", 60, check=True)
                now = runs(dom0, PROGRAM)
                require(now != process, "it was not killed")
                process = now
            dom0.follow_guest("guest1", "GUEST-READY", 480)
        with lab.case("the tools see and destroy it (after kills)"):
            require(domain_line(dom0, "guest1"), "xl list does not show it")
            require("OK" in dom0.run("xenstore-control check", check=True).output, "check")
            dom0.run("xl destroy guest1", 120, check=True)
            wait_until("guest1 is gone", 60, lambda: is_gone(dom0, "guest1"))
        with lab.case("the next guest starts (after kills)"):
            dom0.run("xl create /root/guest2.cfg", 300, check=True)
            dom0.follow_guest("guest2", "GUEST-INIT", 480)
        require((end := dom0.power_off()) == "poweroff", f"poweroff ended QEMU with {end}")
