"""dom0 on a running machine: waiting for it, running commands in it, switching it off."""

import re
import time

from .machine import Machine, MachineError

READY = rb"MARTLET-DOM0-READY\s"
HOPELESS = (
    rb"TOOLSTACK FAILED|Kernel panic - not syncing[^\n]*|Panic on CPU[^\n]*|PANIC:[^\n]*"
    rb"|Domain 0 crashed[^\n]*|Hardware Dom0 crashed[^\n]*"
)

# A hypervisor's line may land inside one of dom0's: `hel(XEN) something\nlo` is `hello`.
_HYPERVISOR_LINE = re.compile(rb"\(XEN\)[^\n]*\n")


def _checksum(data):
    """The CRC that cksum(1) prints."""
    crc = 0
    length = len(data)
    suffix = bytearray()
    while length:
        suffix.append(length & 0xFF)
        length >>= 8
    for byte in bytes(data) + bytes(suffix):
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ (0x04C11DB7 if crc & 0x80000000 else 0)
        crc &= 0xFFFFFFFF
    return crc ^ 0xFFFFFFFF


class Result:
    """What a command in dom0 left: its exit status and its output (both streams)."""

    def __init__(self, command, status, output):
        self.command = command
        self.status = status
        self.output = output

    def __iter__(self):
        return iter((self.status, self.output))

    def checked(self):
        """Itself when the command succeeded; raises MachineError otherwise."""
        if self.status != 0:
            raise MachineError(f"`{self.command}` ended with status {self.status}:\n{self.output}")
        return self


class Dom0:
    """dom0 of a machine, driven over its console."""

    def __init__(self, machine):
        self.machine = machine
        self._number = 0
        self._agent = False

    @classmethod
    def boot(cls, options, timeout=240):
        """Starts a machine and waits until dom0's toolstack is up."""
        machine = Machine(options)
        try:
            dom0 = cls(machine)
            dom0.wait_ready(timeout)
        except BaseException:
            machine.stop()
            raise
        return dom0

    def wait_ready(self, timeout):
        """Waits for dom0's init to say that it is done."""
        self.machine.expect(READY, timeout, fatal=HOPELESS)

    def start_agent(self, timeout=60):
        """Turns the shell on the console into the agent that `run` talks to."""
        deadline = time.monotonic() + timeout
        while True:
            self.machine.send("\nagent\n")
            try:
                self.machine.expect(rb"@@ ready", 10)
                break
            except MachineError:
                if time.monotonic() > deadline or not self.machine.running:
                    raise
        self._agent = True

    def stop_agent(self):
        """Gives the console back to the shell."""
        if self._agent:
            self._number += 1
            self.machine.send(f"@{self._number} 4 quit\n")
            self.machine.expect(rb"@@ bye", 20)
            self._agent = False

    def run(self, command, timeout=60, check=False, show=None):
        """Runs a shell command as root; returns a Result. `show(line)` sees lines as they come."""
        if not self._agent:
            self.start_agent()
        self._number += 1
        number = self._number
        if "\n" in command or len(command) > 3000:
            raise ValueError("a command is one line; put scripts into Options.files")
        request = f"@{number} {len(command.encode())} {command}\n"
        deadline = time.monotonic() + timeout
        answer = rb"^@@ begin %d\b|^@@ again" % number
        for attempt in range(5):
            begin = max(self.machine.position() - 2, 0)  # with the end of the line before
            self.machine.send(("\n" if attempt else "") + request)
            try:
                while True:
                    match = self.machine.expect(answer, 20)
                    if match.group(0) != b"@@ again" or attempt == 0:
                        break
                if match.group(0) == b"@@ again":
                    continue
            except MachineError:
                if not self.machine.running or attempt == 4:
                    raise
                continue
            end = self._wait_end(number, deadline, show)
            output = self._output(begin, number, end)
            if output is not None:
                result = Result(command, int(end.group(1)), output)
                return result.checked() if check else result
        raise MachineError(f"the reply to `{command}` arrived damaged five times\n" + self.machine.last_words())

    def _wait_end(self, number, deadline, show):
        pattern = rb"^@@ end %d (\d+) (\d+) (\d+)\s" % number
        if show is None:
            return self.machine.expect(pattern, max(deadline - time.monotonic(), 1), fatal=HOPELESS)
        line = re.compile(pattern + rb"|^%d\|([^\r\n]*)\r*\n" % number, re.MULTILINE)
        while True:
            match = self.machine.expect(line.pattern, max(deadline - time.monotonic(), 1), fatal=HOPELESS)
            if match.group(1) is not None:
                return match
            show(match.group(4).replace(b"(X%EN)", b"(XEN)").decode(errors="replace"))

    def _output(self, begin, number, end):
        """The command's output, or None when what arrived does not fit its checksum."""
        with self.machine._changed:
            said = bytes(self.machine._text[begin:end.end()])
        said = said.replace(b"\r", b"")  # terminal and hypervisor add them, the agent takes them out
        said = _HYPERVISOR_LINE.sub(b"", said)
        start = said.rfind(b"\n@@ begin %d\n" % number)
        stop = said.find(b"\n@@ end %d " % number, start)
        if start < 0 or stop < 0:
            return None
        prefix = b"%d|" % number
        lines = [
            line[len(prefix):] for line in said[start:stop].split(b"\n") if line.startswith(prefix)]
        data = b"".join(line + b"\n" for line in lines).replace(b"(X%EN)", b"(XEN)")
        crc, length = int(end.group(2)), int(end.group(3))
        for candidate in (data, data[:-1]):
            if len(candidate) == length and _checksum(candidate) == crc:
                return candidate.decode(errors="replace")
        return None

    def follow_guest(self, name, until, timeout, show=None):
        """Waits until the console log of guest `name` says `until` (sed's regular expression).

        Returns the log so far, and raises MachineError with it when the time is over first.
        """
        log = f"/var/log/xen/console/guest-{name}.log"
        # tail outlives sed until the guest's next line; nothing waits for it.
        command = (
            f"sed -u '/{until}/q' < <(timeout {int(timeout)} tail -n +1 -s 0.3 -F {log} 2>/dev/null)")
        output = self.run(command, timeout + 60, show=show).output
        if not re.search(until, output):
            raise MachineError(f"guest {name} did not say {until} within {timeout:g} s:\n{output}")
        return output

    def power_off(self, timeout=90):
        """Asks dom0 to power off; returns how QEMU ended."""
        return self._leave("poweroff", timeout)

    def reboot(self, timeout=90):
        """Asks dom0 to reboot; returns how QEMU ended."""
        return self._leave("reboot", timeout)

    def _leave(self, command, timeout):
        self.stop_agent()
        self.machine.send(f"\n{command}\n")
        return self.machine.wait_end(timeout)

    def stop(self):
        """Ends the machine at once."""
        self.machine.stop()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
