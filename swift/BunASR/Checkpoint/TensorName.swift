/// The names that one tensor has in the published layouts.
enum TensorName {
    /// What stands at the beginning of a name elsewhere, and here. The first that fits is taken.
    private static let prefixes = [
        // transformers 5, and the same without its outer module.
        ("model.audio_tower.", "audio_tower."),
        ("model.multi_modal_projector.linear_1.", "audio_tower.proj1."),
        ("model.multi_modal_projector.linear_2.", "audio_tower.proj2."),
        ("multi_modal_projector.linear_1.", "audio_tower.proj1."),
        ("multi_modal_projector.linear_2.", "audio_tower.proj2."),
        ("model.language_model.", "model."),
        ("language_model.", "model."),
        // The head of an aligner.
        ("score.", "lm_head."),
    ]

    /// The official name without the official prefix `thinker.`.
    static func canonical(_ name: String) -> String {
        let name = name.hasPrefix("thinker.") ? String(name.dropFirst("thinker.".count)) : name
        guard let (theirs, ours) = prefixes.first(where: { name.hasPrefix($0.0) }) else {
            return name
        }
        return ours + name.dropFirst(theirs.count)
    }

    /// What fine-tuned checkpoints hold beside a whole model, which runs without it.
    enum Addition: String, Hashable {
        /// Low-rank changes of a module that were not merged into its weights.
        case lora
        /// A classifier of recordings that chooses whether the changes apply.
        case router
    }

    /// What a tensor of a file is an addition of; nil for one of the model.
    static func addition(_ name: String, file: String) -> Addition? {
        if file.hasPrefix("router") { return .router }
        let parts = name.lowercased().split(separator: ".")
        if parts.contains(where: { $0.hasPrefix("lora_") }) { return .lora }
        let isRouter = parts.contains { $0 == "router" || $0.hasSuffix("_router") }
        return isRouter ? .router : nil
    }
}
