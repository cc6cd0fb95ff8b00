import CMLX
import MLX

/// 2-d convolution, channels last: x [batch, height, width, in] → [batch, height, width, out].
open class Conv2d {
    public let padding: (Int, Int)
    public let dilation: (Int, Int)
    public let stride: (Int, Int)
    public let groups: Int
    private let kernel: (Int, Int)
    private var packed: PackedWeight?
    public private(set) var bias: MLXArray?

    /// Without weights, until `update(parameters:)`. The kernels know neither dilation nor groups.
    public init(
        inputChannels: Int, outputChannels: Int, kernelSize: IntOrPair, stride: IntOrPair = 1,
        padding: IntOrPair = 0, dilation: IntOrPair = 1, groups: Int = 1, bias: Bool = true
    ) {
        precondition(
            dilation.values == (1, 1) && groups == 1, "the convolutions here are plain ones")
        self.padding = padding.values
        self.dilation = dilation.values
        self.stride = stride.values
        self.groups = groups
        kernel = kernelSize.values
    }

    /// Takes `weight` [out, height, width, in] and `bias` [out].
    @discardableResult
    open func update(parameters: ModuleParameters) -> Self {
        update(parameters: parameters, arithmetic: CMLX_FULL)
    }

    @discardableResult
    package func update(parameters: ModuleParameters, arithmetic: cmlx_arithmetic) -> Self {
        guard let weight = parameters.values["weight"] else {
            preconditionFailure("a convolution takes a weight")
        }
        packed = PackedWeight(convolution: weight, stride: stride, arithmetic: arithmetic)
        bias = parameters.values["bias"]
        return self
    }

    open func callAsFunction(_ x: MLXArray) -> MLXArray {
        guard let packed else { fatalError("a convolution was used before it got its weights") }
        return packed.convolve(x, bias: bias, kernel: kernel, stride: stride, padding: padding)
    }
}
