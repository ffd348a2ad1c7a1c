"""Everything that paperqa raises on purpose.

PaperqaError
 ├ SettingsError      a setting can't be used
 ├ InputError         a path or an argument the user gave can't be used
 ├ LibraryError       the library on disk
 │  ├ LibraryLocked   another process is writing to it
 │  ├ LibraryDamaged  its catalogue can't be read
 │  ├ IndexDamaged    its catalogue is fine, a search index beside it is not
 │  ├ IndexMismatch   it was indexed with another embedding model or chunk size
 │  ├ LibraryTooNew   a newer paperqa wrote it
 │  └ StorageError    the disk is full, read-only or forbidden
 └ ModelError         a model
    ├ ModelMissing    its files aren't on this machine
    ├ ModelCorrupt    its files aren't the ones named in the manifest
    └ EndpointError   a model server refused, failed or isn't there

Each message is one sentence that says what is wrong, where, and what to do. A refusal to
answer is not an error: it is an `Answer` with `refused=True`.
"""


class PaperqaError(Exception):
    """Base of every error that paperqa raises on purpose."""


class SettingsError(PaperqaError):
    """A setting can't be used."""


class InputError(PaperqaError):
    """A path or an argument the user gave can't be used."""


class LibraryError(PaperqaError):
    """The library on disk can't be used."""


class LibraryLocked(LibraryError):
    """Another process is writing to the library."""


class LibraryDamaged(LibraryError):
    """The library's catalogue can't be read."""


class IndexDamaged(LibraryError):
    """A search index doesn't match the catalogue; `paperqa repair` rebuilds it."""


class IndexMismatch(LibraryError):
    """The library was indexed with another embedding model or chunk size."""


class LibraryTooNew(LibraryError):
    """A newer version of paperqa wrote the library."""


class StorageError(LibraryError):
    """The disk is full, read-only, or not ours to write to."""


class ModelError(PaperqaError):
    """A model can't be used."""


class ModelMissing(ModelError):
    """A model's files aren't on this machine."""


class ModelCorrupt(ModelError):
    """A model's files aren't the ones that the manifest names."""


class EndpointError(ModelError):
    """A model server refused, failed, or isn't there."""
