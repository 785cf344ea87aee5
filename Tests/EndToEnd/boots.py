"""dom0 on machines of different shapes, and how it leaves them."""

import re

from console import check_input, check_ring
from lab import field, require, test

# What a healthy kernel never says.
TROUBLE = r"BUG:|Oops|WARNING: CPU|soft lockup|rcu: INFO|Call Trace|hung_task|clocksource: timekeeping watchdog"


def check_dom0(dom0, cpus, mebibytes):
    """dom0 has its vCPUs, the hypervisor the machine's memory, and nobody complains."""
    require(dom0.run("nproc").output.strip() == str(cpus), f"dom0 does not have {cpus} vCPUs")
    info = dom0.run("xl info", check=True).output
    require(field(info, "nr_cpus") == str(cpus), f"the hypervisor does not use {cpus} CPUs:\n{info}")
    require(field(info, "xen_version").startswith("4.17"), "the release is not 4.17")
    total = int(field(info, "total_memory"))
    require(mebibytes - 64 <= total <= mebibytes, f"{total} MiB of memory found, not {mebibytes}")
    vcpus = dom0.run("xl vcpu-list 0", check=True).output
    running = re.findall(r"^Domain-0 +0 +\d+ +\d+ +[rb-]{3}", vcpus, re.M)
    require(len(running) == cpus, f"not every vCPU of dom0 runs:\n{vcpus}")
    # Every CPU takes work: a process bound to each comes back.
    for cpu in range(cpus):
        dom0.run(f"taskset -c {cpu} sha256sum /usr/bin/bash", check=True)
    complaints = dom0.run(f"dmesg | grep -E '{TROUBLE}' | head").output
    require(not complaints.strip(), f"dom0's kernel complains:\n{complaints}")


def shape(machine, cpus, mebibytes, tag, leave):
    @test(f"dom0 on {machine} with {cpus} CPUs and {mebibytes} MiB, then {leave}", tag)
    def _(lab):
        with lab.dom0(machine=machine, smp=cpus, memory=mebibytes) as dom0:
            check_dom0(dom0, cpus, mebibytes)
            if cpus == 1:
                check_input(dom0)
                check_ring(dom0)
            if leave == "poweroff":
                require((end := dom0.power_off()) == "poweroff", f"poweroff ended QEMU with {end}")
            else:
                require((end := dom0.reboot()) == "reset", f"reboot ended QEMU with {end}")


shape("q35", 1, 2048, "quick", "poweroff")
shape("pc", 2, 3072, "quick", "reboot")
shape("q35", 4, 4096, "quick", "reboot")
shape("pc", 1, 4096, "full", "poweroff")
shape("q35", 2, 8192, "full", "poweroff")
shape("pc", 4, 16384, "full", "poweroff")


@test("the uncompressed kernel boots as dom0 like the compressed one", "full")
def _(lab):
    from harness.machine import cached
    with lab.dom0(kernel=cached("vmlinux")) as dom0:
        require("control_d" in dom0.run("cat /proc/xen/capabilities").output, "dom0 is not privileged")
        require((end := dom0.power_off()) == "poweroff", f"poweroff ended QEMU with {end}")


@test("options: fewer vCPUs than CPUs, pinned vCPUs, the scheduler's slice, the platform timer", "quick")
def _(lab):
    words = "dom0_vcpus_pin sched=credit sched_credit_tslice_ms=10 sched_ratelimit_us=500 clocksource=pit"
    with lab.dom0(smp=4, dom0_vcpus=2, extra_hypervisor_args=words) as dom0:
        require(dom0.run("nproc").output.strip() == "2", "dom0_max_vcpus=2 was not heeded")
        vcpus = dom0.run("xl vcpu-list 0", check=True).output
        require(re.search(r"^Domain-0 +0 +0 .* 0 / ", vcpus, re.M), f"vCPU 0 is not pinned to CPU 0:\n{vcpus}")
        require(re.search(r"^Domain-0 +0 +1 .* 1 / ", vcpus, re.M), f"vCPU 1 is not pinned to CPU 1:\n{vcpus}")
        said = dom0.run("xl sched-credit -s", check=True).output
        require("tslice=10ms ratelimit=500us" in said, f"the scheduler's parameters: {said}")
        said = dom0.run("xl dmesg | grep 'Platform timer'", check=True).output
        require("PIT" in said, f"clocksource=pit was not heeded: {said}")
        require((end := dom0.power_off()) == "poweroff", f"poweroff ended QEMU with {end}")


@test("maxcpus and nosmp leave CPUs alone", "full")
def _(lab):
    for words, expected in (("maxcpus=2", "2"), ("nosmp", "1")):
        with lab.dom0(smp=4, extra_hypervisor_args=words) as dom0:
            found = field(dom0.run("xl info", check=True).output, "nr_cpus")
            require(found == expected, f"{words}: {found} CPUs in use")
