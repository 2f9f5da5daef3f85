// The pattern of a hybrid model: one symbol a layer, in order.
//
// M = Mamba-2 mixer, * = attention, - = feed-forward, E = mixture of experts (Nemotron-H, arXiv 2504.03624, and the
// Nemotron 3 models). Every symbol is a layer of its own with one norm and one residual connection.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace smelt {

enum class LayerKind { kMamba, kAttention, kMlp, kMoe };

char layer_symbol(LayerKind kind);

// At least one and at most 4,096 symbols; anything else throws UserError(kInput) that names the column (from 1) and
// says what is allowed there. `where` is what the error calls the source, e.g. "config.json: hybrid_override_pattern".
std::vector<LayerKind> parse_layer_pattern(std::string_view pattern, const std::string& where);

std::string format_layer_pattern(const std::vector<LayerKind>& layers);

// The words of `layers_block_type` and `layer_types` lists. Reading takes the older words (mamba, attention) and the
// newer ones (linear_attention, full_attention); mlp and moe are the same in both.
LayerKind parse_layer_word(std::string_view word, const std::string& where);

}  // namespace smelt
