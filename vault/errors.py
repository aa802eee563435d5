"""What the vault refuses, and what each refusal means for the caller.

Every refusal is a VaultError, so nothing that failed here can be taken for an empty answer. Messages name paths and key
numbers, never keys or content.
"""


class VaultError(Exception):
    """The vault did not do what it was asked; nothing was half-done."""


class Tampered(VaultError):
    """These are not the bytes that were sealed for this key and this record: changed, cut, extended or swapped."""


class KeyMissing(VaultError):
    """The key directory holds no such key: destroyed, never made, or the wrong directory."""


class KeyExists(VaultError):
    """A key of that number or name is there already; keys are never overwritten."""


class UnsafeKeyDirectory(VaultError):
    """The key directory is missing, unreadable or open to others; the message names the path and the mend."""


class UnsafeName(VaultError):
    """A name could lead out of the store or the key directory."""


class NameTaken(VaultError):
    """Content of that name is stored already; content is never overwritten."""


class RootUnavailable(VaultError):
    """The service that holds the root key does not answer; nothing can be opened or wrapped until it does."""


class RootRefused(VaultError):
    """The service that holds the root key does not do what it is asked: its address, token or key is wrong."""
