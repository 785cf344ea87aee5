"""Debian as dom0 and as a guest, on a machine that counts instructions: what takes how many ticks.

`boot` gives the figures of SAYS, `boot_shell` those of SHELL_SAYS. The machine is left alone from power-on to power-off: what runs in dom0
is a script that takes the place of root's shell, so nothing depends on when somebody types.
"""
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "Tools"))
from harness.cpio import CpioWriter  # noqa: E402
from harness.dom0 import HOPELESS  # noqa: E402
from harness.machine import Machine, MachineError, Options, cached  # noqa: E402

# name: (what it is, unit, ticks in a unit)
SAYS = {
    "boot": ("power-on to dom0's init", "G", 1e9),
    "fork": ("fork, exec and wait of a small static program in dom0", "k", 1e3),
    "create": ("`xl create` to the guest's init (one disk, one network interface)", "G", 1e9),
    "guest-fork": ("fork, exec and wait in the guest", "k", 1e3),
}

SHELL_SAYS = {
    "true": ("bash runs `/bin/true`", "k", 1e3),
    "pipeline": ("bash runs `/bin/true \\| cat \\| cat`", "k", 1e3),
    "pair": ("fork, exec and wait, two processes at once, each round", "k", 1e3),
}

COUNTING = ["-icount", "shift=0,sleep=off,align=off", "-rtc", "base=2026-01-01T00:00:00,clock=vm"]
LIMIT = 500  # seconds a boot may take; about 100 on an idle host

SCRIPT = r"""
log=/var/log/xen/console/guest-bench.log
/ticks now create
xl create /root/bench.cfg >/dev/null 2>/root/create.log || cat /root/create.log
until [ "$(grep -c TICKS $log 2>/dev/null)" = 6 ]; do sleep 0.5; done
sed -n 's/\r//; s/TICKS /TICKS guest-/p' $log
echo BENCH-END
poweroff -f
"""

SHELL_SCRIPT = r"""
dmesg -n 1
/ticks now a
for i in {1..200}; do /bin/true; done
/ticks now b
for i in {1..100}; do /bin/true | /bin/cat | /bin/cat; done
/ticks now c
( /ticks forks & /ticks forks & wait ) >/dev/null
/ticks now d
echo BENCH-END
poweroff -f
"""

GUEST = """
name = "bench"
type = "pv"
kernel = "/guest/vmlinuz"
ramdisk = "/root/bench.cpio"
memory = 192
vcpus = 1
tsc_mode = "native"
extra = "console=hvc0 quiet rdinit=/ticks"
disk = [ "format=raw, vdev=xvda, access=rw, target=/guest/disk1.img" ]
vif = [ "mac=00:16:3e:07:00:11, bridge=xenbr0" ]
"""


def scratch_folder():
    return tempfile.TemporaryDirectory(prefix="martlet-bench-")


def build_ticks(root, scratch):
    """Assembles and links ticks.S; returns the program's bytes."""
    tools = os.path.dirname(os.path.realpath(shutil.which("swift") or "swift"))
    thing, program = os.path.join(scratch, "ticks.o"), os.path.join(scratch, "ticks")
    source = os.path.join(root, "Benchmarks", "ticks.S")
    for command in (
        [os.path.join(tools, "clang"), "-target", "x86_64-linux-gnu", "-c", source, "-o", thing],
        [os.path.join(tools, "ld.lld"), "-static", "-z", "noseparate-code", "--build-id=none", "-s", thing,
         "-o", program],
    ):
        subprocess.run(command, check=True)
    with open(program, "rb") as stream:
        return stream.read()


def _guest_root(program):
    """A guest's root: its usual one, with our program on top."""
    with open(cached("guest.cpio.gz"), "rb") as stream:
        root = stream.read()
    extra = io.BytesIO()
    writer = CpioWriter(extra)
    writer.file("ticks", program, 0o755)
    writer.close()
    return root + b"\0" * (-len(root) % 4) + extra.getvalue()


def boot(hypervisor, program, seed):
    """Boots Debian on a hypervisor, starts a guest, and returns {name of SAYS: ticks}."""
    options = Options(hypervisor, smp=1, dom0_vcpus=1, single_thread=True)
    options.extra_kernel_args = "quiet rdinit=/ticks"
    options.files = {
        "/ticks": program, "/root/bench.cfg": GUEST.encode(), "/root/bench.cpio": _guest_root(program),
        "/root/.bashrc": SCRIPT.encode(),
    }
    ticks = _ticks(options, seed, ["init", "fork", "create", "guest-init", "guest-fork"])
    return {
        "boot": ticks["init"][0],
        "fork": sorted(ticks["fork"])[len(ticks["fork"]) // 2],
        "create": ticks["guest-init"][0] - ticks["create"][0],
        "guest-fork": sorted(ticks["guest-fork"])[len(ticks["guest-fork"]) // 2],
    }


def boot_shell(hypervisor, program, vcpus):
    """Boots Debian without its toolstack on `vcpus` CPUs and returns {name of SHELL_SAYS: ticks}."""
    options = Options(hypervisor, smp=vcpus, dom0_vcpus=vcpus, single_thread=True)
    options.extra_kernel_args = "quiet martlet.toolstack=off"
    options.files = {"/ticks": program, "/root/.bashrc": SHELL_SCRIPT.encode()}
    ticks = {name: values[0] for name, values in _ticks(options, 1, ["a", "b", "c", "d"]).items()}
    return {
        "true": (ticks["b"] - ticks["a"]) // 200,
        "pipeline": (ticks["c"] - ticks["b"]) // 100,
        "pair": (ticks["d"] - ticks["c"]) // 1000,
    }


def _ticks(options, seed, names):
    """Boots a machine whose dom0 says TICKS and BENCH-END; returns {name: [ticks]} of `names`."""
    options.qemu_args = COUNTING + ["-seed", str(seed)]
    with Machine(options) as machine:
        try:
            machine.expect(rb"BENCH-END", LIMIT, fatal=HOPELESS)
        except MachineError as error:
            raise SystemExit(f"benchmarks: {options.hypervisor}: {error}") from None
        said = machine.text()
    # A hypervisor's line may land inside another.
    ticks = {}
    for name, value in re.findall(r"TICKS (\S+) (\d+)\n", re.sub(r"\(XEN\)[^\n]*\n", "", said)):
        ticks.setdefault(name, []).append(int(value))
    missing = [name for name in names if name not in ticks]
    if missing:
        raise SystemExit(f"benchmarks: {options.hypervisor}: no {', '.join(missing)} in\n{said[-2000:]}")
    return {name: ticks[name] for name in names}
