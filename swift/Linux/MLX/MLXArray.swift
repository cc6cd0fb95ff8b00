// This folder: the part of MLX Swift that the model uses, with the same names and the same
// failures, over the C functions of CMLX.
import CMLX

/// An n-dimensional array, lazily computed: the part of MLX Swift's class that BunASR uses.
public final class MLXArray {
    /// Owned handle.
    package private(set) var ctx: cmlx_array
    /// The launch that began to compute the value; nil when none did.
    private var launch: Launches.Number?

    /// Takes an owned handle, or records the failure; what is computed from the array then fails,
    /// too.
    package init(_ ctx: cmlx_array?) {
        if let ctx {
            self.ctx = ctx
        } else {
            reportFailure()
            guard let missing = cmlx_missing() else { fatalError(String(cString: cmlx_error())) }
            self.ctx = missing
        }
    }

    deinit {
        cmlx_free(ctx)
    }

    /// Takes an owned handle as the new value, or records the failure and keeps the old one.
    func replace(_ handle: cmlx_array?) {
        guard let handle else { return reportFailure() }
        cmlx_free(ctx)
        ctx = handle
        launch = nil
    }

    private static func handle<T: HasDType>(of values: [T], shape: [Int]) -> cmlx_array {
        precondition(values.count == shape.reduce(1, *), "the shape does not hold that many values")
        let handle = values.withUnsafeBytes { bytes in
            cmlx_new(bytes.baseAddress, shape.map(Int32.init), shape.count, T.dtype.cmlx)
        }
        guard let handle else { fatalError(String(cString: cmlx_error())) }
        return handle
    }

    /// An array of `values` with `shape`, one axis when that is nil.
    public convenience init<T: HasDType>(
        _ values: [T], _ shape: (some Collection<Int>)? = [Int]?.none
    ) {
        self.init(MLXArray.handle(of: values, shape: shape.map { Array($0) } ?? [values.count]))
    }

    /// An array of the values in `buffer`, copied.
    public convenience init<T: HasDType>(
        _ buffer: UnsafeBufferPointer<T>, _ shape: (some Collection<Int>)? = [Int]?.none
    ) {
        let extent = shape.map { Array($0) } ?? [buffer.count]
        precondition(
            buffer.count == extent.reduce(1, *), "the shape does not hold that many values")
        self.init(cmlx_new(buffer.baseAddress, extent.map(Int32.init), extent.count, T.dtype.cmlx))
    }

    /// A scalar.
    public convenience init(_ value: Float) {
        self.init(MLXArray.handle(of: [value], shape: []))
    }

    /// A scalar.
    public convenience init(_ value: Int32) {
        self.init(MLXArray.handle(of: [value], shape: []))
    }

    /// Consecutive int32 values.
    public convenience init(_ range: Range<Int>) {
        self.init(MLXArray.handle(of: range.map(Int32.init), shape: [range.count]))
    }

    /// An array of zeros.
    public static func zeros(_ shape: some Collection<Int>, dtype: DType) -> MLXArray {
        MLXArray(cmlx_full(shape.map(Int32.init), shape.count, 0, dtype.cmlx))
    }

    /// Memory whose values do not matter: beyond what MLX Swift has.
    package static func unset(_ shape: some Collection<Int>, dtype: DType) -> MLXArray {
        MLXArray(cmlx_unset(shape.map(Int32.init), shape.count, dtype.cmlx))
    }

    /// Length of each axis.
    public var shape: [Int] {
        (0..<ndim).map { Int(cmlx_dimension(ctx, $0)) }
    }

    public var ndim: Int {
        cmlx_dimensions(ctx)
    }

    public var size: Int {
        shape.reduce(1, *)
    }

    public var nbytes: Int {
        size * dtype.size
    }

    public var dtype: DType {
        DType(cmlx_dtype_of(ctx))
    }

    /// Length of one axis; negative counts from the last. An axis that is not there, as after a
    /// failure, is a failure and has no length.
    public func dim(_ axis: Int) -> Int {
        let count = ndim
        let index = axis < 0 ? axis + count : axis
        guard (0..<count).contains(index) else {
            reportFailure("axis \(axis) is out of range for an array with \(count) axes")
            return 0
        }
        return Int(cmlx_dimension(ctx, index))
    }

    public func eval() {
        MLX.eval([self])
    }

    /// The only value of an array of one element.
    public func item<T: HasDType>(_ type: T.Type = T.self) -> T {
        precondition(size == 1, "item is for arrays of one element")
        return asArray(type)[0]
    }

    /// The values, row-major. The process ends when they cannot be computed, even inside of
    /// `withError`: MLX Swift reads through a dead pointer then.
    public func asArray<T: HasDType>(_ type: T.Type) -> [T] {
        let values = dtype == T.dtype ? self : asType(T.dtype)
        values.awaited()
        let count = values.size
        return [T](unsafeUninitializedCapacity: count) { buffer, initialized in
            if cmlx_read(values.ctx, buffer.baseAddress, count * MemoryLayout<T>.stride) != 0 {
                fatalError("values were read that are not there: \(String(cString: cmlx_error()))")
            }
            initialized = count
        }
    }

    fileprivate func launched(_ number: Launches.Number) {
        launch = number
    }

    fileprivate func awaited() {
        if let launch { Launches.finish(through: launch) }
    }
}

/// Evaluates `arrays` now.
public func eval(_ arrays: some Collection<MLXArray>) {
    if cmlx_eval(arrays.map(\.ctx), arrays.count) != 0 { reportFailure() }
    for array in arrays { array.awaited() }
}

/// Evaluates `arrays` now.
public func eval(_ arrays: MLXArray...) {
    eval(arrays)
}

/// Evaluates `arrays` now: the kernels use all cores as it is, so there is nothing to run beside
/// them. They count as being computed until somebody waits for them (`Launches`).
public func asyncEval(_ arrays: some Collection<MLXArray>) {
    if cmlx_eval(arrays.map(\.ctx), arrays.count) != 0 { reportFailure() }
    let number = Launches.begin()
    for array in arrays { array.launched(number) }
}
