import CMLX

/// Element types, as in MLX Swift's `DType`.
public enum DType: Hashable, Sendable, CaseIterable {
    case bool
    case uint8
    case uint16
    case uint32
    case uint64
    case int8
    case int16
    case int32
    case int64
    case float16
    case float32
    case bfloat16
    case complex64
    case float64

    init(_ value: cmlx_dtype) {
        switch value {
        case CMLX_BOOL: self = .bool
        case CMLX_UINT8: self = .uint8
        case CMLX_UINT16: self = .uint16
        case CMLX_UINT32: self = .uint32
        case CMLX_UINT64: self = .uint64
        case CMLX_INT8: self = .int8
        case CMLX_INT16: self = .int16
        case CMLX_INT32: self = .int32
        case CMLX_INT64: self = .int64
        case CMLX_FLOAT16: self = .float16
        case CMLX_BFLOAT16: self = .bfloat16
        case CMLX_COMPLEX64: self = .complex64
        case CMLX_FLOAT64: self = .float64
        default: self = .float32
        }
    }

    var cmlx: cmlx_dtype {
        switch self {
        case .bool: CMLX_BOOL
        case .uint8: CMLX_UINT8
        case .uint16: CMLX_UINT16
        case .uint32: CMLX_UINT32
        case .uint64: CMLX_UINT64
        case .int8: CMLX_INT8
        case .int16: CMLX_INT16
        case .int32: CMLX_INT32
        case .int64: CMLX_INT64
        case .float16: CMLX_FLOAT16
        case .float32: CMLX_FLOAT32
        case .bfloat16: CMLX_BFLOAT16
        case .complex64: CMLX_COMPLEX64
        case .float64: CMLX_FLOAT64
        }
    }

    /// Bytes of one element.
    public var size: Int {
        switch self {
        case .bool, .uint8, .int8: 1
        case .uint16, .int16, .float16, .bfloat16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .complex64, .float64: 8
        }
    }
}

/// Swift types that an array can hold.
public protocol HasDType {
    static var dtype: DType { get }
}

extension Float: HasDType {
    public static var dtype: DType { .float32 }
}

extension Int32: HasDType {
    public static var dtype: DType { .int32 }
}

extension UInt16: HasDType {
    public static var dtype: DType { .uint16 }
}

extension UInt32: HasDType {
    public static var dtype: DType { .uint32 }
}

extension Bool: HasDType {
    public static var dtype: DType { .bool }
}
