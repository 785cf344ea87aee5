"""Our own test guests, each booted as the first domain (see `guests` in this folder)."""

import os
import re
import subprocess

from lab import ROOT, Failed, test

HERE = os.path.dirname(os.path.realpath(__file__))


@test("our test guests", "quick")
def _(lab):
    folder = os.path.join(ROOT, "build", "guests")
    names = sorted(name for name in os.listdir(folder) if not name.endswith(".new")) if os.path.isdir(folder) else []
    if not names:
        raise Failed("no test guest has been built: make guests")
    for name in names:
        if name == "bench":
            continue
        with lab.case(f"test guest {name}"):
            done = subprocess.run(
                [os.path.join(HERE, "guests"), "--hypervisor", lab.hypervisor, name],
                cwd=ROOT, capture_output=True, text=True)
            with open(lab.scratch(f"guest-{name}.log"), "w") as stream:
                stream.write(done.stdout + done.stderr)
            if done.returncode != 0 or not re.search(rf"^PASS {name}\b", done.stdout, re.M):
                raise Failed(done.stdout + done.stderr)
