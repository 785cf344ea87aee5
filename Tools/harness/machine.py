"""One emulated PC (QEMU, no hardware virtualisation needed) that boots a hypervisor image.

Nothing here knows which hypervisor it boots: the image is a multiboot file like any other.
"""

import ctypes
import json
import os
import queue
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from .cpio import CpioWriter
from .translator import replaced_breakpoint

CACHE = os.path.realpath(
    os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "build", "cache"))


# What Linux says of a CPU that stands still.
_LOCKUP = b"soft lockup"


def _die_with_parent():
    """Runs in QEMU's process before QEMU: asks Linux to end it when the harness ends, however that is."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class MachineError(Exception):
    """The machine did not do what was expected; the text says what, with its last words."""


class EmulatorFault(MachineError):
    """The emulator did not run the code that is in memory: no word about what it emulates."""


def cached(name):
    """The path of one of Tools/images' products."""
    path = os.path.join(CACHE, name)
    if not os.path.exists(path):
        raise MachineError(f"{name} has not been made yet: run Tools/images")
    return path


class Options:
    """What to boot and on which machine."""

    def __init__(self, hypervisor, **given):
        self.hypervisor = hypervisor
        self.kernel = None            # vmlinuz from the cache when not given
        self.initrd = None            # dom0's root from the cache; "" for none
        # eager-fpu: this emulator's XSAVE does not heed CR0.TS, with which stock Xen switches lazily,
        # and saves somebody else's registers (docs/decisions/0013).
        self.hypervisor_args = (
            "console=com1 com1=115200,8n1 loglvl=info guest_loglvl=info noreboot=0 spec-ctrl=eager-fpu")
        self.extra_hypervisor_args = ""
        self.dom0_memory = "1024M"
        self.dom0_vcpus = None        # as many as there are CPUs when not given
        # notests: with several CPUs, the kernel's cipher tests run while it patches the code under
        # them, where this emulator may keep the old code (translator.py).
        self.kernel_args = "console=hvc0 earlyprintk=xen cryptomgr.notests"
        self.extra_kernel_args = ""
        self.cpu = "EPYC,+svm,+npt,-smap,-monitor"
        self.machine = "q35"
        self.smp = 2
        self.memory = 3072            # MiB
        self.disks = []               # (kind, path): kind is virtio, ahci or ide
        self.nics = []                # virtio, e1000e or e1000
        self.cdrom = None             # boots from this ISO instead of -kernel
        self.uefi = False             # UEFI firmware (Debian's ovmf) instead of SeaBIOS; for cdrom
        self.files = {}               # path in dom0 -> bytes, added to its root
        self.modules = None           # replaces kernel and initrd: ["path args", ...]
        self.qemu_args = []
        self.single_thread = False
        self.log = None
        self.echo = False             # copy the console to standard output
        for name, value in given.items():
            if not hasattr(self, name):
                raise TypeError(f"no such option: {name}")
            setattr(self, name, value)


class Machine:
    """A running QEMU, its serial console, and how it ended."""

    def __init__(self, options):
        self.options = options
        self._folder = tempfile.mkdtemp(prefix="martlet-machine-")
        self._changed = threading.Condition()
        self._text = bytearray()
        self._mark = 0
        self._closed = False
        self.events = []
        self._answers = queue.Queue()
        self.began = time.monotonic()
        log = options.log or os.path.join(self._folder, "console.log")
        if os.path.dirname(log):
            os.makedirs(os.path.dirname(log), exist_ok=True)
        self.log_path = log
        self._log = open(log, "wb", buffering=0)
        command = self._command()
        self._errors = open(os.path.join(self._folder, "errors"), "w+b")
        try:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
                bufsize=0, start_new_session=True, preexec_fn=_die_with_parent)
        except FileNotFoundError as error:
            raise MachineError("qemu-system-x86_64 is missing: run Tools/setup") from error
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self._switch_on()
        except MachineError:
            self.stop()
            raise

    # Making the machine

    def _initrd(self):
        options = self.options
        path = options.initrd if options.initrd is not None else cached("dom0.cpio.zst")
        if not path or not options.files:
            return path
        target = os.path.join(self._folder, "initrd")
        shutil.copyfile(path, target)
        with open(target, "ab") as stream:
            stream.write(b"\0" * (-stream.tell() % 4))
            writer = CpioWriter(stream)
            for name, data in options.files.items():
                writer.file(name, data, 0o755)
            writer.close()
        return target

    def _firmware(self):
        folder = "/usr/share/OVMF"
        variables = os.path.join(self._folder, "uefi-variables")
        try:
            shutil.copyfile(os.path.join(folder, "OVMF_VARS_4M.fd"), variables)
        except FileNotFoundError as error:
            raise MachineError("the package ovmf is missing: run Tools/setup") from error
        drive = "if=pflash,format=raw"
        return ["-drive", f"{drive},readonly=on,file={folder}/OVMF_CODE_4M.fd",
                "-drive", f"{drive},file={variables}"]

    def _hypervisor_line(self):
        options = self.options
        words = [options.hypervisor_args]
        if options.dom0_memory:
            words.append(f"dom0_mem={options.dom0_memory}")
        if options.dom0_vcpus:
            words.append(f"dom0_max_vcpus={options.dom0_vcpus}")
        words.append(options.extra_hypervisor_args)
        return " ".join(word for word in words if word)

    def _command(self):
        options = self.options
        threads = "single" if options.single_thread else "multi"
        command = [
            "qemu-system-x86_64", "-accel", f"tcg,thread={threads}", "-machine", options.machine,
            "-cpu", options.cpu, "-smp", str(options.smp), "-m", str(options.memory),
            "-nodefaults", "-display", "none", "-no-reboot", "-monitor", "none", "-serial", "stdio", "-S",
            "-qmp", f"unix:{self._folder}/qmp,server=on,wait=off",
        ]
        if options.uefi:
            command += self._firmware()
        if options.cdrom:
            command += ["-cdrom", options.cdrom, "-boot", "d"]
        else:
            modules = options.modules
            if modules is None:
                kernel = options.kernel or cached("vmlinuz")
                words = f"{options.kernel_args} {options.extra_kernel_args}".strip()
                modules = [f"{kernel} {words}".strip()]
                initrd = self._initrd()
                if initrd:
                    modules.append(initrd)
            command += ["-kernel", options.hypervisor, "-append", self._hypervisor_line()]
            if modules:
                # QEMU takes one comma between modules; a comma inside one's words is doubled.
                command += ["-initrd", ",".join(module.replace(",", ",,") for module in modules)]
        if any(kind == "ahci" for kind, _ in options.disks) and options.machine != "q35":
            command += ["-device", "ahci,id=ahci"]
        for number, (kind, path) in enumerate(options.disks):
            command += ["-drive", f"if=none,id=disk{number},format=raw,cache=unsafe,file={path}"]
            if kind == "virtio":
                command += ["-device", f"virtio-blk-pci,drive=disk{number}"]
            elif kind == "ahci":
                bus = f"ide.{number}" if options.machine == "q35" else f"ahci.{number}"
                command += ["-device", f"ide-hd,drive=disk{number},bus={bus}"]
            elif kind == "ide":
                command += ["-device", f"ide-hd,drive=disk{number}"]
            else:
                raise MachineError(f"no such kind of disk: {kind}")
        for number, kind in enumerate(options.nics):
            model = {"virtio": "virtio-net-pci"}.get(kind, kind)
            # Its gateway, 10.0.(2+number).2, answers pings.
            command += ["-netdev", f"user,id=net{number},net=10.0.{2 + number}.0/24",
                        "-device", f"{model},netdev=net{number},mac=52:54:00:07:00:{number + 1:02x},romfile="]
        return command + options.qemu_args

    # Its console

    def _read(self):
        stream = self._process.stdout
        while True:
            data = stream.read(65536)
            if not data:
                break
            self._log.write(data)
            if self.options.echo:
                sys.stdout.buffer.write(data)
                sys.stdout.buffer.flush()
            with self._changed:
                self._text += data
                self._changed.notify_all()
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def send(self, text, pause=0.02):
        """Types text on the console, in pieces small enough for a receive FIFO."""
        data = text.encode() if isinstance(text, str) else text
        for start in range(0, len(data), 16):
            try:
                self._process.stdin.write(data[start:start + 16])
            except (BrokenPipeError, ValueError) as error:
                raise MachineError("the machine has ended\n" + self.last_words()) from error
            if start + 16 < len(data):
                time.sleep(pause)

    def expect(self, pattern, timeout, fatal=None):
        """Waits for `pattern` (a regular expression over bytes) in what has not been matched yet.

        Returns the match and moves past it. Raises MachineError when the time is over, when the
        machine ends first, or when the expression `fatal` appears first.
        """
        wanted = re.compile(pattern.encode() if isinstance(pattern, str) else pattern, re.MULTILINE)
        feared = re.compile(fatal.encode() if isinstance(fatal, str) else fatal) if fatal else None
        deadline = time.monotonic() + timeout
        asked = self._mark
        while True:
            with self._changed:
                match = wanted.search(self._text, self._mark)
                bad = feared.search(self._text, self._mark) if feared else None
                if match and not (bad and bad.start() < match.start()):
                    self._mark = match.end()
                    return match
                if bad:
                    raise MachineError(
                        f"{bad.group(0).decode(errors='replace')!r} came instead of {pattern!r}\n"
                        + self.last_words())
                if self._closed:
                    raise MachineError(f"the machine ended before {pattern!r}\n" + self.last_words())
                left = deadline - time.monotonic()
                lockup = self._text.find(_LOCKUP, asked)
                if left > 0 and lockup < 0:
                    self._changed.wait(min(left, 1.0))
                    continue
            if lockup >= 0:
                asked = lockup + len(_LOCKUP)
            self._suspect_emulator()
            if left <= 0:
                raise MachineError(f"no {pattern!r} within {timeout:g} s\n" + self.last_words())

    def _suspect_emulator(self):
        """Raises EmulatorFault when the machine stands still by the emulator's fault."""
        try:
            place = replaced_breakpoint(self)
        except MachineError:
            return  # it does not answer: what is wrong with it is told by who asked
        if place is not None:
            raise EmulatorFault(
                f"QEMU goes on running an INT3 at {place:#x} that is no longer in memory\n"
                + self.last_words())

    def text(self, start=0):
        """Everything the console has said, from byte `start`, as text."""
        with self._changed:
            return self._text[start:].decode(errors="replace").replace("\r", "")

    def position(self):
        """How many bytes the console has said so far."""
        with self._changed:
            return len(self._text)

    def last_words(self, lines=25):
        """The last console lines, for a message about what went wrong."""
        said = self.text().rstrip("\n").split("\n")[-lines:]
        self._errors.seek(0)
        errors = "\n".join(
            line for line in self._errors.read().decode(errors="replace").splitlines()
            if "TCG doesn't support requested feature" not in line)
        parts = [f"--- last console lines ({self.log_path}) ---", *said]
        if errors:
            parts += ["--- QEMU ---", errors]
        return "\n".join(parts) + "\n---"

    # Its inside

    def scratch(self, name):
        """The path of a file that goes with the machine."""
        return os.path.join(self._folder, name)

    def human(self, command, cpu=0):
        """What QEMU's monitor answers to `command`, seen from a CPU."""
        request = {"execute": "human-monitor-command", "id": "human",
                   "arguments": {"command-line": command, "cpu-index": cpu}}
        try:
            self._link.sendall(json.dumps(request).encode() + b"\n")
            answer = self._answers.get(timeout=20)
        except (OSError, queue.Empty) as error:
            raise MachineError("QEMU's monitor does not answer\n" + self.last_words()) from error
        return str(answer.get("return", answer.get("error")))

    def memory(self, address, count):
        """`count` bytes of the machine's physical memory from `address` on."""
        path = self.scratch("memory")
        if os.path.exists(path):
            os.remove(path)
        request = {"execute": "pmemsave", "arguments": {"val": address, "size": count, "filename": path}}
        try:
            self._link.sendall(json.dumps(request).encode() + b"\n")
        except OSError as error:
            raise MachineError("the machine has ended\n" + self.last_words()) from error
        deadline = time.monotonic() + 20
        while not os.path.exists(path) or os.path.getsize(path) < count:
            if time.monotonic() > deadline:
                raise MachineError("QEMU did not save the machine's memory\n" + self.last_words())
            time.sleep(0.05)
        with open(path, "rb") as stream:
            return stream.read()

    # Its end

    def _switch_on(self):
        """Connects to QEMU's control socket, so that no event is missed, and lets the CPUs go."""
        link = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + 60
        while True:
            try:
                link.connect(os.path.join(self._folder, "qmp"))
                break
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise MachineError("QEMU did not start\n" + self.last_words()) from None
                time.sleep(0.05)
        link.sendall(b'{"execute":"qmp_capabilities"}\n{"execute":"cont"}\n')

        self._link = link

        def watch():
            try:
                for line in link.makefile("rb"):
                    message = json.loads(line)
                    if message.get("id") == "human":
                        self._answers.put(message)
                    if "event" in message:
                        self.events.append((message["event"], message.get("data", {})))
            except (OSError, ValueError):
                pass
            link.close()

        self._watcher = threading.Thread(target=watch, daemon=True)
        self._watcher.start()

    def wait_end(self, timeout):
        """Waits for QEMU to end by itself; returns why: "poweroff", "reset", "panic" or "exit N"."""
        try:
            status = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise MachineError(f"the machine did not end within {timeout:g} s\n" + self.last_words()) from None
        self._watcher.join(5)
        self._reader.join(5)
        for event, data in self.events:
            if event == "SHUTDOWN":
                return {"guest-shutdown": "poweroff", "guest-reset": "reset",
                        "guest-panic": "panic"}.get(data.get("reason"), str(data.get("reason")))
        return f"exit {status}"

    @property
    def running(self):
        """Whether QEMU is still there."""
        return self._process.poll() is None

    @property
    def pid(self):
        """QEMU's process id."""
        return self._process.pid

    def stop(self):
        """Ends QEMU if it still runs, and forgets its scratch files."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        self._reader.join(5)
        try:
            self._process.stdin.close()
        except OSError:
            pass
        self._process.stdout.close()
        self._log.close()
        self._errors.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
