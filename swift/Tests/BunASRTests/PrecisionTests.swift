import BunASR
import MLX
import Testing

extension Core {
    struct PrecisionTests {
        typealias Rounding = Precision.Rounding

        static let modules: [(name: String, isQuantized: Bool, rounding: Rounding)] = [
            ("audio_tower.conv2d1", false, .coarse),
            ("audio_tower.conv_out", false, .coarse),
            ("audio_tower.layers.0.self_attn.q_proj", true, .coarse),
            ("audio_tower.layers.0.self_attn.k_proj", false, .coarse),
            ("audio_tower.layers.17.fc1", true, .coarse),
            ("audio_tower.proj2", false, .coarse),
            ("model.embed_tokens", false, .none),
            ("model.embed_tokens", true, .coarse),
            ("model.layers.0.self_attn.q_proj", true, .coarse),
            ("model.layers.0.self_attn.k_proj", false, .coarse),
            ("model.layers.27.self_attn.v_proj", true, .coarse),
            ("model.layers.0.self_attn.o_proj", true, .coarse),
            ("model.layers.0.mlp.up_proj", false, .coarse),
            ("model.layers.0.mlp.down_proj", true, .coarse),
            ("lm_head", false, .coarse),
        ]

        @Test("how far a product is rounded follows from the name")
        func rounding() {
            let precision = Precision(.auto, weights: .bfloat16)
            for module in Self.modules {
                let found = precision.rounding(of: module.name, isQuantized: module.isQuantized)
                #expect(found == module.rounding, "\(module.name)")
            }
        }

        @Test("an aligner's head is not rounded, and float attention less than elsewhere")
        func aligner() {
            let precision = Precision(.auto, weights: .bfloat16, isAligner: true)
            for module in Self.modules {
                let found = precision.rounding(of: module.name, isQuantized: module.isQuantized)
                let isAttention = ["q_proj", "k_proj", "v_proj"]
                    .contains { module.name.hasSuffix($0) }
                let expected: Rounding =
                    module.name == "lm_head"
                    ? .none : isAttention && !module.isQuantized ? .fine : module.rounding
                #expect(found == expected, "\(module.name)")
            }
            #expect(precision.rounding(of: "lm_head", isQuantized: true) == .none)
        }

        @Test("nothing is rounded in full precision")
        func full() {
            let precision = Precision(.full, weights: .bfloat16)
            for module in Self.modules {
                let found = precision.rounding(of: module.name, isQuantized: module.isQuantized)
                #expect(found == .none, "\(module.name)")
            }
        }
    }
}
