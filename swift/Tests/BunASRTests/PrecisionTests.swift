import BunASR
import MLX
import Testing

extension Core {
    struct PrecisionTests {
        typealias Rounding = Precision.Rounding

        static let modules: [(name: String, isQuantized: Bool, rounding: Rounding)] = [
            ("audio_tower.conv2d1", false, .fine),
            ("audio_tower.conv_out", false, .fine),
            ("audio_tower.layers.0.self_attn.q_proj", true, .fine),
            ("audio_tower.layers.0.self_attn.out_proj", false, .fine),
            ("audio_tower.layers.17.fc1", true, .fine),
            ("audio_tower.proj2", false, .fine),
            ("model.embed_tokens", false, .none),
            ("model.embed_tokens", true, .coarse),
            ("model.layers.0.self_attn.q_proj", true, .fine),
            ("model.layers.0.self_attn.k_proj", false, .fine),
            ("model.layers.27.self_attn.v_proj", true, .fine),
            ("model.layers.0.self_attn.o_proj", true, .coarse),
            ("model.layers.0.mlp.gate_proj", true, .coarse),
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

        @Test("the head of an aligner is not rounded, and all else as in a recognizer")
        func aligner() {
            let precision = Precision(.auto, weights: .bfloat16, isAligner: true)
            for module in Self.modules {
                let found = precision.rounding(of: module.name, isQuantized: module.isQuantized)
                let expected = module.name == "lm_head" ? .none : module.rounding
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
