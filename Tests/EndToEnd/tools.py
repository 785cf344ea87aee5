"""The stock tools of xen-utils-4.17 in dom0, one command after the other."""

import os
import re
import time

from lab import ROOT, Failed, field, require, test

OURS = os.path.join(ROOT, "build", "xenstored")


def domain_line(dom0, name):
    """The words of a domain's line in `xl list`: name, id, memory, vCPUs, state, time; or None."""
    for line in dom0.run("xl list", check=True).output.splitlines():
        words = line.split()
        if words and words[0] == name:
            return words
    return None


def is_gone(dom0, name):
    """Whether a domain has left nothing: no line of its own and no nameless, half-dead one."""
    said = dom0.run("xl list", check=True).output
    return not re.search(rf"^({name}|\(null\)) ", said, re.M)


def wait_until(what, seconds, holds):
    """Asks `holds()` again until it is true."""
    deadline = time.monotonic() + seconds
    while not (value := holds()):
        if time.monotonic() > deadline:
            raise Failed(f"{what}: not within {seconds} s")
        time.sleep(0.5)
    return value


def guest_says(dom0, command, seconds=6):
    """What a guest's shell answers, through `xl console`."""
    return dom0.run(f"guest-shell guest1 {shell_quote(command)} {seconds}", seconds + 40, check=True).output


def shell_quote(text):
    return "'" + text.replace("'", "'\\''") + "'"


def use_every_tool(lab, xenstored):
    def case(name):
        return lab.case(f"{name} ({xenstored} xenstored)")

    files = {}
    if xenstored == "swift":
        if not os.path.exists(OURS):
            raise Failed(f"{OURS} has not been built: make xenstored")
        with open(OURS, "rb") as stream:
            files["/usr/lib/martlet/bin/xenstored"] = stream.read()
    with lab.dom0(files=files, extra_hypervisor_args="sched=credit",
                  extra_kernel_args=f"martlet.xenstored={xenstored}", nics=[]) as dom0:
        dom0.run("make-guest 1 '' 192 2; cp /guest/disk1.img /guest/extra.img", check=True)
        program = {"c": "xen-4.17/bin/xenstored", "ocaml": "xen-4.17/bin/oxenstored",
                   "swift": "martlet/bin/xenstored"}[xenstored]
        with case("the right xenstored runs"):
            dom0.run(f"pgrep -f '^/usr/lib/{program} '", check=True)
        with case("xl info"):
            info = dom0.run("xl info", check=True).output
            for name in ("nr_cpus", "total_memory", "free_memory", "xen_major", "xen_caps", "xen_scheduler"):
                field(info, name)
            require("xen-3.0-x86_64" in field(info, "xen_caps"), "xen_caps lacks xen-3.0-x86_64")
            require(field(info, "xen_scheduler") == "credit", "the scheduler is not credit")
        with case("xl create"):
            dom0.run("xl create /root/guest1.cfg", 300, check=True)
            dom0.follow_guest("guest1", "GUEST-READY", 480)
        with case("xl list"):
            words = domain_line(dom0, "guest1")
            require(words and words[2] == "192" and words[3] == "2", f"guest1's line is {words}")
            require(domain_line(dom0, "Domain-0"), "no Domain-0")
        with case("xl vcpu-list"):
            said = dom0.run("xl vcpu-list", check=True).output
            require(len(re.findall(r"^guest1 +\d+ +[01] ", said, re.M)) == 2, said)
        with case("xl uptime"):
            said = dom0.run("xl uptime", check=True).output
            require(re.search(r"^guest1 +\d+ +0:\d\d", said, re.M), said)
        with case("xl console"):
            said = guest_says(dom0, "echo sum-$((40 + 2)); cat /proc/uptime")
            require("sum-42" in said, said)
        with case("xl pause and unpause"):
            dom0.run("xl pause guest1", check=True)
            require("p" in domain_line(dom0, "guest1")[4], "xl list does not show it paused")
            before = domain_line(dom0, "guest1")[5]
            time.sleep(3)
            require(domain_line(dom0, "guest1")[5] == before, "a paused guest used processor time")
            dom0.run("xl unpause guest1", check=True)
            require("p" not in domain_line(dom0, "guest1")[4], "xl list still shows it paused")
            require("alive-7" in guest_says(dom0, "echo alive-$((3 + 4))"), "it does not answer")
        with case("xl vcpu-pin"):
            dom0.run("xl vcpu-pin guest1 0 1", check=True)
            said = dom0.run("xl vcpu-list guest1", check=True).output
            require(re.search(r"^guest1 +\d+ +0 +1 +\S+ +\S+ +1 / all", said, re.M)
                    or re.search(r"^guest1 +\d+ +0 .* 1 / all", said, re.M), said)
            dom0.run("xl vcpu-pin guest1 0 all", check=True)
        with case("xl sched-credit"):
            dom0.run("xl sched-credit -d guest1 -w 512 -c 80", check=True)
            said = dom0.run("xl sched-credit", check=True).output
            require(re.search(r"^guest1 +\d+ +512 +80", said, re.M), said)
            dom0.run("xl sched-credit -d guest1 -w 256 -c 0", check=True)
        with case("xl mem-set"):
            dom0.run("xl mem-set guest1 160", check=True)
            wait_until("guest1 gives memory back", 60, lambda: domain_line(dom0, "guest1")[2] == "160")
            dom0.run("xl mem-set guest1 192", check=True)
            wait_until("guest1 gets memory again", 60, lambda: domain_line(dom0, "guest1")[2] == "192")
        with case("xl block-attach and block-detach"):
            dom0.run("xl block-attach guest1 format=raw,vdev=xvdb,access=rw,target=/guest/extra.img", 120, check=True)
            said = guest_says(dom0, "sleep 2; sha256sum /dev/xvdb | cut -c1-64", 15)
            digest = dom0.run("sha256sum < /guest/extra.img", check=True).output.split()[0]
            require(digest in said, f"the guest does not read {digest} from xvdb:\n{said}")
            require("51728" in dom0.run("xl block-list guest1", check=True).output, "xl block-list lacks xvdb")
            dom0.run("xl block-detach guest1 xvdb", 120, check=True)
        with case("xl network-attach"):
            dom0.run("xl network-attach guest1 mac=00:16:3e:07:00:99 bridge=xenbr0", 120, check=True)
            said = guest_says(dom0, "sleep 2; cat /sys/class/net/eth1/address", 8)
            require("00:16:3e:07:00:99" in said, said)
            require("00:16:3e:07:00:99" in dom0.run("xl network-list guest1", check=True).output, "not in xl network-list")
        with case("xl network-detach"):
            dom0.run("xl network-detach guest1 1", 120, check=True)
            require("00:16:3e:07:00:99" not in dom0.run("xl network-list guest1", check=True).output, "still there")
        with case("xl rename"):
            dom0.run("xl rename guest1 other", check=True)
            require(domain_line(dom0, "other") and not domain_line(dom0, "guest1"), "the name is as it was")
            dom0.run("xl rename other guest1", check=True)
        with case("xl trigger nmi"):
            dom0.run("xl trigger guest1 nmi 0", check=True)
            dom0.follow_guest("guest1", "NMI received", 60)
        with case("xl sysrq"):
            dom0.run("xl sysrq guest1 h", check=True)
            dom0.follow_guest("guest1", "sysrq: HELP", 60)
        with case("xl save and restore"):
            number = domain_line(dom0, "guest1")[1]
            dom0.run("xl save guest1 /guest/saved", 300, check=True)
            wait_until("guest1 is gone", 30, lambda: is_gone(dom0, "guest1"))
            dom0.run("xl restore /guest/saved && rm /guest/saved", 300, check=True)
            require(domain_line(dom0, "guest1")[1] != number, "it has the id that it had")
            require("sum-53" in guest_says(dom0, "echo sum-$((50 + 3))", 15), "it does not answer after restoring")
        with case("xenstore-ls"):
            said = dom0.run("xenstore-ls -f /local/domain", check=True).output
            require(re.search(r'^/local/domain/\d+/name = "guest1"', said, re.M), said[:2000])
            require("/local/domain/0/backend/vbd/" in said, "no block backend in the store")
        with case("xentop -b -i 2"):
            said = dom0.run("xentop -b -i 2 -d 1", 60, check=True).output
            require(len(re.findall(r"^ *guest1 ", said, re.M)) == 2, said)
            require(len(re.findall(r"^ *Domain-0 ", said, re.M)) == 2, said)
        with case("xl dmesg"):
            said = dom0.run("xl dmesg", check=True).output
            require(len(said.splitlines()) > 10 and "version" in said, said[:2000])
        with case("xl debug-keys"):
            dom0.run("xl dmesg -c > /dev/null", check=True)
            dom0.run("xl debug-keys h", check=True)
            said = dom0.run("xl dmesg", check=True).output
            require(re.search(r"key '.' ", said) or "handlers" in said or "help" in said.lower(), said)
        with case("xl reboot"):
            number = domain_line(dom0, "guest1")[1]
            dom0.run("xl reboot guest1", check=True)
            wait_until("guest1 comes back with another id", 120,
                       lambda: (line := domain_line(dom0, "guest1")) and line[1] != number)
            wait_until("nothing is left of the first", 30, lambda: is_gone(dom0, "nobody"))
            wait_until("guest1 is ready again", 240, lambda: dom0.run(
                "test $(grep -c GUEST-READY /var/log/xen/console/guest-guest1.log) -ge 2").status == 0)
        with case("xl shutdown"):
            dom0.run("xl shutdown -w guest1", 120, check=True)
            wait_until("guest1 is gone", 30, lambda: is_gone(dom0, "guest1"))
        with case("xl destroy"):
            dom0.run("xl create -p /root/guest1.cfg", 300, check=True)
            require("p" in domain_line(dom0, "guest1")[4], "xl create -p did not leave it paused")
            dom0.run("xl unpause guest1", check=True)
            time.sleep(2)
            dom0.run("xl destroy guest1", 60, check=True)
            wait_until("guest1 is gone", 30, lambda: is_gone(dom0, "guest1"))
        with case("dom0 powers off after all that"):
            require((end := dom0.power_off()) == "poweroff", f"poweroff ended QEMU with {end}")


@test("the stock tools with the C xenstored", "quick")
def _(lab):
    use_every_tool(lab, "c")


@test("the stock tools with the OCaml xenstored", "quick")
def _(lab):
    use_every_tool(lab, "ocaml")


@test("the stock tools with our xenstored", "quick")
def _(lab):
    use_every_tool(lab, "swift")
