"""Take from a process what decoding does not need. Runs in the child only.

Each measure stands alone, since none holds everywhere:

- limits (Linux, macOS): no new descriptors, so no sockets and no files; no bytes to files, no core dump, CPU time;
  memory on Linux only. An alarm ends what sleeps.
- seccomp (Linux on x86-64 and aarch64, also in containers): no call that opens, connects, starts or signals.
- namespaces (Linux as root, or where users may make them): an empty network. Root becomes nobody first.
"""

import contextlib
import ctypes
import os
import pwd
import resource
import signal
import sys

from interactions.audio import seccomp

_NEW_USER, _NEW_IPC, _NEW_NET = 0x10000000, 0x08000000, 0x40000000
_PR_SET_DUMPABLE = 4


def confine_nursery() -> bool:
    """Leave the network and the rights of root; say whether the network namespace is an empty one now."""
    isolated = _leave_namespaces()
    if os.geteuid() == 0:
        _become_nobody()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        seccomp.prctl(_PR_SET_DUMPABLE, 0)
    return isolated


def confine_decoder(*, cpu_s: int, wall_s: int, memory_bytes: int) -> None:
    """Allow this process to compute and to write to descriptors it has, within the limits, and nothing else.

    Raises:
        OSError: the system refused a limit; nothing must be decoded then.
    """
    signal.alarm(wall_s)  # its default action kills, and the filter below takes away the calls that would reset it
    _limit(resource.RLIMIT_CPU, cpu_s)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_NPROC, 0)
    if sys.platform == "linux":
        _limit(resource.RLIMIT_AS, _address_space() + memory_bytes)
    _limit(resource.RLIMIT_NOFILE, 0)
    if seccomp.available():
        seccomp.allow_only_computing()


def _limit(kind: int, value: int) -> None:
    _, most = resource.getrlimit(kind)
    value = value if most == resource.RLIM_INFINITY else min(value, most)
    resource.setrlimit(kind, (value, value))


def _address_space() -> int:
    with open("/proc/self/statm", "rb") as statm:
        return int(statm.read().split()[0]) * resource.getpagesize()


def _leave_namespaces() -> bool:
    if sys.platform != "linux":
        return False
    flags = _NEW_NET | _NEW_IPC | (0 if os.geteuid() == 0 else _NEW_USER)
    return bool(ctypes.CDLL(None).unshare(flags) == 0)


def _become_nobody() -> None:
    nobody = pwd.getpwnam("nobody")
    with contextlib.suppress(PermissionError):  # a container without the right to change users keeps the other measures
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
