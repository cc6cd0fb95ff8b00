// The part of Foundation and of the C library that the core uses. On Linux the slim Foundation: it
// starts faster and links statically.
#if os(Linux)
    @_exported import FoundationEssentials
    @_exported import Glibc
#else
    @_exported import Foundation
#endif
