"""Writes the cpio archives (format newc) that the Linux kernel unpacks as its first root."""

import os
import stat


class CpioWriter:
    """Appends entries, all owned by root, to one archive; `close` writes the trailer."""

    def __init__(self, stream):
        self._stream = stream
        self._inode = 0
        self._directories = set()

    def _entry(self, name, mode, data=b"", links=1, device=(0, 0)):
        self._inode += 1
        encoded = name.encode() + b"\0"
        fields = (
            self._inode, mode, 0, 0, links, 0, len(data), 0, 0, device[0], device[1],
            len(encoded), 0,
        )
        header = b"070701" + b"".join(b"%08X" % field for field in fields)
        self._write_padded(header + encoded)
        self._write_padded(data)

    def _write_padded(self, data):
        self._stream.write(data)
        self._stream.write(b"\0" * (-len(data) % 4))

    def directory(self, name, mode=0o755):
        """Adds a directory and those above it; one that is there already is left alone."""
        name = name.strip("/")
        parent = os.path.dirname(name)
        if parent:
            self.directory(parent)
        if name and name not in self._directories:
            self._directories.add(name)
            self._entry(name, stat.S_IFDIR | mode, links=2)

    def file(self, name, data, mode=0o644):
        """Adds a regular file with the given bytes."""
        name = name.strip("/")
        self.directory(os.path.dirname(name))
        self._entry(name, stat.S_IFREG | mode, data)

    def symlink(self, name, target):
        """Adds a symbolic link."""
        name = name.strip("/")
        self.directory(os.path.dirname(name))
        self._entry(name, stat.S_IFLNK | 0o777, target.encode())

    def device(self, name, kind, major, minor, mode=0o600):
        """Adds a device node; kind is stat.S_IFCHR or stat.S_IFBLK."""
        name = name.strip("/")
        self.directory(os.path.dirname(name))
        self._entry(name, kind | mode, device=(major, minor))

    def tree(self, root, leave_out=lambda path: False):
        """Adds everything below the folder `root` that `leave_out(path)` does not refuse."""
        for folder, folders, files in os.walk(root):
            relative = os.path.relpath(folder, root)
            relative = "" if relative == "." else relative
            kept = []
            for name in sorted(folders):
                path = os.path.join(relative, name)
                full = os.path.join(folder, name)
                if leave_out(path):
                    continue
                if os.path.islink(full):
                    self.symlink(path, os.readlink(full))
                else:
                    kept.append(name)
                    self.directory(path, stat.S_IMODE(os.lstat(full).st_mode) | 0o700)
            folders[:] = kept
            for name in sorted(files):
                path = os.path.join(relative, name)
                full = os.path.join(folder, name)
                if leave_out(path):
                    continue
                status = os.lstat(full)
                if stat.S_ISLNK(status.st_mode):
                    self.symlink(path, os.readlink(full))
                elif stat.S_ISREG(status.st_mode):
                    with open(full, "rb") as source:
                        self.file(path, source.read(), stat.S_IMODE(status.st_mode))

    def close(self):
        """Writes the trailer. The stream stays open: another archive may follow."""
        self._entry("TRAILER!!!", 0)
        self._stream.flush()
