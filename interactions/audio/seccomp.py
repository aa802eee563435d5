"""Leave a Linux process the few system calls that computing needs, for good.

An allow list, not a deny list: a call nobody thought of is refused too. Opening, connecting, forking, executing,
tracing, sleeping and signalling are not on it. Unlike namespaces it needs no privilege and works in containers.
Source: seccomp(2), linux/filter.h, linux/seccomp.h; call numbers from asm/unistd_64.h and asm-generic/unistd.h.
"""

import ctypes
import platform
import struct
import sys

_ALLOWED = {
    # write mmap mprotect munmap brk rt_sigprocmask rt_sigreturn sched_yield mremap madvise getpid exit gettid futex
    # restart_syscall clock_gettime exit_group getrandom
    "x86_64": (0xC000003E, (1, 9, 10, 11, 12, 14, 15, 24, 25, 28, 39, 60, 186, 202, 219, 228, 231, 318)),
    "aarch64": (0xC00000B7, (64, 222, 226, 215, 214, 135, 139, 124, 216, 233, 172, 93, 178, 98, 128, 113, 94, 278)),
}

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_LOAD_WORD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_OFFSET_OF_CALL, _OFFSET_OF_ARCH = 0, 4
_KILL, _ALLOW, _REFUSE_WITH_EPERM = 0x80000000, 0x7FFF0000, 0x00050001


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def available() -> bool:
    """Say whether this system and processor are ones whose call numbers are known here."""
    return sys.platform == "linux" and platform.machine() in _ALLOWED and sys.maxsize > 2**32


def allow_only_computing() -> None:
    """Install the filter on this process and all it would start.

    Raises:
        OSError: the kernel refused.
    """
    instructions = _instructions(*_ALLOWED[platform.machine()])
    code = ctypes.create_string_buffer(b"".join(instructions))
    program = _Program(len(instructions), ctypes.addressof(code))
    prctl(_PR_SET_NO_NEW_PRIVS, 1)
    prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.addressof(program))


def prctl(option: int, value: int, pointer: int = 0) -> None:
    """Call prctl(2).

    Raises:
        OSError: the kernel refused.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    zero = ctypes.c_ulong(0)
    if libc.prctl(option, ctypes.c_ulong(value), ctypes.c_void_p(pointer), zero, zero) != 0:
        raise OSError(ctypes.get_errno(), "prctl was refused")


def _instructions(arch: int, calls: tuple[int, ...]) -> list[bytes]:
    checks = [_instruction(_JUMP_IF_EQUAL, call, if_true=len(calls) - position) for position, call in enumerate(calls)]
    return [
        _instruction(_LOAD_WORD, _OFFSET_OF_ARCH),
        _instruction(_JUMP_IF_EQUAL, arch, if_true=1),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD_WORD, _OFFSET_OF_CALL),
        *checks,
        _instruction(_RETURN, _REFUSE_WITH_EPERM),
        _instruction(_RETURN, _ALLOW),
    ]


def _instruction(code: int, value: int, *, if_true: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, 0, value)
