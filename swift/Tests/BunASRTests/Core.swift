// This folder: the Swift core against the goldens, which the official implementation made, and
// against its own rules. `Linux` holds what only the modules under swift/Linux can show.
import Testing

/// All suites, one test after the other: they share the boundary's handles and MLX's allocator.
@Suite(.serialized)
enum Core {}
