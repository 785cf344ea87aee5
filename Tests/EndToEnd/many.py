"""Several guests at once, and many one after the other."""

import time

from lab import field, require, test
from tools import is_gone, wait_until

COUNT = 4


def rounds(dom0):
    """How many rounds each busy guest has done, and what went wrong in them."""
    said = dom0.run(
        "cd /var/log/xen/console; for n in $(seq %d); do"
        " echo $n $(grep -c 'GUEST-BUSY round .* up' guest-guest$n.log); done" % COUNT, 60, check=True).output
    wrong = dom0.run(
        "grep -hE 'GUEST-BUSY (round .* (differs|no answer)|mount failed)|Kernel panic|BUG:|soft lockup' "
        "/var/log/xen/console/*.log").output
    return {int(n): int(count) for n, count in (line.split() for line in said.splitlines())}, wrong


@test("four guests busy at once on two CPUs, then all shut down", "quick")
def _(lab):
    seconds, window = (120, 30) if lab.full else (60, 30)
    with lab.dom0(smp=2, memory=3072) as dom0:
        for number in range(1, COUNT + 1):
            dom0.run(f"make-guest {number} guest.mode=busy 160", check=True)
            dom0.run(f"xl create /root/guest{number}.cfg", 300, check=True)
        for number in range(1, COUNT + 1):
            said = dom0.follow_guest(f"guest{number}", "GUEST-BUSY round 1 up", 300)
            require("GUEST-DISK sha256=" in said and "GUEST-NET 3 packets transmitted, 3 packets received" in said,
                    f"guest{number} lacks its disk or network:\n{said}")
        done, wrong = rounds(dom0)
        for _ in range(seconds // window):
            time.sleep(window)
            now, wrong = rounds(dom0)
            for number in done:
                require(now[number] > done[number], f"guest{number} stood still for {window} s ({done} -> {now})")
            done = now
        require(not wrong.strip(), f"guests complain:\n{wrong}")
        dom0.run("xl shutdown -a -w", 240, check=True)
        wait_until("all guests are gone", 60, lambda: all(
            is_gone(dom0, f"guest{number}") for number in done))
        require((end := dom0.power_off()) == "poweroff", f"poweroff ended QEMU with {end}")
        print(f"      rounds done: {done}")


@test("free memory returns after guests are created and destroyed, some while booting", "quick")
def _(lab):
    cycles = 50 if lab.full else 6

    def free():
        return int(field(dom0.run("xl info", check=True).output, "free_memory"))

    with lab.dom0(smp=2, memory=2048) as dom0:
        dom0.run("make-guest 1 '' 160", check=True)
        before = None
        for cycle in range(cycles + 1):
            dom0.run("xl create /root/guest1.cfg", 300, check=True)
            if cycle % 5 == 0:
                dom0.follow_guest("guest1", "GUEST-READY", 480)
                dom0.run("rm -f /var/log/xen/console/guest-guest1.log; kill -HUP $(cat /run/xen/xenconsoled.pid)")
            else:
                time.sleep(cycle % 5 * 0.9)  # somewhere in the middle of its boot
            dom0.run("xl destroy guest1", 60, check=True)
            wait_until("guest1 is gone", 60, lambda: is_gone(dom0, "guest1"))
            if cycle == 0:
                # The first guest makes dom0's grant and event tables grow, and they stay so.
                time.sleep(2)
                before = free()
        after = wait_until("free memory is as before", 30, lambda: (now := free()) == before and now)
        print(f"      free memory {before} MiB before, {after} MiB after {cycles} cycles")
