"""The frame of the end-to-end tests: how they are named, run, timed and counted."""

import contextlib
import os
import re
import sys
import time
import traceback

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", ".."))
sys.path.insert(0, os.path.join(ROOT, "Tools"))

from harness.dom0 import Dom0  # noqa: E402
from harness.machine import EmulatorFault, Machine, MachineError, Options  # noqa: E402

TESTS = []


class Failed(Exception):
    """Something that should hold does not."""


def test(name, tag="full"):
    """Registers a function as the test `name`; `tag` is quick (part of `make test`) or full."""
    def register(function):
        TESTS.append((name, tag, function))
        return function
    return register


def require(holds, what):
    """Raises Failed with `what` unless it holds."""
    if not holds:
        raise Failed(what)


def field(text, name):
    """The value of a `name : value` line, as xl info prints them."""
    match = re.search(rf"^{re.escape(name)}\s*:\s*(.*?)\s*$", text, re.M)
    require(match, f"no line {name!r} in:\n{text}")
    return match.group(1)


class Lab:
    """What a test is given: the hypervisor under test, a place for logs, and a tally."""

    def __init__(self, hypervisor, folder, full):
        self.hypervisor = hypervisor
        self.folder = folder
        self.full = full              # whether the long form of a test is wanted
        self.passed = 0
        self.failed = []
        self._log = "console"
        self._boots = 0
        os.makedirs(folder, exist_ok=True)

    def options(self, **given):
        """Options for a machine with the hypervisor under test, its log named after the test."""
        self._boots += 1
        given.setdefault("log", os.path.join(self.folder, f"{self._log}-{self._boots}.log"))
        return Options(given.pop("hypervisor", self.hypervisor), **given)

    def machine(self, **given):
        """A machine that has just been switched on."""
        return Machine(self.options(**given))

    def dom0(self, timeout=360, **given):
        """A machine whose dom0 is up."""
        return Dom0.boot(self.options(**given), timeout)

    def scratch(self, name, mebibytes=None):
        """Path of a scratch file among the logs; a fresh sparse image when a size is given."""
        path = os.path.join(self.folder, name)
        if mebibytes is not None:
            with open(path, "wb") as stream:
                stream.truncate(mebibytes << 20)
        return path

    @contextlib.contextmanager
    def case(self, name):
        """One thing checked within a test, counted by itself; a failure does not end the test."""
        began = time.monotonic()
        try:
            yield
        except EmulatorFault:
            raise
        except (Failed, MachineError, ValueError, KeyError) as error:
            self._report(name, time.monotonic() - began, error)
            if isinstance(error, MachineError) and "the machine" in str(error).split("\n")[0]:
                raise
        else:
            self._report(name, time.monotonic() - began, None)

    def _report(self, name, seconds, error):
        if error is None:
            self.passed += 1
            print(f"ok    {name} ({seconds:.1f} s)", flush=True)
        else:
            self.failed.append(name)
            print(f"FAIL  {name} ({seconds:.1f} s)", flush=True)
            text = str(error) or type(error).__name__
            print("".join(f"      {line}\n" for line in text.split("\n")), end="", flush=True)

    def run(self, name, function):
        """Runs one test; once more when the emulator was caught at a fault of its own."""
        tally = self.passed, list(self.failed)
        try:
            self._run(name, function)
        except EmulatorFault as fault:
            print(f"again {name}: {fault}", flush=True)
            self.passed, self.failed = tally
            try:
                self._run(name, function)
            except EmulatorFault as fault:
                self._report(name, 0, fault)

    def _run(self, name, function):
        """Runs one test. It counts by itself only when it has no cases, or fails outside them."""
        self._log = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60]
        self._boots = 0
        before = self.passed + len(self.failed)
        began = time.monotonic()
        print(f"      {name} ...", flush=True)
        try:
            function(self)
        except EmulatorFault:
            raise
        except (Failed, MachineError) as error:
            self._report(name, time.monotonic() - began, error)
        except Exception:  # a fault of the test itself: shown whole, and counted
            self._report(name, time.monotonic() - began, Failed(traceback.format_exc()))
        else:
            if self.passed + len(self.failed) == before:
                self._report(name, time.monotonic() - began, None)
